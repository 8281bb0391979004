"""Worker: runs on a training thread of their own, told what to do from any other.

The same worker serves the window, the command line and, in the caller's process, notebooks and
tests. The training thread looks at its commands after every batch: that is when pause, stop and
whatever else is asked take effect. torch is imported by that thread, never by the one that asks.
"""

import threading
from collections import deque
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, assert_never

from studio.runs.commands import (
    Adjust,
    Command,
    Keep,
    Leave,
    Look,
    Pause,
    Quit,
    Resume,
    Start,
    Stop,
    decode,
)
from studio.runs.events import Beat, Ended, Event, Failed, Note, Ready, StateChanged
from studio.runs.questions import (
    Examine,
    Glance,
    Inspect,
    Predict,
    Question,
    Show,
    Vary,
)
from studio.runs.rehearsal import Rehearse

from .obeying import begun, broken_off, glanced, intervene
from .outbox import Outbox, Send

if TYPE_CHECKING:
    from .data.load import LastLoaded
    from .train import Training

FOREVER = 2**62


class Worker:
    """Obeys commands and sends events as bytes; ``close`` ends its threads."""

    def __init__(self, send: Send) -> None:
        self._outbox = Outbox(send, self._beat)
        self._asked = threading.Condition()
        self._commands: deque[Command] = deque()
        self._questions: deque[Question] = deque()
        self._quitting = self._deserted = self._left = False
        self._training = False
        self._present: Start | None = None
        self._ready: Ready | None = None
        self._work_done = 0
        self._paused = False
        self._pause_at = FOREVER
        self._next: Start | None = None
        self._last_loaded: LastLoaded | None = None
        self._thread = threading.Thread(target=self._work, name="netwright-training", daemon=True)
        self._previews = threading.Thread(
            target=self._answer_questions, name="netwright-preview", daemon=True
        )

    def start(self) -> None:
        """Start the threads; Ready follows when torch is warm."""
        self._outbox.start()
        self._thread.start()
        self._previews.start()

    def tell(self, data: bytes) -> bool:
        """Take an encoded command; false when it was the last."""
        command = decode(data)
        with self._asked:
            if isinstance(command, Question):
                self._questions.append(command)
            elif isinstance(command, Quit):
                self._quitting = True
            elif isinstance(command, Leave):
                self._left = True
            else:
                self._commands.append(command)
            self._asked.notify_all()
        return not (self._quitting or self._left)

    @property
    def quitting(self) -> bool:
        """Whether it was told to end, and not only left."""
        return self._quitting

    def goes_on_alone(self) -> str:
        """Return the folder of the run that goes on without its window; empty if none does.

        A run that is paused, or not recorded, has nothing to gain by it.
        """
        with self._asked:
            asked = [one for one in self._commands if isinstance(one, Start)]
            wishes = (*reversed(asked), self._next, self._present)
            start = next((one for one in wishes if one is not None), None)
            if start is None or not (start.unattended or self._left) or self._quitting:
                return ""
            if start is not self._present:
                return "" if start.steps else start.spec.folder
            waits = self._paused or self._pause_at != FOREVER
        return start.spec.folder if self._outbox.recording and not waits else ""

    def attach(self, send: Send) -> None:
        """Send to another from now on, who knows what the record says."""
        self._left = False
        self._outbox.hand_over(send, [self._ready] if self._ready else [])

    def close(self, timeout_secs: float = 30.0, *, deserted: bool = False) -> None:
        """End the run after its current batch, write and send what is left.

        ``deserted``: nobody asked for it, whoever did is gone. A checkpoint is written as at any
        end, and the record is left without one, so that going on is offered.
        """
        with self._asked:
            self._quitting, self._deserted = True, deserted
            self._asked.notify_all()
        self._thread.join(timeout_secs)
        self._previews.join(timeout_secs)
        self._outbox.close(timeout_secs)

    # The training thread

    def _work(self) -> None:
        from .warm import warm_up

        self._ready = warm_up()
        self._outbox.put([self._ready])
        while (start := self._next_start()) is not None:
            self._run(start)

    def _next_start(self) -> Start | None:
        """Wait for a run to begin; of what else is asked only a glance is not about a run."""
        while (command := self._next_command()) is not None:
            if isinstance(command, Glance):
                self._outbox.put([glanced(command, self._loader())])
            elif isinstance(command, Start):
                with self._asked:
                    return self._make_present(command)
        return None

    def _next_command(self) -> Command | None:
        """Wait for what is asked between two runs; None where the engine is to end."""
        with self._asked:
            self._asked.wait_for(lambda: self._quitting or self._next or self._commands)
            if self._quitting:
                return None
            return self._next or self._commands.popleft()

    def _make_present(self, start: Start) -> Start:
        self._present, self._next = start, None
        self._paused = False
        self._pause_at = start.steps or FOREVER
        self._outbox.record(start.spec)
        return start

    def _run(self, start: Start) -> None:
        """Train; what goes wrong beside the steps ends the run like anything within them."""
        self._training = True
        training: Training | None = None
        try:
            training = begun(start, self._loader())
            self._train(training, start.spec.folder)
        except Exception as error:  # noqa: BLE001 - told to the person as Failed
            if self._training:
                self._outbox.put(broken_off(error, training))
        finally:
            self._training = False
            with self._asked:
                self._present = None

    def _train(self, training: "Training", folder: str) -> None:
        training.checkpoints.await_record = self._outbox.await_written
        last_words: Sequence[Event] = ()
        with closing(training.steps()) as steps:
            for events in steps:
                self._work_done += 1
                if events and isinstance(events[-1], Ended):
                    self._outbox.put([*last_words, *self._at_the_end(training, folder, events)])
                    self._training = False
                elif events and isinstance(events[-1], Failed):
                    last_words = events  # told with the end: whoever is asked can act at once
                elif events:
                    self._outbox.put(events)
                if self._commands or self._quitting or training.step >= self._pause_at:
                    self._obey(training)

    def _obey(self, training: "Training") -> None:
        """Carry out what was asked; while paused, wait here for more."""
        if training.step >= self._pause_at:
            self._paused = True
        told_paused = False
        while True:
            with self._asked:
                commands = list(self._commands)
                self._commands.clear()
            for command in commands:
                self._carry_out(command, training)
            if self._quitting or self._next:
                training.stop()
                self._paused = False
            if not self._paused:
                break
            if not told_paused:
                told_paused = True
                training.pace.pause()
                self._outbox.put([*training.flush(), StateChanged(state="paused")])
            with self._asked:
                self._asked.wait_for(lambda: bool(self._commands) or self._quitting)
        if told_paused:
            training.pace.go_on()
            self._outbox.put([StateChanged(state="running")])

    def _carry_out(self, command: Command, training: "Training") -> None:
        match command:
            case Start():
                # The newest wish counts: the present run ends, then the new one begins.
                self._next = command
            case Pause():
                self._paused = True
            case Resume(steps=steps):
                self._paused = False
                self._pause_at = training.step + steps if steps else FOREVER
            case Stop():
                self._paused = False
                self._pause_at = FOREVER
                training.stop()
            case Look() | Adjust() | Keep() | Glance():
                self._outbox.put(intervene(command, training))
            case Show() | Examine() | Inspect() | Vary() | Predict() | Rehearse():
                pass  # answered by other threads
            case Quit() | Leave():
                pass  # answered by other threads
            case _:
                assert_never(command)

    def _at_the_end(
        self, training: "Training", folder: str, events: Sequence[Event]
    ) -> list[Event]:
        """Keep the weights, and return what is told of the end."""
        ended = events[-1]
        assert isinstance(ended, Ended)
        self._keep_weights(training, folder, ended)
        return list(events[:-1] if self._deserted and ended.reason == "stopped" else events)

    def _beat(self) -> Beat | None:
        """Return a sign of life for a second without news; asked by the outbox's thread."""
        return Beat(work=self._work_done) if self._training else None

    def _keep_weights(self, training: "Training", folder: str, ended: Ended) -> None:
        from .weights import save_weights

        if folder and ended.reason != "failed":
            message = save_weights(training.weights(), folder)
            if message:
                self._outbox.put([Note(message=message, level="warning")])

    # The thread of previews

    def _answer_questions(self) -> None:
        """Answer what is asked of the data; loading may take longer than a batch."""
        while True:
            with self._asked:
                self._asked.wait_for(lambda: bool(self._questions) or self._quitting)
                if self._quitting:
                    return
                question = self._questions.popleft()
            from .data.answering import answer

            self._outbox.put([answer(question, self._loader())])

    def _loader(self) -> "LastLoaded":
        """Return what both threads load with; NumPy is imported by the first that asks."""
        from .data.load import LastLoaded

        with self._asked:
            if self._last_loaded is None:
                self._last_loaded = LastLoaded()
            return self._last_loaded
