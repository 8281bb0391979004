"""Trainer: what Train, Step and Export mean for the open document, and the news they make."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from studio.core.document import Diff
from studio.core.errors import StudioError
from studio.core.signal import Signal
from studio.runs.checkpoints import newest_checkpoint
from studio.runs.commands import Start
from studio.runs.events import Began, Event, Failed, Note, Preview
from studio.runs.spec import RunSpec, Watch

from .notices import Answer, Notices
from .resuming import Fork, began_details, began_words, forked, going_on, gone_back
from .running import run_spec, why_not
from .session import SessionState, TrainingSession
from .workspace import Workspace


class Trainer:
    """Trains the open document, and says what became of it."""

    def __init__(self, workspace: Workspace, session: TrainingSession, notices: Notices) -> None:
        self.failure: Failed | None = None
        self.run: RunSpec | None = None
        self.fork: Fork | None = None
        """The run and step whose weights the next runs of this document begin with."""
        self.fork_changed: Signal[None] = Signal()
        self.samples_known: Signal[int] = Signal()
        self.previewed: Signal[Preview] = Signal()
        self.samples: int | None = None
        self._workspace = workspace
        self._watch = Watch()
        self._told_origin = False
        self._session = session
        self._notices = notices
        session.changed.connect(self._on_state)
        workspace.document.changed.connect(self._on_changed)
        session.previewed.connect(self._on_preview)
        session.failed.connect(self._say_failure)
        session.noted.connect(self._say_note)
        session.died.connect(self._on_engine_died)

    @property
    def why_not(self) -> str:
        """Why the drawing cannot be trained yet; empty if it can."""
        return why_not(self._workspace)

    def train(self, *, steps: int = 0) -> None:
        """Train from the first weights, or go on after a pause; ``steps`` > 0 pauses after.

        Raises:
            RunError: it cannot be trained yet, and why.
            CompileError: the drawing cannot become a program.
        """
        if self._session.state == "paused":
            self._session.resume(steps=steps)
            return
        spec = run_spec(self._workspace, self._watch)
        if self.fork is not None:
            spec = replace(spec, origin=forked(*self.fork, spec.program))
        self.failure, self.run = None, spec
        self._session.start(spec, steps=steps)

    @property
    def can_go_on(self) -> bool:
        """Whether the last run left a checkpoint to go on from."""
        return self.run is not None and newest_checkpoint(Path(self.run.folder)) is not None

    def go_on(self, *, epochs: int | None = None) -> None:
        """Go on with the last run where it was when it ended, up to ``epochs`` in all.

        Raises:
            FileError: it left no checkpoint.
            RunError: a run is under way.
        """
        if self.run is not None:
            self._begin(going_on(Path(self.run.folder), epochs=epochs))

    def go_back(self, *, lr: float) -> None:
        """Leave the last run at its last checkpoint, and go on from there at another rate.

        Raises:
            FileError: it left no checkpoint, or there is no room for another record.
            RunError: a run is under way.
        """
        if self.run is not None:
            start = gone_back(Path(self.run.folder), lr=lr)
            self._session.show(Path(start.spec.folder))
            self._begin(start)

    def look_back(self, spec: RunSpec | None, events: Iterable[Event]) -> None:
        """Show an earlier run as if it had just happened; Go on is about it from now on.

        Raises:
            RunError: a run is under way.
        """
        self._session.replay(events)
        self.failure, self.run = None, spec

    def resume(self, start: Start, events: Iterable[Event]) -> None:
        """Show what is known of a run, and go on with it.

        Raises:
            RunError: a run is under way.
        """
        self._session.replay(events)
        self._begin(start)

    def begin_with(self, fork: Fork | None) -> None:
        """Let the next runs of this document begin with the weights of a run, or with new ones."""
        self.fork = fork
        self.fork_changed.tell(None)

    def _begin(self, start: Start) -> None:
        self.failure, self.run = None, start.spec
        self._session.start(start.spec, checkpoint=start.checkpoint)

    def watch(self, watch: Watch) -> None:
        """Look at this from now on, in the run under way and in the next ones."""
        self._watch = watch
        if self._session.busy:
            self._session.watch(watch)

    def preview(self, *, samples: int = 48) -> int:
        """Ask to see some of the chosen data; the number comes back with the Preview.

        Raises:
            CompileError: no data are chosen, or they are not installed.
        """
        from studio.compile.run import plan_data

        data = self._workspace.document.experiment.data
        return self._session.preview(plan_data(data, self._workspace.catalog), samples=samples)

    def count_samples(self, samples: int) -> None:
        """Take note of how many samples there are to train on."""
        if samples != self.samples:
            self.samples = samples
            self.samples_known.tell(samples)

    def _on_preview(self, preview: Preview) -> None:
        if not preview.error:
            self.count_samples(preview.samples.get("train", 0))
        self.previewed.tell(preview)

    def _load_ahead(self) -> None:
        """Let an idle engine read the chosen data now, so that Train need not wait for them."""
        if self._session.state not in {"ready", "ended"}:
            return
        with suppress(StudioError):  # the Train button says what is missing
            self.preview(samples=0)

    def _on_state(self, state: SessionState) -> None:
        if state == "ready":
            self._load_ahead()
        started = self._session.started
        if started is not None and self._session.state == "running":
            self.count_samples(started.samples.get("train", 0))
        if state == "loading":
            self._told_origin = False
        if state == "running" and not self._told_origin:
            self._told_origin = True
            self._say_origin()

    def _say_origin(self) -> None:
        """Say which weights the run has taken from the one it begins with."""
        if self.run is None or self.run.origin is None:
            return
        for event in self._session.record.interventions:
            if isinstance(event, Began) and event.step == self.run.origin.step:
                self._notices.say(began_words(event), details=began_details(event))

    def _on_changed(self, change: Diff) -> None:
        document = self._workspace.document
        if self.fork and not (document.undo_label or document.redo_label):
            self.begin_with(None)  # it is another document
        if change.data:
            self.samples = None
            self._load_ahead()

    def export_to(self, folder: Path) -> None:
        """Write the program of the drawing, and its trained weights if there are any.

        Raises:
            CompileError: the drawing cannot become a program.
            FileError: the folder cannot be written.
        """
        from studio.compile.project import export_python

        experiment, catalog = self._workspace.document.experiment, self._workspace.catalog
        weights = self._weights()
        checked = self._workspace.checked
        export_python(experiment, catalog, folder, weights=weights, checked=checked)
        what = "model.py" if weights is None else "model.py and its trained weights"
        self._notices.say(f"Exported {what} to {folder}")

    def _weights(self) -> bytes | None:
        """Return the weights of the last run if they are those of the present drawing."""
        from studio.compile.source import compile_network
        from studio.runs.store import WEIGHTS

        if self.run is None or self._session.busy:
            return None
        file = Path(self.run.folder) / WEIGHTS
        experiment, catalog = self._workspace.document.experiment, self._workspace.catalog
        program = compile_network(experiment, catalog, self._workspace.checked)
        same = program.text == self.run.program.text
        return file.read_bytes() if same and file.is_file() else None

    def _say_failure(self, failure: Failed) -> None:
        self.failure = failure
        way_on = f". {failure.hint}" if failure.hint else ""
        answers: tuple[Answer, ...] = ()
        if failure.block in self._workspace.graph.nodes:
            show = partial(self._workspace.select, (failure.block,))
            answers = (("Show the block", show), ("Dismiss", _nothing))
        if failure.kind == "engine-died":
            answers = (("Train again", self._train_again), ("Dismiss", _nothing))
        if failure.kind in {"engine-died", "out-of-memory"} and self.can_go_on:
            answers = (("Go on from the last checkpoint", self._go_on_again), *answers)
        if failure.kind == "nan" and self.can_go_on:
            answers = (("Go back, at a tenth of the rate", self._go_back), *answers)
        self._notices.say(
            f"{failure.message}{way_on}", "error", answers=answers, details=failure.details
        )

    def _say_note(self, note: Note) -> None:
        self._notices.say(note.message, note.level)

    def _on_engine_died(self, doing: SessionState) -> None:
        if doing == "warming":
            message = "The engine could not be started. The drawing can still be edited"
            answers: tuple[Answer, ...] = (("Try again", self._session.warm_up),)
            self._notices.say(message, "error", answers=answers)
            return
        self._session.warm_up()  # what became of the run was said by its last event

    def _train_again(self) -> None:
        self._attempt(self.train)

    def _go_on_again(self) -> None:
        self._attempt(self.go_on)

    def _go_back(self) -> None:
        if self.run is not None:
            self._attempt(partial(self.go_back, lr=self.run.objectives[0].lr / 10))

    def _attempt(self, do: Callable[[], None]) -> None:
        try:
            do()
        except StudioError as error:
            self._notices.say(str(error), "warning")


def _nothing() -> None:
    return None
