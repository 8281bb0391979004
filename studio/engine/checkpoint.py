"""Checkpoints: all that a run needs to go on bit for bit, in one safetensors file a step.

Weights, optimisers, best weights, generators, the order of the epoch and every counter are in it;
the data are not, they are loaded anew. A file appears whole or not at all.
"""

import os
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from secrets import token_hex
from time import perf_counter
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from studio.core.errors import FileError
from studio.runs.checkpoints import checkpoint_path, checkpoints_in
from studio.runs.events import Checkpointed, Event, Note
from studio.runs.spec import Keeping

from .packing import State, pack, unpack

FORMAT = "1"
_JSON = "netwright"
_FULL = ("No space left", "os error 28", "os error 112", "Disk quota")
COST = 0.02
"""The largest share of the time that copying states may take."""


def read_checkpoint(path: Path) -> Mapping[str, Any]:
    """Return the state of a file.

    Raises:
        FileError: there is none, it is torn, or of a later program.
    """
    try:
        with safe_open(path, framework="pt") as file:
            said = file.metadata() or {}
            if said.get("format") != FORMAT:
                raise ValueError(f"expected format {FORMAT}, received {said.get('format')}")
            names = list(file.keys())
            state = unpack({name: file.get_tensor(name) for name in names}, said[_JSON])
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise FileError(f"{path}: the checkpoint cannot be read: {error}") from None
    assert isinstance(state, Mapping)
    return state


def write_checkpoint(
    path: Path,
    tensors: Mapping[str, Tensor],
    text: str,
    before: Callable[[], None] = lambda: None,
) -> int:
    """Write a packed state whole or not at all, and return its size in bytes.

    ``before`` is called when all is written, before the file gets its name.

    Raises:
        FileError: the place cannot be written.
    """
    neighbour = path.with_name(f".{path.name}.{token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(dict(tensors), neighbour, metadata={"format": FORMAT, _JSON: text})
        with open(neighbour, "rb") as file:
            os.fsync(file.fileno())
        before()
        os.replace(neighbour, path)
        return path.stat().st_size
    except (SafetensorError, OSError) as error:
        with suppress(OSError):
            neighbour.unlink()
        raise FileError(f"{path}: cannot be written: {error}") from None


class Checkpoints:
    """Writes the checkpoints of one run beside the training, and throws old ones away."""

    def __init__(self, folder: str, keeping: Keeping) -> None:
        """Keep them in this folder's ``checkpoints``; an empty one keeps none."""
        self.await_record: Callable[[int], None] = _at_once
        """Called beside the training before a checkpoint appears: returns when the record has all
        up to its step. A run that went on from one ahead of its record would leave a gap there."""
        self._folder = Path(folder) if folder else None
        self._keeping = keeping
        self._writer: ThreadPoolExecutor | None = None
        self._written: Future[Event | None] | None = None
        self._told = ""
        """Why the last checkpoint could not be written; empty if it was."""
        self._next = perf_counter() + keeping.every_secs

    def due(self) -> bool:
        """Whether it is time for one."""
        return (
            self._folder is not None
            and self._keeping.every_secs > 0
            and perf_counter() >= self._next
            and (self._written is None or self._written.done())
        )

    @property
    def kept(self) -> bool:
        """Whether this run keeps checkpoints at all."""
        return self._folder is not None and self._keeping.every_secs > 0

    def keep(self, state: State, *, step: int, epoch: int, marked: bool = False) -> list[Event]:
        """Copy a state and write it beside the training; return what became of the one before.

        A ``marked`` one was asked for by a person and is never thrown away.
        """
        if self._folder is None:
            return []
        news = self.news(wait=True)
        begin = perf_counter()
        tensors, text = pack(state)
        copying_secs = perf_counter() - begin
        self._next = perf_counter() + max(self._keeping.every_secs, copying_secs / COST)
        if self._writer is None:
            self._writer = ThreadPoolExecutor(1, "netwright-checkpoint")
        if marked:
            self._told = ""  # whoever asks is answered
        path = checkpoint_path(self._folder, step, marked=marked)
        self._written = self._writer.submit(self._write, path, tensors, text, step, epoch)
        return news

    def news(self, *, wait: bool = False) -> list[Event]:
        """Return what has been written since the last time."""
        if self._written is None or not (wait or self._written.done()):
            return []
        event = self._written.result()
        self._written = None
        return [event] if event else []

    def close(self) -> list[Event]:
        """Finish what is being written."""
        news = self.news(wait=True)
        if self._writer is not None:
            self._writer.shutdown()
        return news

    def _write(
        self, path: Path, tensors: Mapping[str, Tensor], text: str, step: int, epoch: int
    ) -> Event | None:
        begin = perf_counter()
        try:
            size = write_checkpoint(path, tensors, text, partial(self.await_record, step))
        except FileError as error:
            before, self._told = self._told, _without(error, path)
            return Note(message=self._told, level="warning") if self._told != before else None
        self._told = ""
        self._throw_away(path.parent)
        seconds = perf_counter() - begin
        return Checkpointed(step=step, epoch=epoch, file=path.name, size=size, seconds=seconds)

    def _throw_away(self, folder: Path) -> None:
        passing = [found for found in checkpoints_in(folder.parent) if not found.marked]
        for old in passing[: -self._keeping.last or None]:
            with suppress(OSError):
                old.path.unlink()


def _without(error: FileError, path: Path) -> str:
    """Return what is said of a checkpoint that is not there: the same of each that has no room."""
    words = str(error)
    if not any(full in words for full in _FULL):
        return f"The run goes on without this checkpoint. {words}"
    return (
        f"The run goes on without checkpoints: the disk has no room for them in {path.parent}. "
        "Make room, and the next one is kept"
    )


def _at_once(step: int) -> None:
    """Wait for nothing: there is no record to be behind."""
