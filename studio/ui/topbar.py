"""TopBar: what this is, where one is, and the buttons that train it."""

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolBar,
    QToolButton,
    QWidget,
)

from studio.app.front import PAGES
from studio.app.studio import Studio

from .device_button import DeviceButton
from .icons import Icons
from .menus import Menus
from .theme import Tokens
from .widgets.segments import Segments


class TopBar(QToolBar):
    """The bar over the pages; it does not move."""

    page_chosen = Signal(int)

    def __init__(self, menus: Menus, studio: Studio, parent: QWidget) -> None:
        super().__init__("Top bar", parent)
        self.setObjectName("top-bar")
        self.setMovable(False)
        self.setFixedHeight(44)
        self.setIconSize(QSize(18, 18))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        left, right = _side(self), _side(self)
        self._menu = self._menu_button(menus)
        self._title = QLabel(self)
        self._title.setProperty("tone", "heading")
        self._title.setContentsMargins(4, 0, 0, 0)
        self._pages = Segments([menus.deeds[f"view.{name}"] for name in PAGES], self)
        self._pages.chosen.connect(self.page_chosen)
        device = DeviceButton(studio.session, studio.workspace, self)
        self._play = QIcon()
        self._train = self._button(menus, "train.start", primary=True)
        menus.deeds["train.start"].changed.connect(self._show_play)
        self._train.setMenu(self._ways_to_train(menus))
        self._train.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        _fill(left, self._menu, self._title, None)
        others = [self._button(menus, f"train.{name}") for name in ("pause", "step", "stop")]
        _fill(right, None, self._train, *others, device)
        bar = QWidget(self)
        row = QHBoxLayout(bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(left, 1)
        row.addWidget(self._pages)
        row.addWidget(right, 1)
        self.addWidget(bar)

    def show_title(self, title: str, *, dirty: bool) -> None:
        """Show the experiment's title, with a dot while it is not saved."""
        self._title.setText(f"{title} ●" if dirty else title)
        self._title.setToolTip("Not saved yet" if dirty else "Saved")
        self._title.setAccessibleName(f"{title}, not saved" if dirty else title)

    def show_page(self, place: int) -> None:
        """Show which page is shown."""
        self._pages.choose(place)

    def set_icons(self, icons: Icons, theme: Tokens) -> None:
        """Take the icons of a theme."""
        self._menu.setIcon(icons.get("menu"))
        self._play = icons.get("play", theme.on_accent)
        self._show_play()

    @Slot()
    def _show_play(self) -> None:
        """The accent's own colour: the button takes the action's icon whenever that changes."""
        self._train.setIcon(self._play)

    def _menu_button(self, menus: Menus) -> QToolButton:
        button = QToolButton(self)
        button.setMenu(menus.main)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setAccessibleName("Main menu")
        button.setToolTip("Main menu  Alt+M")
        button.setShortcut("Alt+M")
        return button

    def _ways_to_train(self, menus: Menus) -> QMenu:
        menu = QMenu("Ways to train", self)
        menu.setToolTipsVisible(True)
        menu.addActions([menus.deeds[f"train.{name}"] for name in ("start", "on", "go-on")])
        return menu

    def _button(self, menus: Menus, id_: str, *, primary: bool = False) -> QToolButton:
        button = QToolButton(self)
        button.setDefaultAction(menus.deeds[id_])
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if primary:
            button.setObjectName("primary")
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setMinimumWidth(92)
        return button


def _side(parent: QWidget) -> QWidget:
    """Return one of the two equal sides, whatever stands in them: the pages stay in the middle."""
    side = QWidget(parent)
    side.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return side


def _fill(side: QWidget, *parts: QWidget | None) -> None:
    row = QHBoxLayout(side)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(4)
    for part in parts:
        if part is None:
            row.addStretch(1)
        else:
            row.addWidget(part)
