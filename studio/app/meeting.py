"""Meeting again: runs that went on when their window was gone, whatever took it away."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from studio.core.text import grouped
from studio.runs.door import DOOR, take_away
from studio.runs.events import Event
from studio.runs.index import Run, look_at
from studio.runs.spec import RunSpec

from .engine_hold import EngineHold
from .notices import Notice, NoticeLevel
from .reading import Reading
from .resuming import spec_of

if TYPE_CHECKING:
    from .studio import Studio


class Met(NamedTuple):
    """An engine that trains, what it was asked, and what it told so far."""

    engine: EngineHold
    spec: RunSpec
    told: list[Event]


def waits(run: Run) -> bool:
    """Whether this run goes on without a window, and can be met."""
    return run.state == "running" and (run.folder / DOOR).is_file()


def left_alone(runs: Path) -> list[Run]:
    """Return the runs that went on without a window, newest first, ended or not."""
    return [look_at(door.parent) for door in sorted(runs.glob(f"*/{DOOR}"), reverse=True)]


def watch(studio: "Studio", run: Run) -> None:
    """Hold the engine of a run that goes on without a window, and show all it told and tells."""
    Reading(partial(_meet, run.folder), partial(_take, studio), _refuse(studio)).start(
        studio.front.beside
    )


def tell_of(studio: "Studio", run: Run) -> bool:
    """Offer to watch a run that goes on alone, or say how it ended unseen; false if it did not."""
    title, step = run.summary.title, grouped(run.summary.step)
    if waits(run):
        steps = f" of {grouped(run.summary.steps)}" if run.summary.steps else ""
        message = f"Training of {title} goes on without a window, at step {step}{steps}"
        answers = (("Watch it", partial(_watch_on, studio, run)), ("Dismiss", _nothing))
        studio.notices.say(message, answers=answers)
        return True
    take_away(run.folder)
    if run.state not in {"finished", "stopped", "failed"}:
        return False
    from .looking_back import show_again

    why = f": {run.summary.failure}" if run.state == "failed" else ""
    how = f"has {run.state}" if run.state != "stopped" else "was stopped"
    message = f"Training of {title} went on without a window and {how} at step {step}{why}"
    level: NoticeLevel = "warning" if run.state == "failed" else "info"
    answers = (("Show", partial(show_again, studio, run)), ("Dismiss", _nothing))
    studio.notices.say(message, level, answers=answers)
    return True


def _watch_on(studio: "Studio", run: Run) -> None:
    from .looking_back import open_where_nothing_is

    open_where_nothing_is(studio, run)
    watch(studio, run)


def _meet(folder: Path) -> Met:
    from studio.runs.handle import Engine

    spec = spec_of(folder)
    engine, told = Engine.met(folder)
    return Met(engine, spec, told)


def _take(studio: "Studio", met: Met) -> None:
    if not studio.attempt(partial(studio.trainer.meet, *met)):
        met.engine.leave()


def _refuse(studio: "Studio") -> "partial[Notice]":
    return partial(studio.notices.say, level="warning")


def _nothing() -> None:
    return None
