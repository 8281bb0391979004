"""TryOut: a remedy tried in a second engine, beside the run that it is to mend."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from studio.core.errors import RunError, StudioError
from studio.core.experiment import Experiment
from studio.core.signal import Signal

from . import folders
from .engine_hold import EngineHold
from .overlaid import Overlaid
from .run_rows import rows_of
from .session import SessionState, TrainingSession
from .trainer import Trainer
from .workspace import Workspace

if TYPE_CHECKING:
    from studio.runs.diagnosis.words import Remedy
    from studio.runs.record import Record

COMPARED = ("validation/loss", "train/loss")
"""What the two are held against each other by: the first that both have."""


class TryOut:
    """One remedy at a time, trained with the seed of the original and recorded like any run.

    Attributes:
        changed: another state, or another epoch of the trial.
    """

    def __init__(
        self,
        workspace: Workspace,
        original: TrainingSession,
        trainer: Trainer,
        overlaid: Overlaid,
        new_engine: Callable[[], EngineHold],
    ) -> None:
        self.changed: Signal[None] = Signal()
        self.session = TrainingSession(new_engine)
        self.remedy: Remedy | None = None
        self.folder: Path | None = None
        self._workspace = workspace
        self._trainer = trainer
        self._original = original
        self._overlaid = overlaid
        self._following = False
        self.session.changed.connect(self._on_state)
        self.session.died.connect(self._on_died)

    @property
    def running(self) -> bool:
        """Whether a trial is under way."""
        return self.session.busy

    def begin(self, remedy: "Remedy") -> None:
        """Train the drawing with a remedy, beside whatever else is trained.

        Raises:
            RunError: a trial is under way.
            StudioError: the remedy does not apply, or what comes of it cannot be trained.
        """
        from studio.compile.run import plan_run
        from studio.runs.marks import Marks, write_marks

        if self.running:
            raise RunError("A remedy is being tried: stop it before you try another")
        experiment = self._workspace.document.experiment
        mended: Experiment = remedy.edit(experiment)
        folder = folders.new_run(experiment.title)
        spec = plan_run(
            mended,
            self._workspace.catalog,
            run_id=folder.name,
            folder=str(folder),
            watch=self._trainer.watching,
        )
        run = self._trainer.run
        seed = run.seed if run else spec.seed
        self.session.start(replace(spec, seed=seed))
        folder.mkdir(parents=True, exist_ok=True)
        write_marks(folder, Marks(tags=("trial",), notes=f"Tried: {remedy.label}"))
        self.remedy, self.folder = remedy, folder
        if not self._following:
            self._following = True
            self.session.record.changed.connect(self._on_record)
        self.changed.tell(None)

    def stop(self) -> None:
        """End the trial after its current batch."""
        self.session.stop()

    def close(self) -> None:
        """End the second engine."""
        self.session.close()

    @property
    def words(self) -> str:
        """How the trial stands against the original; empty before there is one."""
        if self.remedy is None:
            return ""
        record = self.session.record
        if record.failed is not None:
            return f"Tried, and it failed: {record.failed.message}"
        if not record.epochs:
            return "Trying: the first epoch is under way" if self.running else ""
        return _compared(self._original.record, record, running=self.running)

    def _on_record(self, topics: frozenset[str]) -> None:
        if topics & {"epochs", "run"}:
            self.changed.tell(None)

    def _on_died(self, _was: SessionState) -> None:
        self.changed.tell(None)

    def _on_state(self, state: SessionState) -> None:
        if state == "ended" and self.folder is not None:
            self._lay_over(self.folder)
            self.session.close()  # a second engine takes memory, and is seldom wanted again soon
        self.changed.tell(None)

    def _lay_over(self, folder: Path) -> None:
        from studio.runs.index import look_at

        try:
            self._overlaid.show(rows_of([look_at(folder)]))
        except StudioError:
            return  # it was deleted meanwhile


def _compared(before: "Record", after: "Record", *, running: bool) -> str:
    """Say both losses after the same epoch, the last that both have come to."""
    trying = "Trying" if running else "Tried"
    epochs = min(len(before.epochs), len(after.epochs))
    if epochs:
        one, other = before.epochs[epochs - 1].values, after.epochs[epochs - 1].values
        for name in COMPARED:
            if name in one and name in other:
                return (
                    f"{trying}: after epoch {epochs} the {_spoken(name)} is {other[name]:.3g}, "
                    f"where the original had {one[name]:.3g}"
                )
    now = after.epochs[-1]
    told = (name for name in COMPARED if name in now.values)
    values = "".join(f" the {_spoken(name)} is {now.values[name]:.3g}" for name in [*told][:1])
    return f"{trying}: after epoch {now.epoch}{values}"


def _spoken(name: str) -> str:
    part, _, what = name.partition("/")
    return f"{'training' if part == 'train' else part} {what}"
