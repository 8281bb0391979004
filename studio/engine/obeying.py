"""Obeying: what a worker does for a command, once torch is there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, assert_never

from studio.runs.commands import Adjust, Keep, Look, Start
from studio.runs.events import Ended, Event
from studio.runs.questions import Glance, Glanced

if TYPE_CHECKING:
    from .data.load import LastLoaded
    from .train import Training


def begun(start: Start, load: "LastLoaded") -> "Training":
    """Return the training of a run that was asked for; torch is imported by now."""
    from .train import Training

    if not start.shared:
        return Training(start.spec, load, start.checkpoint)
    from .together import Together

    return Together(start, load)


def broken_off(error: Exception, training: "Training | None") -> list[Event]:
    """Return what is told when something beside the steps went wrong."""
    from .faults import failed

    step = training.step if training else 0
    seconds = training.pace.seconds if training else 0.0
    ended = Ended(reason="failed", step=step, epoch=0, seconds=seconds)
    return [failed(error, step=step), ended]


def glanced(question: Glance, load: "LastLoaded") -> Glanced:
    """Return what is seen of a network whose run is over."""
    from .glancing import glance

    return glance(question, load)


def intervene(command: Look | Adjust | Keep | Glance, training: "Training") -> Sequence[Event]:
    """Return what is told of something that was asked of a run."""
    match command:
        case Look(watch=watch):
            return training.look(watch)
        case Adjust(adjustment=adjustment):
            return training.adjust(adjustment)
        case Keep():
            return training.keep()
        case Glance(request=request):
            return [Glanced(request=request, error="another run has begun")]
        case _:
            assert_never(command)
