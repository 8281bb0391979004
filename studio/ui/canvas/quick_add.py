"""QuickAdd: type the name of a block where it is wanted."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QListView, QVBoxLayout, QWidget

from studio.app.search import found_blocks
from studio.core.blocks import BlockSpec
from studio.ui.palette.delegate import ROW_PX, BlockDelegate
from studio.ui.palette.model import BlockList
from studio.ui.theme import tokens

WIDTH_PX, MOST_ROWS = 280, 9
_MOVES = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}


class QuickAdd(QFrame):
    """A search field with the blocks that fit; Enter chooses, Esc and a click elsewhere close."""

    chosen = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._host = parent
        self._specs: Sequence[BlockSpec] = ()
        self._field = QLineEdit(self, placeholderText="Name of a block")
        self._field.setAccessibleName("Search blocks to add")
        self._field.setClearButtonEnabled(False)
        self._list = QListView(self)
        self._list.setAccessibleName("Blocks found")
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setUniformItemSizes(True)
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setMouseTracking(True)
        self._list.setItemDelegate(BlockDelegate(self._list, family=True))
        self._found = BlockList(self._list)
        self._list.setModel(self._found)
        self._nothing = QLabel("No block of this name fits here", self)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        for part in (self._field, self._list, self._nothing):
            layout.addWidget(part)
        self._list.viewport().setAutoFillBackground(False)
        self._field.textChanged.connect(self._on_typed)
        self._list.clicked.connect(self._on_clicked)
        self._field.installEventFilter(self)
        self.hide()

    @property
    def titles(self) -> list[str]:
        """The blocks that are offered, best first."""
        return [spec.title for spec in self._found.specs]

    def open_at(self, at: QPoint, specs: Sequence[BlockSpec]) -> None:
        """Offer blocks at a point of the parent."""
        self._specs = specs
        self._field.clear()
        self._on_typed("")
        area = self._host.rect().adjusted(4, 4, -4, -4)
        x = max(area.left(), min(at.x(), area.right() - self.width()))
        y = max(area.top(), min(at.y(), area.bottom() - self.height()))
        self.move(x, y)
        self.show()
        self.raise_()
        self._field.setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        """Close without choosing."""
        if self.isVisible():
            self.hide()
            self.closed.emit()

    @Slot(str)
    def _on_typed(self, text: str) -> None:
        self._found.show(found_blocks(text, self._specs))
        self._list.setVisible(bool(self._found.specs))
        self._nothing.setVisible(not self._found.specs)
        self._list.setCurrentIndex(self._found.index(0, 0))
        rows = min(max(len(self._found.specs), 2), MOST_ROWS)
        self._list.setFixedHeight(rows * ROW_PX + 2)
        self.resize(WIDTH_PX, rows * ROW_PX + 2 + self._field.sizeHint().height() + 22)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        self._choose(index.row())

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self._found.specs):
            kind = self._found.specs[row].id
            self.hide()
            self.chosen.emit(kind)

    def _step(self, event: QKeyEvent) -> None:
        count, row = len(self._found.specs), self._list.currentIndex().row()
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8}.get(
            Qt.Key(event.key()), 8
        )
        row = (row + by) % max(count, 1) if abs(by) == 1 else min(max(row + by, 0), count - 1)
        self._list.setCurrentIndex(self._found.index(row, 0))

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
            key = event.key()
            if key in _MOVES:
                self._step(event)
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
                self._choose(self._list.currentIndex().row())
                return True
            if key == Qt.Key.Key_Escape:
                self.dismiss()
                return True
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.dismiss()
        return super().eventFilter(watched, event)
