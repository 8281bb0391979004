"""Deeds that make a picture of the drawing."""

from functools import partial
from pathlib import Path

from studio.app.actions import Action, has_selection
from studio.app.picturing import chosen_part, save_picture
from studio.app.studio import Studio
from studio.app.workspace import Workspace


def _ask(studio: Studio, workspace: Workspace) -> None:
    suggestion = studio.filing.suggestion.with_suffix(".png")
    studio.front.ask_picture(suggestion, partial(_save, studio, workspace))


def _save(studio: Studio, workspace: Workspace, path: Path) -> None:
    if studio.attempt(partial(save_picture, workspace, studio.front, path)):
        studio.notices.say(f"Exported {path.name}; it opens here again as an experiment")


def _whole(studio: Studio) -> None:
    _ask(studio, studio.workspace)


def _selection(studio: Studio) -> None:
    _ask(studio, chosen_part(studio.workspace))


def _has_blocks(studio: Studio) -> bool:
    return bool(studio.workspace.graph.nodes)


PICTURE = Action(
    id="file.picture", title="Export picture…", run=_whole, when=_has_blocks,
    keys=("Ctrl+Shift+E",), menu="File", place=31, icon="image",
    help="PNG or SVG of the drawing, which opens again as the experiment",
)  # fmt: skip
PART = Action(
    id="file.picture-part", title="Export picture of the selection…", run=_selection,
    when=has_selection, menu="File", place=32,
    help="PNG or SVG of the selected blocks, which opens again as a drawing",
)  # fmt: skip
