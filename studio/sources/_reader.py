"""Reading the cells of one column: an array of what they are, and which are no such thing."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from studio.api import Field

from ._cells import ISO, date, date_form, is_missing, number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

UNKNOWN, NONE = -2, -1


class Reader:
    """Turns the cells of one field into an array, and tells which do not fit."""

    def __init__(self, one: Field, *, comma: bool) -> None:
        self.field = one
        self.pieces: list[NDArray[np.generic]] = []
        self._comma = comma
        self._form = ""
        self._codes = {label: code for code, label in enumerate(one.labels)}

    def read(self, cells: Sequence[str]) -> "tuple[NDArray[np.generic], list[int]]":
        """Return the values, and the places of cells that are no such thing."""
        import numpy as np

        match self.field.kind:
            case "number":
                values, bad = self._numbers(cells)  # one left out may still tell time or group
                return values, bad if self.field.role != "none" else []
            case "category":
                return self._categories(cells)
            case "date":
                return self._dates(cells)
        return np.array([cell.strip() for cell in cells] or [""], object)[: len(cells)], []

    def complaint(self, cell: str) -> str:
        """Say what is wrong with a cell."""
        shown = cell if len(cell) <= 40 else f"{cell[:40]}…"
        wanted = {"number": "a number", "date": "a date", "category": "a known class"}
        return f"expected {wanted[self.field.kind]} in {self.field.name}, found {shown!r}"

    def _numbers(self, cells: Sequence[str]) -> "tuple[NDArray[np.generic], list[int]]":
        import numpy as np

        try:
            values = np.array(cells, dtype="U64").astype(np.float64)
            if np.isfinite(values).all():
                return values, []
        except ValueError:
            pass
        values = np.full(len(cells), np.nan)
        bad = []
        for at, cell in enumerate(cells):
            found = number(cell, comma=self._comma)
            if found is not None:
                values[at] = found
            elif not is_missing(cell):
                bad.append(at)
        return values, bad

    def _categories(self, cells: Sequence[str]) -> "tuple[NDArray[np.generic], list[int]]":
        import numpy as np

        codes = [self._codes.get(cell.strip(), UNKNOWN) for cell in cells]
        for at, code in enumerate(codes):
            if code == UNKNOWN and is_missing(cells[at]):
                codes[at] = NONE
        unknown = [at for at, code in enumerate(codes) if code == UNKNOWN]
        return np.array(codes, np.int64), unknown if self.field.role == "target" else []

    def _dates(self, cells: Sequence[str]) -> "tuple[NDArray[np.generic], list[int]]":
        import numpy as np

        known = [cell for cell in cells if not is_missing(cell)]
        self._form = self._form or date_form(known) or ISO
        found = [None if is_missing(cell) else date(cell, self._form) for cell in cells]
        bad = [at for at, value in enumerate(found) if value is None and not is_missing(cells[at])]
        return np.array(found, "datetime64[s]"), bad if self.field.role != "none" else []
