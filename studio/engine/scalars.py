"""Scalars on their way from the device to the record, without making the device wait.

On the CPU a value is a number at once. On an accelerator values stay tensors until the next take:
then they are joined into one vector and copied to pinned memory beside the training; a copy is
read when its event says that it is complete, and never waited for unless asked.
"""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from studio.runs.events import Event, LayerRow, Points

from .packing import State

RECORDED_LOSSES = 1000
LOSS = "train/loss"


@dataclass(frozen=True, slots=True)
class _Tag:
    """What a value is; ``samples`` is its weight in the epoch's mean, ``size`` 0 for a scalar.

    Where the weight is known to the device alone, it comes behind the value.
    """

    name: str
    step: int
    samples: int
    size: int = 0
    weight_behind: bool = False
    shown: bool = True
    total: bool = True


@dataclass(frozen=True, slots=True)
class _Copy:
    tags: Sequence[_Tag]
    values: Tensor
    done: torch.cuda.Event | None


class Scalars:
    """The numbers of a run: buffered, read late, put together by epoch."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._columns: dict[str, tuple[list[int], list[float]]] = {}
        self._rows: list[LayerRow] = []
        self._layers: dict[str, tuple[tuple[str, str], ...]] = {}
        self._told: dict[str, tuple[tuple[str, str], ...]] = {}
        self._waiting: list[tuple[_Tag, Tensor]] = []
        self._copies: deque[_Copy] = deque()
        self._sums: dict[str, list[float]] = {}
        self.losses: list[float] = []
        """The training loss of each of the first steps, exactly."""
        self.bad_step = 0
        """The first step whose loss was read and is not a number; 0 while there is none."""

    def add(
        self, name: str, step: int, value: float, *, samples: float = 0, shown: bool = True
    ) -> None:
        """Take a number; with ``samples`` it counts so much in the epoch's mean.

        Not ``shown``, it counts there alone.
        """
        if shown:
            column = self._columns.get(name)
            if column is None:
                column = self._columns[name] = ([], [])
            column[0].append(step)
            column[1].append(value)
        if samples:
            sums = self._sums.setdefault(name, [0.0, 0.0])
            sums[0] += value * samples
            sums[1] += samples
        if name == LOSS:
            self._note_loss(step, value)

    def add_later(
        self,
        name: str,
        step: int,
        value: Tensor,
        *,
        samples: int | Tensor = 0,
        shown: bool = True,
    ) -> None:
        """Take a scalar tensor, to be read when it is there; so may its weight be."""
        if self._device.type == "cpu":
            self.add(name, step, value.item(), samples=float(samples), shown=shown)
        elif isinstance(samples, Tensor):
            both = torch.stack([value.detach().float(), samples.float()])
            tag = _Tag(name, step, 0, len(both), weight_behind=True, shown=shown)
            self._waiting.append((tag, both))
        else:
            self._waiting.append((_Tag(name, step, samples, shown=shown), value.detach()))

    def add_row(
        self,
        name: str,
        step: int,
        values: Tensor,
        *,
        layers: tuple[tuple[str, str], ...] = (),
        total: bool = True,
    ) -> None:
        """Take one number for every layer; ``layers`` (id and title) if not all that have weights.

        Their ``total`` norm becomes a scalar of the same name.
        """
        if layers:
            self._layers[name] = layers
        if self._device.type == "cpu":
            self._take_row(name, step, values.tolist(), total=total)
        else:
            tag = _Tag(name, step, 0, len(values), total=total)
            self._waiting.append((tag, values.detach()))

    def take(self, *, wait: bool = False) -> list[Event]:
        """Return what has become known; with ``wait``, all of it."""
        self._send()
        while self._copies and self._arrived(self._copies[0], wait=wait):
            copy = self._copies.popleft()
            self._unpack(copy.tags, copy.values.tolist())
        events: list[Event] = [
            Points(name=name, steps=tuple(steps), values=tuple(values))
            for name, (steps, values) in self._columns.items()
        ]
        events += self._rows
        self._columns, self._rows = {}, []
        return events

    def means(self) -> dict[str, float]:
        """Return the means by sample since the last call, and begin anew."""
        sums, self._sums = self._sums, {}
        return {name: total / samples for name, (total, samples) in sums.items()}

    @property
    def sums(self) -> Mapping[str, Sequence[float]]:
        """Of every mean since the last call: the sum, and what it is to be divided by."""
        return self._sums

    def state(self) -> State:
        """Return what the means of the epoch and the end of the run are made of."""
        return {"sums": self._sums, "losses": self.losses}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from there."""
        self._sums = {name: list(sums) for name, sums in state["sums"].items()}
        self.losses = list(state["losses"])

    def _note_loss(self, step: int, value: float) -> None:
        if not math.isfinite(value):
            self.bad_step = self.bad_step or step
        elif len(self.losses) < RECORDED_LOSSES and not self.bad_step:
            self.losses.append(value)

    def _take_row(self, name: str, step: int, values: list[float], *, total: bool) -> None:
        layers = self._layers.get(name, ())
        told = self._told.get(name) == layers
        self._told[name] = layers
        row = LayerRow(name=name, step=step, values=tuple(values), layers=() if told else layers)
        self._rows.append(row)
        if total:
            self.add(name, step, math.hypot(*values))

    def _send(self) -> None:
        """Copy what waits in one go."""
        if not self._waiting:
            return
        tags = [tag for tag, _ in self._waiting]
        joined = torch.cat([value.reshape(-1).float() for _, value in self._waiting])
        self._waiting = []
        if self._device.type != "cuda":
            self._copies.append(_Copy(tags, joined.cpu(), None))
            return
        pinned = torch.empty(joined.shape, dtype=joined.dtype, pin_memory=True)
        pinned.copy_(joined, non_blocking=True)
        done = torch.cuda.Event()
        done.record()
        self._copies.append(_Copy(tags, pinned, done))

    def _arrived(self, copy: _Copy, *, wait: bool) -> bool:
        if copy.done is None or copy.done.query():
            return True
        if wait:
            copy.done.synchronize()
        return wait

    def _unpack(self, tags: Sequence[_Tag], values: list[float]) -> None:
        at = 0
        for tag in tags:
            if tag.weight_behind:
                value, weight = values[at : at + tag.size]
                self.add(tag.name, tag.step, value, samples=weight, shown=tag.shown)
            elif tag.size:
                row = values[at : at + tag.size]
                self._take_row(tag.name, tag.step, row, total=tag.total)
            else:
                self.add(tag.name, tag.step, values[at], samples=tag.samples, shown=tag.shown)
            at += max(tag.size, 1)
