"""Autosave: a recovery copy of unsaved work, written from a thread of its own.

Decision: an experiment is an immutable value, so the window's thread only hands a reference over;
turning it into text and flushing it to the disk happens beside the work and never delays it. One
file per program that runs, named after its process: a copy whose process is gone was left behind
by a kill or a crash, and is offered at the next start.
"""

import json
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from studio.core.errors import FileError
from studio.core.experiment import Experiment
from studio.core.fileio import dumps, loads, write_whole
from studio.runs.writer import holds_open

HELD = ".open"
"""The ending of the file that a living program holds open beside its copy."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """Unsaved work that a former program left behind."""

    experiment: Experiment
    path: Path | None
    time_secs: float
    copy: Path

    @property
    def clock(self) -> str:
        """When it was written, as ``14:03``, with the day if that is not today."""
        written = time.localtime(self.time_secs)
        today = time.localtime()[:3] == written[:3]
        return time.strftime("%H:%M" if today else "%d %b, %H:%M", written)

    def discard(self) -> None:
        """Delete the copy."""
        for path in (self.copy, self.copy.with_suffix(HELD)):
            with suppress(FileNotFoundError):
                path.unlink()


class Autosave:
    """Writes the last value handed over, ``delay_secs`` after the first change that waits."""

    def __init__(
        self, folder: Path, *, delay_secs: float, warn: Callable[[str], object] = lambda _: None
    ) -> None:
        """Write into ``folder``; ``warn`` is told with the next change if a copy failed, once."""
        self._warn = warn
        self.delay_secs = delay_secs
        self.error = ""
        self._told = ""
        self._file = folder / f"{os.getpid()}.json"
        self._held: IO[bytes] | None = None
        self._wake = threading.Condition()
        self._waiting: tuple[Experiment, Path | None] | None = None
        self._cleared = 0
        self._closing = False
        self._thread: threading.Thread | None = None

    def keep(self, experiment: Experiment, path: Path | None) -> None:
        """Write this value soon; returns at once."""
        error = self.error
        if error != self._told:
            self._told = error
            if error:
                self._warn(f"There is no recovery copy of your work: {error}")
        with self._wake:
            self._waiting = (experiment, path)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="autosave", daemon=True)
                self._thread.start()
            self._wake.notify_all()

    def clear(self) -> None:
        """Nothing is unsaved: forget what waits and delete the copy."""
        with self._wake:
            self._waiting = None
            self._cleared += 1
            self._unlink()

    def close(self, *, keep_copy: bool = False) -> None:
        """End the thread; the copy goes too, unless it is to be found at the next start."""
        if not keep_copy:
            self.clear()
        with self._wake:
            self._closing = True
            self._wake.notify_all()
        if self._thread is not None:
            self._thread.join()
        if self._held is not None:
            self._held.close()
            with suppress(OSError):
                self._file.with_suffix(HELD).unlink()

    def _hold(self) -> None:
        """Hold a file open, by which others know that this program lives."""
        if self._held is None:
            with suppress(OSError):
                self._file.parent.mkdir(parents=True, exist_ok=True)
                self._held = open(self._file.with_suffix(HELD), "wb")  # noqa: SIM115 - see close

    def _work(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(self._is_due)
                self._wake.wait_for(self._is_closing, timeout=self.delay_secs)
                job, self._waiting = self._waiting, None
                cleared = self._cleared
                if job is None and self._closing:
                    return
            if job is not None:
                self._write(*job, cleared)

    def _write(self, experiment: Experiment, path: Path | None, cleared: int) -> None:
        content = {
            "path": str(path) if path else "",
            "time": time.time(),
            "experiment": dumps(experiment),
        }
        self._hold()
        try:
            write_whole(self._file, json.dumps(content, ensure_ascii=False).encode())
            self.error = ""
        except FileError as error:
            self.error = str(error)
        with self._wake:
            if cleared != self._cleared:
                self._unlink()

    def _unlink(self) -> None:
        with suppress(FileNotFoundError):
            self._file.unlink()

    def _is_due(self) -> bool:
        return self._closing or self._waiting is not None

    def _is_closing(self) -> bool:
        return self._closing


def find_recovered(folder: Path) -> list[Recovered]:
    """Return what programs that no longer run left in ``folder``, the newest first."""
    found = []
    for copy in folder.glob("*.json"):
        if copy.stem.isdecimal() and not _still_runs(int(copy.stem), copy):
            recovered = _read(copy)
            if recovered is not None:
                found.append(recovered)
    return sorted(found, key=_age)


def _age(recovered: Recovered) -> float:
    return -recovered.time_secs


def _read(copy: Path) -> Recovered | None:
    """Read one copy; one that is broken is left where it lies, for a person to look at."""
    try:
        content = json.loads(copy.read_text(encoding="utf-8"))
        path = str(content["path"])
        return Recovered(
            loads(content["experiment"]), Path(path) if path else None, content["time"], copy
        )
    except (OSError, ValueError, KeyError, TypeError, FileError):
        return None


def _still_runs(process: int, copy: Path) -> bool:
    """Tell whether the process that wrote a copy lives; its number may have been given anew.

    Clocks do not matter, which may have jumped: what counts is the file that it holds open.
    """
    if process == os.getpid():
        return True
    held = copy.with_suffix(HELD)
    if held.exists():
        return holds_open(process, held)
    import psutil  # only where the copy of an older program was found

    try:
        return bool(psutil.Process(process).create_time() <= copy.stat().st_mtime)
    except psutil.Error:
        return False
