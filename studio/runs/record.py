"""Record: all that is known of one run, fed by events; live and replay are one path."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TypeAlias, assert_never

import numpy as np

from studio.core.signal import Signal

from .events import (
    Adjusted,
    Beat,
    Began,
    Checkpointed,
    Ended,
    EpochEnded,
    Event,
    Failed,
    LayerRow,
    Note,
    Points,
    Preview,
    Progress,
    Ready,
    Resumed,
    Snapshot,
    Started,
    State,
    StateChanged,
)
from .layers import LayerGrid
from .questions import Answer
from .series import Series

Rare: TypeAlias = (
    Started
    | Resumed
    | Began
    | Checkpointed
    | Adjusted
    | StateChanged
    | Snapshot
    | EpochEnded
    | Progress
    | Note
    | Failed
    | Ended
    | Ready
    | Preview
    | Answer
    | Beat
)

SNAPSHOTS = 64
"""How many snapshots of one block are kept."""

RUN, SERIES, LAYERS, EPOCHS, PROGRESS = "run", "series", "layers", "epochs", "progress"
"""Topics beside the kinds of snapshots (``attention``, ``embedding``)."""


class History:
    """Snapshots of one block: the newest, and of the past an even selection.

    Kept are those whose number is a multiple of a power of two, which doubles when there would be
    more than ``limit``; what is kept therefore never depends on when one looks.
    """

    def __init__(self, limit: int = SNAPSHOTS) -> None:
        self._limit = limit
        self._stride = 1
        self._count = 0
        self._kept: list[tuple[int, Snapshot]] = []
        self._newest: Snapshot | None = None

    def __len__(self) -> int:
        return len(self.snapshots)

    @property
    def newest(self) -> Snapshot | None:
        """The last one that came."""
        return self._newest

    @property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """Those that are kept, oldest first, the newest among them."""
        kept = tuple(snapshot for _, snapshot in self._kept)
        if self._newest is None or (kept and kept[-1] is self._newest):
            return kept
        return (*kept, self._newest)

    def at(self, step: float) -> Snapshot | None:
        """Return the newest one at or before a step, else the oldest."""
        past = [snapshot for snapshot in self.snapshots if snapshot.step <= step]
        return past[-1] if past else next(iter(self.snapshots), None)

    def add(self, snapshot: Snapshot) -> None:
        """Take the newest one in."""
        self._newest = snapshot
        if self._count % self._stride == 0:
            self._kept.append((self._count, snapshot))
        self._count += 1
        while len(self._kept) > self._limit:
            self._stride *= 2
            self._kept = [pair for pair in self._kept if pair[0] % self._stride == 0]


class Record:
    """What a run has said so far.

    Points, rows and epochs that are not later than what is known are left out, so that a batch of
    events may come twice (from the engine and from the store). ``Started`` begins anew.

    Attributes:
        changed: told once a batch with the topics that have news: ``run`` (beginning, state, end,
            failure, notes), ``series``, ``layers``, ``epochs``, ``progress``, and the kinds of
            snapshots.
        versions: how often each topic had news, for those who look now and then.
        series: scalars by their name. A value that only comes with epochs is a series too.
        layers: rows by their name, in the order of ``layers_of`` that name.
        snapshots: by kind and block.
    """

    def __init__(self) -> None:
        self.changed: Signal[frozenset[str]] = Signal()
        self.versions: Counter[str] = Counter()
        self._forget()

    @classmethod
    def from_events(cls, events: Iterable[Event]) -> "Record":
        """Return the record of a run that is known already."""
        record = cls()
        record.feed(events)
        return record

    def clear(self) -> None:
        """Forget everything."""
        topics = frozenset(self.versions) | {RUN}
        self._forget()
        self._tell(topics)

    def feed(self, events: Iterable[Event]) -> None:
        """Take in what happened, in order."""
        topics: set[str] = set()
        for (kind, name), group in groupby(events, _kind):
            if kind is Points:
                if name not in self._sampled:
                    self._sampled.add(name)
                    # What epochs said of it so far is less than what is coming.
                    self.series.pop(name, None)
                self._add_points(name, [event for event in group if isinstance(event, Points)])
                topics.add(SERIES)
            elif kind is LayerRow:
                self._add_rows(name, [event for event in group if isinstance(event, LayerRow)])
                topics.add(LAYERS)
            else:
                rare = [event for event in group if not isinstance(event, Points | LayerRow)]
                topics.update(*map(self._take, rare))
        if topics:
            self._tell(frozenset(topics))

    def newest(self, kind: str, block: str) -> Snapshot | None:
        """Return the newest snapshot of a block; None while there is none."""
        history = self.snapshots.get((kind, block))
        return history.newest if history else None

    def blocks_seen(self, kind: str) -> tuple[str, ...]:
        """Return the blocks there are snapshots of, in the order they first came."""
        return tuple(block for kind_, block in self.snapshots if kind_ == kind)

    def layers_of(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return id and title of the layers that rows of this name have a number of."""
        named = self._named_layers.get(name)
        return named or (self.started.layers if self.started else ())

    @property
    def step(self) -> int:
        """The last step that is known of."""
        ends = [series.last[0] for series in self.series.values() if series.last]
        rows = [grid.latest[0] for grid in self.layers.values() if grid.latest]
        return max([*ends, *rows, self.progress.step if self.progress else 0])

    @property
    def live(self) -> bool:
        """Whether the run has begun and not yet ended."""
        return bool(self.state) and self.ended is None and self.failed is None

    def _forget(self) -> None:
        self.started: Started | None = None
        self.state: State | None = None
        self.progress: Progress | None = None
        self.failed: Failed | None = None
        self.ended: Ended | None = None
        self.notes: list[Note] = []
        self.interventions: list[Began | Checkpointed | Adjusted] = []
        self.epochs: list[EpochEnded] = []
        self.series: dict[str, Series] = {}
        self.layers: dict[str, LayerGrid] = {}
        self._named_layers: dict[str, tuple[tuple[str, str], ...]] = {}
        self.snapshots: dict[tuple[str, str], History] = {}
        self._sampled: set[str] = set()

    def _tell(self, topics: frozenset[str]) -> None:
        self.versions.update(topics)
        self.changed.tell(topics)

    def _take(self, event: Rare) -> set[str]:
        match event:
            case Started():
                return self._begin(event)
            case Progress():
                self.progress = event
                return {PROGRESS}
            case EpochEnded():
                return self._add_epoch(event)
            case Snapshot():
                return self._add_snapshot(event)
            case Resumed() | StateChanged() | Note() | Failed() | Ended():
                self._note(event)
                return {RUN}
            case Began() | Checkpointed() | Adjusted():
                self.interventions.append(event)
                return {RUN}
            case _:
                return _nothing_of(event)

    def _note(self, event: Resumed | StateChanged | Note | Failed | Ended) -> None:
        match event:
            case Resumed():  # an end is taken back; what was known stays
                self.started = event.started
                self.ended, self.failed = None, None
            case StateChanged():
                self.state = event.state
            case Note():
                self.notes.append(event)
            case Failed():
                self.failed = event
            case Ended():
                self.ended = event
            case _:
                assert_never(event)

    def _begin(self, started: Started) -> set[str]:
        notes, state = (self.notes, self.state) if self.started is None else ([], None)
        topics = {RUN, *self.versions}
        self._forget()
        self.started, self.notes, self.state = started, notes, state
        return topics

    def _add_points(self, name: str, events: Sequence[Points]) -> None:
        steps = np.fromiter((step for event in events for step in event.steps), np.int64)
        values = np.fromiter((value for event in events for value in event.values), np.float64)
        series = self.series.setdefault(name, Series(name))
        known = series.last[0] if series.last else -1
        # Later than all before: also drops what a batch says twice.
        later = steps > np.maximum.accumulate(np.concatenate(([known], steps)))[:-1]
        series.extend(steps[later], values[later])

    def _add_snapshot(self, event: Snapshot) -> set[str]:
        history = self.snapshots.setdefault((event.kind, event.block), History())
        if history.newest is None or event.step > history.newest.step:
            history.add(event)
        return {event.kind}

    def _add_rows(self, name: str, events: Sequence[LayerRow]) -> None:
        named = next((event.layers for event in events if event.layers), None)
        if named is not None:
            self._named_layers[name] = named
        grid = self.layers.setdefault(name, LayerGrid(len(events[0].values)))
        grid.extend([event.step for event in events], [event.values for event in events])

    def _add_epoch(self, event: EpochEnded) -> set[str]:
        if self.epochs and event.epoch <= self.epochs[-1].epoch:
            return set()
        self.epochs.append(event)
        topics = {EPOCHS}
        for name, value in event.values.items():
            if name not in self._sampled:
                self._add_points(name, [Points(name=name, steps=(event.step,), values=(value,))])
                topics.add(SERIES)
        return topics


def _nothing_of(_event: Ready | Preview | Beat | Answer) -> set[str]:
    """Return no topic: these are no part of a run."""
    return set()


def _kind(event: Event) -> tuple[type[Event], str]:
    """Return what events of a row can be taken in together."""
    return type(event), event.name if isinstance(event, Points | LayerRow) else ""
