"""Comparing: a panel over the canvas with what differs, and the marks on the blocks."""

from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.app.comparing import Comparison, Row
from studio.core.compare_marks import Change
from studio.core.marks import Frame
from studio.ui.icons import drawn
from studio.ui.theme import TEXT_PX, Tokens, tokens

from .canvas.areas import rect_of
from .canvas.canvas import Canvas
from .canvas.geometry import HEAD, RADIUS, ROW, WIDTH
from .widgets.labels import Text

ROW_PX, MOST_ROWS = 24, 6
DIFFERENCE = Qt.ItemDataRole.UserRole
SIGNS: dict[Change, str] = {"added": "+", "removed": "−", "changed": "~"}
LINES: dict[Change, Qt.PenStyle] = {
    "added": Qt.PenStyle.SolidLine,
    "removed": Qt.PenStyle.DashLine,
    "changed": Qt.PenStyle.DashDotLine,
}
"""Told apart by eyes that see no colours, too."""


class ComparePanel(QWidget):
    """What differs in words; a click or Enter goes there."""

    found = Signal(str)

    def __init__(self, comparison: Comparison, canvas: Canvas, parent: QWidget) -> None:
        super().__init__(parent)
        self._comparison = comparison
        self._canvas = canvas
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.said = Text("", self, "heading")
        self.shut = QToolButton(self)
        self.shut.setIcon(drawn("x", tokens(self).muted, 32))
        self.shut.setAccessibleName("Stop comparing")
        self.shut.setToolTip("Stop comparing")
        self.shut.clicked.connect(self._on_close)
        self.list = QListWidget(self)
        self.list.setAccessibleName("Differences")
        self.list.setUniformItemSizes(True)
        self.list.itemClicked.connect(self._go_to)
        self.list.itemActivated.connect(self._go_to)
        head = QHBoxLayout()
        head.addWidget(self.said, 1)
        head.addWidget(self.shut)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 8, 6)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.list)
        comparison.changed.connect(self._on_changed)
        canvas.overlays.append(self.paint_marks)
        self.hide()

    def _on_changed(self, _nothing: None) -> None:
        self.setVisible(self._comparison.on)
        self._canvas.update()
        if not self._comparison.on:
            return
        self.said.say(self._comparison.summary())
        kept = self.list.currentRow()
        self.list.clear()
        rows = self._comparison.rows()
        for row in rows:
            item = QListWidgetItem(f"{SIGNS[row.change]}  {row.text}")
            item.setData(DIFFERENCE, row)
            item.setForeground(_colour(tokens(self), row.change))
            self.list.addItem(item)
        self.list.setCurrentRow(min(kept, len(rows) - 1))
        self.list.setVisible(bool(rows))
        self.list.setFixedHeight(min(len(rows), MOST_ROWS) * ROW_PX + 6)

    @Slot(QListWidgetItem)
    def _go_to(self, item: QListWidgetItem) -> None:
        row = item.data(DIFFERENCE)
        if isinstance(row, Row):
            block = self._comparison.go_to(row)
            if block:
                self.found.emit(block)
            elif row.view is not None:
                zoom = self._canvas.camera.zoom if row.frame else row.view.zoom
                self._canvas.show_view(replace(row.view, zoom=zoom))

    @Slot()
    def _on_close(self) -> None:
        self._comparison.close()
        self._canvas.setFocus()

    def paint_marks(self, painter: QPainter) -> None:
        """Paint frames and signs on what differs, in view pixels over the drawing."""
        if not self._comparison.on:
            return
        where, theme, zoom = self._canvas.workspace.where, tokens(self), self._canvas.camera.zoom
        for block, change in self._comparison.marks(where).items():
            if block in self._canvas.model.row:
                _mark(painter, theme, self._canvas.node_rect(block), change, zoom)
        for node in self._comparison.removed(where):
            place = self._canvas.view_from_scene(QPointF(node.x, node.y))
            rect = QRectF(place.x(), place.y(), WIDTH * zoom, (HEAD + ROW + 8.0) * zoom)
            _mark(painter, theme, rect, "removed", zoom)
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, node.title)
        for mark in self._comparison.frames(where):
            seen = mark.after or mark.before
            if isinstance(seen, Frame):
                rect = self._canvas.camera.rect_to_view(rect_of(seen))
                _mark(painter, theme, rect, mark.change, zoom)
            elif isinstance(seen, tuple):
                self._mark_bends(painter, seen, _colour(theme, mark.change))

    def _mark_bends(
        self, painter: QPainter, points: tuple[tuple[float, float], ...], colour: QColor
    ) -> None:
        painter.setPen(QPen(colour, 2.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for point in points:
            painter.drawEllipse(self._canvas.view_from_scene(QPointF(*point)), 8.0, 8.0)


def _mark(painter: QPainter, theme: Tokens, rect: QRectF, change: Change, zoom: float) -> None:
    colour = _colour(theme, change)
    painter.setPen(QPen(colour, 2.5, LINES[change]))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect.adjusted(-3, -3, 3, 3), RADIUS * zoom, RADIUS * zoom)
    badge = QRectF(rect.left() - 12.0, rect.top() - 12.0, 18.0, 18.0)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(badge)
    font = QFont(painter.font())
    font.setPixelSize(TEXT_PX["normal"])
    font.setWeight(QFont.Weight.Bold)
    painter.setFont(font)
    painter.setPen(QColor(theme.card if theme.name == "light" else theme.canvas))
    painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, SIGNS[change])
    painter.setPen(colour)


def _colour(theme: Tokens, change: Change) -> QColor:
    return QColor({"added": theme.good, "removed": theme.gone, "changed": theme.warning}[change])
