"""Cursor: the one step that all panels point at."""

from PySide6.QtCore import QObject, Signal


class Cursor(QObject):
    """Where the pointer stands on the time axis of whichever chart it is over.

    Charts draw a line there; attention and embedding show what they were at that step.
    """

    moved = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._step: float | None = None

    @property
    def step(self) -> float | None:
        """The step; None while the pointer is over no chart, which means the newest."""
        return self._step

    def point(self, step: float | None) -> None:
        """Point at a step, or at none."""
        if step != self._step:
            self._step = step
            self.moved.emit()
