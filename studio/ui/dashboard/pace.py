"""Pace: how often a panel may be drawn, so that drawing never takes the window's time."""

from collections.abc import Callable
from time import perf_counter

SHARE = 0.08
"""The most of the window's time that drawing one panel may take."""
FRAME_SECS = 1 / 30
SLOWEST_SECS = 2.0


class Pace:
    """Measures what drawing costs, and spaces the drawings accordingly.

    A panel that takes 5 ms is drawn at most every 62 ms, one that takes 1 ms at 30 Hz.
    """

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._cost_secs = 0.0
        self._begun = 0.0
        self._next = 0.0

    @property
    def cost_secs(self) -> float:
        """What one drawing has taken lately."""
        return self._cost_secs

    @property
    def interval_secs(self) -> float:
        """The time between two drawings."""
        return min(max(self._cost_secs / SHARE, FRAME_SECS), SLOWEST_SECS)

    @property
    def due(self) -> bool:
        """Whether it may be drawn now."""
        return self._clock() >= self._next

    def begin(self) -> None:
        """Say that drawing begins."""
        self._begun = self._clock()

    def end(self) -> None:
        """Say that drawing has ended; slow ones count at once, fast ones little by little."""
        took = self._clock() - self._begun
        weight = 0.5 if took > self._cost_secs else 0.1
        self._cost_secs += weight * (took - self._cost_secs)

    def refreshed(self) -> None:
        """Say that the panel was told to draw itself."""
        # A little early, so that a timer's jitter does not cost every second frame.
        self._next = self._clock() + self.interval_secs - 0.004
