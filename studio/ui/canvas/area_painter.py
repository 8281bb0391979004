"""AreaPainter: frames and notes, painted behind the cards."""

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from studio.core.marks import Frame
from studio.ui.theme import TEXT_PX, Tokens

from .areas import TITLE, behind_first, rect_of
from .look import READABLE, Look

PAD, ROUND = 12.0, 8.0
"""The space around words and the round corners, in canvas units."""
WORDS = 0.45
"""The ``detail`` from which the text of a note is drawn."""


class AreaPainter:
    """Paints frames and notes in one theme and font; words only where they can be read."""

    def __init__(self, theme: Tokens, font: QFont) -> None:
        self._theme = theme
        self._title = _sized(font, TEXT_PX["normal"], QFont.Weight.DemiBold)
        self._text = _sized(font, TEXT_PX["normal"], QFont.Weight.Normal)

    def paint(self, painter: QPainter, look: Look, frames: Mapping[str, Frame]) -> int:
        """Paint the frames that are seen, in device pixels; return how many."""
        if not frames:
            return 0
        count = 0
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not look.hasty)
        painter.translate(look.camera.x * look.dpr, look.camera.y * look.dpr)
        painter.scale(look.scale, look.scale)
        for frame in behind_first(frames):
            if rect_of(frame).intersects(look.area):
                self._paint(painter, frame, look)
                count += 1
        painter.restore()
        return count

    def _paint(self, painter: QPainter, frame: Frame, look: Look) -> None:
        rect, colour = rect_of(frame), self._theme.area(frame.colour)
        fill, line = QColor(colour), QColor(colour)
        dark = self._theme.name == "dark"
        note = frame.kind == "note"
        fill.setAlphaF((0.30 if dark else 0.26) if note else (0.13 if dark else 0.10))
        line.setAlphaF(0.75)
        chosen = frame.id in look.frames
        pen = QPen(QColor(self._theme.accent) if chosen else line, 2.0 if chosen else 1.0)
        pen.setCosmetic(True)
        if chosen:
            pen.setWidthF(2.0 * look.dpr)
        painter.setPen(pen)
        painter.setBrush(fill)
        painter.drawRoundedRect(rect, ROUND, ROUND)
        if look.detail < READABLE:
            self._paint_far(painter, frame, rect, look)
        elif note:
            self._words(painter, frame.text, rect.adjusted(PAD, PAD, -PAD, -PAD), look)
        else:
            self._paint_head(painter, frame, rect, look)

    def _paint_head(self, painter: QPainter, frame: Frame, rect: QRectF, look: Look) -> None:
        painter.setBrush(QColor(self._theme.muted))
        painter.setPen(Qt.PenStyle.NoPen)
        middle = QPointF(rect.left() + 16.0, rect.top() + TITLE / 2)
        painter.drawPolygon(_triangle(middle, closed=frame.collapsed))
        painter.setFont(self._title)
        painter.setPen(QColor(self._theme.text))
        room = rect.width() - TITLE - PAD
        metrics = QFontMetricsF(self._title)
        title = metrics.elidedText(frame.title or "Frame", Qt.TextElideMode.ElideRight, room)
        base = rect.top() + TITLE / 2 + metrics.capHeight() / 2
        painter.drawText(QPointF(rect.left() + TITLE, base), title)
        if frame.text and not frame.collapsed:
            below = rect.adjusted(PAD, TITLE, -PAD, -PAD)
            self._words(painter, frame.text, below, look)

    def _paint_far(self, painter: QPainter, frame: Frame, rect: QRectF, look: Look) -> None:
        """Paint the title large enough to be read from afar, if there is room for it."""
        words = (frame.title or frame.text.partition("\n")[0]).strip()
        font = QFont(self._title)
        font.setPixelSize(round(TEXT_PX["normal"] / look.camera.zoom))
        metrics = QFontMetricsF(font)
        room = rect.width() - 16.0 / look.camera.zoom
        needed = min(metrics.horizontalAdvance(words), 6 * metrics.height())
        if not words or metrics.height() > rect.height() or room < needed:
            return
        painter.setFont(font)
        painter.setPen(QColor(self._theme.text))
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
        base = rect.top() + metrics.ascent() + 4.0 / look.camera.zoom
        painter.drawText(QPointF(rect.left() + 8.0 / look.camera.zoom, base), shown)

    def _words(self, painter: QPainter, words: str, within: QRectF, look: Look) -> None:
        if not words or look.detail < WORDS:
            return
        painter.setFont(self._text)
        painter.setPen(QColor(self._theme.text))
        flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        painter.save()
        painter.setClipRect(within, Qt.ClipOperation.IntersectClip)
        painter.drawText(within, int(flags), words)
        painter.restore()


def _sized(font: QFont, size_px: int, weight: QFont.Weight) -> QFont:
    sized = QFont(font)
    sized.setPixelSize(size_px)
    sized.setWeight(weight)
    sized.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return sized


def _triangle(middle: QPointF, *, closed: bool) -> QPolygonF:
    corners = ((-3.0, -5.0), (4.0, 0.0), (-3.0, 5.0)) if closed else ((-5, -3), (5, -3), (0, 4))
    return QPolygonF([middle + QPointF(x, y) for x, y in corners])
