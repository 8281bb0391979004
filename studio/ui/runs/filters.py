"""FilterBar: which runs are listed, whether seeds are one group, which columns are shown."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QMenu, QToolButton, QWidget

from studio.app.run_rows import Column
from studio.core.params import Param
from studio.core.text import grouped, plural
from studio.runs.index import STATES
from studio.ui.icons import Icons
from studio.ui.theme import tokens
from studio.ui.widgets.fields import ChoiceField

ANY_STATE, ANY_TAG = "All states", "All tags"
PATIENCE_MS = 60


class FilterBar(QWidget):
    """A field to search in, and choices beside it. ``changed`` when other runs are wanted."""

    changed = Signal()
    columns_chosen = Signal(list)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Search titles, tags, notes, data")
        self.search.setAccessibleName("Search runs")
        self.search.setClearButtonEnabled(True)
        self.states = ChoiceField(Param("state", ANY_STATE, choices=(ANY_STATE, *STATES)), self)
        self.states.setAccessibleName("State")
        self.tags = ChoiceField(Param("tag", ANY_TAG, choices=(ANY_TAG, "")), self)
        self.tags.setAccessibleName("Tag")
        self.favourites = self._switch("Favourites", "Show favourites alone")
        self.groups = self._switch("Group seeds", "One row for runs that differ in the seed alone")
        self.columns = _ColumnButton(self)
        self.count = QLabel(self)
        self.count.setProperty("tone", "muted")
        self._icon = self.search.addAction(Icons(tokens(self)).get("search", tokens(self).muted),
                                           QLineEdit.ActionPosition.LeadingPosition)  # fmt: skip
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(8)
        row.addWidget(self.search, 1)
        for part in (self.states, self.tags, self.favourites, self.groups, self.columns):
            row.addWidget(part)
        row.addWidget(self.count)
        self._soon = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._soon.timeout.connect(self.changed)
        self.search.textChanged.connect(self._on_typed)
        for choice in (self.states, self.tags):
            choice.changed.connect(self._on_chosen)
        for switch in (self.favourites, self.groups):
            switch.toggled.connect(self._on_toggled)
        self.columns.chosen.connect(self.columns_chosen)
        self.show_tags(())

    @property
    def state(self) -> str:
        """The state that is wanted; empty for any."""
        return self.states.currentText() if self.states.currentIndex() > 0 else ""

    @property
    def tag(self) -> str:
        """The tag that is wanted; empty for any."""
        return self.tags.currentText() if self.tags.currentIndex() > 0 else ""

    def show_tags(self, tags: Sequence[str]) -> None:
        """Offer these tags; the chosen one stays, if it is still in use."""
        known = [self.tags.itemText(place) for place in range(self.tags.count())]
        if known != [ANY_TAG, *tags]:
            chosen = self.tag
            self.tags.clear()
            self.tags.addItems([ANY_TAG, *tags])
            self.tags.setCurrentIndex(max(self.tags.findText(chosen), 0) if chosen else 0)

    def show_count(self, shown: int, known: int, *, complete: bool) -> None:
        """Say how many runs are listed."""
        words = plural(known, "run") if shown == known else f"{grouped(shown)} of {grouped(known)}"
        self.count.setText(words if complete else f"{words}, reading…")

    def _switch(self, text: str, help_: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setToolTip(help_)
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    @Slot()
    def _on_typed(self) -> None:
        self._soon.start()

    @Slot(object)
    def _on_chosen(self, _value: object) -> None:
        self.changed.emit()

    @Slot(bool)
    def _on_toggled(self, _on: bool) -> None:
        self.changed.emit()

    # Qt

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            theme = tokens(self)
            self._icon.setIcon(Icons(theme).get("search", theme.muted))
        super().changeEvent(event)


class _ColumnButton(QToolButton):
    """A menu of all columns, each on or off."""

    chosen = Signal(list)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setText("Columns")
        self.setToolTip("Choose the columns of the list")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self)
        self.setMenu(self._menu)
        self._actions: list[QAction] = []

    def show_columns(self, columns: Sequence[Column], shown: Sequence[str]) -> None:
        """Offer these columns, with a mark at those that are shown."""
        ids = [column.id for column in columns]
        if ids != [action.data() for action in self._actions]:
            self._menu.clear()
            self._actions = [self._add(column) for column in columns]
        for action in self._actions:
            action.setChecked(action.data() in shown)

    def _add(self, column: Column) -> QAction:
        action = self._menu.addAction("Favourite" if column.id == "favourite" else column.title)
        action.setCheckable(True)
        action.setData(column.id)
        action.triggered.connect(self._on_triggered)
        return action

    @Slot()
    def _on_triggered(self) -> None:
        self.chosen.emit([action.data() for action in self._actions if action.isChecked()])
