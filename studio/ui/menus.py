"""Menus: the action table as Qt actions, with menus, shortcuts and the words of the moment."""

from typing import get_args

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from studio.app.actions import MENUS, Action, ActionList, Context, Row, run_action
from studio.app.shortcuts import keys_of
from studio.app.studio import Studio

from .icons import Icons


class Deed(QAction):
    """One row of the table."""

    def __init__(self, action: Action, studio: Studio, parent: QObject) -> None:
        super().__init__(action.title, parent)
        self.action = action
        self._studio = studio
        self.setObjectName(action.id)
        self.setCheckable(action.checked is not None)
        self.take_keys()
        self.triggered.connect(self._run)
        self.refresh()

    def take_keys(self) -> None:
        """Follow the keys that are declared or were chosen."""
        keys = keys_of(self.action, self._studio.settings)
        self.setShortcuts([QKeySequence(key) for key in keys])

    def refresh(self) -> None:
        """Take over the words and the state of the moment."""
        words = self.action.title_now(self._studio)
        keys = self.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        self.setText(words.replace("&", "&&"))
        help_ = f"\n{self.action.help}" if self.action.help else ""
        self.setToolTip(f"{words}{f'  {keys}' if keys else ''}{help_}")
        self.setEnabled(self.action.when(self._studio))
        if self.action.checked is not None:
            self.setChecked(self.action.checked(self._studio))

    @Slot()
    def _run(self) -> None:
        run_action(self.action, self._studio)
        self.refresh()


class ListMenu(QMenu):
    """A menu whose rows are looked up whenever it opens."""

    def __init__(self, row: ActionList, studio: Studio, parent: QWidget) -> None:
        super().__init__(row.title, parent)
        self._row = row
        self._studio = studio
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._fill)

    @Slot()
    def _fill(self) -> None:
        self.clear()
        for action in self._row.rows(self._studio):
            self.addAction(Deed(action, self._studio, self))
        if self.isEmpty():
            self.addAction(self._row.empty).setEnabled(False)


class Menus(QObject):
    """All deeds of a window. They are looked at anew, once, after whatever may change them."""

    refreshed = Signal()

    def __init__(self, studio: Studio, window: QWidget) -> None:
        super().__init__(window)
        self._studio = studio
        self._window = window
        self._submenus: list[tuple[QMenu, str]] = []
        self.deeds = {
            row.id: Deed(row, studio, self)
            for row in studio.actions.rows.values()
            if isinstance(row, Action)
        }
        window.addActions(list(self.deeds.values()))
        self.main = QMenu("Main menu", window)
        for name in MENUS:
            self._fill(self.main.addMenu(name), name)
        self.contexts: dict[str, QMenu] = {}
        for about in get_args(Context):
            self.contexts[about] = QMenu(about.capitalize(), window)
            self._add_rows(self.contexts[about], studio.actions.context(about), by_menu=True)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.refresh)
        studio.settings.changed.connect(self._on_setting)
        window.installEventFilter(self)

    def _on_setting(self, name: str) -> None:
        if name == "keys":
            for deed in self.deeds.values():
                deed.take_keys()
            self.refresh_soon()

    @Slot()
    def refresh_soon(self) -> None:
        """Look at everything anew once the present event is done."""
        self._soon.start()

    @Slot()
    def refresh(self) -> None:
        """Look at everything anew."""
        for deed in self.deeds.values():
            deed.refresh()
        self.refreshed.emit()

    def set_icons(self, icons: Icons) -> None:
        """Give every deed and menu its icon in the colours of the theme."""
        for deed in self.deeds.values():
            deed.setIcon(icons.get(deed.action.icon))
        for menu, icon in self._submenus:
            menu.setIcon(icons.get(icon))

    def _fill(self, menu: QMenu, name: str) -> None:
        menu.setToolTipsVisible(False)
        self._add_rows(menu, self._studio.actions.menu(name))
        for inner in self._menus_inside(name):
            menu.addSeparator()
            self._fill(menu.addMenu(inner.rpartition("/")[2]), inner)

    def _add_rows(self, menu: QMenu, rows: list[Row], *, by_menu: bool = False) -> None:
        """Fill a menu, with a line where the tens of the places change, or the menus."""
        last: tuple[str, int] | None = None
        for row in rows:
            group = (row.menu if by_menu else "", row.place // 10)
            if last is not None and group != last:
                menu.addSeparator()
            last = group
            if isinstance(row, ActionList):
                submenu = ListMenu(row, self._studio, menu)
                self._submenus.append((submenu, row.icon))
                menu.addMenu(submenu)
            else:
                menu.addAction(self.deeds[row.id])

    def _menus_inside(self, name: str) -> list[str]:
        rows = self._studio.actions.rows.values()
        return sorted({row.menu for row in rows if row.menu.rpartition("/")[0] == name})

    # Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Two keys may come in one turn of the event loop: before Qt looks for the deed of the
        # second, its state has to follow from the first.
        if event.type() == QEvent.Type.ShortcutOverride and self._soon.isActive():
            self._soon.stop()
            self.refresh()
        return False
