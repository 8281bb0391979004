"""Picker: any of many by name, with words that narrow the list, as a button in a panel's header."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
    QWidgetAction,
)

from studio.core.text import plural
from studio.ui.icons import Icons
from studio.ui.theme import TEXT_PX, tokens

_WIDE_PX, _ROW_PX, _MOST_ROWS = 280, 24, 12


class Picker(QToolButton):
    """Says how many are picked; ``picked`` tells the names that a person ticked, in order."""

    picked = Signal(list)

    def __init__(self, name: str, noun: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._noun = noun
        self._names: tuple[str, ...] = ()
        self.setObjectName("choice")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow after the word
        self.setIconSize(QSize(12, 12))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setAccessibleName(name)
        self.setToolTip(name)
        font = self.font()
        font.setPixelSize(TEXT_PX["small"])
        self.setFont(font)
        self.words = QLineEdit(self)
        self.words.setPlaceholderText("Find")
        self.words.setAccessibleName(f"Find a {noun}")
        self.words.setClearButtonEnabled(True)
        for button in self.words.findChildren(QToolButton):
            button.setAccessibleName("Show all again")
        self.list = QListWidget(self)
        self.list.setAccessibleName(name)
        self.all = QPushButton("All found", self)
        self.none = QPushButton("None", self)
        self.setMenu(self._make_menu())
        self.words.textChanged.connect(self._narrow)
        self.list.itemChanged.connect(self._on_ticked)
        self.all.clicked.connect(self._pick_found)
        self.none.clicked.connect(self._pick_none)
        self._tint()

    @property
    def found(self) -> list[str]:
        """The names that have all the words asked for."""
        items = (self.list.item(row) for row in range(self.list.count()))
        return [item.text() for item in items if not item.isHidden()]

    def offer(self, names: Sequence[str], picked: Iterable[str]) -> None:
        """Offer these names, some of which are picked."""
        chosen = set(picked)
        self.list.blockSignals(True)
        if tuple(names) != self._names:
            self._names = tuple(names)
            self.list.clear()
            self.list.addItems(list(names))
            rows = min(max(len(names), 3), _MOST_ROWS)
            tall = max(self.list.sizeHintForRow(0), _ROW_PX)
            self.list.setFixedHeight(rows * tall + 2 * self.list.frameWidth() + 2)
        for item in self._items():
            on = item.text() in chosen
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
        self.list.blockSignals(False)
        self._narrow(self.words.text())
        count = len(chosen & set(names))
        one = next((name for name in names if name in chosen), "")
        self.setText(one if count == 1 else plural(count, self._noun, "series"))
        self.setVisible(bool(names))

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(row) for row in range(self.list.count())]

    def _make_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # unlike the button's own
        page = QWidget(menu)
        page.setFixedWidth(_WIDE_PX)
        column = QVBoxLayout(page)
        column.setContentsMargins(6, 6, 6, 6)
        buttons = QHBoxLayout()
        buttons.addWidget(self.all)
        buttons.addWidget(self.none)
        buttons.addStretch(1)
        column.addWidget(self.words)
        column.addWidget(self.list)
        column.addLayout(buttons)
        action = QWidgetAction(menu)
        action.setDefaultWidget(page)
        menu.addAction(action)
        menu.aboutToShow.connect(self._on_opened)
        return menu

    def _tell(self) -> None:
        ticked = [i.text() for i in self._items() if i.checkState() == Qt.CheckState.Checked]
        self.picked.emit(ticked)

    @Slot()
    def _on_opened(self) -> None:
        self.words.setFocus()

    @Slot(str)
    def _narrow(self, text: str) -> None:
        wanted = text.lower().split()
        for item in self._items():
            item.setHidden(not all(word in item.text().lower() for word in wanted))

    @Slot(QListWidgetItem)
    def _on_ticked(self, _item: QListWidgetItem) -> None:
        self._tell()

    @Slot()
    def _pick_found(self) -> None:
        found = set(self.found)
        self.list.blockSignals(True)
        for item in self._items():
            if item.text() in found:
                item.setCheckState(Qt.CheckState.Checked)
        self.list.blockSignals(False)
        self._tell()

    @Slot()
    def _pick_none(self) -> None:
        self.list.blockSignals(True)
        for item in self._items():
            item.setCheckState(Qt.CheckState.Unchecked)
        self.list.blockSignals(False)
        self._tell()

    def _tint(self) -> None:
        theme = tokens(self)
        self.setIcon(Icons(theme).get("chevron-down", theme.muted))

    # Qt

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()
        super().changeEvent(event)
