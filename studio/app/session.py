"""TrainingSession: the studio's hold on its engine, and on the run that the engine trains.

Nothing here waits. Commands are sent, events are taken up by ``poll``, which the window calls some
thirty times a second; listeners are told when the state changes.
"""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

from msgspec.structs import replace

from studio.core.errors import RunError
from studio.core.signal import Signal
from studio.runs.commands import Adjust, Command, Keep, Look, Pause, Resume, Start, Stop
from studio.runs.events import (
    Ended,
    Event,
    Failed,
    Note,
    Preview,
    Progress,
    Ready,
    Recorded,
    Resumed,
    Started,
    StateChanged,
)
from studio.runs.questions import (
    Answer,
    Examine,
    Examined,
    Glance,
    Glanced,
    Inspect,
    Inspected,
    Predict,
    Predicted,
    Show,
    Varied,
    Vary,
)
from studio.runs.rehearsal import Rehearsed
from studio.runs.spec import Adjustment, DataJob, RunSpec, Watch

from .engine_hold import EngineHold
from .silence import Silence

if TYPE_CHECKING:
    from studio.runs.record import Record

SessionState: TypeAlias = Literal[
    "cold", "warming", "ready", "loading", "running", "paused", "ended"
]


class TrainingSession:
    """One engine at a time, one run at a time.

    Told: ``changed`` (state), ``progressed`` (how far), ``previewed`` (samples of the data),
    ``answered`` (what else was asked of data), ``failed`` (the run cannot go on), ``noted``
    (sentences), ``died`` (the engine is gone: what it was doing).
    """

    def __init__(self, new_engine: Callable[[], EngineHold]) -> None:
        self.changed: Signal[SessionState] = Signal()
        self.progressed: Signal[Progress] = Signal()
        self.previewed: Signal[Preview] = Signal()
        self.answered: Signal[Answer] = Signal()
        self.failed: Signal[Failed] = Signal()
        self.noted: Signal[Note] = Signal()
        self.died: Signal[SessionState] = Signal()
        self.ready: Ready | None = None
        self.started: Started | None = None
        self.progress: Progress | None = None
        self.ended: Ended | None = None
        self.silence = Silence()
        self.unattended = False
        """Whether the next run goes on when the window is gone, and waits to be met again."""
        self._new_engine = new_engine
        self._engine: EngineHold | None = None
        self._state: SessionState = "cold"
        self._requests = 0
        self._silent_polls = 0

    @cached_property
    def record(self) -> "Record":
        """What is known of the run under way, or of the last one."""
        from studio.runs.record import Record  # NumPy: not before the first paint

        return Record()

    @property
    def state(self) -> SessionState:
        """What the engine is doing."""
        return self._state

    @property
    def busy(self) -> bool:
        """Whether a run is under way, a paused one included."""
        return self._state in {"loading", "running", "paused"}

    @property
    def device(self) -> str:
        """What the run, or else the next one, trains on, in words; empty while unknown."""
        if self.busy and self.started:
            return self.started.device_name or self.started.device
        if self.ready:
            return self.ready.devices.get(self.ready.default, self.ready.default)
        return ""

    def warm_up(self) -> None:
        """Start an engine if there is none; returns at once."""
        if self._engine is None:
            self._engine = self._new_engine()
            self._silent_polls = 0
            self._engine.start()
            self._become("warming")

    def start(self, spec: RunSpec, *, steps: int = 0, checkpoint: str = "") -> None:
        """Begin a run, or go on with it from a checkpoint; ``steps`` > 0 pauses after so many.

        Raises:
            RunError: a run is under way.
        """
        if self.busy:
            raise RunError("A run is under way: stop it before you start another")
        self.started, self.progress, self.ended = None, None, None
        unattended = self.unattended
        self._send(Start(spec=spec, steps=steps, checkpoint=checkpoint, unattended=unattended))
        self._become("loading")

    def take_over(self, engine: EngineHold, told: Iterable[Event]) -> None:
        """Hold an engine that trains already, in place of our own, and know what it told so far.

        Raises:
            RunError: a run is under way.
        """
        self.replay(told)
        self.close(at_once=True)
        self._engine, record = engine, self.record
        self.started, self.progress, self.ended = record.started, record.progress, record.ended
        self._become("ended" if record.ended else record.state or "loading")

    def leave(self) -> None:
        """Let the run go on without us; the engine is another window's to meet."""
        self.resume()
        if self._engine is not None:
            self._engine.leave()
            self._engine = None
            self._become("cold")

    def pause(self) -> None:
        """Wait after the current batch; without a run, do nothing."""
        if self._state == "running":
            self._send(Pause())

    def resume(self, *, steps: int = 0) -> None:
        """Go on after a pause; ``steps`` > 0 pauses again after so many."""
        if self._state == "paused":
            self._send(Resume(steps=steps))

    def stop(self) -> None:
        """End the run after the current batch, with its weights kept."""
        if self.busy:
            self._send(Stop())

    def watch(self, watch: Watch) -> None:
        """Change what is watched; without an engine, do nothing."""
        if self._engine is not None:
            self._engine.send(Look(watch=watch))

    def replay(self, events: Iterable[Event]) -> None:
        """Know of a run what these events say, and of no other.

        Raises:
            RunError: a run is under way.
        """
        if self.busy:
            raise RunError("A run is under way: stop it before you look at another")
        self.record.clear()
        self.record.feed(events)

    def forget(self) -> None:
        """Know of no run any more, as when another experiment is opened."""
        self.started, self.progress, self.ended = None, None, None
        if "record" in vars(self):  # to make one costs NumPy
            self.record.clear()
        self._become("ready" if self._state == "ended" else self._state)

    def adjust(self, adjustment: Adjustment) -> None:
        """Change a setting of the run under way from its next step on."""
        if self.busy:
            self._send(Adjust(adjustment=adjustment))

    def keep(self) -> None:
        """Write a checkpoint of the run under way, which is never thrown away."""
        if self.busy:
            self._send(Keep())

    def preview(self, data: DataJob, *, samples: int = 48) -> int:
        """Ask to see some of the data; the Preview told later carries the returned number."""
        self._requests += 1
        self._send(Show(request=self._requests, data=data, samples=samples))
        return self._requests

    def ask(self, question: Examine | Inspect | Vary | Predict | Glance) -> int:
        """Ask something of data; the answer told later carries the returned number."""
        self._requests += 1
        self._send(replace(question, request=self._requests))
        return self._requests

    def restart_engine(self, *, at_once: bool = False) -> None:
        """End the engine, whatever it does, and start a fresh one."""
        self.close(at_once=at_once)
        self.warm_up()

    def close(self, *, at_once: bool = False) -> None:
        """End the engine; ``at_once`` without waiting for what it does."""
        if self._engine is not None:
            self._engine.close(at_once=at_once)
            self._engine = None
            self.ready = None
            self._become("cold")

    def poll(self) -> None:
        """Take up what happened; the window calls this from its timer."""
        if self._engine is None:
            return
        alive = self._engine.alive  # asked first, so that no last words are missed
        events = self._engine.poll()
        self.silence.hear(events, running=alive and self._state == "running")
        if events:
            self.record.feed(events)
            for event in events:
                self._take(event)
        if alive:
            self._silent_polls = 0
        elif self._silent_polls:
            self._bury()
        else:
            self._silent_polls = 1  # its last words may still be on their way

    def _take(self, event: Event) -> None:
        match event:
            case Ready() | Started() | Resumed() | StateChanged() | Ended():
                self._follow(event)
            case Progress():
                self.progress = event
                self.progressed.tell(event)
            case Failed():
                self.failed.tell(event)
            case Note():
                self.noted.tell(event)
            case Preview():
                self.previewed.tell(event)
            case Examined() | Inspected() | Varied() | Predicted() | Rehearsed() | Glanced():
                self.answered.tell(event)
            case _:
                _for_the_record(event)

    def _follow(self, event: Ready | Started | Resumed | StateChanged | Ended) -> None:
        match event:
            case Ready():
                self.ready = event
                self._become("ready" if self._state == "warming" else self._state, tell=True)
            case Started() | Resumed():
                self.started = event.started if isinstance(event, Resumed) else event
                self._become(self._state, tell=True)
            case StateChanged(state=state):
                self._become(state)
            case Ended():
                self.ended = event
                self._become("ended")
            case _:
                assert_never(event)

    def _bury(self) -> None:
        """The engine is gone: say so, and have a fresh one ready."""
        was = self._state
        self.close()
        self.died.tell(was)

    def _send(self, command: Command) -> None:
        if self._engine is not None and not self._engine.alive:
            self.close()  # it died since the last poll; a fresh one takes the command
        self.warm_up()
        assert self._engine is not None
        self._engine.send(command)

    def _become(self, state: SessionState, *, tell: bool = False) -> None:
        if tell or state != self._state:
            self._state = state
            self.changed.tell(state)


def _for_the_record(_event: Recorded) -> None:
    """Leave it to the record, and a beat to the silence."""
