"""Tuning: the first moments of a run, spent on finding how its steps are computed fastest.

Every way is tried by a session of its own that is thrown away, so that the run begins as if nothing
had been tried. Two of them take steps by turns: a busy machine slows both.
"""

import statistics
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import cycle
from pathlib import Path
from time import perf_counter, thread_time
from typing import NamedTuple

import torch
from msgspec import convert
from msgspec.structs import replace

from studio.runs.events import Event, Note
from studio.runs.spec import Keeping, RunSpec, Watch, Ways

from . import compiling
from .checkpoint import read_checkpoint
from .data.batches import Samples
from .data.load import Load
from .device import wait
from .known_ways import Found, recall, remember
from .session import Session
from .ways import changes, threads_of, words

FEWEST_STEPS = 500
"""A shorter run is over before it has gained what a trial costs."""
ROUNDS, ROUND_SECS = 7, 0.02
FEWEST, MOST = 2, 50
"""Steps of a round."""
LEAST_GAIN = 1.05
"""What is hardly faster than the steady way is not worth other bits."""

Trying = Generator[Sequence[Event], None, Found]


class _Choice(NamedTuple):
    """The ways to compute, what there is to say of them, and samples that were loaded for it."""

    ways: Ways
    notes: Sequence[Event] = ()
    samples: Samples | None = None


def tuned(
    spec: RunSpec, load: Load, checkpoint: str, stopping: Callable[[], bool]
) -> Generator[Sequence[Event], None, Session]:
    """Return a session that computes the way it should; yields after every step of a trial.

    Raises:
        Fault: the run cannot begin.
        FileError: the checkpoint to go on from cannot be read.
    """
    if checkpoint:
        known = read_checkpoint(Path(checkpoint))["session"].get("ways", {})
        return Session(_with(spec, convert(known, Ways)), load)
    trial, choice = _choose(spec, load), _Choice(Ways())
    while not stopping():
        try:
            yield next(trial)
        except StopIteration as done:
            choice = done.value
            break
    trial.close()
    if choice.notes:
        yield choice.notes
    return Session(_with(spec, choice.ways), load, choice.samples)


def steadily(spec: RunSpec) -> RunSpec:
    """Return a run that is computed the steady way, whatever it asks for."""
    return _with(spec, Ways())


def _with(spec: RunSpec, ways: Ways) -> RunSpec:
    return replace(spec, computing=replace(spec.computing, ways=ways))


def _choose(spec: RunSpec, load: Load) -> Generator[Sequence[Event], None, _Choice]:
    wanted = spec.computing
    if wanted.ways is not None:
        return _Choice(wanted.ways)
    if wanted.speed == "steady" and not wanted.compile:
        return _Choice(Ways())
    try:
        return (yield from _tried(spec, load))
    except Exception:  # noqa: BLE001 - the run itself says what is wrong with it
        return _Choice(Ways())


def _tried(spec: RunSpec, load: Load) -> Generator[Sequence[Event], None, _Choice]:
    wanted = spec.computing
    with _lane(spec, load, Ways()) as steady:
        samples, notes = steady.session.samples, list[Event]()
        found = recall(spec, samples) if wanted.speed == "fastest" else None
        if found is not None:
            return _Choice(found.ways, (_told(found, "as an earlier run found"),), samples)
        found = Found(ways=Ways())
        short = steady.session.steps < FEWEST_STEPS
        if wanted.speed == "fastest" and not short:
            for change in changes(steady.session.network.module, samples.device):
                found = yield from _beside(steady, found, replace(found.ways, **change))
        if wanted.compile:
            yield [Note(message="Compiling the network, which may take a minute")]
            found = yield from _compiled(steady, found, notes)
    if wanted.speed == "fastest" and short:
        notes.append(Note(message=f"Under {FEWEST_STEPS} steps, no faster way is looked for"))
    elif wanted.speed == "fastest":
        found = remember(spec, samples, found)
        notes.append(_told(found, "the fastest of what was tried"))
    return _Choice(found.ways, tuple(notes), samples)


def _beside(steady: "_Lane", found: Found, ways: Ways) -> Trying:
    """Return the better of what was found and these ways; what cannot be done is no better."""
    try:
        with steady.beside(ways) as lane:
            gain = yield from _gain(steady, lane)
    except Exception:  # noqa: BLE001 - such as a view of values that lie otherwise in memory
        gain = 0.0
    tried = {**found.tried, words(ways): round(gain, 3)}
    if gain < max(LEAST_GAIN, found.gain):
        return replace(found, tried=tried)
    return Found(ways=ways, gain=round(gain, 3), tried=tried)


def _compiled(steady: "_Lane", found: Found, notes: list[Event]) -> Trying:
    """Return what was found, compiled: where that is possible and, among the fastest, better."""
    ways = replace(found.ways, compiled=True)
    compiling.forget()
    try:
        with steady.beside(ways) as lane:
            lane.take_last()
            yield []
            gain = yield from _gain(steady, lane)
            trouble = lane.session.calls.trouble
    except Exception as error:  # noqa: BLE001 - the compiler may fail in any way
        gain, trouble = 0.0, compiling.reason(error)
    if trouble:
        message = f"The network is not compiled: {trouble}"
        notes.append(Note(message=message, level="warning"))
        return found
    notes += [
        Note(message=f"A part of the network runs as written, not compiled: {why}")
        for why in compiling.breaks()
    ]
    fastest = steady.session.spec.computing.speed == "fastest"
    if not fastest:
        notes.append(Note(message=f"Compiled, it takes {1 / gain:.2f} times the time for a step"))
    tried = {**found.tried, words(ways): round(gain, 3)}
    if fastest and gain < max(LEAST_GAIN, found.gain):
        return replace(found, tried=tried)
    return Found(ways=ways, gain=round(gain, 3), tried=tried)


def _gain(steady: "_Lane", lane: "_Lane") -> Generator[Sequence[Event], None, float]:
    """Return how many times as fast the second one is; 1 where the rounds do not agree."""
    clock = perf_counter
    if steady.single and lane.single:
        clock = thread_time  # whatever else the machine does
    for one in (steady, lane, steady):
        yield from one.round(2, clock)
    steps = min(max(int(ROUND_SECS / (steady.secs / 2)), FEWEST), MOST)
    ratios = []
    for _ in range(ROUNDS):
        yield from steady.round(steps, clock)
        yield from lane.round(steps, clock)
        ratios.append(steady.secs / lane.secs)
    middle = statistics.median(ratios)
    agreeing = sum((ratio > 1.0) == (middle > 1.0) for ratio in ratios)
    return middle if agreeing >= ROUNDS - 1 else 1.0


def _told(found: Found, how: str) -> Note:
    others = ", ".join(
        f"{name} {gain:.2f} times as fast" if gain else f"{name} not possible"
        for name, gain in found.tried.items()
        if name != words(found.ways)
    )
    if found.ways == Ways():
        return Note(message=f"Computed the steady way, {how}{others and f': {others}'}")
    return Note(
        message=f"Computed with {words(found.ways)}, {how}: {found.gain:.2f} times as fast as the "
        f"steady way{others and f'; {others}'}"
    )


class _Lane:
    """A session that only serves to be timed."""

    def __init__(self, spec: RunSpec, load: Load, samples: Samples | None) -> None:
        self.session = Session(spec, load, samples)
        self._load = load
        self._threads = threads_of(spec.computing.ways)
        self._rows = list(self.session.batches())
        self._next = cycle(self._rows[:-1] or self._rows)
        self.secs = 0.0
        """What the last round took."""

    def beside(self, ways: Ways) -> AbstractContextManager["_Lane"]:
        """Return another one over the same samples."""
        return _lane(self.session.spec, self._load, ways, self.session.samples)

    @property
    def single(self) -> bool:
        """Whether one thread of the processor does all."""
        return self._threads == 1 and self.session.samples.device.type == "cpu"

    def round(
        self, steps: int, clock: Callable[[], float]
    ) -> Generator[Sequence[Event], None, None]:
        """Take so many steps after one that is not counted: the other one's are in the caches."""
        self.secs = 0.0
        torch.set_num_threads(self._threads)
        for number in range(steps + 1):
            begin = clock()
            self.session.make_step(next(self._next))
            wait(self.session.samples.device)
            self.secs += (clock() - begin) if number else 0.0
            yield []
        self.session.known(wait=True)

    def take_last(self) -> None:
        """Take the last batch of an epoch, which may be smaller."""
        self.session.make_step(self._rows[-1])


@contextmanager
def _lane(spec: RunSpec, load: Load, ways: Ways, samples: Samples | None = None) -> Iterator[_Lane]:
    trial = replace(
        spec,
        computing=replace(spec.computing, ways=ways),
        watch=Watch(budget=0.0),
        keeping=Keeping(every_secs=0.0),
        folder="",
    )
    lane = _Lane(trial, load, samples)
    try:
        with lane.session.network.blaming(batch_size=lane.session.batch_size):
            yield lane
    finally:
        lane.session.network.close()
