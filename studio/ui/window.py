"""MainWindow: the frame around pages and panels. It shows and asks; the studio decides."""

from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QObject, QPoint, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from studio.app.front import CODE, PAGES, PROBLEMS, STORY, NoFront
from studio.app.notices import Notice
from studio.app.own_data import source_for
from studio.app.session import SessionState
from studio.app.studio import Studio
from studio.app.workspace import Marked
from studio.core.carrying import PICTURES
from studio.core.check import Checked
from studio.core.document import Diff
from studio.core.fileio import SUFFIX
from studio.core.graph import NodeId

from .bridge import Pulse
from .dialogs.leaving import ask_leaving
from .icons import Icons
from .look import Look
from .menus import Menus
from .statusline import StatusLine
from .topbar import TopBar
from .widgets.notice_bar import NoticeBar


class MainWindow(QMainWindow):
    """One window over one studio.

    A ``bare`` one is the frame alone, which is on the screen a quarter of a second sooner:
    ``furnish`` brings the pages and the panels after the first paint.
    """

    def __init__(self, studio: Studio, look: Look, *, bare: bool = False) -> None:
        super().__init__()
        self.studio = studio
        self._look = look
        self._may_close = False
        self.setObjectName("window")
        self.resize(1440, 900)
        self.setMinimumSize(680, 420)
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self.menus = Menus(studio, self)
        self._bar = TopBar(self.menus, studio, self)
        self.addToolBar(self._bar)
        self._status = StatusLine(studio.session, self)
        self.setStatusBar(self._status)
        self._centre = QWidget(self)
        self._notices = NoticeBar(self._centre)
        self._column = QVBoxLayout(self._centre)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.setCentralWidget(self._centre)
        self._on_look()
        if not bare:
            self.furnish()

    def furnish(self) -> None:
        """Make the pages and the panels, and let them follow the studio."""
        from .activity import Activity  # NumPy and the canvas: not before the first paint
        from .docks import Docks
        from .front import WindowFront
        from .pages import Pages

        studio = self.studio
        self.pages = Pages(studio, self.menus, self._centre)
        self._column.addWidget(self.pages, 1)
        self.docks = Docks(studio, self)
        self._pulse = Pulse(studio.session, self)
        self._leave = QTimer(self, singleShot=True, interval=0)
        self._leave.timeout.connect(self.close)
        self._activity = Activity(studio, self.pages.build.canvas)
        studio.front = WindowFront(studio, self, self.pages, self.docks)
        self._connect()
        self._show_all()

    def plug_in(self) -> None:
        """Take what plug-ins have for a window; comes after the charts."""
        from .plugging import KeyTaker, PanelTaker, PluginPulse, ThemeTaker

        host = self.studio.plugins.host
        self._keys = KeyTaker(self.studio, self)
        host.attach(ThemeTaker(self._look))
        host.attach(PanelTaker(self.studio, self.docks))
        self._plugins = PluginPulse(self.studio, self)
        self._plugins.start()
        self.studio.plugins.poll()

    def _connect(self) -> None:
        studio, workspace = self.studio, self.studio.workspace
        workspace.document.changed.connect(self._on_changed)
        workspace.selection_changed.connect(self._on_selection)
        workspace.marked_changed.connect(self._on_marked)
        workspace.checked_changed.connect(self._on_checked)
        studio.filing.changed.connect(self._on_filed)
        studio.notices.changed.connect(self._on_notices)
        studio.settings.changed.connect(self._on_setting)
        studio.session.changed.connect(self._on_session)
        self._look.changed.connect(self._on_look)
        self._bar.page_chosen.connect(self._on_page_chosen)
        self.pages.turned.connect(self._on_turned)
        self._status.problems_asked.connect(self._show_problems)
        self.docks.problems.block_asked.connect(self._center_on)
        self.docks.code.block_asked.connect(self._center_on)
        self.docks.story.block_asked.connect(self._center_on)
        self.pages.build.inspector.code_asked.connect(self._show_code)
        self.pages.build.inspector.story_asked.connect(self._show_story)
        self.pages.build.beginning.asked.connect(self.studio.run)
        self.pages.build.canvas.installEventFilter(self)
        self.pages.build.canvas.context_requested.connect(self._open_context_menu)
        self._notices.answered.connect(self._on_answered)
        self._notices.dismissed.connect(self._on_dismissed)

    def _show_all(self) -> None:
        self._on_setting("minimap")
        self._on_filed(None)
        self._on_checked(self.studio.workspace.checked)
        self._on_notices(self.studio.notices.open)
        self._bar.show_page(0)
        self.pages.build.canvas.setFocus()

    def restore_place(self) -> None:
        """Stand where the window last stood."""
        geometry = self.studio.settings.window
        if geometry:
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode()))

    # What the studio tells

    def _on_changed(self, change: Diff) -> None:
        self.menus.refresh_soon()
        if change.training:
            self._on_checked(self.studio.workspace.checked)
        if change.before.title != change.after.title:
            self._on_filed(None)

    def _on_selection(self, _selection: frozenset[NodeId]) -> None:
        self.menus.refresh_soon()

    def _on_marked(self, _marked: Marked) -> None:
        self.menus.refresh_soon()

    def _on_setting(self, name: str) -> None:
        if name == "minimap":
            self.pages.build.canvas.minimap.want(self.studio.settings.values.flag(name))
            self.menus.refresh_soon()

    def _on_session(self, _state: SessionState) -> None:
        self.menus.refresh_soon()

    def _on_checked(self, checked: Checked) -> None:
        self._status.show_checked(checked, self.studio.workspace.document.experiment)

    def _on_filed(self, _nothing: None) -> None:
        title, dirty = self.studio.workspace.document.experiment.title, self.studio.filing.dirty
        self._bar.show_title(title, dirty=dirty)
        self.setWindowTitle(f"{title}{' ●' if dirty else ''} – Netwright")
        path = self.studio.filing.path
        self.setWindowFilePath(str(path) if path else "")

    def _on_notices(self, notices: tuple[Notice, ...]) -> None:
        self._notices.show_notices(notices)

    # What a person does

    @Slot()
    def _on_look(self) -> None:
        theme = self._look.theme
        icons = Icons(theme)
        self.menus.set_icons(icons)
        self._bar.set_icons(icons, theme)
        self._status.set_icons(icons, theme)

    @Slot(int)
    def _on_page_chosen(self, place: int) -> None:
        if PAGES[place] != self.pages.page:
            self.pages.show_page(PAGES[place])

    @Slot(str)
    def _on_turned(self, page: str) -> None:
        self._bar.show_page([str(known) for known in PAGES].index(page))
        self._notices.stand_apart(page != "build")
        self.menus.refresh_soon()

    @Slot()
    def _show_problems(self) -> None:
        self.docks.show_panel(PROBLEMS, shown=not self.docks.shown()[PROBLEMS])

    @Slot(str)
    def _show_code(self, _block: str) -> None:
        self.docks.show_panel(CODE, shown=True)

    @Slot()
    def _show_story(self) -> None:
        self.docks.show_panel(STORY, shown=True)
        self.docks.story.take_up()

    @Slot(str)
    def _center_on(self, block: str) -> None:
        self.studio.front.center_on(block)

    @Slot(QPoint, str)
    def _open_context_menu(self, at: QPoint, about: str) -> None:
        self.menus.refresh()
        self.menus.contexts[about].popup(at)

    @Slot(object, str)
    def _on_answered(self, notice: Notice, words: str) -> None:
        self.studio.notices.answer(notice, words)

    @Slot(object)
    def _on_dismissed(self, notice: Notice) -> None:
        self.studio.notices.dismiss(notice)

    def _stop_run(self) -> None:
        """Close once the run has stopped; the engine is heard out before."""
        self.studio.leaving.stop_run(self._leave.start)

    def _go_on_alone(self) -> None:
        """Close, and let the run go on; the next window can watch it."""
        self.studio.leaving.go_on_alone(self._leave.start)

    @Slot()
    def _close_for_good(self) -> None:
        self._may_close = True
        self.close()

    def _dropped(self, event: QDropEvent) -> list[Path]:
        """Return the first file that can be opened: an experiment, or a person's own data."""
        files = (Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile())
        fits = (
            path
            for path in files
            if path.suffix.lower() in (SUFFIX, *PICTURES)
            or source_for(path, self.studio.catalog) is not None
        )
        return list(fits)[:1]

    # Qt

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._may_close and self.studio.leaving.asks:
            event.ignore()
            go_on = self._go_on_alone if self.studio.leaving.can_go_on else None
            title = self.studio.workspace.document.experiment.title
            ask_leaving(self, title, self._stop_run, go_on)
            return
        if not self._may_close and self.studio.filing.dirty:
            event.ignore()
            self.studio.when_safe(self._close_for_good)
            return
        geometry = bytes(self.saveGeometry().toBase64().data()).decode()
        self.studio.settings.remember_window(geometry)
        self._pulse.stop()
        self.docks.close()
        self.studio.front = NoFront()
        self.studio.close()
        event.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take files that are dropped on the canvas, which itself takes blocks."""
        if isinstance(event, QDropEvent) and self._dropped(event):
            if event.type() == QEvent.Type.Drop:
                self.dropEvent(event)
            event.acceptProposedAction()
            return True
        return super().eventFilter(watched, event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._dropped(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for path in self._dropped(event):
            event.acceptProposedAction()
            self.studio.when_safe(_Opening(self.studio, path))


class _Opening:
    """Opens a dropped file once nothing can be lost."""

    def __init__(self, studio: Studio, path: Path) -> None:
        self._studio = studio
        self._path = path

    def __call__(self) -> None:
        self._studio.open(self._path)
