"""Docks: the panels around the pages: code, problems, history, and the dashboard's."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from studio.app.studio import Studio

from .code.view import CodeView
from .widgets.history import HistoryList
from .widgets.problems import ProblemList

CODE, PROBLEMS, HISTORY = "Code", "Problems", "History"


class Docks(QObject):
    """The panels of a window, by title. The dashboard's come after the first paint."""

    def __init__(self, studio: Studio, window: QMainWindow) -> None:
        super().__init__(window)
        self._studio = studio
        self._window = window
        self.code = CodeView(studio.workspace, window)
        self.problems = ProblemList(studio.workspace, window)
        self.history = HistoryList(studio.workspace.document, window)
        right, bottom = (
            Qt.DockWidgetArea.RightDockWidgetArea,
            Qt.DockWidgetArea.BottomDockWidgetArea,
        )
        self._docks = {
            CODE: self._add(CODE, self.code, right),
            HISTORY: self._add(HISTORY, self.history, right),
            PROBLEMS: self._add(PROBLEMS, self.problems, bottom),
        }

    def shown(self) -> dict[str, bool]:
        """Return the panels by title, and which are shown."""
        return {title: not dock.isHidden() for title, dock in self._docks.items()}

    def show_panel(self, title: str, *, shown: bool) -> None:
        """Show or hide a panel; one that is shown comes to the front of its tabs."""
        dock = self._docks.get(title)
        if dock is not None:
            dock.setVisible(shown)
            if shown:
                dock.raise_()

    def make_dashboard(self) -> None:
        """Make the charts; pyqtgraph is first imported here."""

    def arrange(self) -> None:
        """Put everything back where it first stood."""
        for dock in self._docks.values():
            dock.setFloating(False)
            dock.hide()

    def _add(self, title: str, panel: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self._window)
        dock.setObjectName(f"dock-{title.lower()}")
        dock.setWidget(panel)
        self._window.addDockWidget(area, dock)
        dock.hide()
        return dock
