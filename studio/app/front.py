"""Front: what only a window can do, as the program asks for it; and a front without a window."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from studio.core.arranging import CARD, Size
from studio.core.errors import FileError
from studio.core.graph import End, NodeId
from studio.core.marks import Point, View

if TYPE_CHECKING:
    from .workspace import Workspace

Page: TypeAlias = Literal["build", "data", "train", "runs"]
PAGES: tuple[Page, ...] = ("build", "data", "train", "runs")
STORY, CODE, PROBLEMS, HISTORY = "Story", "Code", "Problems", "History"
"""Titles of the panels at the side."""
Answer: TypeAlias = Literal["save", "discard", "cancel"]
Look: TypeAlias = Literal["fit", "fit-selection", "zoom-in", "zoom-out", "reset", "back", "forward"]
Asking: TypeAlias = Literal["connect", "words"]
"""What may be asked on the canvas itself: where to draw a wire, what to write on a frame."""


class Front(Protocol):
    """Dialogs, clipboard, pages and panels. Questions are answered later, through ``then``."""

    @property
    def page(self) -> Page:
        """The page that is shown."""

    def show_page(self, page: Page) -> None:
        """Show a page."""

    def ask_open(self, then: Callable[[Path], None]) -> None:
        """Let a file be chosen."""

    def ask_data(self, then: Callable[[Path], None], kind: str = "") -> None:
        """Let a file of data be chosen, of one source or of any."""

    def ask_table(self, suggestion: Path, then: Callable[[Path], None]) -> None:
        """Let a place for a table be chosen."""

    def ask_save(self, suggestion: Path, then: Callable[[Path], None]) -> None:
        """Let a place for a file be chosen."""

    def ask_folder(self, title: str, then: Callable[[Path], None]) -> None:
        """Let a folder be chosen."""

    def ask_unsaved(self, title: str, then: Callable[[Answer], None]) -> None:
        """Ask what to do about unsaved changes."""

    def ask_name(
        self, title: str, suggestion: str, then: Callable[[str], None], *, what: str = "Name"
    ) -> None:
        """Let a name, or ``what`` else, be typed; an empty one is no answer."""

    def pick_block(
        self, words: str, offered: Sequence[NodeId], then: Callable[[NodeId], None]
    ) -> None:
        """Let one of some blocks be clicked on the canvas."""

    def reveal(self, folder: Path) -> None:
        """Show a folder in the system's own file manager."""

    def ask_picture(self, suggestion: Path, then: Callable[[Path], None]) -> None:
        """Let a place for a picture be chosen."""

    def picture(self, workspace: "Workspace", form: Literal["png", "svg"]) -> bytes:
        """Return the open drawing of a workspace as a picture, light as paper is."""

    def ask_fix(self, block: str) -> None:
        """Offer what removes the problems of a block."""

    def open_find(self) -> None:
        """Let blocks be found."""

    def clipboard(self) -> str:
        """Return the text of the clipboard."""

    def set_clipboard(self, text: str) -> None:
        """Put text on the clipboard."""

    def cursor(self) -> tuple[float, float] | None:
        """Return the canvas position under the mouse; None while it is elsewhere."""

    def look(self, how: Look) -> None:
        """Change what part of the canvas is seen, and how large."""

    def center_on(self, block: str) -> None:
        """Bring a block into view."""

    def view(self) -> View:
        """Return what part of the canvas is seen."""

    def show_view(self, view: View) -> None:
        """Show a part of the canvas."""

    def size_of(self, block: NodeId) -> Size:
        """Return width and height of a block's card, in canvas units."""

    def port_at(self, end: End, *, output: bool) -> Point:
        """Return where a port stands on its card, in canvas units from the top left corner."""

    def glide(self) -> None:
        """Let blocks glide to where the next edit puts them."""

    def beside(self, work: Callable[[], None], then: Callable[[], None]) -> None:
        """Do long work in a thread, while the window lives on, and go on in the window's."""

    def ask_on_canvas(self, what: Asking) -> None:
        """Open a field on the canvas, for what is selected there."""

    def panels(self) -> dict[str, bool]:
        """Return the panels by title, and which of them are shown."""

    def show_panel(self, title: str, shown: bool) -> None:
        """Show or hide a panel."""

    def arrange_panels(self) -> None:
        """Put the panels back where they first stood."""

    def open_dialog(self, name: str) -> None:
        """Open one of the program's own dialogs: commands, gallery, settings, keys, about."""

    def close(self) -> None:
        """Close the window; the program ends with it."""


class NoFront:
    """No window: questions stay unanswered, the clipboard is a variable."""

    def __init__(self) -> None:
        self.page: Page = "build"
        self._clipboard = ""

    def show_page(self, page: Page) -> None:
        """Remember the page."""
        self.page = page

    def ask_open(self, then: Callable[[Path], None]) -> None:
        """Nobody can answer."""

    def ask_data(self, then: Callable[[Path], None], kind: str = "") -> None:
        """Nobody can answer."""

    def ask_table(self, suggestion: Path, then: Callable[[Path], None]) -> None:
        """Nobody can answer."""

    def ask_save(self, suggestion: Path, then: Callable[[Path], None]) -> None:
        """Nobody can answer."""

    def ask_folder(self, title: str, then: Callable[[Path], None]) -> None:
        """Nobody can answer."""

    def ask_unsaved(self, title: str, then: Callable[[Answer], None]) -> None:
        """Nobody can answer, so nothing is lost."""

    def ask_name(
        self, title: str, suggestion: str, then: Callable[[str], None], *, what: str = "Name"
    ) -> None:
        """Nobody can answer."""

    def pick_block(
        self, words: str, offered: Sequence[NodeId], then: Callable[[NodeId], None]
    ) -> None:
        """Nobody can click."""

    def reveal(self, folder: Path) -> None:
        """Nobody looks."""

    def ask_picture(self, suggestion: Path, then: Callable[[Path], None]) -> None:
        """Nobody can answer."""

    def picture(self, workspace: "Workspace", form: Literal["png", "svg"]) -> bytes:
        """Without a window nothing can be painted."""
        raise FileError("A picture needs a window to paint it")

    def ask_fix(self, block: str) -> None:
        """Nobody can answer."""

    def open_find(self) -> None:
        """Nobody can type."""

    def clipboard(self) -> str:
        """Return what was put there."""
        return self._clipboard

    def set_clipboard(self, text: str) -> None:
        """Keep the text."""
        self._clipboard = text

    def cursor(self) -> tuple[float, float] | None:
        """There is no mouse."""
        return None

    def look(self, how: Look) -> None:
        """There is no canvas."""

    def center_on(self, block: str) -> None:
        """There is no canvas."""

    def view(self) -> View:
        """There is no canvas: the beginning of the plane."""
        return View()

    def show_view(self, view: View) -> None:
        """There is no canvas."""

    def size_of(self, block: NodeId) -> Size:
        """Cards have the size that is told nobody."""
        return CARD

    def port_at(self, end: End, *, output: bool) -> Point:
        """Ports stand in the middle of a side."""
        return (CARD[0] if output else 0.0), CARD[1] / 2

    def glide(self) -> None:
        """There is nothing to see."""

    def beside(self, work: Callable[[], None], then: Callable[[], None]) -> None:
        """Nobody waits: do it here and now."""
        work()
        then()

    def ask_on_canvas(self, what: Asking) -> None:
        """Nobody can answer."""

    def panels(self) -> dict[str, bool]:
        """There are no panels."""
        return {}

    def show_panel(self, title: str, shown: bool) -> None:
        """There are no panels."""

    def arrange_panels(self) -> None:
        """There are no panels."""

    def open_dialog(self, name: str) -> None:
        """There are no dialogs."""

    def close(self) -> None:
        """There is nothing to close."""
