"""Film: holds one moment after the other, and writes what the dashboard shows of each.

A frame is taken at each turn of the event loop, so that the window goes on living meanwhile.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QPixmap

from studio.app.animation import Animation
from studio.core.errors import StudioError

from .cursor import Cursor

MOST: Final = 300
"""Frames; of a run with more moments an even choice is shown."""


class Film(QObject):
    """One film.

    Attributes:
        advanced: told how many frames there are, and how many there will be.
        ended: told a sentence if it could not be written, else nothing.
    """

    advanced = Signal(int, int)
    ended = Signal(str)

    def __init__(
        self,
        cursor: Cursor,
        moments: Sequence[int],
        take: Callable[[], QPixmap],
        begin: Callable[[tuple[int, int]], Animation],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._cursor = cursor
        self._moments = _some(moments)
        self._take = take
        self._begin = begin
        self._animation: Animation | None = None
        self._size = (0, 0)
        self._done = 0
        self._before = cursor.held
        self._turns = QTimer(self)
        self._turns.timeout.connect(self._next)

    def start(self) -> None:
        """Begin."""
        self._turns.start(0)

    @Slot()
    def cancel(self) -> None:
        """End with the frames that there are."""
        self._finish()

    @Slot()
    def _next(self) -> None:
        if self._done == len(self._moments):
            self._finish()
            return
        self._cursor.hold(float(self._moments[self._done]))
        try:
            self._add(self._take())
        except StudioError as error:
            self._end(str(error))
            return
        self._done += 1
        self.advanced.emit(self._done, len(self._moments))

    def _add(self, picture: QPixmap) -> None:
        image = picture.toImage().convertToFormat(QImage.Format.Format_RGB888)
        if self._animation is None:
            self._size = (image.width(), image.height())
            self._animation = self._begin(self._size)
        if (image.width(), image.height()) != self._size:  # the window was resized meanwhile
            image = image.scaled(*self._size)
        wide, tall = self._size
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(tall, image.bytesPerLine())
        self._animation.add(rows[:, : 3 * wide].tobytes())

    def _finish(self) -> None:
        try:
            if self._animation is not None:
                self._animation.close()
        except StudioError as error:
            self._end(str(error))
            return
        self._end("")

    def _end(self, sentence: str) -> None:
        self._turns.stop()
        self._cursor.hold(self._before)
        self.ended.emit(sentence)


def _some(moments: Sequence[int]) -> list[int]:
    count = len(moments)
    if count <= MOST:
        return list(moments)
    return [moments[round(place * (count - 1) / (MOST - 1))] for place in range(MOST)]
