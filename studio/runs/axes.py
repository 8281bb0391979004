"""Axes: a run's steps as epochs or as time, and lines that are seen along them."""

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from .series import Series
from .views import Places, View

Kind = Literal["step", "epoch", "time"]
CLOCK = "seconds"
"""The series of a run that says how many seconds of training a step came after."""


class Axis(Protocol):
    """What is counted along a chart; ``at`` and ``step`` undo each other."""

    @property
    def kind(self) -> Kind:
        """What is counted: steps, epochs or seconds."""

    def at(self, steps: Places) -> NDArray[np.float64]:
        """Return where steps stand."""

    def step(self, at: float) -> float:
        """Return the step that stands at a place."""


@dataclass(frozen=True, slots=True)
class Even:
    """So many steps to each unit: epochs, or the steps of another run at its own pace."""

    kind: Kind
    steps_each: float

    def at(self, steps: Places) -> NDArray[np.float64]:
        """Return where steps stand."""
        return np.asarray(steps, np.float64) / self.steps_each

    def step(self, at: float) -> float:
        """Return the step that stands at a place."""
        return at * self.steps_each


@dataclass(frozen=True, slots=True, eq=False)
class Clock:
    """Seconds of training without pauses, from what a run said some times a second.

    Between two of them time is even; beyond the last it goes on as it did last.
    """

    said: Series

    @property
    def kind(self) -> Kind:
        """What is counted."""
        return "time"

    def at(self, steps: Places) -> NDArray[np.float64]:
        """Return the seconds of steps."""
        known, seconds = self._knots
        wanted = np.asarray(steps, np.float64)
        found = np.interp(wanted, known, seconds)
        beyond = wanted > known[-1]
        return np.where(beyond, seconds[-1] + (wanted - known[-1]) * self._secs_each, found)

    def step(self, at: float) -> float:
        """Return the step at a second."""
        known, seconds = self._knots
        if at > seconds[-1]:
            return float(known[-1] + (at - seconds[-1]) / self._secs_each)
        return float(np.interp(at, seconds, known))

    @property
    def _knots(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        steps = np.concatenate(([0.0], self.said.steps))
        values = np.concatenate(([0.0], self.said.values))
        rising = values >= np.maximum.accumulate(values)
        return steps[rising], values[rising]

    @property
    def _secs_each(self) -> float:
        known, seconds = self._knots
        back = max(len(known) - 9, 0)
        steps, secs = known[-1] - known[back], seconds[-1] - seconds[back]
        return float(secs / steps) if steps and secs > 0 else 1.0


class Seen(Protocol):
    """A line as charts see one: a Series, or anything alike."""

    @property
    def version(self) -> int:
        """Grows whenever points come."""

    @property
    def last(self) -> tuple[float, float] | None:
        """The newest point."""

    def view(self, lo: float, hi: float, columns: int) -> View:
        """Return what shows the line from ``lo`` to ``hi``."""

    def value_at(self, step: float) -> tuple[float, float] | None:
        """Return the newest point at or before a place."""


@dataclass(frozen=True, slots=True)
class Along:
    """A line over the steps of a run, seen along another axis: no point of it is lost or moved."""

    line: Seen
    axis: Axis

    @property
    def version(self) -> int:
        """Grows whenever points come."""
        return self.line.version

    @property
    def last(self) -> tuple[float, float] | None:
        """The newest place and value."""
        last = self.line.last
        return None if last is None else (_at(self.axis, last[0]), last[1])

    def view(self, lo: float, hi: float, columns: int) -> View:
        """Return what shows the line from ``lo`` to ``hi`` of the axis."""
        view = self.line.view(self.axis.step(lo), self.axis.step(hi), columns)
        start, end, broken = (self.axis.at(steps) for steps in (view.start, view.end, view.broken))
        return View(
            start, end, view.first, view.low, view.high, view.last, broken, exact=view.exact
        )

    def value_at(self, step: float) -> tuple[float, float] | None:
        """Return the newest point at or before a place of the axis."""
        # A place was a step once: what rounding took from it is given back.
        found = self.line.value_at(self.axis.step(step) + 1e-6)
        return None if found is None else (_at(self.axis, found[0]), found[1])


def _at(axis: Axis, step: float) -> float:
    return float(axis.at(np.array([step], np.float64))[0])
