"""Cursor: the one moment that all panels show, and the step that a pointer is over."""

from PySide6.QtCore import QObject, Signal


class Cursor(QObject):
    """Which step all views are about: the one under the pointer, else the one that is held.

    Charts draw lines there; attention, embedding and the rest show what they were at that step.
    What is held stays when the pointer leaves; while nothing is, views show the newest.

    Attributes:
        moved: what ``step`` or ``held`` says is another one.
        held_changed: what ``held`` says is another one.
    """

    moved = Signal()
    held_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pointed: float | None = None
        self._held: float | None = None

    @property
    def step(self) -> float | None:
        """The step that is shown; None for the newest."""
        return self._held if self._pointed is None else self._pointed

    @property
    def pointed(self) -> float | None:
        """The step under the pointer; None while it is over no chart."""
        return self._pointed

    @property
    def held(self) -> float | None:
        """The step that all views are held at; None while they follow the run."""
        return self._held

    def point(self, step: float | None) -> None:
        """Point at a step, or at none."""
        if step != self._pointed:
            self._pointed = step
            self.moved.emit()

    def hold(self, step: float | None) -> None:
        """Hold all views at a step; None lets them follow the run again."""
        if step != self._held:
            self._held = step
            self.held_changed.emit()
            self.moved.emit()
