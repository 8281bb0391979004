"""Overlaid: other runs, whose curves lie over those of the run that is shown.

A group of runs that differ in their seed alone lies there as its mean, with a band.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from studio.core.errors import FileError
from studio.core.signal import Signal

from .reading import Beside, Reading
from .run_compare import labels
from .run_rows import Row

if TYPE_CHECKING:
    from studio.runs.curves import Band
    from studio.runs.series import Series

MOST = 12
"""More runs than that nobody tells apart."""

Line: TypeAlias = "Series | Band"


@dataclass(frozen=True, slots=True, eq=False)
class Other:
    """A run, or a group of them, that lies over the one that is shown."""

    name: str
    row: Row

    @property
    def steps_per_epoch(self) -> float:
        """Steps of one epoch; 0 where nobody knows."""
        told = self.row.first.summary
        return told.steps / told.epochs if told.epochs and told.steps else 0.0


class Overlaid:
    """Which runs lie over the one that is shown; what is asked of them is read beside the window.

    Attributes:
        changed: other runs, or something of them was read.
    """

    def __init__(self, beside: Beside) -> None:
        self.changed: Signal[None] = Signal()
        self.others: tuple[Other, ...] = ()
        self._beside = beside
        self._known: dict[str, tuple[Line, ...]] = {}
        self._asked: set[str] = set()

    def show(self, rows: Sequence[Row]) -> None:
        """Lay these over the run that is shown, and no others."""
        readable = [row for row in rows if row.first.state != "broken"][:MOST]
        names = labels([row.first for row in readable])
        self.others = tuple(map(_other, readable, names))
        self._known.clear()
        self._asked.clear()
        self.changed.tell(None)

    def lines(self, name: str) -> list[tuple[Other, Line]]:
        """Return what each has of a scalar, as far as it is read by now; the rest is told of."""
        if self.others and name not in self._known and name not in self._asked:
            self._asked.add(name)
            read = partial(_read, self.others, name)
            Reading(read, partial(self._take, self.others, name), _nothing).start(self._beside)
        pairs = zip(self.others, self._known.get(name, ()), strict=False)
        return [(other, line) for other, line in pairs if _there(line)]

    def _take(self, others: tuple[Other, ...], name: str, lines: tuple[Line, ...]) -> None:
        if others is self.others:
            self._known[name] = lines
            self.changed.tell(None)


def names_of(row: Row) -> list[str]:
    """Return the scalars that the newest run of a row has; none where it cannot be read."""
    from studio.runs.curves import names_in

    try:
        return names_in(row.first.folder)
    except FileError:
        return []


def line_of(row: Row, name: str) -> Line:
    """Return a scalar of a run, or mean and spread over a group; a broken run says nothing."""
    from studio.runs.curves import band_of, curve_in
    from studio.runs.series import Series

    curves = []
    for run in row.runs:
        try:
            curves.append(curve_in(run.folder, name))
        except FileError:
            continue
    known = [curve for curve in curves if curve.last]
    if len(known) < 2:
        return known[0] if known else Series(name)
    return band_of(known)


def _other(row: Row, label: str) -> Other:
    several = len(row.runs) > 1
    title = row.first.summary.title
    return Other(f"{title}, mean of {len(row.runs)}" if several else label, row)


def _read(others: tuple[Other, ...], name: str) -> tuple[Line, ...]:
    return tuple(line_of(other.row, name) for other in others)


def _there(line: Line) -> bool:
    from studio.runs.curves import Band

    return bool((line.mean if isinstance(line, Band) else line).last)


def _nothing(_sentence: str) -> None:
    return None
