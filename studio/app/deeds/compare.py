"""Deeds that compare the experiment with another version."""

from functools import partial
from pathlib import Path

from studio.app.actions import Action
from studio.app.studio import Studio


def _compare(studio: Studio) -> None:
    studio.front.ask_open(partial(_compare_with, studio))


def _compare_with(studio: Studio, path: Path) -> None:
    if studio.attempt(partial(studio.comparison.open, path)):
        studio.front.show_page("build")


def _is_comparing(studio: Studio) -> bool:
    return studio.comparison.on


def _stop(studio: Studio) -> None:
    studio.comparison.close()


COMPARE = Action(
    id="file.compare", title="Compare with…", run=_compare, menu="File", place=25,
    icon="git-branch", help="Show on the canvas what differs from another file",
)  # fmt: skip
STOP = Action(
    id="file.compare-stop", title="Stop comparing", run=_stop, when=_is_comparing, menu="File",
    place=26,
)  # fmt: skip
