"""Card: a titled box on a page."""

from PySide6.QtWidgets import QFrame, QLayout, QVBoxLayout, QWidget

from .labels import Text


class Card(QFrame):
    """A heading and what belongs under it, from top to bottom."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 12, 16, 16)
        self._column.setSpacing(8)
        self.title = Text(title, self, "heading")
        self._column.addWidget(self.title)

    def add(self, part: QWidget | QLayout, *, stretch: int = 0) -> None:
        """Put something under what is there."""
        if isinstance(part, QLayout):
            self._column.addLayout(part, stretch)
        else:
            self._column.addWidget(part, stretch)

    def insert(self, place: int, part: QWidget) -> None:
        """Put something at a place counted from the heading, which is 0."""
        self._column.insertWidget(place, part)

    def replace(self, old: QWidget, new: QWidget) -> None:
        """Put a widget in the place of another, which is deleted."""
        self._column.replaceWidget(old, new)
        old.setVisible(False)
        old.deleteLater()
