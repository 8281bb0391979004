"""WindowFront: what the program asks of its window, done with Qt. No dialog is ever executed."""

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, assert_never

from PySide6.QtCore import QBuffer, QIODevice, QPointF, QUrl
from PySide6.QtGui import QCursor, QDesktopServices, QGuiApplication, QImageWriter
from PySide6.QtWidgets import QMainWindow

from studio.app.front import Answer, Asking, Look, Page
from studio.app.own_data import filters
from studio.app.studio import Studio
from studio.app.workspace import Workspace
from studio.core.arranging import Size
from studio.core.graph import End, NodeId
from studio.core.marks import Point, View

from .bridge import Beside
from .canvas.gestures.pick import Pick
from .dialogs import files
from .docks import Docks
from .pages import Pages
from .theme import LIGHT

if TYPE_CHECKING:
    from .gallery.dialog import GalleryDialog

ZOOM_STEP = 1.25


class WindowFront:
    """The front of one window."""

    def __init__(self, studio: Studio, window: QMainWindow, pages: Pages, docks: Docks) -> None:
        self._studio = studio
        self._window = window
        self._pages = pages
        self._docks = docks
        self._beside = Beside(window)

    @cached_property
    def _gallery(self) -> "GalleryDialog":
        from .gallery.dialog import GalleryDialog  # not before it is wanted; its pictures stay

        return GalleryDialog(self._studio, self._window)

    @property
    def page(self) -> Page:
        """The page that is shown."""
        return self._pages.page

    def show_page(self, page: Page) -> None:
        """Show a page."""
        self._pages.show_page(page)

    def ask_open(self, then: Callable[[Path], None]) -> None:
        """Let a file be chosen."""
        files.ask_open(self._window, self._studio.filing.folder, then)

    def ask_data(self, then: Callable[[Path], None], kind: str = "") -> None:
        """Let a file of data be chosen, of one source or of any."""
        folder = self._studio.own.folder or self._studio.filing.folder
        files.ask_data(self._window, folder, filters(self._studio.catalog, kind), then)

    def ask_table(self, suggestion: Path, then: Callable[[Path], None]) -> None:
        """Let a place for a table be chosen."""
        files.ask_table(self._window, suggestion, then)

    def ask_save(self, suggestion: Path, then: Callable[[Path], None]) -> None:
        """Let a place for a file be chosen."""
        files.ask_save(self._window, suggestion, then)

    def ask_folder(self, title: str, then: Callable[[Path], None]) -> None:
        """Let a folder be chosen."""
        files.ask_folder(self._window, title, self._studio.filing.folder, then)

    def ask_unsaved(self, title: str, then: Callable[[Answer], None]) -> None:
        """Ask what to do about unsaved changes."""
        files.ask_unsaved(self._window, title, then)

    def ask_name(
        self, title: str, suggestion: str, then: Callable[[str], None], *, what: str = "Name"
    ) -> None:
        """Let a name be typed."""
        from .dialogs.names import ask_name

        ask_name(self._window, title, suggestion, then, what)

    def pick_block(
        self, words: str, offered: Sequence[NodeId], then: Callable[[NodeId], None]
    ) -> None:
        """Let one of some blocks be clicked on the canvas."""
        self.show_page("build")
        canvas = self._pages.build.canvas
        canvas.cancel()
        canvas.gesture = Pick(canvas, words, offered, then)
        canvas.setFocus()
        canvas.update()

    def reveal(self, folder: Path) -> None:
        """Show a folder in the system's own file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def ask_picture(self, suggestion: Path, then: Callable[[Path], None]) -> None:
        """Let a place for a picture be chosen."""
        files.ask_picture(self._window, suggestion, then)

    def picture(self, workspace: Workspace, form: Literal["png", "svg"]) -> bytes:
        """Return the open drawing of a workspace as a picture, light as paper is."""
        from .canvas.picture import NetworkPicture  # and Qt's SVG: not before they are wanted
        from .dashboard.export import image_of, svg_of

        picture = NetworkPicture(workspace, self._pages.build.canvas.font())
        if form == "svg":
            return svg_of(picture, workspace.document.experiment.title)
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        QImageWriter(buffer, b"png").write(image_of(picture, LIGHT))
        return bytes(buffer.data().data())

    def open_find(self) -> None:
        """Let blocks be found."""
        self.show_page("build")
        self._pages.build.find_bar.open_up()

    def ask_fix(self, block: str) -> None:
        """Offer what removes the problems of a block."""
        self.show_page("build")
        self._pages.build.fixing.open_on(block)

    def clipboard(self) -> str:
        """Return the text of the clipboard."""
        return QGuiApplication.clipboard().text()

    def set_clipboard(self, text: str) -> None:
        """Put text on the clipboard."""
        QGuiApplication.clipboard().setText(text)

    def cursor(self) -> tuple[float, float] | None:
        """Return the canvas position under the mouse; None while it is elsewhere."""
        canvas = self._pages.build.canvas
        at = QPointF(canvas.mapFromGlobal(QCursor.pos()))
        if self.page != "build" or not canvas.rect().contains(at.toPoint()):
            return None
        on_canvas = canvas.scene_from_view(at)
        return on_canvas.x(), on_canvas.y()

    def look(self, how: Look) -> None:
        """Change what part of the canvas is seen, and how large."""
        canvas = self._pages.build.canvas
        match how:
            case "fit":
                canvas.fit()
            case "fit-selection":
                canvas.fit_selection()
            case "zoom-in":
                canvas.zoom_by(ZOOM_STEP)
            case "zoom-out":
                canvas.zoom_by(1 / ZOOM_STEP)
            case "reset":
                canvas.reset_zoom()
            case "back" | "forward":
                canvas.go(how)
            case _:
                assert_never(how)

    def center_on(self, block: str) -> None:
        """Bring a block into view."""
        self.show_page("build")
        self._pages.build.canvas.center_on(block)

    def view(self) -> View:
        """Return what part of the canvas is seen."""
        return self._pages.build.canvas.view()

    def show_view(self, view: View) -> None:
        """Show a part of the canvas."""
        self.show_page("build")
        self._pages.build.canvas.show_view(view)

    def size_of(self, block: NodeId) -> Size:
        """Return width and height of a block's card, in canvas units."""
        rect = self._pages.build.canvas.model.rect_of(block)
        return rect.width(), rect.height()

    def port_at(self, end: End, *, output: bool) -> Point:
        """Return where a port stands on its card, in canvas units from the top left corner."""
        model = self._pages.build.canvas.model
        at = model.port_at(end, output=output) - model.rect_of(end.node).topLeft()
        return at.x(), at.y()

    def glide(self) -> None:
        """Let blocks glide to where the next edit puts them, unless motion is to be reduced."""
        if not self._studio.settings.values.flag("reduce_motion"):
            self._pages.build.canvas.glide_next()

    def beside(self, work: Callable[[], None], then: Callable[[], None]) -> None:
        """Do long work in a thread, and go on in the window's."""
        self._beside.start(work, then)

    def ask_on_canvas(self, what: Asking) -> None:
        """Open a field on the canvas, for what is selected there."""
        canvas = self._pages.build.canvas
        if what == "connect":
            canvas.ask_target()
        else:
            canvas.write()

    def panels(self) -> dict[str, bool]:
        """Return the panels by title, and which of them are shown."""
        return self._docks.shown()

    def show_panel(self, title: str, shown: bool) -> None:
        """Show or hide a panel."""
        self._docks.show_panel(title, shown=shown)

    def arrange_panels(self) -> None:
        """Put the panels back where they first stood."""
        self._docks.arrange()

    def open_dialog(self, name: str) -> None:
        """Open one of the program's own dialogs: commands, gallery, settings, keys, about."""
        from .dialogs.all import open_dialog

        if name == "gallery":
            self._gallery.open_up()
            return
        open_dialog(name, self._studio, self._window)

    def close(self) -> None:
        """Close the window; the program ends with it."""
        self._window.close()
