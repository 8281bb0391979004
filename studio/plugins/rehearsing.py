"""Rehearsing: plug-ins are tried one after the other, on a thread beside the window's."""

import queue
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from .rehearsal import rehearse

Rehearse = Callable[[Path], Mapping[str, Any]]


class Rehearsing:
    """Tries plug-ins; what came of each is taken up by its digest."""

    def __init__(self, rehearse_one: Rehearse = rehearse) -> None:
        self._rehearse = rehearse_one
        self._asked: queue.SimpleQueue[tuple[str, Path] | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[tuple[str, Mapping[str, Any]]] = queue.SimpleQueue()
        self._open: set[str] = set()
        self._idle = threading.Event()
        self._idle.set()
        self._thread: threading.Thread | None = None

    @property
    def busy(self) -> bool:
        """Whether one is tried whose end was not taken up."""
        return bool(self._open)

    def begin(self, digest: str, folder: Path) -> None:
        """Try a plug-in; returns at once."""
        if digest in self._open:
            return
        self._open.add(digest)
        self._idle.clear()
        self._asked.put((digest, folder))
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._work, name="netwright-rehearsing", daemon=True
            )
            self._thread.start()

    def take(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Return what was found since the last time."""
        found = []
        with suppress(queue.Empty):
            while True:
                digest, told = self._done.get_nowait()
                self._open.discard(digest)
                found.append((digest, told))
        return found

    def wait(self) -> None:
        """Wait until nothing is being tried."""
        self._idle.wait()

    def close(self) -> None:
        """Try no more; one that is being tried ends first."""
        if self._thread is not None:
            self._asked.put(None)
            self._thread.join()

    def _work(self) -> None:
        while (asked := self._asked.get()) is not None:
            digest, folder = asked
            self._done.put((digest, self._rehearse(folder)))
            if self._asked.empty():
                self._idle.set()
