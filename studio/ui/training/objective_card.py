"""ObjectiveCard: which of several objectives the forms beside it are about."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from studio.ui.widgets.card import Card
from studio.ui.widgets.chooser import Chooser
from studio.ui.widgets.labels import Text


class ObjectiveCard(Card):
    """A choice among the objectives; hidden where there is one."""

    chosen = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Objective", parent)
        self._names: tuple[str, ...] = ()
        self.at = 0
        """The place of the objective that is chosen."""
        self.chooser = Chooser("Objective", {}, self)
        self.add(self.chooser)
        self.add(Text("Optimiser, gradient and schedule are of this one", self, "small"))

    def show_objectives(self, names: Sequence[str]) -> None:
        """Offer these."""
        if tuple(names) != self._names:
            self._names = tuple(names)
            old, titles = self.chooser, {str(at): name for at, name in enumerate(names)}
            self.chooser = Chooser("Objective", titles, self)
            self.chooser.kind_chosen.connect(self._on_chosen)
            self.replace(old, self.chooser)
        self.at = min(self.at, len(names) - 1)
        self.chooser.show_kind(str(self.at))
        self.setVisible(len(names) > 1)

    @Slot(str)
    def _on_chosen(self, kind: str) -> None:
        self.at = int(kind)
        self.chosen.emit()
