"""BalanceCard: how many samples of each class every part holds, as bars."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from studio.core.recipes import Column
from studio.core.text import grouped
from studio.runs.events import Preview
from studio.ui.theme import tokens
from studio.ui.widgets.card import Card
from studio.ui.widgets.labels import Text

PARTS = ("train", "validation", "test")
_WORDS = {"train": "training", "validation": "validation", "test": "test"}
ROW_PX, BAR_PX = 20, 10
MOST = 12


class BalanceCard(Card):
    """Shown for data with classes."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Class balance", parent)
        self._more = Text("", self, "small")
        self.bars = Bars(self)
        self.add(self.bars)
        self.add(self._more)

    def show_balance(self, columns: tuple[Column, ...], preview: Preview) -> None:
        """Show the counts of a preview; without classes the card is not there."""
        labels = next((c.labels for c in columns if c.role == "target" and c.labels), ())
        names = sorted({name for part in preview.counts.values() for name in part}, key=int)
        rows = [
            (
                labels[int(name)] if int(name) < len(labels) else name,
                tuple(preview.counts.get(part, {}).get(name, 0) for part in PARTS),
            )
            for name in names
        ]
        self.bars.show_rows(rows[:MOST])
        self._more.say(f"and {len(rows) - MOST} more classes" if len(rows) > MOST else "")
        self.setVisible(bool(rows))


class Bars(QWidget):
    """One row a class: its name, its samples by part as a stacked bar, and their number."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows: list[tuple[str, tuple[int, ...]]] = []
        self.setAccessibleName("Samples by class and part")

    def show_rows(self, rows: list[tuple[str, tuple[int, ...]]]) -> None:
        """Show these classes."""
        self._rows = rows
        words = (f"{name}: {grouped(sum(counts))}" for name, counts in rows)
        self.setAccessibleDescription(", ".join(words))
        self.setFixedHeight(ROW_PX * (len(rows) + 1))
        self.update()

    def _paint_key(self, painter: QPainter, left: float, colours: list[QColor]) -> None:
        metrics, x = QFontMetricsF(self.font()), left
        for part, colour in zip(PARTS, colours, strict=True):
            painter.fillRect(QRectF(x, 5, BAR_PX, BAR_PX), colour)
            painter.setPen(QColor(tokens(self).muted))
            painter.drawText(QRectF(x + 16, 0, 200, ROW_PX), _CENTRED, _WORDS[part])
            x += 32 + metrics.horizontalAdvance(_WORDS[part])

    # Qt

    def sizeHint(self) -> QSize:
        return QSize(320, ROW_PX * (len(self._rows) + 1))

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, painter = tokens(self), QPainter(self)
        metrics = QFontMetricsF(self.font())
        widths = [metrics.horizontalAdvance(name) for name, _ in self._rows] or [0.0]
        left = min(max(widths), 160.0) + 12
        colours = [QColor(theme.series[place]) for place in (0, 4, 2)]
        self._paint_key(painter, left, colours)
        most = max((sum(counts) for _, counts in self._rows), default=1) or 1
        room = self.width() - left - 64
        for place, (name, counts) in enumerate(self._rows, 1):
            top = place * ROW_PX
            painter.setPen(QColor(theme.text))
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, left - 12)
            painter.drawText(QRectF(0, top, left - 12, ROW_PX), _CENTRED, shown)
            x = left
            for count, colour in zip(counts, colours, strict=True):
                width = room * count / most
                painter.fillRect(QRectF(x, top + 5, max(width - 1, 0), BAR_PX), colour)
                x += width
            painter.setPen(QColor(theme.muted))
            number = QRectF(x + 8, top, 64, ROW_PX)
            painter.drawText(number, _CENTRED, grouped(sum(counts)))


_CENTRED = Qt.AlignmentFlag.AlignVCenter
