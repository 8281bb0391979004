"""Texts: sequences of tokens as people read them, and what is to be said of them."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from studio.core.recipes import Column
from studio.ui.widgets.labels import Text

from .words import words_for

MOST = 24


class Texts(QWidget):
    """One sample a row."""

    def __init__(
        self,
        column: Column,
        values: NDArray[np.generic],
        target: tuple[Column, NDArray[np.generic]] | None,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        grid.addWidget(Text(column.name, self, "small"), 0, 0)
        if target:
            grid.addWidget(Text(target[0].name, self, "small"), 0, 1)
        for place in range(min(len(values), MOST)):
            grid.addWidget(Text(text_of(column, values[place]), self, "code"), place + 1, 0)
            if target:
                answer = target[1][place]
                said = text_of(target[0], answer) if answer.ndim else words_for(target[0], answer)
                label = Text(said, self, "code", wraps=bool(answer.ndim))
                grid.addWidget(label, place + 1, 1, Qt.AlignmentFlag.AlignTop)
        if target and target[1].ndim > 1:
            grid.setColumnStretch(1, 1)
        grid.setRowStretch(MOST + 1, 1)


def text_of(column: Column, tokens: NDArray[np.generic]) -> str:
    """Return tokens as text: letters side by side, longer names with spaces between."""
    labels = column.labels
    names = [labels[i] if 0 <= i < len(labels) else str(i) for i in tokens.reshape(-1).tolist()]
    short = all(len(name) == 1 for name in names)
    return "".join(_visible(name) for name in names) if short else " ".join(names)


def _visible(letter: str) -> str:
    return "⏎" if letter == "\n" else letter
