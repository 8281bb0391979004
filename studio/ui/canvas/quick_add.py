"""QuickAdd: type the name of a block where it is wanted."""

from collections.abc import Callable, Sequence
from html import escape

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QListView, QVBoxLayout, QWidget

from studio.app.building import Chain, is_chain
from studio.app.search import found_blocks
from studio.core.blocks import BlockSpec
from studio.ui.palette.delegate import ROW_PX, BlockDelegate
from studio.ui.palette.model import BlockList
from studio.ui.theme import Tokens, tokens

WIDTH_PX, WIDE_PX, MOST_ROWS = 280, 420, 9
_MOVES = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}


class QuickAdd(QFrame):
    """A search field with the blocks that fit; Enter chooses, Esc and a click elsewhere close."""

    chosen = Signal(str)
    built = Signal(str)
    """A line such as ``conv 64 3 > relu`` that should become blocks."""
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._host = parent
        self._specs: Sequence[BlockSpec] = ()
        self._read: Callable[[str], Chain] | None = None
        self._chain: Chain | None = None
        self._field = QLineEdit(self, placeholderText="Name of a block, or conv 64 3 > relu")
        self._field.setAccessibleName("Search blocks to add")
        self._field.setClearButtonEnabled(False)
        self._make_list()
        self._nothing = QLabel("No block of this name fits here", self)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.line = QLabel(self)
        self.line.setWordWrap(True)
        self.line.setTextFormat(Qt.TextFormat.RichText)
        self.line.setAccessibleName("What the line means")
        self.line.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        for part in (self._field, self.line, self._list, self._nothing):
            layout.addWidget(part)
        self._field.textChanged.connect(self._on_typed)
        self._list.clicked.connect(self._on_clicked)
        self._field.installEventFilter(self)
        self.hide()

    def _make_list(self) -> None:
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
        self._list.viewport().setAutoFillBackground(False)

    @property
    def titles(self) -> list[str]:
        """The blocks that are offered, best first."""
        return [spec.title for spec in self._found.specs]

    def open_at(
        self,
        at: QPoint,
        specs: Sequence[BlockSpec],
        read: Callable[[str], Chain] | None = None,
    ) -> None:
        """Offer blocks at a point of the parent; ``read`` tells what a typed line means."""
        self._specs = specs
        self._read = read
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
        found = [] if is_chain(text) else found_blocks(text, self._specs)
        self._chain = None
        if self._read is not None and text.strip() and not found:
            self._chain = self._read(text)
        self._found.show(found)
        self._list.setVisible(bool(found))
        self._nothing.setVisible(not found and self._chain is None)
        self.line.setVisible(self._chain is not None)
        self.line.setText(_in_words(text, self._chain, tokens(self)) if self._chain else "")
        self._list.setCurrentIndex(self._found.index(0, 0))
        rows = min(max(len(self._found.specs), 2), MOST_ROWS)
        self._list.setFixedHeight(rows * ROW_PX + 2)
        wide = WIDTH_PX if self._chain is None else WIDE_PX
        below = rows * ROW_PX + 2
        if self._chain is not None:
            below = self.line.heightForWidth(wide - 16) + 4
        self.resize(wide, below + self._field.sizeHint().height() + 22)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        self._choose(index.row())

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self._found.specs):
            kind = self._found.specs[row].id
            self.hide()
            self.chosen.emit(kind)

    def _accept(self) -> None:
        """Place the chosen block or the chain; a line that is wrong stays to be corrected."""
        if self._chain is None:
            self._choose(self._list.currentIndex().row())
        elif self._chain.edit is not None:
            text = self._field.text()
            self.hide()
            self.built.emit(text)

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
                self._accept()
                return True
            if key == Qt.Key.Key_Escape:
                self.dismiss()
                return True
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.dismiss()
        return super().eventFilter(watched, event)


def _in_words(text: str, chain: Chain, theme: Tokens) -> str:
    """Return what a line means; of a wrong one the line with the wrong word marked, and why."""
    if chain.edit is not None:
        return escape(chain.preview)
    before, wrong, after = (
        escape(part)
        for part in (text[: chain.start], text[chain.start : chain.end], text[chain.end :])
    )
    marked = f'<span style="color:{theme.error}"><u>{wrong or "␣"}</u></span>'
    return f"{before}{marked}{after}<br>{escape(chain.preview)}"
