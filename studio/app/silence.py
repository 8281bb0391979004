"""Silence: how long a run under way has done nothing, so that a person can be asked what to do."""

from collections.abc import Callable, Sequence
from time import monotonic

from studio.core.signal import Signal
from studio.runs.events import Beat, Event, Preview, Ready

PATIENCE_SECS = 60.0
_LONGEST_SECS = 1.0
"""Between two looks no more than this counts: a machine that slept, or a window that was held, has
not waited for the engine."""


class Silence:
    """Listens for signs of work. Told: ``stalled`` (seconds without any), ``over`` (there is one).

    A batch may take its time, so that a person who waits is asked again after twice as long.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self.stalled: Signal[float] = Signal()
        self.over: Signal[None] = Signal()
        self._clock = clock
        self._looked = clock()
        self._secs = 0.0
        self._patience_secs = PATIENCE_SECS
        self._told = False
        self._work = -1

    def hear(self, events: Sequence[Event], *, running: bool) -> None:
        """Take in what was told since the last look; only a run that is ``running`` has to work."""
        now = self._clock()
        passed, self._looked = min(now - self._looked, _LONGEST_SECS), now
        worked = [self._is_work(event) for event in events]
        if not running or any(worked):
            self._begin_anew(patience_secs=self._patience_secs if running else PATIENCE_SECS)
            return
        self._secs += passed
        if self._secs >= self._patience_secs and not self._told:
            self._told = True
            self.stalled.tell(self._secs)

    def wait(self) -> None:
        """Be patient once more, for twice as long."""
        self._begin_anew(patience_secs=2 * self._patience_secs)

    def _begin_anew(self, *, patience_secs: float) -> None:
        told, self._told = self._told, False
        self._secs, self._patience_secs = 0.0, patience_secs
        if told:
            self.over.tell(None)

    def _is_work(self, event: Event) -> bool:
        if isinstance(event, Beat):
            before, self._work = self._work, event.work
            return event.work != before
        return not isinstance(event, (Preview, Ready))
