"""Docks: the panels around the pages: story, code, problems, history, and the dashboard's."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from studio.app.afterwards import Afterwards
from studio.app.diagnosis import Diagnosis
from studio.app.front import CODE, HISTORY, PROBLEMS, STORY
from studio.app.studio import Studio
from studio.runs.spec import Watch

from .bridge import Pulse
from .code.view import CodeView
from .statusline import StatusLine
from .story.panel import StoryPanel
from .widgets.history import HistoryList
from .widgets.problems import ProblemList

if TYPE_CHECKING:
    from .dashboard.docks import DashboardDocks
    from .dashboard.panel import PanelSpec

SIDE_PX = {STORY: 300, CODE: 440, HISTORY: 260, PROBLEMS: 320}
"""How wide the side opens for a panel; afterwards it stays as it is dragged."""
MOST_OF_WINDOW = 0.4
"""The greatest part of a narrow window that a panel opens over at first."""


DIAGNOSIS = "Diagnosis"
"""The title of the panel with what is wrong with the run."""


class Docks(QObject):
    """The panels of a window, by title. The dashboard's come after the first paint."""

    def __init__(self, studio: Studio, window: QMainWindow) -> None:
        super().__init__(window)
        self._studio = studio
        self._window = window
        self._dashboard: DashboardDocks | None = None
        self._afterwards: Afterwards | None = None
        self.story = StoryPanel(studio, window)
        self.code = CodeView(studio.workspace, window)
        self.problems = ProblemList(studio.workspace, window)
        self.history = HistoryList(studio.workspace.document, window)
        self.problems.fix_asked.connect(self._on_fix)
        right = Qt.DockWidgetArea.RightDockWidgetArea
        self._docks = {
            STORY: self._add(STORY, self.story, right),
            CODE: self._add(CODE, self.code, right),
            HISTORY: self._add(HISTORY, self.history, right),
            PROBLEMS: self._add(PROBLEMS, self.problems, right),
        }
        for title in (CODE, HISTORY, PROBLEMS):
            window.tabifyDockWidget(self._docks[STORY], self._docks[title])
        self._sized: set[str] = set()

    def shown(self) -> dict[str, bool]:
        """Return the panels by title, and which are shown."""
        return {title: not dock.isHidden() for title, dock in self._docks.items()}

    def show_panel(self, title: str, *, shown: bool) -> None:
        """Show or hide a panel; one that is shown comes to the front of its tabs."""
        dock = self._docks.get(title)
        if dock is not None and self._dashboard and dock in self._dashboard.docks.values():
            self._dashboard.show_panel(dock.objectName().removeprefix("panel-"), shown=shown)
        elif dock is not None:
            dock.setVisible(shown)
            if shown:
                dock.raise_()
                self._give_room(dock)

    def _give_room(self, dock: QDockWidget) -> None:
        """Open the right hand side wide enough to read, once for each panel."""
        title = next((t for t in SIDE_PX if self._docks[t] is dock), "")
        if title and title not in self._sized:
            self._sized.add(title)
            width = min(SIDE_PX[title], int(self._window.width() * MOST_OF_WINDOW))
            self._window.resizeDocks([dock], [width], Qt.Orientation.Horizontal)

    def make_dashboard(self) -> None:
        """Make the charts, after the first paint."""
        if self._dashboard is not None:
            return
        from .dashboard.docks import DashboardDocks
        from .dashboard.exporting import Exporting

        studio = self._studio
        told = (studio.record, studio.workspace, studio.overlaid, studio.diagnosis)
        self._follow(studio.diagnosis)
        self._dashboard = DashboardDocks(self._window, *told)
        self._dashboard.watch_changed.connect(self._on_watch)
        self._exporting = Exporting(studio, self._dashboard, self._window)
        self._afterwards = Afterwards(studio.session, studio.trainer, studio.notices)
        self._on_watch(self._dashboard.watch)
        self._docks.update({dock.accessibleName(): dock for dock in self._dashboard.docks.values()})

    def _follow(self, diagnosis: Diagnosis) -> None:
        """Let findings be counted below, lead to their blocks, and their remedies be tried."""
        Pulse(diagnosis.try_out.session, self)
        diagnosis.block_asked.connect(self._on_block)
        diagnosis.changed.connect(self._on_findings)
        status = self._window.statusBar()
        if isinstance(status, StatusLine):
            status.findings_asked.connect(self._show_findings)
        diagnosis.begin()

    def _on_block(self, block: str) -> None:
        self._studio.front.center_on(block)

    def _on_findings(self, _nothing: None) -> None:
        status = self._window.statusBar()
        if isinstance(status, StatusLine):
            status.show_findings(len(self._studio.diagnosis.roots))

    @Slot()
    def _show_findings(self) -> None:
        self.show_panel(DIAGNOSIS, shown=True)

    def add_panel(self, spec: "PanelSpec") -> None:
        """Show a panel of a plug-in among the charts."""
        if self._dashboard is not None:
            self._docks[spec.title] = self._dashboard.add(spec)

    def remove_panel(self, spec: "PanelSpec") -> None:
        """Take a panel of a plug-in away."""
        if self._dashboard is not None:
            self._docks.pop(spec.title, None)
            self._dashboard.remove(spec.id)

    def close(self) -> None:
        """Look at the record no more."""
        if self._dashboard is not None:
            self._dashboard.close()
            self._dashboard = None

    def arrange(self) -> None:
        """Put everything back where it first stood."""
        for title in SIDE_PX:
            self._docks[title].setFloating(False)
            self._docks[title].hide()
        if self._dashboard is not None:
            self._dashboard.reset_layout()

    @Slot(str)
    def _on_fix(self, block: str) -> None:
        self._studio.front.ask_fix(block)

    @Slot(object)
    def _on_watch(self, watch: Watch) -> None:
        self._studio.trainer.watch(watch)
        if self._afterwards is not None:
            self._afterwards.look()

    def _add(self, title: str, panel: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self._window)
        dock.setObjectName(f"dock-{title.lower()}")
        dock.setWidget(panel)
        self._window.addDockWidget(area, dock)
        dock.hide()
        return dock
