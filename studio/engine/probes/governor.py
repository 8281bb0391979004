"""The governor: watching may cost a share of the training's time and no more.

Every probe has its own share. It measures what a look costs, in processor time of its thread, and
waits so long that the look was worth no more than the share. Of the first look, with which panels
open, a part is free: it pays for what is loaded only once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter, thread_time

EARLY_STEPS = 100
FIRST_FREE_SECS = 0.02


class Governor:
    """Decides when one probe may look again."""

    def __init__(self, *, per_sec: float, share: float) -> None:
        self._gap_secs = 1.0 / per_sec
        self._share = share
        self._looks = 0
        self._gap = self._cost = 0.0
        self._due_at = 0.0 if share > 0 else float("inf")
        self.spent_secs = 0.0

    @property
    def looked(self) -> bool:
        """Whether it has looked at all."""
        return self._looks > 0

    @property
    def due_at(self) -> float:
        """The reading of ``perf_counter`` from which it may look again."""
        return self._due_at

    def due(self, now: float) -> bool:
        """Whether it may look at this reading of ``perf_counter``."""
        return now >= self._due_at

    @contextmanager
    def look(self, step: int) -> Iterator[None]:
        """Measure what is done inside, and set the time of the next look."""
        # Most troubles begin early: only the share counts then, not the rate.
        self._gap = 0.0 if step < EARLY_STEPS else self._gap_secs
        self._cost = -FIRST_FREE_SECS if not self._looks else 0.0
        self._looks += 1
        with self.look_on():
            yield

    @contextmanager
    def look_on(self) -> Iterator[None]:
        """Measure what is done inside as a part of the last look."""
        before = thread_time()
        try:
            yield
        finally:
            cost = thread_time() - before
            self.spent_secs += cost
            self._cost += cost
            wait = max(0.0, self._cost) / self._share
            self._due_at = perf_counter() + max(self._gap, wait)
