"""Chooser: one of several declared things, by title."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from studio.core.params import Param

from .fields import ChoiceField


class Chooser(ChoiceField):
    """A drop-down of titles that speaks in ids."""

    kind_chosen = Signal(str)

    def __init__(self, name: str, titles: dict[str, str], parent: QWidget) -> None:
        super().__init__(Param(name, "", choices=tuple(titles.values())), parent)
        self._ids = list(titles)
        self.setAccessibleName(name)
        self.activated.connect(self._on_chosen)

    def show_kind(self, kind: str) -> None:
        """Show what is chosen; an unknown id shows nothing."""
        self.setCurrentIndex(self._ids.index(kind) if kind in self._ids else -1)

    @Slot(int)
    def _on_chosen(self, place: int) -> None:
        self.kind_chosen.emit(self._ids[place])
