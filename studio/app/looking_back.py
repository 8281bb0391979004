"""Looking back: what can be done with earlier runs; what takes a while is read in a thread."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from studio.core.experiment import Experiment
from studio.core.fileio import open_file
from studio.core.text import grouped, plural
from studio.runs.checkpoints import newest_checkpoint
from studio.runs.commands import Start
from studio.runs.events import Event
from studio.runs.exports import Form
from studio.runs.index import Run, look_at
from studio.runs.saved import open_run as open_record
from studio.runs.spec import RunSpec
from studio.runs.store import EXPERIMENT

from . import folders
from .meeting import left_alone, tell_of
from .notices import Notice
from .reading import Reading
from .resuming import Fork, going_on, gone_back

if TYPE_CHECKING:
    from .studio import Studio

Told = tuple[RunSpec | None, list[Event]]


def open_run(studio: "Studio", run: Run) -> None:
    """Open the experiment of a run, once nothing can be lost."""
    studio.when_safe(partial(_open, studio, run.folder, None))


def fork(studio: "Studio", run: Run, step: int) -> None:
    """Open the experiment of a run; Train begins with its weights as they were at a step."""
    studio.when_safe(partial(_open, studio, run.folder, (run.folder, step)))


def look_back(studio: "Studio", run: Run) -> None:
    """Show what was recorded of a run as if it had just happened."""
    Reading(partial(_told, run.folder), partial(_show, studio), _refuse(studio)).start(
        studio.front.beside
    )


def continue_run(
    studio: "Studio", folder: Path, *, step: int | None = None, anew: bool = False
) -> None:
    """Show what is known of a run and go on with it; ``anew`` as a new run from a step."""
    read = partial(_started, folder, step, anew)
    Reading(read, partial(_resume, studio), _refuse(studio)).start(studio.front.beside)


def export(studio: "Studio", runs: Sequence[Run], form: Form, folder: Path) -> None:
    """Write the scalars of some runs into a folder, each under its id."""
    read = partial(_exported, runs, form, folder)
    Reading(read, partial(_say_exported, studio, runs, folder), _refuse(studio)).start(
        studio.front.beside
    )


def bring_back(studio: "Studio", item: Path) -> None:
    """Bring a run back from the trash."""
    place = studio.desk.trash.bring_back(item)
    studio.desk.look(studio.front.beside)
    studio.notices.say(f"Brought back {place.name}")


def offer_to_go_on(studio: "Studio") -> None:
    """Offer to watch what goes on without a window, and to go on with what was cut off.

    That is the newest run, and any that had been left alone; they are looked at beside the window.
    """
    read = partial(_unfinished, folders.runs())
    Reading(read, partial(_offer_all, studio), _refuse(studio)).start(studio.front.beside)


def _unfinished(runs: Path) -> tuple[list[Run], Run | None]:
    try:
        names = [path.name for path in runs.iterdir() if not path.name.startswith(".")]
    except OSError:
        return [], None
    return left_alone(runs), look_at(runs / max(names)) if names else None


def _offer_all(studio: "Studio", found: tuple[list[Run], Run | None]) -> None:
    alone, newest = found
    for run in alone:
        if not tell_of(studio, run):
            _offer(studio, run)
    if newest is not None and newest.folder not in {run.folder for run in alone}:
        _offer(studio, newest)


def _offer(studio: "Studio", run: Run) -> None:
    if run.state != "cut off" or run.summary.reason or run.marks.let_be:
        return
    told = run.summary
    steps = f" of {grouped(told.steps)}" if told.steps else ""
    message = f"Training of {told.title} was cut off at step {grouped(told.step)}{steps}"
    answers = [("Show", partial(show_again, studio, run)), ("Dismiss", partial(_let, studio, run))]
    if newest_checkpoint(run.folder) is not None:
        answers.insert(0, ("Go on", partial(_go_on_again, studio, run)))
    studio.notices.say(message, "warning", answers=tuple(answers))


def _go_on_again(studio: "Studio", run: Run) -> None:
    open_where_nothing_is(studio, run)
    continue_run(studio, run.folder)


def show_again(studio: "Studio", run: Run) -> None:
    """Show what was recorded of a run, and its drawing beside an empty canvas."""
    open_where_nothing_is(studio, run)
    look_back(studio, run)


def _let(studio: "Studio", run: Run) -> None:
    studio.attempt(partial(studio.desk.mark, (run,), let_be=True))


def open_where_nothing_is(studio: "Studio", run: Run) -> None:
    """Open the drawing of a run beside an empty canvas, so that its blocks are seen."""
    if not studio.filing.dirty and studio.workspace.document.experiment == Experiment():
        _open(studio, run.folder, None)


def _open(studio: "Studio", folder: Path, weights_of: Fork | None) -> None:
    if not studio.attempt(partial(_adopt, studio, folder)):
        return
    studio.trainer.begin_with(weights_of)
    studio.front.show_page("build")
    studio.front.look("fit")
    if weights_of is not None:
        message = f"Train begins with the weights of {folder.name} at step {weights_of[1]:,}"
        anew = partial(studio.trainer.begin_with, None)
        studio.notices.say(message, answers=(("Draw new weights", anew), ("Dismiss", _nothing)))


def _adopt(studio: "Studio", folder: Path) -> None:
    studio.filing.adopt(open_file(folder / EXPERIMENT), None)


def _told(folder: Path) -> Told:
    with open_record(folder) as saved:
        spec = None if saved.spec is None else replace(saved.spec, folder=str(folder))
        return spec, list(saved.replay())


def _started(folder: Path, step: int | None, anew: bool) -> tuple[Start, list[Event]]:
    start = gone_back(folder, step=step) if anew else going_on(folder, step=step)
    return start, _told(Path(start.spec.folder))[1]


def _show(studio: "Studio", told: Told) -> None:
    studio.attempt(partial(studio.trainer.look_back, *told))


def _resume(studio: "Studio", told: tuple[Start, list[Event]]) -> None:
    studio.attempt(partial(studio.trainer.resume, *told))


def _exported(runs: Sequence[Run], form: Form, folder: Path) -> int:
    for run in runs:
        form.write(run.folder, folder)
    return len(runs)


def _say_exported(studio: "Studio", runs: Sequence[Run], folder: Path, count: int) -> None:
    what = runs[0].summary.title if count == 1 else plural(count, "run")
    studio.notices.say(f"Exported {what} to {folder}")


def _refuse(studio: "Studio") -> "partial[Notice]":
    return partial(studio.notices.say, level="warning")


def _nothing() -> None:
    return None
