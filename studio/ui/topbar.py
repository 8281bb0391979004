"""TopBar: what this is, where one is, and the buttons that train it."""

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QResizeEvent
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

TRAIN_PX = 92
ROOMY, CLOSE = 64, 42
"""Widths in letters' heights: below the first the sides share what room there is, and the device is
left to a tool tip; below the second Train has no word."""


class TopBar(QToolBar):
    """The bar over the pages; it does not move. In a narrow window it says less."""

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
        self._title = Title(self)
        self._pages = Segments([menus.deeds[f"view.{name}"] for name in PAGES], self)
        self._pages.chosen.connect(self.page_chosen)
        self._device = DeviceButton(studio.session, studio.workspace, self)
        self._play = QIcon()
        self._train = self._button(menus, "train.start", primary=True)
        menus.deeds["train.start"].changed.connect(self._show_play)
        self._train.setMenu(self._ways_to_train(menus))
        self._train.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        _fill(left, self._menu, self._title)
        others = [self._button(menus, f"train.{name}") for name in ("pause", "step", "stop")]
        _fill(right, None, self._train, *others, self._device)
        bar = QWidget(self)
        self._right = right
        self._row = QHBoxLayout(bar)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(left, 1)
        self._row.addWidget(self._pages)
        self._row.addWidget(right, 1)
        self.addWidget(bar)

    def show_title(self, title: str, *, dirty: bool) -> None:
        """Show the experiment's title, with a dot while it is not saved."""
        self._title.say(title, dirty=dirty)
        self._title.setAccessibleName(f"{title}, not saved" if dirty else title)

    def show_page(self, place: int) -> None:
        """Show which page is shown."""
        self._pages.choose(place)

    def set_icons(self, icons: Icons, theme: Tokens) -> None:
        """Take the icons of a theme."""
        self._menu.setIcon(icons.get("menu"))
        self._play = icons.get("play", theme.on_accent)
        self._show_play()

    def _fit(self) -> None:
        """Show as much as there is room for; the pages stand in the middle while they can."""
        letters = self.width() / self.fontMetrics().height()
        roomy, close = letters >= ROOMY, letters < CLOSE
        policy = QSizePolicy.Policy
        wanted = policy.Ignored if roomy else policy.Preferred
        self._right.setSizePolicy(wanted, policy.Preferred)
        self._row.setStretch(2, int(roomy))
        self._device.shorten(not roomy)
        style = Qt.ToolButtonStyle
        self._train.setToolButtonStyle(
            style.ToolButtonIconOnly if close else style.ToolButtonTextBesideIcon
        )
        self._train.setMinimumWidth(0 if close else TRAIN_PX)

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
            button.setMinimumWidth(TRAIN_PX)
        return button

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


class Title(QLabel):
    """What is open, with a dot while it is not saved, which is the last to go in a narrow bar."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._title, self._dot = "", ""
        self.setProperty("tone", "heading")
        self.setContentsMargins(4, 0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def say(self, title: str, *, dirty: bool) -> None:
        """Show a title."""
        self._title, self._dot = title, " ●" if dirty else ""
        self._elide()

    def _elide(self) -> None:
        metrics = self.fontMetrics()
        room = self.contentsRect().width() - metrics.horizontalAdvance(self._dot)
        shown = metrics.elidedText(self._title, Qt.TextElideMode.ElideRight, max(room, 0))
        self.setText(shown + self._dot)
        said = "Not saved yet" if self._dot else "Saved"
        self.setToolTip(said if shown == self._title else f"{self._title}. {said}")

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()


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
