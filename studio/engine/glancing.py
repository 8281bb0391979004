"""Glancing: a network whose run is over, seen by the probes that watch others learn."""

from pathlib import Path

from msgspec.structs import replace

from studio.core.errors import FileError
from studio.runs.events import Note, Snapshot
from studio.runs.questions import Glance, Glanced, Seen
from studio.runs.saved import open_run
from studio.runs.spec import Keeping, RunSpec, Watch

from .data.load import Load
from .faults import sentence
from .origin import weights_in
from .session import Session
from .tuning import steadily


def glance(question: Glance, load: Load) -> Glanced:
    """Return what is seen; what cannot be is said in its ``error``."""
    try:
        return _glanced(question, load)
    except Exception as error:  # noqa: BLE001 - told to the person; the next run begins as ever
        return Glanced(request=question.request, step=question.step, error=sentence(error))


def _glanced(question: Glance, load: Load) -> Glanced:
    folder = Path(question.folder)
    with open_run(folder) as saved:
        spec = saved.spec
    if spec is None:
        raise FileError(f"{folder.name}: the record does not say what was trained")
    session = Session(_plain(spec), load)
    try:
        session.network.module.load_state_dict(weights_in(Path(question.weights)))
        events = session.watcher.look(question.watch, question.step)
    finally:
        session.close()
    return Glanced(
        request=question.request,
        step=question.step,
        seen=tuple(_seen(event) for event in events if isinstance(event, Snapshot)),
        error="; ".join(event.message for event in events if isinstance(event, Note)),
    )


def _plain(spec: RunSpec) -> RunSpec:
    """Return the run as it is only looked at: nothing is watched yet, kept or averaged."""
    return steadily(
        replace(
            spec,
            folder="",
            keeping=Keeping(every_secs=0.0),
            watch=Watch(),
            restore_best=False,
            ema=0.0,
        )
    )


def _seen(event: Snapshot) -> Seen:
    return Seen(kind=event.kind, block=event.block, arrays=event.arrays, notes=event.notes)
