"""Deeds of places on the canvas: bookmarks, back and forward, the minimap."""

from functools import partial

from studio.app import framing
from studio.app.actions import Action
from studio.app.studio import Studio


def _is_drawing(studio: Studio) -> bool:
    return studio.front.page == "build"


def _go(name: str, studio: Studio) -> None:
    studio.front.show_view(studio.workspace.graph.bookmarks[name])


def _is_set(name: str, studio: Studio) -> bool:
    return name in studio.workspace.graph.bookmarks


def _set(name: str, studio: Studio) -> None:
    framing.set_bookmark(studio.workspace, name, studio.front.view())
    studio.notices.say(f"Bookmark {name} is set: Alt+{name} comes back here")


def _back(studio: Studio) -> None:
    studio.front.look("back")


def _forward(studio: Studio) -> None:
    studio.front.look("forward")


def _shows_minimap(studio: Studio) -> bool:
    return studio.settings.values.flag("minimap")


def _toggle_minimap(studio: Studio) -> None:
    studio.settings.set("minimap", not _shows_minimap(studio))


def _shows_flow(studio: Studio) -> bool:
    return studio.settings.values.flag("flow")


def _toggle_flow(studio: Studio) -> None:
    studio.settings.set("flow", not _shows_flow(studio))


BACK = Action(
    id="view.back", title="Back to the last place", run=_back, when=_is_drawing,
    keys=("Alt+Left",), menu="View", place=36, icon="arrow-left",
)  # fmt: skip
FORWARD = Action(
    id="view.forward", title="Forward to the next place", run=_forward, when=_is_drawing,
    keys=("Alt+Right",), menu="View", place=37, icon="arrow-right",
)  # fmt: skip
MINIMAP = Action(
    id="view.minimap", title="Minimap", run=_toggle_minimap, when=_is_drawing,
    checked=_shows_minimap, menu="View", place=38,
    help="The whole drawing in a corner, while only a part of it is seen",
)  # fmt: skip
FLOW = Action(
    id="view.flow", title="Flow of gradients", run=_toggle_flow, when=_is_drawing,
    checked=_shows_flow, menu="View", place=39,
    help="While a run goes on, wires have the colour of the gradient that comes back to them",
)  # fmt: skip
JUMPS = tuple(
    Action(
        id=f"view.bookmark-{number}", title=f"Go to bookmark {number}",
        run=partial(_go, str(number)), when=partial(_is_set, str(number)),
        keys=(f"Alt+{number}",), menu="View/Bookmarks", place=number, icon="flag",
    )
    for number in range(1, 10)
)  # fmt: skip
MARKS = tuple(
    Action(
        id=f"view.set-bookmark-{number}", title=f"Set bookmark {number} here",
        run=partial(_set, str(number)), when=_is_drawing, keys=(f"Alt+Shift+{number}",),
        menu="View/Bookmarks", place=10 + number,
    )
    for number in range(1, 10)
)  # fmt: skip
