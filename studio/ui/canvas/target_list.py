"""TargetList: draw a wire by the keyboard alone; the inputs that fit, the nearest first."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from studio.app.rewiring import Target
from studio.ui.theme import tokens

WIDTH_PX, MOST_ROWS, ROW_PX = 320, 9, 26
_STEPS = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageUp: -8,
    Qt.Key.Key_PageDown: 8,
}


class TargetList(QFrame):
    """A search field over a list; Enter draws the wire, Esc and a click elsewhere close."""

    chosen = Signal(object)
    looked_at = Signal(object)
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._host = parent
        self._targets: Sequence[Target] = ()
        self._field = QLineEdit(self, placeholderText="Wire to")
        self._field.setAccessibleName("Search inputs to wire to")
        self._list = QListWidget(self)
        self._list.setAccessibleName("Inputs that fit")
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setUniformItemSizes(True)
        self._list.viewport().setAutoFillBackground(False)
        self._nothing = QLabel("No free input fits", self)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        for part in (self._field, self._list, self._nothing):
            column.addWidget(part)
        self._field.textChanged.connect(self._on_typed)
        self._field.installEventFilter(self)
        self._list.currentItemChanged.connect(self._on_current)
        self._list.itemClicked.connect(self._on_clicked)
        self.hide()

    @property
    def words(self) -> list[str]:
        """What is offered, best first."""
        return [self._list.item(row).text() for row in range(self._list.count())]

    def open_at(self, at: QPoint, targets: Sequence[Target]) -> None:
        """Offer inputs at a point of the parent."""
        self._targets = targets
        self._field.clear()
        self._on_typed("")
        area = self._host.rect().adjusted(4, 4, -4, -4)
        x = max(area.left(), min(at.x(), area.right() - self.width()))
        self.move(x, max(area.top(), min(at.y(), area.bottom() - self.height())))
        self.show()
        self.raise_()
        self._field.setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        """Close without choosing."""
        if self.isVisible():
            self.hide()
            self.looked_at.emit(None)
            self.closed.emit()

    @Slot(str)
    def _on_typed(self, text: str) -> None:
        self._list.clear()
        for target in self._targets:
            if text.lower() in target.words.lower():
                item = QListWidgetItem(target.words, self._list)
                item.setData(Qt.ItemDataRole.UserRole, target)
        self._list.setCurrentRow(0)
        count = self._list.count()
        self._list.setVisible(count > 0)
        self._nothing.setVisible(count == 0)
        high = min(max(count, 2), MOST_ROWS) * ROW_PX + 2
        self._list.setFixedHeight(high)
        self.resize(WIDTH_PX, high + self._field.sizeHint().height() + 22)

    @Slot(QListWidgetItem, QListWidgetItem)
    def _on_current(self, item: QListWidgetItem | None, _before: object) -> None:
        self.looked_at.emit(item.data(Qt.ItemDataRole.UserRole) if item else None)

    @Slot(QListWidgetItem)
    def _on_clicked(self, item: QListWidgetItem) -> None:
        self.hide()
        self.looked_at.emit(None)
        self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))

    # Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = tokens(self), QPainter(self)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(theme.card_line))
            painter.setBrush(QColor(theme.raised))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8.0, 8.0)
        finally:
            painter.end()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = Qt.Key(event.key())
            if key in _STEPS:
                row = self._list.currentRow() + _STEPS[key]
                self._list.setCurrentRow(min(max(row, 0), self._list.count() - 1))
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                item = self._list.currentItem()
                if item is not None:
                    self._on_clicked(item)
                return True
            if key == Qt.Key.Key_Escape:
                self.dismiss()
                return True
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.dismiss()
        return super().eventFilter(watched, event)
