"""Trainer: what Train, Step and Export mean for the open document, and the news they make."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from studio.core.document import Diff
from studio.core.errors import StudioError
from studio.core.signal import Signal
from studio.runs.checkpoints import newest_checkpoint
from studio.runs.commands import Start
from studio.runs.events import Began, Event, Failed, Note, Preview
from studio.runs.saved import open_run
from studio.runs.spec import Program, RunSpec, Watch
from studio.runs.store import WEIGHTS

from .engine_hold import EngineHold
from .live import Live
from .notices import Notices
from .resuming import Fork, forked, going_on, gone_back, inherited, spec_of
from .run_journal import began_details, began_words, capitalised
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
        self._of_another = False
        self._inherited_from: Program | None = None
        self.live = Live(workspace, session)
        session.changed.connect(self._on_state)
        workspace.document.changed.connect(self._on_changed)
        session.previewed.connect(self._on_preview)
        session.failed.connect(self._on_failed)
        session.noted.connect(self._say_note)

    @property
    def watching(self) -> Watch:
        """What the next run will be looked at for."""
        return self._watch

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
        self._begin(Start(spec=spec, steps=steps), came_from=self.fork and self.fork[0])

    @property
    def can_train_on(self) -> bool:
        """Whether the last run of this document left weights that another can begin with."""
        if self.run is None or self._of_another:
            return False
        folder = Path(self.run.folder)
        return newest_checkpoint(folder) is not None or (folder / WEIGHTS).is_file()

    def train_on(self) -> None:
        """Train the drawing as it is now, from the newest weights of the last run that fit.

        Raises:
            RunError: it cannot be trained yet, or a run is under way.
            CompileError: the drawing cannot become a program.
            FileError: the last run left no weights.
        """
        if self.run is not None:
            folder = Path(self.run.folder)
            spec = run_spec(self._workspace, self._watch)
            origin = inherited(folder, spec.program)
            self._begin(Start(spec=replace(spec, origin=origin)), came_from=folder)

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

    def go_back(self, *, lr: float, step: int | None = None) -> None:
        """Leave the last run at its last checkpoint, or one by ``step``; go on at another rate.

        Raises:
            FileError: it left no checkpoint, or there is no room for another record.
            RunError: a run is under way.
        """
        if self.run is not None:
            start = gone_back(Path(self.run.folder), step=step, lr=lr)
            with open_run(Path(start.spec.folder)) as saved:
                self._session.replay(saved.replay())
            self._begin(start)

    def look_back(self, spec: RunSpec | None, events: Iterable[Event]) -> None:
        """Show an earlier run as if it had just happened; Go on is about it from now on.

        Raises:
            RunError: a run is under way.
        """
        self._session.replay(events)
        self.failure, self.run = None, spec
        self.live.let_go()

    def resume(self, start: Start, events: Iterable[Event]) -> None:
        """Show what is known of a run, and go on with it.

        Raises:
            RunError: a run is under way.
        """
        self._session.replay(events)
        self._begin(start)

    def meet(self, engine: EngineHold, spec: RunSpec, told: Iterable[Event]) -> None:
        """Show a run that goes on without a window, and hold its engine from now on.

        Raises:
            RunError: a run is under way.
        """
        self._told_origin = True  # said when it began
        self._session.take_over(engine, told)
        self.failure, self.run = None, spec
        self._of_another, self._inherited_from = False, None
        self.live.begin(spec)
        self._session.watch(self._watch)

    def begin_with(self, fork: Fork | None) -> None:
        """Let the next runs of this document begin with the weights of a run, or with new ones."""
        self.fork = fork
        self.fork_changed.tell(None)

    def _begin(self, start: Start, *, came_from: Path | None = None) -> None:
        program = spec_of(came_from).program if came_from else None
        self._session.start(start.spec, steps=start.steps, checkpoint=start.checkpoint)
        self.failure, self.run = None, start.spec
        self._of_another, self._inherited_from = False, program
        self.live.begin(start.spec)

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
        if not preview.error and "train" in preview.samples:
            self.count_samples(preview.samples["train"])
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
                then = (self._inherited_from,) if self._inherited_from else ()
                programs = (self.run.program, *then)
                words = capitalised(began_words(event, *programs))
                self._notices.say(words, details=began_details(event, *programs))

    def _on_changed(self, change: Diff) -> None:
        document = self._workspace.document
        if not (document.undo_label or document.redo_label):  # it is another document
            self._of_another = True
            self.live.let_go()
            if not self._session.busy:  # what the panels show belongs to the last document
                self._session.forget()
                self.run = None
            if self.fork:
                self.begin_with(None)
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

        if self.run is None or self._session.busy:
            return None
        file = Path(self.run.folder) / WEIGHTS
        experiment, catalog = self._workspace.document.experiment, self._workspace.catalog
        program = compile_network(experiment, catalog, self._workspace.checked)
        same = program.text == self.run.program.text
        return file.read_bytes() if same and file.is_file() else None

    def _on_failed(self, failure: Failed) -> None:
        self.failure = failure

    def _say_note(self, note: Note) -> None:
        self._notices.say(note.message, note.level)
