"""Going on with a run: where it stopped, for longer, or from an earlier step with another rate."""

from pathlib import Path
from typing import TypeAlias

from msgspec.structs import replace

from studio.core.errors import FileError, RunError
from studio.runs.checkpoints import Checkpoint, checkpoints_in, newest_checkpoint
from studio.runs.commands import Start
from studio.runs.forking import copy_until
from studio.runs.interventions import adjustments_in, ways_in
from studio.runs.saved import open_run
from studio.runs.spec import Adjustment, Origin, Program, RunSpec
from studio.runs.store import RECORD, WEIGHTS
from studio.runs.summary import summarise
from studio.runs.writer import written_now

from . import folders

Fork: TypeAlias = tuple[Path, int]
"""The folder of a run and a step of it."""


def going_on(folder: Path, *, step: int | None = None, epochs: int | None = None) -> Start:
    """Return the command that goes on with the run in a folder.

    From its newest checkpoint, or the newest at or before ``step``; up to ``epochs`` in all, if the
    plan shall be another.

    Raises:
        FileError: there is no record, or no such checkpoint.
        RunError: it is being trained, by this program or another.
    """
    if written_now(folder / RECORD):
        raise RunError(f"{folder.name} is being trained: stop it before you go on with it")
    spec, checkpoint = spec_of(folder), checkpoint_of(folder, step)
    if epochs is not None:
        spec = replace(spec, epochs=epochs)
    return Start(spec=spec, checkpoint=str(checkpoint.path))


def gone_back(folder: Path, *, step: int | None = None, lr: float | None = None) -> Start:
    """Return the command for a new run that leaves an old one at a checkpoint.

    It has the old one's record up to there, and from there another base learning rate if one is
    given. The old one stays as it is.

    Raises:
        FileError: there is no record, or no such checkpoint, or no room.
    """
    old, checkpoint = spec_of(folder), checkpoint_of(folder, step)
    new = folders.new_run(old.title)
    made = tuple(one for one in old.adjustments if one.step < checkpoint.step)
    wanted = () if lr is None else (Adjustment(setting="lr", value=lr, step=checkpoint.step),)
    origin = Origin(run=old.id, step=checkpoint.step, checkpoint=str(checkpoint.path))
    spec = replace(old, id=new.name, folder=str(new), adjustments=(*made, *wanted), origin=origin)
    copy_until(folder, new, checkpoint.step, spec)
    return Start(spec=spec, checkpoint=str(checkpoint.path))


def spec_of(folder: Path) -> RunSpec:
    """Return what was asked of a run, where it lies now, and how it was adjusted meanwhile.

    Raises:
        FileError: there is no record, or it does not say.
    """
    with open_run(folder) as saved:
        spec = saved.spec
    if spec is None:
        raise FileError(f"{folder}: the record does not say what was trained")
    made = dict.fromkeys((*adjustments_in(folder), *spec.adjustments))
    return replace(
        spec,
        folder=str(folder),
        adjustments=tuple(made),
        computing=replace(spec.computing, ways=ways_in(folder)),
    )


def checkpoint_of(folder: Path, step: int | None = None) -> Checkpoint:
    """Return the newest checkpoint of a run, or the newest at or before a step.

    Raises:
        FileError: there is none.
    """
    found = [one for one in checkpoints_in(folder) if step is None or one.step <= step]
    if not found:
        where = "" if step is None else f" at or before step {step:,}"
        raise FileError(f"{folder.name}: there is no checkpoint{where} to go on from; train anew")
    return found[-1]


def forked(folder: Path, step: int, program: Program) -> Origin:
    """Return the origin that lets a program begin with the weights of a run's checkpoint.

    Raises:
        FileError: there is no record, or no such checkpoint.
    """
    checkpoint = checkpoint_of(folder, step)
    return _origin(spec_of(folder), checkpoint.step, checkpoint.path, program)


def inherited(folder: Path, program: Program) -> Origin:
    """Return the origin that lets a program begin with the newest weights of a run.

    Raises:
        FileError: there is no record, or it left neither a checkpoint nor weights.
    """
    newest = newest_checkpoint(folder)
    if newest is not None:
        return _origin(spec_of(folder), newest.step, newest.path, program)
    if not (folder / WEIGHTS).is_file():
        raise FileError(f"{folder.name}: it left no weights to begin with; train anew")
    return _origin(spec_of(folder), summarise(folder).step, folder / WEIGHTS, program)


def _origin(old: RunSpec, step: int, path: Path, program: Program) -> Origin:
    """Modules are found again by the blocks they belong to, whatever they are called now.

    One whose block is gone is given no name, or a new block of its name would take its weights.
    """
    now = {block.id: block.attribute for block in program.blocks}
    then = {block.attribute: block.id for block in reversed(old.program.blocks) if block.attribute}
    names = {attribute: now.get(id_, "") for attribute, id_ in then.items()}
    names = {attribute: name for attribute, name in names.items() if attribute != name}
    return Origin(run=Path(old.folder).name, step=step, checkpoint=str(path), names=names)
