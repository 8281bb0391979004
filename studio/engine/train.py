"""Training as a generator of events: whoever wants to pause asks for no more.

``Training.steps`` yields what has become known after every batch, often nothing; ``train`` is the
same as one stream of events. Seed, data and device fix every loss to the last bit: weights and
dropout come from torch's generator, the order of the samples from one of our own, both on the CPU.
"""

import time
from collections.abc import Generator, Iterator, Sequence

from torch import Tensor

from studio.runs.events import (
    Ended,
    EpochEnded,
    Event,
    Progress,
    Reason,
    StateChanged,
)
from studio.runs.spec import RunSpec, Watch

from .data.load import Load, load
from .data.split import PARTS, Part
from .evaluate import evaluate
from .faults import NumberFault, failed
from .pace import Pace
from .session import Session

Events = Sequence[Event]
Steps = Generator[Events, None, None]

TELL_SECS = 0.025
PROGRESS_SECS = 0.25
EVALUATION_BATCH = 256
NOTHING: Events = ()


def train(spec: RunSpec) -> Iterator[Event]:
    """Run an experiment and yield all that happens, the end last."""
    for events in Training(spec).steps():
        yield from events


class Training:
    """One run, from loading its data to its end; to be used from one thread."""

    def __init__(self, spec: RunSpec, load: Load = load) -> None:
        self._spec = spec
        self._load = load
        self._session: Session | None = None
        self._epoch = 0
        self._stopping = False
        self._reason: Reason = "finished"
        self._metrics: dict[str, dict[str, float]] = {}
        self._next_tell = self._next_progress = 0.0
        self.pace = Pace()
        """The clock of the run, to be stopped while it is paused."""

    # What may be asked of it between two batches

    @property
    def step(self) -> int:
        """Steps of the optimisers made so far."""
        return self._session.step if self._session else 0

    def stop(self) -> None:
        """End after the current batch, with the weights kept."""
        self._stopping = True

    def look(self, watch: Watch) -> Events:
        """Watch something else, beginning with what can be seen now."""
        return self._session.watcher.look(watch, self.step) if self._session else NOTHING

    def set_learning_rate(self, lr: float) -> None:
        """Use another base rate from the next step on."""
        if self._session:
            self._session.scale_rates(lr)

    def flush(self) -> Events:
        """Return all that is known of what was done so far, waiting for the device."""
        if not self._session or self._reason == "failed":
            return NOTHING
        try:
            known = self._session.known(wait=True)
        except NumberFault:  # stays known, and is told by the next step
            known = self._session.scalars.take(wait=True)
        return [*known, self._progress(self._session)]

    def weights(self) -> dict[str, Tensor]:
        """Return the weights and buffers by name, on the CPU; none before they are made."""
        return self._session.weights() if self._session else {}

    # The run

    def steps(self) -> Steps:
        """Yield after every batch what has become known.

        Nothing is raised: what goes wrong is told as Failed, and Ended is the last event always.
        """
        try:
            yield [StateChanged(state="loading")]
            self._session = session = Session(self._spec, self._load)
            self.pace = Pace()
            yield session.began()
            yield [StateChanged(state="running"), *session.watcher.between(0)]
            yield from self._epochs(session)
            yield from self._finish(session)
        except Exception as error:  # noqa: BLE001 - told to the person as Failed
            self._reason = "failed"
            known = self._session.scalars.take() if self._session else NOTHING
            yield [*known, failed(error, step=self.step)]
        finally:
            if self._session:
                self._session.network.close()
        yield [self._ended()]

    def _epochs(self, session: Session) -> Steps:
        for epoch in range(1, self._spec.epochs + 1):
            self._epoch = epoch
            with session.network.blaming(batch_size=self._spec.batch_size):
                for rows in session.batches():
                    if self._stopping:
                        break
                    session.make_step(rows)
                    yield self._tell(session)
            if not self._stopping:
                yield from self._end_epoch(session)
            if self._stopping:
                self._reason = "stopped"
                return
            if 0 < self._spec.early_stopping <= session.best.epochs_since:
                self._reason = "early-stopped"
                return

    def _tell(self, session: Session) -> Events:
        """Return what is known, some forty times a second; nothing in between."""
        looks = session.watcher.between(session.step) if session.watcher.due() else NOTHING
        now = time.perf_counter()
        if now < self._next_tell:
            return looks
        self._next_tell = now + TELL_SECS
        events = [*session.known(), *looks]
        if now >= self._next_progress:
            self._next_progress = now + PROGRESS_SECS
            events.append(self._progress(session))
        return events

    def _progress(self, session: Session) -> Progress:
        samples_per_sec, steps_per_sec = self.pace.mark(session.step, session.seen)
        session.scalars.add("throughput", session.step, samples_per_sec)
        return Progress(
            step=session.step,
            epoch=self._epoch,
            samples_per_sec=samples_per_sec,
            seconds_left=(session.steps - session.step) / steps_per_sec if steps_per_sec else 0.0,
            watching_share=session.watcher.share(),
        )

    def _end_epoch(self, session: Session) -> Steps:
        yield session.known(wait=True)
        means = session.means()
        metrics = {"train": _of_part("train", means)}
        if session.samples.count("validation"):
            held_out = yield from self._evaluate(session, "validation")
            if self._stopping:
                self._metrics = metrics
                return
            metrics["validation"] = held_out
            means |= self._note(session, "validation", held_out)
        self._metrics = metrics
        best = "validation" in metrics and session.best.offer(
            metrics["validation"]["loss"], metrics
        )
        ended = EpochEnded(epoch=self._epoch, step=session.step, values=means, best=best)
        yield [*session.scalars.take(), ended]

    def _evaluate(self, session: Session, part: Part) -> Generator[Events, None, dict[str, float]]:
        """Return the means over a part; of what a stop cut short, nothing."""
        batch_size = max(self._spec.batch_size, EVALUATION_BATCH)
        running = evaluate(session, part=part, batch_size=batch_size)
        with session.network.blaming(batch_size=batch_size):
            while not self._stopping:
                try:
                    next(running)
                except StopIteration as done:
                    means: dict[str, float] = done.value
                    return means
                yield NOTHING
        return {}

    def _note(self, session: Session, part: Part, means: dict[str, float]) -> dict[str, float]:
        named = {f"{part}/{name}": value for name, value in means.items()}
        for name, value in named.items():
            session.scalars.add(name, session.step, value)
        return named

    def _finish(self, session: Session) -> Steps:
        """End with the best weights; judge them on every part, unless the run was stopped."""
        yield session.known(wait=True)
        if not self._metrics:
            self._metrics = {"train": _of_part("train", session.means())}
        if session.best.restore():
            self._metrics = session.best.metrics
        for part in PARTS:
            known = part == "validation" and part in self._metrics
            if session.samples.count(part) and not known and not self._stopping:
                means = yield from self._evaluate(session, part)
                self._metrics = {**self._metrics, **({part: means} if means else {})}
        if "test" in self._metrics:
            self._note(session, "test", self._metrics["test"])
        # The last pictures show the weights that are kept.
        yield [*session.scalars.take(), *session.watcher.look_again(session.step)]

    def _ended(self) -> Ended:
        return Ended(
            reason=self._reason,
            step=self.step,
            epoch=self._epoch,
            seconds=self.pace.seconds,
            metrics=self._metrics,
            losses=tuple(self._session.scalars.losses) if self._session else (),
        )


def _of_part(part: str, values: dict[str, float]) -> dict[str, float]:
    prefix = f"{part}/"
    return {
        name.removeprefix(prefix): value
        for name, value in values.items()
        if name.startswith(prefix)
    }
