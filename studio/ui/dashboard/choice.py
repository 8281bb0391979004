"""Choice: one of a few by name, as a quiet word in a panel's header that opens a menu."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from studio.ui.icons import Icons
from studio.ui.theme import TEXT_PX, tokens


class Choice(QToolButton):
    """Shows the title of what is chosen; hidden while there is nothing to choose from.

    ``chosen`` tells the key that a person took.
    """

    chosen = Signal(str)

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._options: tuple[tuple[str, str], ...] = ()
        self._menu = QMenu(self)
        self._group: QActionGroup | None = None
        self._name = name
        self.setObjectName("choice")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow after the word
        self.setIconSize(QSize(12, 12))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setMenu(self._menu)
        self.setAccessibleName(name)
        self.setToolTip(name)
        font = self.font()
        font.setPixelSize(TEXT_PX["small"])
        self.setFont(font)
        self._menu.triggered.connect(self._on_triggered)
        self.hide()
        self._tint()

    @property
    def keys(self) -> list[str]:
        """What can be chosen."""
        return [key for key, _ in self._options]

    def offer(self, options: Sequence[tuple[str, str]], chosen: str, *, least: int = 1) -> None:
        """Offer these keys and titles; with fewer than ``least`` there is nothing to choose."""
        if tuple(options) != self._options:
            self._options = tuple(options)
            self._menu.clear()
            self._group = QActionGroup(self._menu)
            for key, title in options:
                action = self._menu.addAction(title)
                action.setData(key)
                action.setCheckable(True)
                self._group.addAction(action)
        for action in self._menu.actions():
            action.setChecked(action.data() == chosen)
        title = dict(self._options).get(chosen, "")
        if title != self.text():
            self.setText(title)
            self.setAccessibleDescription(title)
        self.setVisible(len(self._options) >= least)

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        self.chosen.emit(str(action.data()))

    def _tint(self) -> None:
        theme = tokens(self)
        self.setIcon(Icons(theme).get("chevron-down", theme.muted))

    # Qt

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()
        super().changeEvent(event)
