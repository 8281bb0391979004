"""Labels: a few words on a small plate near the pointer or a wire."""

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from studio.ui.theme import TEXT_PX, Tokens

WIDEST_PX = 320.0


def draw_label(
    painter: QPainter, theme: Tokens, text: str, at: QPointF, within: QSizeF, *, wrong: bool = False
) -> None:
    """Draw words on a plate near a point, moved so that all of it is seen.

    A fact stands centred over the point; what is ``wrong`` stands below and right of it, in red.
    """
    font = QFont(painter.font())
    font.setPixelSize(TEXT_PX["small"])
    painter.setFont(font)
    flags = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft)
    limit = QRectF(0, 0, min(WIDEST_PX, within.width() - 24.0), 400.0)
    size = QFontMetricsF(font).boundingRect(limit, flags, text).size()
    plate = QRectF(at, QSizeF(size.width() + 17.0, size.height() + 10.0))
    plate.translate(*((16.0, 18.0) if wrong else (-plate.width() / 2, -54.0)))
    plate.moveLeft(max(4.0, min(plate.left(), within.width() - plate.width() - 4.0)))
    plate.moveTop(max(4.0, min(plate.top(), within.height() - plate.height() - 4.0)))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(theme.error if wrong else theme.card_line), 1.0))
    painter.setBrush(QColor(theme.raised))
    painter.drawRoundedRect(plate, 4.0, 4.0)
    painter.setPen(QColor(theme.error if wrong else theme.text))
    painter.drawText(plate.adjusted(8.0, 5.0, -8.0, -5.0), flags, text)
    painter.setBrush(Qt.BrushStyle.NoBrush)
