"""Outcome: what the events of a run come to, as words on the way and as one answer at the end."""

from collections.abc import Callable, Iterable

from studio.app.outcome import answer
from studio.app.run_journal import began_words
from studio.core.text import duration, plural, scaled
from studio.runs.events import (
    Began,
    Ended,
    EpochEnded,
    Event,
    Failed,
    Note,
    Progress,
    Resumed,
    Started,
)


class Outcome:
    """Reads a run's events and says what happened."""

    def __init__(self, say: Callable[[str], object]) -> None:
        """``say`` takes one line of news."""
        self._say = say
        self._speed = 0.0
        self.started: Started | None = None
        self.failed: Failed | None = None
        self.ended: Ended | None = None

    def read(self, events: Iterable[Event]) -> None:
        """Take in the next events."""
        for event in events:
            self._read(event)

    @property
    def exit_code(self) -> int:
        """0 for a run that came to its end, 1 for one that failed, 130 for one that was stopped."""
        if self.failed or self.ended is None:
            return 1
        return 130 if self.ended.reason == "stopped" else 0

    def answer(self, run: str) -> dict[str, object]:
        """Return the JSON object of the command line."""
        return answer(run, self.started, self.ended, self.failed)

    def _read(self, event: Event) -> None:
        match event:
            case Started() | Resumed() | Began():
                self._begin(event)
            case Progress(samples_per_sec=speed):
                self._speed = speed
            case EpochEnded():
                self._say(self._epoch_line(event))
            case Note(message=message):
                self._say(message)
            case Failed():
                self.failed = event
                self._say(f"{event.message}. {event.hint}" if event.hint else event.message)
            case Ended():
                self.ended = event
                self._say(_end_line(event))
            case _:
                pass  # what only a chart can show

    def _begin(self, event: Started | Resumed | Began) -> None:
        match event:
            case Started():
                self.started = event
                self._say(_start_line(event))
            case Resumed(started=started):
                self.started = started
                self._say(f"{started.title}: going on after step {event.step:,}")
            case Began():
                self._say(began_words(event))

    def _epoch_line(self, event: EpochEnded) -> str:
        epochs = self.started.epochs if self.started else 0
        values = "  ".join(f"{name} {value:.4g}" for name, value in sorted(event.values.items()))
        best = "  best so far" if event.best else ""
        speed = f"  {scaled(self._speed)} samples/s" if self._speed else ""
        return f"epoch {event.epoch}/{epochs}  {values}{speed}{best}"


def _start_line(event: Started) -> str:
    parts = ", ".join(f"{count:,} {part}" for part, count in event.samples.items())
    return (
        f"{event.title}: {plural(event.parameters, 'parameter')}, {parts} samples, "
        f"on {event.device_name or event.device}"
    )


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else duration(seconds)


def _end_line(event: Ended) -> str:
    words = {
        "finished": "Finished",
        "early-stopped": "Stopped early",
        "stopped": "Stopped",
        "failed": "Failed",
    }
    test = event.metrics.get("test") or event.metrics.get("validation") or {}
    values = "  ".join(f"{name} {value:.4g}" for name, value in test.items())
    part = "test" if event.metrics.get("test") else "validation"
    after = f"{words[event.reason]} after {plural(event.step, 'step')} in {_time(event.seconds)}"
    return f"{after}  {part}: {values}" if values else after
