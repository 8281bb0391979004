"""KeysDialog: every action with its key; a click records another one."""

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.app import shortcuts
from studio.app.actions import MENUS, Action
from studio.app.finding import score
from studio.app.studio import Studio
from studio.ui.icons import drawn
from studio.ui.theme import tokens
from studio.ui.widgets.labels import Text

PORTABLE = QKeySequence.SequenceFormat.PortableText
NATIVE = QKeySequence.SequenceFormat.NativeText
MODIFIERS = {
    Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr,
}  # fmt: skip
KEY_PX = 190


class KeysDialog(QDialog):
    """A list to read and to change; every change holds at once."""

    def __init__(self, studio: Studio, parent: QWidget) -> None:
        super().__init__(parent)
        self._studio = studio
        self._asked: tuple[str, str] = ("", "")
        self.setWindowTitle("Keyboard shortcuts")
        self.resize(560, 620)
        self.finished.connect(self.deleteLater)
        self.field = QLineEdit(self, placeholderText="Find an action or a key")
        self.field.setAccessibleName("Find an action or a key")
        self.field.textChanged.connect(self._filter)
        self.said = Text("Click a key to record another one; Backspace leaves none", self, "muted")
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setWidget(self._make_rows())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self.reset_all = buttons.addButton("Reset all", QDialogButtonBox.ButtonRole.ResetRole)
        self.reset_all.setAutoDefault(False)
        self.reset_all.clicked.connect(self._on_reset_all)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.field)
        column.addWidget(self.said)
        column.addWidget(area, 1)
        column.addWidget(buttons)
        studio.settings.changed.connect(self._on_setting)

    def _make_rows(self) -> QWidget:
        page = QWidget(self)
        page.setObjectName("panel")
        column = QVBoxLayout(page)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(2)
        rows = self._studio.actions.rows.values()
        actions = sorted((row for row in rows if isinstance(row, Action)), key=_place)
        self.rows = {action.id: KeyRow(action, page) for action in actions}
        for row in self.rows.values():
            column.addWidget(row)
            row.recorded.connect(self._on_recorded)
            row.reset_asked.connect(self._on_reset)
        column.addStretch(1)
        self._show_keys()
        return page

    def _show_keys(self) -> None:
        for row in self.rows.values():
            keys = shortcuts.keys_of(row.action, self._studio.settings)
            row.show_keys(keys)

    def _on_setting(self, name: str) -> None:
        if name == "keys":
            self._show_keys()

    @Slot(str)
    def _filter(self, text: str) -> None:
        for row in self.rows.values():
            words = f"{row.action.menu} {row.action.title} {row.key.text()}"
            row.setVisible(not text.strip() or score(text, words) is not None)

    @Slot(str, str)
    def _on_recorded(self, id_: str, key: str) -> None:
        settings, table = self._studio.settings, self._studio.actions
        owner = shortcuts.taken_by(table, settings, key, but=id_) if key else None
        shown = QKeySequence(key).toString(NATIVE)
        if owner is not None and self._asked != (id_, key):
            self._asked = (id_, key)
            title = owner.title.removesuffix("…")
            self.said.set_tone("warning")
            self.said.say(f"{shown} belongs to {title}; record it once more to take it over")
            return
        self._asked = ("", "")
        self.said.set_tone("muted")
        shortcuts.give(table, settings, id_, key)
        title = self.rows[id_].action.title.removesuffix("…")
        self.said.say(f"{title} is {shown} now" if key else f"{title} has no key now")

    @Slot(str)
    def _on_reset(self, id_: str) -> None:
        shortcuts.reset(self._studio.actions, self._studio.settings, id_)

    @Slot()
    def _on_reset_all(self) -> None:
        shortcuts.reset(self._studio.actions, self._studio.settings)


def _place(action: Action) -> tuple[int, str, int]:
    """Return where an action stands: as in the menus, those in none at the end."""
    top = action.menu.partition("/")[0]
    return (MENUS.index(top) if top in MENUS else len(MENUS)), action.menu, action.place


class KeyRow(QWidget):
    """An action, its key, and the way back to the declared one."""

    recorded = Signal(str, str)
    reset_asked = Signal(str)

    def __init__(self, action: Action, parent: QWidget) -> None:
        super().__init__(parent)
        self.action = action
        place = action.menu.replace("/", " › ")
        title = action.title.removesuffix("…")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        names = QGridLayout()
        names.setSpacing(8)
        names.addWidget(Text(title, self, wraps=False), 0, 0)
        names.addWidget(Text(place, self, "small", wraps=False), 0, 1)
        names.setColumnStretch(1, 1)
        self.key = KeyButton(title, self)
        self.key.recorded.connect(self._on_recorded)
        self.reset = QToolButton(self)
        self.reset.setObjectName("reset")
        self.reset.setFixedSize(24, 24)
        self.reset.setIcon(drawn("rotate-ccw", tokens(self).muted, 28))
        declared = "  ".join(QKeySequence(key).toString(NATIVE) for key in action.keys) or "none"
        self.reset.setAccessibleName(f"Reset the key of {title}")
        self.reset.setToolTip(f"Back to {declared}")
        self.reset.clicked.connect(self._on_reset)
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(policy)
        row.addLayout(names, 1)
        row.addWidget(self.key)
        row.addWidget(self.reset)

    def show_keys(self, keys: tuple[str, ...]) -> None:
        """Show the keys of the action."""
        self.key.show_keys(keys)
        self.reset.setVisible(keys != self.action.keys)

    @Slot(str)
    def _on_recorded(self, key: str) -> None:
        self.recorded.emit(self.action.id, key)

    @Slot()
    def _on_reset(self) -> None:
        self.reset_asked.emit(self.action.id)


class KeyButton(QPushButton):
    """Shows keys; pressed, it waits for others. Esc leaves them as they are."""

    recorded = Signal(str)

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = title
        self._words = ""
        self.waiting = False
        self.setFixedWidth(KEY_PX)
        self.setAutoDefault(False)
        self.clicked.connect(self._on_clicked)

    def show_keys(self, keys: tuple[str, ...]) -> None:
        """Show these keys."""
        self._words = "   ".join(QKeySequence(key).toString(NATIVE) for key in keys)
        self._wait(on=False)

    @Slot()
    def _on_clicked(self) -> None:
        self._wait(on=not self.waiting)

    def _wait(self, *, on: bool) -> None:
        self.waiting = on
        self.setText("Press keys…" if on else self._words or "None")
        self.setAccessibleName(f"Key of {self._title}: {self.text()}")

    # Qt

    def event(self, event: QEvent) -> bool:
        if self.waiting and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.waiting:
            super().keyPressEvent(event)
            return
        key = Qt.Key(event.key())
        if key in MODIFIERS:
            return
        self._wait(on=False)
        if key == Qt.Key.Key_Escape:
            return
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if key == Qt.Key.Key_Backspace and plain:
            self.recorded.emit("")
        else:
            self.recorded.emit(QKeySequence(event.keyCombination()).toString(PORTABLE))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._wait(on=False)
        super().focusOutEvent(event)
