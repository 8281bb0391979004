"""CardDelegate: paints an exhibit as a card, and the heading of a group."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from studio.app.gallery import Exhibit
from studio.app.notices import capital
from studio.app.shelf import Label
from studio.ui.theme import TEXT_PX, Tokens, tokens

from .model import EXHIBIT, LABEL, Index
from .thumbnails import Thumbnails, Wanted

CARD_PX, PICTURE_PX, HEADING_PX, GAP_PX, PAD_PX = 248, 128, 44, 6, 12
LINES = 2
"""How many lines of the story a card has."""


class CardDelegate(QStyledItemDelegate):
    """Picture, title, the first words of the story, size and figure."""

    def __init__(self, view: QListView, thumbnails: Thumbnails) -> None:
        super().__init__(view)
        self._view = view
        self._thumbnails = thumbnails

    def _width(self) -> int:
        """Return how wide a card is when cards fill the view from side to side."""
        room = self._view.viewport().width() - 2
        return room // max(1, room // CARD_PX)

    def _paint_card(
        self, painter: QPainter, option: QStyleOptionViewItem, exhibit: Exhibit, label: Label | None
    ) -> None:
        theme = tokens(self._view)
        card = QRectF(option.rect).adjusted(GAP_PX, GAP_PX, -GAP_PX, -GAP_PX)
        shape = QPainterPath()
        shape.addRoundedRect(card, 8.0, 8.0)
        painter.fillPath(shape, QColor(theme.raised))
        painter.setClipPath(shape)
        self._paint_picture(painter, card, exhibit, theme)
        painter.setClipping(False)
        _paint_edge(painter, card, option, theme)
        words = card.adjusted(PAD_PX, PICTURE_PX + 8, -PAD_PX, -8)
        _paint_words(painter, words, exhibit, label, theme, option.font)

    def _paint_picture(
        self, painter: QPainter, card: QRectF, exhibit: Exhibit, theme: Tokens
    ) -> None:
        place = QRectF(card.topLeft(), card.size()).toRect()
        place.setHeight(PICTURE_PX)
        painter.fillRect(place, QColor(theme.canvas))
        size = (place.width(), PICTURE_PX)
        ratio = self._view.devicePixelRatioF()
        wanted = Wanted(exhibit, theme.name, size, ratio)
        picture = self._thumbnails.get(wanted, theme, self._view.font())
        if picture is not None:
            painter.drawPixmap(place.topLeft(), picture)

    # Qt

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        exhibit = index.data(EXHIBIT)
        if isinstance(exhibit, Exhibit):
            self._paint_card(painter, option, exhibit, index.data(LABEL))
        else:
            painter.setFont(_font(option.font, TEXT_PX["large"], bold=True))
            painter.setPen(QColor(tokens(self._view).text))
            place = QRectF(option.rect).adjusted(GAP_PX + 2, 8, 0, -4)
            bottom = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft
            painter.drawText(place, bottom, str(index.data()))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        if not isinstance(index.data(EXHIBIT), Exhibit):
            return QSize(self._view.viewport().width() - 2, HEADING_PX)
        title, line, small = (QFontMetricsF(font).lineSpacing() for font in _fonts(option.font))
        text = title + LINES * line + 2 * small + 8
        return QSize(self._width(), round(PICTURE_PX + text + 2 * GAP_PX + 16))


def _fonts(font: QFont) -> tuple[QFont, QFont, QFont]:
    """Return those of the title, of the line, and of what is measured."""
    normal = font.pixelSize()
    return _font(font, normal, bold=True), _font(font, normal - 1), _font(font, normal - 2)


def _font(font: QFont, size_px: int, *, bold: bool = False) -> QFont:
    made = QFont(font)
    made.setPixelSize(size_px)
    made.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return made


def _paint_edge(
    painter: QPainter, card: QRectF, option: QStyleOptionViewItem, theme: Tokens
) -> None:
    selected = bool(option.state & QStyle.StateFlag.State_Selected)
    hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
    colour = theme.accent if selected else theme.muted if hovered else theme.line
    width = 2.0 if selected else 1.0
    painter.setPen(QPen(QColor(colour), width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    inner = card.adjusted(width / 2, width / 2, -width / 2, -width / 2)
    painter.drawRoundedRect(inner, 8.0, 8.0)


def _paint_words(
    painter: QPainter,
    place: QRectF,
    exhibit: Exhibit,
    label: Label | None,
    theme: Tokens,
    font: QFont,
) -> None:
    title, line, small = _fonts(font)
    shown = label or Label(exhibit.name, "")
    y = _write(painter, place, place.top(), [shown.title], title, theme.text)
    wrapped = _wrapped(shown.line, line, place.width())
    _write(painter, place, y + 2, wrapped, line, theme.text)
    last = [shown.parameters, capital(shown.promise)]
    height = 2 * QFontMetricsF(small).lineSpacing()
    _write(painter, place, place.bottom() - height, last, small, theme.muted)


def _write(
    painter: QPainter, place: QRectF, top: float, lines: list[str], font: QFont, colour: str
) -> float:
    """Write lines that end in an ellipsis where there is no more room; return where they end."""
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setPen(QColor(colour))
    for text in lines:
        fits = metrics.elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(QPointF(place.left(), top + metrics.ascent()), fits)
        top += metrics.lineSpacing()
    return top


def _wrapped(text: str, font: QFont, width: float) -> list[str]:
    """Break a sentence into lines, the last of which may be too long."""
    metrics = QFontMetricsF(font)
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if metrics.horizontalAdvance(longer) > width and lines[-1] and len(lines) < LINES:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
