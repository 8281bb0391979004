"""RunsPage: the list of runs, the curves of the chosen ones below, what is known beside."""

from PySide6.QtCore import QPoint, Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from studio.app import folders
from studio.app.reading import Beside
from studio.app.run_rows import columns_for, found, rows_of, shown_at_first, tags_of
from studio.app.run_view import read_columns, write_columns
from studio.app.session import SessionState
from studio.app.studio import Studio
from studio.runs.index import Run
from studio.ui.menus import Menus
from studio.ui.widgets.labels import Empty

from .details import WIDTH_PX, Details
from .filters import FilterBar
from .overlay import Overlay
from .table import RunTable

GLANCE_MS = 2500
"""How often new runs, and those under way, are looked at while the page is seen."""


class RunsPage(QWidget):
    """Everything that was trained."""

    def __init__(self, studio: Studio, menus: Menus, parent: QWidget) -> None:
        super().__init__(parent)
        self._studio = studio
        self._desk = studio.desk
        self._menus = menus
        self._columns = read_columns(folders.runs_view())
        self.setObjectName("page")
        self.setAccessibleName("Runs page")
        self.filters = FilterBar(self)
        self.table = RunTable(self)
        self.empty = Empty("", "", self)
        self.overlay = Overlay(self._beside, self)
        self.details = Details(studio, menus, self)
        self._lay_out()
        self._glances = QTimer(self, interval=GLANCE_MS)
        self._glances.timeout.connect(self._glance)
        self.filters.changed.connect(self.refresh)
        self.filters.columns_chosen.connect(self._on_columns)
        self.table.chosen.connect(self._on_chosen)
        self.table.opened.connect(menus.deeds["runs.show"].trigger)
        self.table.delete_asked.connect(menus.deeds["runs.delete"].trigger)
        self.table.menu_asked.connect(self._open_menu)
        self._desk.changed.connect(self._on_runs)
        self._desk.chosen_changed.connect(self._on_desk_chosen)
        studio.session.changed.connect(self._on_session)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """List what is wanted of what is known."""
        runs, bar = self._desk.runs, self.filters
        bar.show_tags(tags_of(runs))
        wanted = found(
            runs,
            bar.search.text(),
            state=bar.state,
            tag=bar.tag,
            favourite=bar.favourites.isChecked(),
        )
        known = columns_for(runs)
        shown = self._columns or shown_at_first(known)
        rows = rows_of(wanted, grouped_by_seed=bar.groups.isChecked())
        self.table.show_rows(rows, [column for column in known if column.id in shown], known)
        bar.columns.show_columns(known, shown)
        bar.show_count(len(wanted), len(runs), complete=self._desk.complete)
        self._say_empty(bool(wanted))

    def _say_empty(self, some: bool) -> None:
        self._list.setCurrentWidget(self.table if some else self.empty)
        if not self._desk.complete:
            title, sentence = "Reading the runs…", "The first time takes longer"
        elif self._desk.runs:
            title, sentence = "No run is like that", "Clear the search, or choose all states"
        else:
            title, sentence = "Nothing was trained yet", "Press Train, and the run is listed here"
        self.empty.title.say(title)
        self.empty.sentence.say(sentence)

    def _beside(self) -> Beside:
        return self._studio.front.beside

    def _lay_out(self) -> None:
        self._list = QStackedWidget(self)
        self._list.addWidget(self.table)
        self._list.addWidget(self.empty)
        left = QSplitter(Qt.Orientation.Vertical, self)
        left.addWidget(self._list)
        left.addWidget(self.overlay)
        left.setSizes([420, 220])
        left.setStretchFactor(0, 1)
        both = QSplitter(Qt.Orientation.Horizontal, self)
        both.addWidget(left)
        both.addWidget(self.details)
        both.setSizes([1100, WIDTH_PX])
        both.setStretchFactor(0, 1)
        for splitter in (left, both):
            splitter.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.filters)
        column.addWidget(both, 1)

    def _on_runs(self, _nothing: None) -> None:
        self.refresh()
        self._menus.refresh_soon()

    def _on_desk_chosen(self, runs: tuple[Run, ...]) -> None:
        chosen = {id_ for row in self.table.chosen_rows() for id_ in row.ids}
        if chosen != {run.id for run in runs}:
            self.table.choose(run.id for run in runs)

    def _on_session(self, _state: SessionState) -> None:
        if self.isVisible():
            self._glance()

    @Slot()
    def _glance(self) -> None:
        self._desk.look(self._studio.front.beside, glance=True)

    @Slot()
    def _on_chosen(self) -> None:
        rows = self.table.chosen_rows()
        self._desk.choose(run.id for row in rows for run in row.runs)
        self.overlay.show_rows(rows)
        self.details.show_runs([run for row in rows for run in row.runs])
        self._menus.refresh_soon()

    @Slot(list)
    def _on_columns(self, columns: list[str]) -> None:
        self._columns = columns
        self._studio.attempt(self._keep_columns)
        self.refresh()

    def _keep_columns(self) -> None:
        write_columns(folders.runs_view(), self._columns)

    @Slot(QPoint)
    def _open_menu(self, at: QPoint) -> None:
        self._menus.refresh()
        self._menus.contexts["run"].popup(at)

    # Qt

    def showEvent(self, event: QShowEvent) -> None:
        self._desk.look(self._studio.front.beside)
        self._glances.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._glances.stop()
        super().hideEvent(event)
