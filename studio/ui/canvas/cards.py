"""Cards: paint one card, in canvas units around its top left corner."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from studio.core.graph import Mode
from studio.ui.theme import TEXT_PX, Tokens

from .content import CardContent, Plain, PortLook
from .geometry import RADIUS, ROW, STRIPE, SUMMARY_Y, TITLE_Y, WIDTH
from .marks import draw_badge, draw_port
from .modes import draw_mode, draw_pass

MARGIN = 14.0
"""How far ports, badges and shadow may stand out of a card."""
INSET = 14.0
FADED = 0.4
"""The opacity of cards that take no part."""


class CardPainter:
    """Paints cards in one theme and font; text is measured once per font and never per frame."""

    def __init__(self, theme: Tokens, font: QFont) -> None:
        self.theme = theme
        self._title = _sized(font, TEXT_PX["normal"], QFont.Weight.DemiBold)
        self._small = _sized(font, TEXT_PX["small"], QFont.Weight.Normal)
        self._title_metrics = QFontMetricsF(self._title)
        self._small_metrics = QFontMetricsF(self._small)

    def paint(self, painter: QPainter, content: CardContent) -> None:
        """Paint a card with all its words."""
        if content.mode == "disable" or content.absent:
            painter.setOpacity(FADED)
        self.paint_plain(painter, content)
        self._paint_words(painter, content)
        painter.setOpacity(1.0)
        if content.mode:
            draw_mode(painter, self.theme, content.mode, QPointF(16.0, 0.0))
        if content.mode == "bypass" and content.inputs and content.outputs:
            draw_pass(painter, self.theme, content.inputs[0], content.outputs[0])
        self._paint_ports(painter, content)
        if content.repeat:
            self._paint_repeat(painter, content.repeat)
        if content.level:
            draw_badge(painter, self.theme, content.level, QPointF(WIDTH - 3.0, 3.0))

    def paint_plain(self, painter: QPainter, content: CardContent | Plain) -> None:
        """Paint a card without words and ports, for a distance at which none could be read."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(0.0, 0.0, WIDTH, content.height)
        painter.setPen(Qt.PenStyle.NoPen)
        shade = QColor(0, 0, 0, 6 if self.theme.name == "light" else 22)
        painter.setBrush(shade)
        for grow in (4.0, 3.0, 2.0, 1.0):
            painter.drawRoundedRect(box.adjusted(-grow, 2.0 - grow, grow, 2.0 + grow), 8.0, 8.0)
        if content.stacked:
            self._paint_stack(painter, box, self.theme.family(content.family))
        outline = QPainterPath()
        outline.addRoundedRect(box, RADIUS, RADIUS)
        self._fill(painter, outline, content.mode)
        painter.save()
        painter.setClipPath(outline)
        painter.fillRect(QRectF(0.0, 0.0, WIDTH, STRIPE), self.theme.family(content.family))
        painter.restore()
        pen = self._edge(content)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)

    def _edge(self, content: CardContent | Plain) -> QPen:
        line = self.theme.cool if content.mode == "freeze" else self.theme.card_line
        pen = QPen(QColor(self.theme.error if content.level == "error" else line))
        pen.setWidthF(1.4 if content.mode == "bypass" else 1.0)
        if not content.known or content.mode == "bypass":
            pen.setStyle(Qt.PenStyle.DashLine)
        return pen

    def _fill(self, painter: QPainter, outline: QPainterPath, mode: Mode) -> None:
        fill, tint = QColor(self.theme.card), QColor(self.theme.cool)
        fill.setAlphaF(0.45 if mode == "bypass" else 1.0)
        painter.fillPath(outline, fill)
        if mode == "freeze":
            tint.setAlphaF(0.16)
            painter.fillPath(outline, tint)

    def _paint_stack(self, painter: QPainter, box: QRectF, edge: QColor) -> None:
        """Paint the edges of cards under this one: a composite holds a drawing of its own."""
        painter.setPen(QPen(edge, 1.2))
        painter.setBrush(QColor(self.theme.card))
        for down in (8.0, 4.0):
            under = box.adjusted(down, down, -down, down).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(under, RADIUS, RADIUS)

    def _paint_repeat(self, painter: QPainter, repeat: str) -> None:
        """Paint how often a composite is stacked, as a badge on the upper edge."""
        painter.setFont(self._title)
        width = self._title_metrics.horizontalAdvance(repeat) + 14.0
        badge = QRectF(WIDTH - 18.0 - width, -9.0, width, 18.0)
        painter.setPen(QPen(QColor(self.theme.canvas), 2.0))
        painter.setBrush(QColor(self.theme.accent))
        painter.drawRoundedRect(badge, 9.0, 9.0)
        painter.setPen(QColor(self.theme.on_accent))
        baseline = _baseline(self._title_metrics, badge.center().y())
        painter.drawText(QPointF(badge.left() + 7.0, baseline), repeat)

    def paint_brief(self, painter: QPainter, content: CardContent, scale: float) -> None:
        """Paint a card with its title alone, in letters that stay readable from afar."""
        if content.mode == "disable" or content.absent:
            painter.setOpacity(FADED)
        self.paint_plain(painter, content)
        units = 1.0 / scale
        painter.scale(units, units)
        painter.setFont(self._small)
        painter.setPen(QColor(self.theme.text))
        room = (WIDTH - 8.0) * scale
        title = self._small_metrics.elidedText(content.title, Qt.TextElideMode.ElideRight, room)
        left = (WIDTH * scale - self._small_metrics.horizontalAdvance(title)) / 2
        middle = (content.height + STRIPE) / 2 * scale
        painter.drawText(QPointF(left, _baseline(self._small_metrics, middle)), title)

    def _paint_words(self, painter: QPainter, content: CardContent) -> None:
        theme, wide = self.theme, WIDTH - 2 * INSET
        kind = content.kind if content.kind.lower() != content.title.lower() else ""
        painter.setFont(self._title)
        painter.setPen(QColor(theme.text))
        title = self._title_metrics.elidedText(content.title, Qt.TextElideMode.ElideRight, wide)
        painter.drawText(QPointF(INSET, _baseline(self._title_metrics, TITLE_Y)), title)
        painter.setFont(self._small)
        painter.setPen(QColor(theme.muted))
        room = wide - self._title_metrics.horizontalAdvance(title) - 8.0
        if kind and room > 0.6 * self._small_metrics.horizontalAdvance(kind):
            self._right(painter, kind, TITLE_Y, room)
        if content.mode == "bypass":
            return  # what passes by is said by the line that is drawn through
        if content.summary:
            self._left(painter, content.summary, SUMMARY_Y, wide)
        if content.shape:
            several = len(content.inputs) > 1
            room = wide * 0.62 if several else wide
            self._right(painter, content.shape, content.head + ROW / 2, room)

    def _paint_ports(self, painter: QPainter, content: CardContent) -> None:
        painter.setFont(self._small)
        for port in content.inputs:
            self._port(painter, port, 0.0)
            painter.setPen(QColor(self.theme.muted))
            self._left(painter, port.label, port.y, WIDTH * 0.5)
        for port in content.outputs:
            self._port(painter, port, WIDTH)
            painter.setPen(QColor(self.theme.muted))
            self._right(painter, port.label, port.y, WIDTH * 0.6)

    def _port(self, painter: QPainter, port: PortLook, x: float) -> None:
        painter.save()
        painter.translate(x, port.y)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        draw_port(painter, self.theme, port.kind, filled=port.wired, wrong=port.wrong)
        painter.restore()

    def _left(self, painter: QPainter, text: str, middle: float, room: float) -> None:
        shown = self._small_metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QPointF(INSET, _baseline(self._small_metrics, middle)), shown)

    def _right(self, painter: QPainter, text: str, middle: float, room: float) -> None:
        shown = self._small_metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        left = WIDTH - INSET - self._small_metrics.horizontalAdvance(shown)
        painter.drawText(QPointF(left, _baseline(self._small_metrics, middle)), shown)


def _sized(font: QFont, size_px: int, weight: QFont.Weight) -> QFont:
    sized = QFont(font)
    sized.setPixelSize(size_px)
    sized.setWeight(weight)
    # Letters keep their distances at every zoom.
    sized.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return sized


def _baseline(metrics: QFontMetricsF, middle: float) -> float:
    """Return the baseline under which capitals stand around the middle of a line."""
    return middle + metrics.capHeight() / 2
