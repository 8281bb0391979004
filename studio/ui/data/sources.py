"""SourceList: all sets of data that are installed, with a line on each."""

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from studio.app.choosing import choose_source
from studio.app.workspace import Workspace
from studio.core.recipes import Source
from studio.ui.theme import tokens

WIDTH_PX = 264
ONCE_MS = 300
KIND, HELP = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


class SourceList(QListWidget):
    """A click chooses; input blocks of the drawing are fitted in the same step."""

    file_wanted = Signal(str)
    """A source of a person's own files was clicked."""

    def __init__(self, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.setAccessibleName("Sets of data")
        self.setFixedWidth(WIDTH_PX)
        self.setWordWrap(True)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setItemDelegate(_TwoLines(self))
        self.setStyleSheet("QListView { padding: 12px 8px; }")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        sources = workspace.catalog.sources.values()
        for source in sorted(sources, key=_own_first):
            item = QListWidgetItem(source.title)
            item.setData(KIND, source.id)
            item.setData(HELP, source.help)
            item.setToolTip(source.help)
            self.addItem(item)
        self._armed = True  # a click may also count as an activation, which asks once
        self.itemClicked.connect(self._on_chosen)
        self.itemActivated.connect(self._on_chosen)

    def refresh(self) -> None:
        """Show which one is chosen."""
        kind = self._workspace.document.experiment.data.source.kind
        for row in range(self.count()):
            if self.item(row).data(KIND) == kind:
                self.setCurrentRow(row)
                return
        self.setCurrentRow(-1)

    @Slot()
    def _arm(self) -> None:
        self._armed = True

    @Slot(QListWidgetItem)
    def _on_chosen(self, item: QListWidgetItem) -> None:
        experiment = self._workspace.document.experiment
        kind = str(item.data(KIND))
        if self._workspace.catalog.sources[kind].examine:
            self.refresh()
            if self._armed:
                self._armed = False
                self.file_wanted.emit(kind)
                QTimer.singleShot(ONCE_MS, self._arm)
        elif kind != experiment.data.source.kind:
            self._workspace.apply(choose_source(experiment, kind, self._workspace.catalog))


def _own_first(source: Source) -> bool:
    return not source.examine


class _TwoLines(QStyledItemDelegate):
    """The title, and under it what the data are."""

    def _help_font(self, font: QFont) -> QFont:
        small = QFont(font)
        small.setPixelSize(font.pixelSize() - 2)
        return small

    # Qt

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        lines = min(_lines(str(index.data(HELP)), option, self._help_font(option.font)), 3)
        return QSize(WIDTH_PX - 40, 32 + 15 * lines)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        theme = tokens(option.widget)
        box = option.rect.adjusted(0, 1, 0, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if chosen or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.selection if chosen else theme.window))
            painter.drawRoundedRect(box, 6, 6)
        title = QFont(option.font)
        title.setWeight(QFont.Weight.DemiBold if chosen else QFont.Weight.Normal)
        painter.setFont(title)
        painter.setPen(QColor(theme.text))
        painter.drawText(box.adjusted(10, 7, -8, 0), 0, str(index.data()))
        painter.setFont(self._help_font(option.font))
        painter.setPen(QColor(theme.text if chosen else theme.muted))
        place = box.adjusted(10, 25, -8, -4)
        painter.drawText(place, Qt.TextFlag.TextWordWrap, str(index.data(HELP)))
        painter.restore()


def _lines(text: str, option: QStyleOptionViewItem, font: QFont) -> int:
    metrics = QFontMetrics(font)
    box = metrics.boundingRect(
        QRect(0, 0, WIDTH_PX - 46, 400), Qt.TextFlag.TextWordWrap.value, text
    )
    return round(box.height() / metrics.lineSpacing())
