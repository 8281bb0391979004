"""Palette: the blocks by family, with a search field; drag one out, or press Enter to place it."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QDrag,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLabel,
    QLineEdit,
    QToolTip,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from studio.app.offer import Offer
from studio.app.workspace import Workspace
from studio.core.blocks import BlockSpec
from studio.ui.theme import TEXT_PX, tokens

from .delegate import BlockDelegate
from .model import SPEC, PaletteTree, help_text, mime_of


class Palette(QWidget):
    """Every kind of block that can be placed."""

    place_requested = Signal(str)
    """The id of a kind of block that should be placed where the canvas is looked at."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._closed: set[str] = set()
        self.search = QLineEdit(self, placeholderText="Search blocks")
        self.search.setAccessibleName("Search blocks")
        self.search.setClearButtonEnabled(True)
        self.tree = BlockTree(self)
        self.blocks = PaletteTree(workspace.offer.specs.values(), self)
        self.tree.setModel(self.blocks)
        self._nothing = QLabel("No block is called that", self)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        self._nothing.setContentsMargins(0, 16, 0, 0)
        self._nothing.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 4, 0)
        layout.setSpacing(8)
        layout.addWidget(self.search)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self._nothing, 1)
        self.search.textChanged.connect(self._on_typed)
        self.search.installEventFilter(self)
        self.tree.activated.connect(self._on_activated)
        self.tree.collapsed.connect(self._on_collapsed)
        self.tree.expanded.connect(self._on_expanded)
        workspace.offer_changed.connect(self._on_offer)
        workspace.renewed.connect(self._on_offer)
        self._unfold()

    def refresh(self) -> None:
        """Show what can be placed anew, as after a plug-in came or went."""
        self.blocks.take(self._workspace.offer.specs.values(), self.search.text())
        self._unfold()

    def _on_offer(self, offer: Offer) -> None:
        if list(offer.specs.values()) != self.blocks.specs:
            self.refresh()

    def _unfold(self) -> None:
        """Open the families, but for those that were closed by hand; a search opens all."""
        searching = bool(self.search.text().strip())
        for row in range(self.blocks.rowCount()):
            index = self.blocks.index(row, 0)
            if searching or index.data() not in self._closed:
                self.tree.expand(index)
        found = self.blocks.rowCount() > 0
        self.tree.setVisible(found)
        self._nothing.setVisible(not found)
        if searching and found:
            self.tree.setCurrentIndex(self.blocks.index(0, 0, self.blocks.index(0, 0)))

    @Slot(str)
    def _on_typed(self, text: str) -> None:
        self.blocks.show(text)
        self._unfold()

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        spec = index.data(SPEC)
        if isinstance(spec, BlockSpec):
            self.place_requested.emit(spec.id)

    @Slot(QModelIndex)
    def _on_collapsed(self, index: QModelIndex) -> None:
        if not self.search.text().strip():
            self._closed.add(str(index.data()))

    @Slot(QModelIndex)
    def _on_expanded(self, index: QModelIndex) -> None:
        if not self.search.text().strip():
            self._closed.discard(str(index.data()))

    # Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        try:
            painter.fillRect(event.rect(), QColor(tokens(self).panel))
        finally:
            painter.end()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._on_activated(self.tree.currentIndex())
                return True
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self.tree.setFocus(Qt.FocusReason.TabFocusReason)
                self.tree.keyPressEvent(event)
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)


class BlockTree(QTreeView):
    """The list itself: rows that can be dragged out, help on F1, headings that fold."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Blocks by family")
        self.setItemDelegate(BlockDelegate(self))
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.setMouseTracking(True)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setExpandsOnDoubleClick(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.clicked.connect(self._on_clicked)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        if index.data(SPEC) is None:
            self.setExpanded(index, not self.isExpanded(index))

    # Qt

    def drawBranches(self, *_: object) -> None:
        """Leave the branches out: the delegate paints the whole row."""

    def startDrag(self, supported: Qt.DropAction) -> None:
        spec = self.currentIndex().data(SPEC)
        if isinstance(spec, BlockSpec):
            drag = QDrag(self)
            drag.setMimeData(mime_of(spec.id))
            drag.setPixmap(_chip(self, spec))
            drag.setHotSpot(QPoint(-12, -8))
            drag.exec(Qt.DropAction.CopyAction)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        spec = self.currentIndex().data(SPEC)
        if event.key() == Qt.Key.Key_F1 and isinstance(spec, BlockSpec):
            row = self.visualRect(self.currentIndex())
            QToolTip.showText(
                self.viewport().mapToGlobal(row.bottomLeft()), help_text(spec), self.viewport()
            )
        elif spec is None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_clicked(self.currentIndex())
        else:
            super().keyPressEvent(event)


def _chip(view: QWidget, spec: BlockSpec) -> QPixmap:
    """Return what hangs at the pointer while a block is dragged; the canvas shows the card."""
    theme = tokens(view)
    font = QFont(view.font())
    font.setPixelSize(TEXT_PX["small"])
    size = QSize(QFontMetrics(font).horizontalAdvance(spec.title) + 26, 22)
    pixmap = QPixmap(size * view.devicePixelRatioF())
    pixmap.setDevicePixelRatio(view.devicePixelRatioF())
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    try:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(theme.card_line))
        painter.setBrush(QColor(theme.raised))
        painter.drawRoundedRect(QRectF(0.5, 0.5, size.width() - 1, size.height() - 1), 4, 4)
        painter.fillRect(QRectF(6, 5, 4, 12), theme.family(spec.family))
        painter.setPen(QColor(theme.text))
        painter.setFont(font)
        painter.drawText(
            QRectF(16, 0, size.width(), size.height()), Qt.AlignmentFlag.AlignVCenter, spec.title
        )
    finally:
        painter.end()
    return pixmap
