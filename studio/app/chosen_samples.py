"""ChosenSamples: the samples that are selected, in every view that shows any."""

from collections.abc import Iterable

from studio.core.signal import Signal


class ChosenSamples:
    """Rows of the data. Like the selection of blocks, they are never undone or saved.

    Attributes:
        changed: told the rows that are selected now.
    """

    def __init__(self) -> None:
        self.changed: Signal[frozenset[int]] = Signal()
        self.rows: frozenset[int] = frozenset()

    def choose(self, rows: Iterable[int]) -> None:
        """Select these and no others."""
        chosen = frozenset(rows)
        if chosen != self.rows:
            self.rows = chosen
            self.changed.tell(chosen)
