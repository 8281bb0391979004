"""Deeds on composites: fold, repeat, unfold, open, the library."""

from functools import partial
from pathlib import Path

from studio.app import composing, stacking
from studio.app.actions import Action, ActionList
from studio.app.studio import Studio
from studio.core.params import Param


def _can_fold(studio: Studio) -> bool:
    return bool(composing.foldable(studio.workspace))


def _fold(studio: Studio) -> None:
    suggestion = composing.suggested_title(studio.workspace)
    studio.front.ask_name("Fold into a composite", suggestion, partial(_fold_as, studio))


def _fold_as(studio: Studio, title: str) -> None:
    studio.attempt(partial(composing.fold, studio.workspace, title))


def _repeat(studio: Studio) -> None:
    then = partial(_repeat_so_often, studio)
    studio.front.ask_name("Repeat", "2", then, what="How many in a row")


def _repeat_so_often(studio: Studio, text: str) -> None:
    studio.attempt(partial(_repeat_selection, studio, text))


def _repeat_selection(studio: Studio, text: str) -> None:
    times = Param("repeat", 2, low=2, high=stacking.MOST).fit(text.strip().lstrip("x×"))
    assert isinstance(times, int)
    stacking.repeat_selection(studio.workspace, times)


def _is_composite(studio: Studio) -> bool:
    return composing.has_composites(studio.workspace)


def _unfold(studio: Studio) -> None:
    composing.unfold(studio.workspace)


def _can_open(studio: Studio) -> bool:
    workspace = studio.workspace
    return len(workspace.selection) == 1 and composing.chosen_composite(workspace) is not None


def _open(studio: Studio) -> None:
    composite = composing.chosen_composite(studio.workspace)
    if composite is not None:
        (node,) = studio.workspace.selected
        studio.front.show_page("build")
        studio.workspace.open_composite(composite.id, through=node.id)


def _is_inside(studio: Studio) -> bool:
    return bool(studio.workspace.where)


def _close(studio: Studio) -> None:
    studio.workspace.close_composite()


def _can_keep(studio: Studio) -> bool:
    return composing.chosen_composite(studio.workspace) is not None


def _keep(studio: Studio) -> None:
    composite = composing.chosen_composite(studio.workspace)
    if composite is not None:
        studio.keep_in_library(composite)


def _remove(path: Path, studio: Studio) -> None:
    studio.remove_from_library(path)


def _own_composites(studio: Studio) -> list[Action]:
    titles = sorted(studio.library.own.items(), key=lambda item: item[1].casefold())
    return [
        Action(
            id=f"compose.remove.{path.stem}", title=title, run=partial(_remove, path),
            menu="Edit/Composite/Remove from the library",
            help="Experiments that have it keep it",
        )
        for path, title in titles
    ]  # fmt: skip


def _import(studio: Studio) -> None:
    studio.front.ask_open(partial(_import_from, studio))


def _import_from(studio: Studio, path: Path) -> None:
    studio.attempt(partial(_say_imported, studio, path))


def _say_imported(studio: Studio, path: Path) -> None:
    studio.notices.say(composing.import_from(studio.workspace, path))


FOLD = Action(
    id="compose.fold", title="Fold into a composite…", run=_fold, when=_can_fold,
    keys=("Ctrl+Shift+G",), menu="Edit/Composite", place=10, icon="group", context=("block",),
    help="Make the selected blocks one block with ports and parameters of its own",
)  # fmt: skip
REPEAT = Action(
    id="compose.repeat", title="Repeat…", run=_repeat, when=_can_fold,
    menu="Edit/Composite", place=12, icon="repeat", context=("block",),
    help="Stack what is selected, one feeding the next, each with weights of its own",
)  # fmt: skip
UNFOLD = Action(
    id="compose.unfold", title="Unfold", run=_unfold, when=_is_composite,
    keys=("Ctrl+Shift+U",), menu="Edit/Composite", place=11, icon="ungroup", context=("block",),
    help="Put the blocks of the composite in its place",
)  # fmt: skip
OPEN = Action(
    id="compose.open", title="Open composite", run=_open, when=_can_open, keys=("Alt+Down",),
    menu="Edit/Composite", place=20, icon="arrow-down", context=("block",),
    help="Show and change the drawing inside; every instance follows",
)  # fmt: skip
CLOSE = Action(
    id="compose.close", title="Back to the drawing around it", run=_close, when=_is_inside,
    keys=("Alt+Up",), menu="Edit/Composite", place=21, icon="arrow-up", context=("canvas",),
)  # fmt: skip
KEEP = Action(
    id="compose.keep", title="Save to the library", run=_keep, when=_can_keep,
    menu="Edit/Composite", place=30, icon="book-open",
    help="Keep the composite for other experiments; it stands in the palette from then on",
)  # fmt: skip
REMOVE = ActionList(
    id="compose.remove", title="Remove from the library", rows=_own_composites,
    menu="Edit/Composite", place=31, empty="No composites of your own in the library yet",
    icon="trash-2",
)  # fmt: skip
IMPORT = Action(
    id="compose.import", title="Import composites…", run=_import, menu="File", place=15,
    icon="package", help="Bring in the composites of another experiment",
)  # fmt: skip
