"""CommandPalette: type some letters of a command, press Enter."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from studio.app.actions import Action, run_action
from studio.app.finding import ranked
from studio.app.shortcuts import keys_of
from studio.app.studio import Studio
from studio.ui.theme import tokens

WIDTH_PX, ROWS = 560, 10
ID, KEYS, ENABLED = (Qt.ItemDataRole.UserRole + offset for offset in range(3))


class CommandPalette(QFrame):
    """A child of the window that closes itself when it loses the keyboard.

    Closed by a key, it gives the keyboard back to whom it took it from.
    """

    def __init__(self, studio: Studio, window: QWidget) -> None:
        super().__init__(window)
        self._studio = studio
        self._over = window
        self._before: QWidget | None = None
        self._actions = {action.id: action for action in studio.actions.actions(studio)}
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.field = QLineEdit(self)
        self.field.setPlaceholderText("Find a command")
        self.field.setAccessibleName("Find a command")
        self.field.setClearButtonEnabled(False)
        self.list = QListWidget(self)
        self.list.setAccessibleName("Commands")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setItemDelegate(_KeysAtTheRight(self.list))
        self.list.setUniformItemSizes(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self.field.textChanged.connect(self._filter)
        self.field.returnPressed.connect(self._run)
        self.list.itemClicked.connect(self._run)
        self.field.installEventFilter(self)
        self._filter("")

    def open_up(self) -> None:
        """Show it over the window and take the keyboard."""
        parent = self._over
        width = min(WIDTH_PX, parent.width() - 32)
        self.setGeometry((parent.width() - width) // 2, 56, width, 56 + 30 * ROWS)
        self._before = parent.focusWidget()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot(str)
    def _filter(self, text: str) -> None:
        self.list.clear()
        for action in ranked(text, list(self._actions.values()), self._studio):
            menu = action.menu.replace("/", " › ")
            words = action.title_now(self._studio)
            item = QListWidgetItem(f"{menu} › {words}" if menu else words)
            keys = next(iter(keys_of(action, self._studio.settings)), "")
            shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
            item.setData(ID, action.id)
            item.setData(KEYS, shown)
            item.setData(ENABLED, action.when(self._studio))
            item.setToolTip(action.help)
            item.setSizeHint(QSize(0, 30))
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    @Slot()
    def _run(self) -> None:
        if not self.list.count() or not self.list.currentItem().data(ENABLED):
            return
        item = self.list.currentItem()
        action: Action = self._actions[item.data(ID)]
        self._leave()
        run_action(action, self._studio)

    def _leave(self) -> None:
        if self._before is not None and isValid(self._before):
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.close()

    # Qt

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.close()
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
            if step:
                row = (self.list.currentRow() + step) % max(self.list.count(), 1)
                self.list.setCurrentRow(row)
                return True
            if event.key() == Qt.Key.Key_Escape:
                self._leave()
                return True
        return False


class _KeysAtTheRight(QStyledItemDelegate):
    """Writes the shortcut at the right end of the row, and greys what cannot be done now."""

    # Qt

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        if not index.data(ENABLED):
            option.state &= ~option.state.State_Enabled

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().paint(painter, option, index)
        keys = index.data(KEYS)
        if keys:
            painter.save()
            painter.setPen(tokens(option.widget).muted)
            place = option.rect.adjusted(0, 0, -12, 0)
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(place, flags, keys)
            painter.restore()
