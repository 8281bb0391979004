"""Variations: one picture of the training part, as the augmentation shows it many times."""

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from studio.runs.arrays import array_to_numpy
from studio.runs.questions import Varied
from studio.ui.widgets.card import Card
from studio.ui.widgets.labels import Text

from .pictures import Pictures

TIMES = 16
PATIENCE_MS = 200
HIGHEST_PX = 300


class Variations(Card):
    """Shown while there is a step that augments; asks anew when a step changes."""

    wanted = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__("The same picture, as it is trained on", parent)
        self.sample = 0
        self._another = QPushButton("Another picture", self)
        self._another.clicked.connect(self._on_another)
        self._said = Text("", self, "muted")
        row = QHBoxLayout()
        row.addWidget(self._said, 1)
        row.addWidget(self._another)
        self.add(row)
        self.pictures: QWidget = QWidget(self)
        self.add(self.pictures)
        self._soon = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._soon.timeout.connect(self._ask)
        self.setMaximumHeight(HIGHEST_PX)
        self.setVisible(False)

    def ask_soon(self) -> None:
        """Ask for the pictures once typing has ceased."""
        self._soon.start()

    def show_varied(self, varied: Varied) -> None:
        """Show the pictures, the first as it is in the file."""
        self.setVisible(not varied.error)
        arrays = [array_to_numpy(one) for one in varied.arrays.values()]
        if not arrays:
            return
        names = ["as it is", *(f"step {place}" for place in range(1, len(arrays[0])))]
        new = Pictures(arrays[0], names, self)
        self.replace(self.pictures, new)
        self.pictures = new
        self._said.say("Drawn anew at every step; what is held out is never changed")

    @Slot()
    def _ask(self) -> None:
        self.wanted.emit(self.sample)

    @Slot()
    def _on_another(self) -> None:
        self.sample += 1
        self.wanted.emit(self.sample)
