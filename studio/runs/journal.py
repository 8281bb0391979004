"""Journal: what is known of the run in progress, so that an engine's death ends it properly."""

from collections import deque
from pathlib import Path
from time import time

from studio.core.errors import FileError

from .events import Ended, EpochEnded, Event, Failed, Points, Progress, Resumed, Started
from .spec import RunSpec
from .store import RECORD, RunStore
from .writer import written_now

RECORDED_LOSSES = 1000


class Journal:
    """Follows the events of a run."""

    def __init__(self) -> None:
        self._specs: deque[RunSpec] = deque()
        self._losses: list[float] = []
        self._metrics: dict[str, dict[str, float]] = {}
        self._clear()

    def begin(self, spec: RunSpec) -> None:
        """Follow a run that was asked for; a run before it may still be ending."""
        self._specs.append(spec)

    def note(self, events: list[Event]) -> None:
        """Remember what an end would tell."""
        for event in events:
            match event:
                case Points(name="train/loss", steps=steps, values=values):
                    self._step = steps[-1]
                    self._losses += values[: RECORDED_LOSSES - len(self._losses)]
                case Started(time=began) | Resumed(started=Started(time=began)):
                    self._clear()
                    self._began = began
                case EpochEnded(epoch=epoch, values=values_by_name):
                    self._epoch = epoch
                    self._metrics = _by_part(values_by_name)
                case Progress(step=step):
                    self._step = step
                case Ended() if self._specs:
                    self._specs.popleft()
                    self._clear()
                case _:
                    pass

    def cut_off(self, message: str, details: str = "") -> list[Event]:
        """Return the end of the run, if there is one, and write it into its record."""
        failed = Failed(
            kind="engine-died",
            message=message,
            hint="A new engine is there for the next run",
            details=details,
            step=self._step,
        )
        if not self._specs:
            return [failed]
        ended = Ended(
            reason="failed",
            step=self._step,
            epoch=self._epoch,
            seconds=max(0.0, time() - self._began) if self._began else 0.0,
            metrics=self._metrics,
            losses=tuple(self._losses),
        )
        spec = self._specs[0]
        self._specs.clear()
        self._clear()
        if spec.folder and not written_now(Path(spec.folder) / RECORD):  # else it goes on already
            try:
                store = RunStore(Path(spec.folder))
                store.append([failed, ended])
                store.close()
            except FileError:
                pass  # said by the engine already, when it could not write
        return [failed, ended]

    def _clear(self) -> None:
        self._began = 0.0
        self._step = self._epoch = 0
        self._losses = []
        self._metrics = {}


def _by_part(values: dict[str, float]) -> dict[str, dict[str, float]]:
    parts: dict[str, dict[str, float]] = {}
    for name, value in values.items():
        part, _, metric = name.partition("/")
        parts.setdefault(part, {})[metric] = value
    return parts
