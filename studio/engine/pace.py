"""How far and how fast a run is, with the time it was paused left out."""

from collections import deque
from time import perf_counter

WINDOW_SECS = 2.0


class Pace:
    """Counts samples and steps over the last two seconds of training."""

    def __init__(self, earlier_secs: float = 0.0, step: int = 0, samples: int = 0) -> None:
        """Begin to count, after what was done already in a run that goes on."""
        self._began = perf_counter() - earlier_secs
        self._paused_secs = 0.0
        self._paused_at = 0.0
        self._marks: deque[tuple[float, int, int]] = deque([(earlier_secs, step, samples)])

    def pause(self) -> None:
        """Stop the clock."""
        self._paused_at = self._paused_at or perf_counter()

    def go_on(self) -> None:
        """Let the clock go on."""
        if self._paused_at:
            self._paused_secs += perf_counter() - self._paused_at
            self._paused_at = 0.0

    @property
    def seconds(self) -> float:
        """Time spent, without pauses."""
        return (self._paused_at or perf_counter()) - self._began - self._paused_secs

    def mark(self, step: int, samples: int) -> tuple[float, float]:
        """Return samples and steps a second; both count from the beginning of the run."""
        now = self.seconds
        self._marks.append((now, step, samples))
        while len(self._marks) > 2 and now - self._marks[1][0] > WINDOW_SECS:
            self._marks.popleft()
        then, first_step, first_samples = self._marks[0]
        passed = max(now - then, 1e-9)
        return (samples - first_samples) / passed, (step - first_step) / passed
