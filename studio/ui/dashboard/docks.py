"""DashboardDocks: the panels as docks of a window, drawn when they are seen and have news.

Decision: one timer asks all panels, at most 30 times a second, and rests while there is no news. A
signal for each event would draw a busy run's charts thousands of times a second.
"""

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QMainWindow

from studio.app.diagnosis import Diagnosis
from studio.app.overlaid import Overlaid
from studio.app.workspace import Workspace
from studio.core.document import Diff
from studio.core.edits import SetLayout, SetPanel
from studio.core.experiment import Experiment
from studio.runs.record import RUN, Record
from studio.runs.spec import Option, Watch

from .arrangement import Arrangement
from .cursor import Cursor
from .panel import Panel, PanelContext, PanelSpec, declared_panels
from .time_bar import TimeBar

FRAME_MS: Final = 33
_SETTLE_MS: Final = 400


class DashboardDocks(QObject):
    """All declared panels, each in a dock; they share a cursor and look at one record.

    What is arranged or chosen becomes an edit of the document, so it is saved and undone with the
    rest. ``watch_changed`` tells what the engine should look at now.
    """

    watch_changed = Signal(object)

    def __init__(
        self,
        window: QMainWindow,
        record: Record,
        workspace: Workspace | None = None,
        overlaid: Overlaid | None = None,
        diagnosis: Diagnosis | None = None,
    ) -> None:
        super().__init__(window)
        self.cursor = Cursor(self)
        self.time_bar = TimeBar(record, self.cursor, window)
        self.time_bar.toggles = self.toggle_actions
        window.addToolBar(Qt.ToolBarArea.BottomToolBarArea, self.time_bar)
        self.panels: dict[str, Panel] = {}
        self.docks: dict[str, QDockWidget] = {}
        self._window = window
        self._record = record
        self._workspace = workspace
        self._shared = (overlaid, diagnosis)
        self._specs = {spec.id: spec for spec in declared_panels()}
        self._arrangement = Arrangement(window, self.docks, self.panels, self._specs)
        self._seen: dict[str, tuple[int, ...]] = {}
        self._closed = False
        self._opening = False
        self._watch = Watch()
        self._timer = QTimer(self, interval=FRAME_MS)
        self._timer.timeout.connect(self._refresh_due)
        self._settling = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settling.timeout.connect(self.remember_layout)
        for spec in self._specs.values():
            self._add(spec)
        self._arrangement.restore(self._layout)
        record.changed.connect(self._on_news)
        if workspace is not None:
            workspace.document.changed.connect(self._on_document)
            workspace.document.restarting.connect(self._on_restarting)
        self._tell_watch()
        self._wake()

    @property
    def record(self) -> Record:
        """The run that is shown."""
        return self._record

    @property
    def watch(self) -> Watch:
        """What the engine should look at for the panels that are open."""
        return self._watch

    @property
    def resting(self) -> bool:
        """Whether no panel that can be seen has news."""
        return not self._timer.isActive()

    def toggle_actions(self) -> list[QAction]:
        """Return for every panel the action that opens and closes it."""
        return [dock.toggleViewAction() for dock in self.docks.values()]

    def show_panel(self, id_: str, *, shown: bool) -> None:
        """Open a panel and bring it to the front, or close it; kept with the experiment."""
        dock = self.docks.get(id_)
        if dock is None:
            return
        if dock.isHidden() == shown:
            dock.setVisible(shown)
            self._settling.start()
        if shown:
            dock.raise_()
        self._wake()

    def set_record(self, record: Record) -> None:
        """Show another run."""
        self._record.changed.disconnect(self._on_news)
        self._record = record
        record.changed.connect(self._on_news)
        self._seen.clear()
        self.time_bar.set_record(record)
        for panel in self.panels.values():
            panel.set_record(record)
        self._wake()

    def reset_layout(self) -> None:
        """Put all panels back where they first stood; one step of undo."""
        self._arrangement.make()
        self._tell_watch()
        if self._workspace is not None:
            self._workspace.apply(SetLayout("", label="Reset panels", merge=""))

    @Slot()
    def remember_layout(self) -> None:
        """Keep with the experiment how the docks stand now."""
        state = self._arrangement.state
        if self._workspace is not None and state != self._layout:
            self._workspace.apply(SetLayout(state))

    def close(self) -> None:
        """Stop looking at the record."""
        self._closed = True
        self._timer.stop()
        self.time_bar.stop()
        self._settling.stop()
        self._record.changed.disconnect(self._on_news)

    # making

    def add(self, spec: PanelSpec) -> QDockWidget:
        """Add a panel of a plug-in, where it last stood or else behind the last one."""
        self._add(spec)
        self._specs[spec.id] = spec
        dock = self.docks[spec.id]
        self._arrangement.add(spec)
        self._tell_watch()
        self._wake()
        return dock

    def remove(self, id_: str) -> None:
        """Take a panel of a plug-in away."""
        if self._specs.pop(id_, None) is None:
            return
        dock, panel = self.docks.pop(id_), self.panels.pop(id_)
        self._seen.pop(id_, None)
        panel.hide()
        self._window.removeDockWidget(dock)
        dock.deleteLater()
        self._tell_watch()

    def _add(self, spec: PanelSpec) -> None:
        kept = self._workspace.document.experiment.dashboard.panels if self._workspace else {}
        settings = kept.get(spec.id, {})
        told = (self._record, self.cursor, self._workspace, settings, *self._shared)
        panel = spec.make(PanelContext(*told))
        panel.setToolTip(spec.help)
        dock = QDockWidget(spec.title, self._window)
        dock.setObjectName(f"panel-{spec.id}")
        dock.setAccessibleName(spec.title)
        dock.setWidget(panel)
        dock.toggleViewAction().setStatusTip(spec.help)
        dock.installEventFilter(self)
        self.panels[spec.id], self.docks[spec.id] = panel, dock
        dock.visibilityChanged.connect(self._on_shown)
        dock.topLevelChanged.connect(self._on_moved)
        dock.dockLocationChanged.connect(self._on_moved)
        dock.toggleViewAction().triggered.connect(self._on_toggled)
        panel.title_changed.connect(dock.setWindowTitle)
        panel.settings_changed.connect(self._on_settings)
        panel.watch_changed.connect(self._tell_watch)
        panel.outdated.connect(self._wake)
        panel.panel_asked.connect(self._on_panel_asked)

    def _adapt(self) -> None:
        """Open what has something to show now, unless a person arranged the panels."""
        if not self._layout:
            self._arrangement.adapt()
            self._tell_watch()

    @property
    def _layout(self) -> str:
        return self._workspace.document.experiment.dashboard.layout if self._workspace else ""

    # news

    def _on_news(self, topics: frozenset[str]) -> None:
        if RUN in topics:
            self._adapt()
        self._wake()

    @Slot()
    def _wake(self) -> None:
        if not self._closed and not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _refresh_due(self) -> None:
        """Draw the panels that can be seen, have news and are due; rest when none has any."""
        self._tell_watch()
        self.time_bar.refresh()
        waiting = False
        for id_, panel in self.panels.items():
            news = tuple(self._record.versions[topic] for topic in sorted(panel.topics))
            if news == self._seen.get(id_) and not panel.stale:
                continue
            if not panel.isVisible() or panel.visibleRegion().isEmpty():
                continue
            if not panel.pace.due:
                waiting = True
                continue
            panel.stale = False
            self._seen[id_] = news
            panel.refresh()
            panel.tell_cost()
            panel.pace.refreshed()
        if not waiting:
            self._timer.stop()

    @Slot(bool)
    def _on_shown(self, _shown: bool) -> None:
        self._wake()  # not more: this is also told while the window goes

    @Slot()
    def _tell_watch(self) -> None:
        probes: dict[str, dict[str, Option]] = {}
        for id_, panel in self.panels.items():
            if id_ in self.docks and not self.docks[id_].isHidden():
                for probe, options in panel.wanted.items():
                    probes.setdefault(probe, {}).update(options)
        watch = Watch(probes=probes)
        if watch != self._watch:
            self._watch = watch
            self.watch_changed.emit(watch)

    @Slot(str)
    def _on_panel_asked(self, id_: str) -> None:
        """Bring a panel to the front, one that was closed too."""
        self.show_panel(id_, shown=True)

    # the document

    @Slot(bool)
    def _on_toggled(self, shown: bool) -> None:
        self._on_moved()  # Qt has shown or hidden it already
        for dock in self.docks.values():
            if shown and dock.toggleViewAction() is self.sender():
                dock.raise_()

    @Slot()
    def _on_moved(self) -> None:
        if not self._arrangement.busy:
            self._settling.start()

    @Slot(object)
    def _on_settings(self, settings: dict[str, bool | int | float | str]) -> None:
        panel = self.sender()
        id_ = next((id_ for id_, other in self.panels.items() if other is panel), "")
        if self._workspace is not None and id_:
            self._workspace.apply(SetPanel(id_, settings))

    def _on_restarting(self, _experiment: Experiment) -> None:
        self._opening = True
        self._settling.stop()  # how the docks stood belongs to the last experiment

    def _on_document(self, change: Diff) -> None:
        if self._opening:
            self._opening = False
            self._adapt()
        if not change.dashboard:
            return
        before, after = change.before.dashboard, change.after.dashboard
        if after.layout not in {before.layout, self._arrangement.state}:
            self._arrangement.restore(after.layout)
            self._tell_watch()
        for id_, panel in self.panels.items():
            if before.panels.get(id_) != after.panels.get(id_):
                panel.show_settings(after.panels.get(id_, {}))
                panel.mark_stale()

    # Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Close and not self._arrangement.busy:
            self._settling.start()
        return super().eventFilter(watched, event)
