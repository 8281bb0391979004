"""Training as a generator of events: whoever wants to pause asks for no more.

``Training.steps`` yields what has become known after every batch, often nothing; ``train`` is the
same as one stream of events. Seed, data and device fix every loss to the last bit: weights and
dropout come from torch's generator, the order of the samples from one of our own, both on the CPU.
"""

import math
import time
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from torch import Tensor

from studio.runs.events import (
    Ended,
    EpochEnded,
    Event,
    Reason,
    Resumed,
    StateChanged,
)
from studio.runs.spec import Adjustment, RunSpec, Watch

from .adjusting import Planned, adjust
from .checkpoint import Checkpoints, read_checkpoint
from .data.load import Load, load
from .data.split import PARTS, Part
from .evaluate import judged
from .faults import NumberFault, failed
from .origin import adopt
from .pace import Pace
from .session import Session
from .tuning import tuned

Events = Sequence[Event]
Steps = Generator[Events, None, None]

TELL_SECS = 0.05
PROGRESS_SECS = 0.25
NOTHING: Events = ()


class Place(NamedTuple):
    """Where a run stands: the epoch under way, from 1, and how many of its batches are done."""

    epoch: int
    batch: int


def train(spec: RunSpec, checkpoint: str = "") -> Iterator[Event]:
    """Run an experiment, or go on from one of its checkpoints, and yield all that happens."""
    for events in Training(spec, checkpoint=checkpoint).steps():
        yield from events


class Training:
    """One run, from loading its data to its end; to be used from one thread."""

    def __init__(self, spec: RunSpec, load: Load = load, checkpoint: str = "") -> None:
        """``checkpoint`` is the path of one of this run's own, to go on from."""
        self._spec, self._load = spec, load
        self._checkpoint = checkpoint
        self.checkpoints = Checkpoints(spec.folder, spec.keeping)
        self._planned = Planned(spec.adjustments)
        self._session: Session | None = None
        self._epoch, self._place = 0, Place(1, 0)
        self._between_steps = self._keeping = self._stopping = False
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

    def adjust(self, adjustment: Adjustment) -> Events:
        """Change a setting from the next step on."""
        return adjust(self._session, adjustment) if self._session else NOTHING

    def keep(self) -> Events:
        """Write a checkpoint, now or after the next step, that is never thrown away."""
        if self._session and self._between_steps:
            return self._keep(self._session, marked=True)
        self._keeping = True
        return NOTHING

    def flush(self) -> Events:
        """Return all that is known of what was done so far, waiting for the device."""
        if not self._session or self._reason == "failed":
            return NOTHING
        try:
            known = self._session.known(wait=True)
        except NumberFault:  # stays known, and is told by the next step
            known = self._session.scalars.take(wait=True)
        return [*known, self._session.progress(self.pace, self._epoch)]

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
            self._session = session = yield from self._opened()
            yield self._begin(session)
            yield [StateChanged(state="running"), *session.watcher.between(session.step)]
            yield from self._epochs(session)
            yield from self._finish(session)
        except Exception as error:  # noqa: BLE001 - told to the person as Failed
            self._reason = "failed"
            yield [*self._last_known(), failed(error, step=self.step)]
        finally:
            if self._session:
                self._session.close()
        yield [*self.checkpoints.close(), self._ended()]

    def _opened(self) -> Generator[Events, None, Session]:
        """Find how to compute, and make ready; one who goes on computes as before."""
        return tuned(self._spec, self._load, self._checkpoint, lambda: self._stopping)

    def _last_known(self) -> Events:
        """Return what is known when a run has failed; a device that is lost tells no more."""
        try:
            return self._session.scalars.take() if self._session else NOTHING
        except RuntimeError:
            return NOTHING

    def _begin(self, session: Session) -> Events:
        """Begin from the first weights, those of another run, or where this run stood."""
        self.pace = Pace()
        if self._checkpoint:
            return [*session.notes(), self._go_on(session)]
        began = [adopt(session.network.module, origin)] if (origin := self._spec.origin) else ()
        return [*session.notes(), session.started(), *began]

    def _go_on(self, session: Session) -> Resumed:
        state = read_checkpoint(Path(self._checkpoint))
        session.restore(state["session"])
        self._place = Place(*state["place"])
        self._epoch, self._metrics = state["epoch"], state["metrics"]
        self.pace = Pace(state["seconds"], session.step, session.seen)
        self._planned.skip(session.step)
        return Resumed(step=session.step, epoch=self._epoch, started=session.started())

    def _epochs(self, session: Session) -> Steps:
        for epoch in range(self._place.epoch, self._spec.epochs + 1):
            self._epoch = epoch
            with session.network.blaming(batch_size=session.batch_size):
                yield from self._batches(session, epoch)
            if not self._stopping:
                yield from self._end_epoch(session)
            if not self._stopping:
                self._place = Place(epoch + 1, 0)
                session.close_epoch(self._spec.epochs - epoch)
            if self._stopping:
                self._reason = "stopped"
                return
            if 0 < self._spec.early_stopping <= session.best.epochs_since:
                self._reason = "early-stopped"
                return

    def _batches(self, session: Session, epoch: int) -> Steps:
        """Make the steps of an epoch that were not made yet."""
        for number, rows in enumerate(session.batches()):
            if number < self._place.batch:
                continue
            planned = self._planned.make(session)
            if planned:
                yield planned
            if self._stopping:
                break
            session.make_step(rows)
            self._place = Place(epoch, number + 1)
            self._between_steps = True
            yield self._tell(session)
            self._between_steps = False

    def _keep(self, session: Session, *, marked: bool = False) -> Events:
        """Keep all that the next step depends on."""
        known = session.known(wait=True)
        state = {
            "session": session.state(),
            "place": self._place,
            "epoch": self._epoch,
            "metrics": self._metrics,
            "seconds": self.pace.seconds,
        }
        self._keeping = False
        kept = self.checkpoints.keep(state, step=session.step, epoch=self._epoch, marked=marked)
        return [*known, *kept]

    def _tell(self, session: Session) -> Events:
        """Return what is known, some twenty times a second; nothing in between."""
        if self._keeping:
            return self._keep(session, marked=True)
        looks = session.watcher.between(session.step) if session.watcher.due() else NOTHING
        now = time.perf_counter()
        if now < self._next_tell:
            return looks
        self._next_tell = now + TELL_SECS
        events = [*session.known(), *looks, *self.checkpoints.news()]
        if self.checkpoints.due():
            events += self._keep(session)
        if now >= self._next_progress:
            self._next_progress = now + PROGRESS_SECS
            events.append(session.progress(self.pace, self._epoch))
        return events

    def _end_epoch(self, session: Session) -> Steps:
        yield session.known(wait=True)
        held_out: dict[str, float] = {}
        if session.samples.count("validation"):
            held_out = yield from self._evaluate(session, "validation")
            if self._stopping:
                return  # the means of its batches are still to be had, by the one who goes on
        means = session.means()
        metrics = {"train": _of_part("train", means)}
        if held_out:
            metrics["validation"] = held_out
            means |= session.note("validation", held_out)
        self._metrics = metrics
        session.hear(metrics["validation" if held_out else "train"].get("loss", math.nan))
        best = "validation" in metrics and session.offer(metrics["validation"]["loss"], metrics)
        ended = EpochEnded(epoch=self._epoch, step=session.step, values=means, best=best)
        yield [*session.scalars.take(), ended]

    def _evaluate(self, session: Session, part: Part) -> Generator[Events, None, dict[str, float]]:
        """Return the means over a part; of what a stop cut short, nothing."""
        running = judged(session, part=part, batch_size=self._spec.batch_size)
        while not self._stopping:
            try:
                next(running)
            except StopIteration as done:
                means: dict[str, float] = done.value
                return means
            yield NOTHING
        return {}

    def _finish(self, session: Session) -> Steps:
        """End with the best weights; judge them on every part, unless the run was stopped."""
        yield session.known(wait=True)
        if self.checkpoints.kept:
            yield self._keep(session)
        if not self._metrics:
            self._metrics = {"train": _of_part("train", session.means())}
        if session.take_best():
            self._metrics = session.best.metrics
        for part in PARTS:
            known = part == "validation" and part in self._metrics
            locked = part == "test" and self._spec.data.lock_test
            if session.samples.count(part) and not (known or locked or self._stopping):
                means = yield from self._evaluate(session, part)
                self._metrics = {**self._metrics, **({part: means} if means else {})}
        if "test" in self._metrics:
            session.note("test", self._metrics["test"])
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
