"""Labels in the few tones of the house, and the sentence that stands where nothing is yet."""

from typing import Literal, TypeAlias

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

Tone: TypeAlias = Literal[
    "normal", "title", "heading", "muted", "small", "error", "warning", "code"
]


class Text(QLabel):
    """Words that wrap, can be selected with the mouse, and keep to one tone."""

    def __init__(
        self, text: str, parent: QWidget, tone: Tone = "normal", *, wraps: bool = True
    ) -> None:
        super().__init__(text, parent)
        self.setProperty("tone", tone)
        self.setWordWrap(wraps)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        if wraps:
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    def say(self, text: str) -> None:
        """Show other words; with none the label takes no room."""
        self.setText(text)
        self.setVisible(bool(text))

    def set_tone(self, tone: Tone) -> None:
        """Change the tone."""
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)


class Line(QFrame):
    """A hairline between two sections."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("line")
        self.setFixedHeight(1)


class Empty(QWidget):
    """What an empty place says: what will stand here, and how to get it there."""

    def __init__(self, title: str, sentence: str, parent: QWidget) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.addStretch(2)
        self.title = Text(title, self, "heading")
        self.sentence = Text(sentence, self, "muted")
        for label in (self.title, self.sentence):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(label)
        column.addStretch(3)
