"""Streaming: columns that do not fit into memory, read a batch at a time and ahead of the training.

What is trained on is what would be in memory: the order of the samples is drawn as ever, threads
only fetch early what will be asked for. On CUDA a batch waits in pinned memory and is copied beside
the computation.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.engine.faults import DataFault
from studio.runs.lazy import Lazy

Rows: TypeAlias = NDArray[np.int64]
Large: TypeAlias = "np.memmap[Any, Any] | Lazy"

AHEAD = 4
"""How many batches are fetched before they are asked for."""
CHUNK_BYTES = 64 * 2**20
"""How much is looked at together where a column is gone through from end to end."""


class Streamed:
    """A large column as the engine reads it: rows by number, checked and in the declared type."""

    def __init__(
        self, column: Large, dtype: type[np.generic], check: Callable[[NDArray[Any], Rows], None]
    ) -> None:
        """``check`` is called with what was read at which rows, and raises what is wrong."""
        self._column = column
        self._check = check
        self._scaling: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
        self.dtype = np.dtype(dtype)
        self.shape = column.shape
        self.ndim = len(column.shape)

    def __len__(self) -> int:
        return len(self._column)

    def __getitem__(self, rows: Rows | slice) -> NDArray[Any]:
        if isinstance(rows, slice):
            rows = np.arange(*rows.indices(len(self)))
        found = np.asarray(self._column[rows])
        expected = (len(rows), *self.shape[1:])
        if found.shape != expected:
            raise DataFault(f"A reader of data returned {found.shape}, expected {expected}")
        self._check(found, rows)
        if self._scaling is not None:
            mean, spread = self._scaling
            found = (found.astype(self.dtype) - mean) / spread
        return np.ascontiguousarray(found, dtype=self.dtype)

    def standardised(self, train: Rows) -> "Streamed":
        """Return it shifted and scaled to mean 0 and standard deviation 1 over these rows.

        Gone through twice from end to end; the sums may differ in their last bits from those of a
        column in memory.
        """
        scaled = Streamed(self._column, np.float32, self._check)
        mean = self._mean(train, lambda values: values)
        spread = np.sqrt(self._mean(train, lambda values: np.square(values - mean)))
        # What never varies in training has no scale of its own; it is only shifted.
        scaled._scaling = mean, np.where(spread > 0, spread, 1.0)
        return scaled

    def _mean(
        self, rows: Rows, of: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    ) -> NDArray[np.float64]:
        sums = np.zeros(self.shape[1:])
        sample_bytes = 8 * int(np.prod(self.shape[1:]))
        for some in np.array_split(rows, 1 + len(rows) * sample_bytes // CHUNK_BYTES):
            sums += of(self[some].astype(np.float64)).sum(axis=0)
        return sums / len(rows)


class StreamedTensor:
    """A streamed column as samples ask for it: rows by number, as a tensor on the device."""

    def __init__(self, column: Streamed, device: torch.device) -> None:
        self._column = column
        self._device = device

    def fetch(self, rows: Tensor) -> Tensor:
        """Read these rows, which lie on the CPU, into memory the device can copy from."""
        found = torch.from_numpy(self._column[rows.numpy()])
        return found.pin_memory() if self._device.type == "cuda" else found

    def index_select(self, _axis: int, rows: Tensor) -> Tensor:
        """Return these rows on the device."""
        return self.fetch(rows.cpu()).to(self._device, non_blocking=True)

    def __getitem__(self, rows: Tensor) -> Tensor:
        return self.index_select(0, rows)


class Ahead:
    """Fetches the batches of an epoch in threads, some of them before they are asked for."""

    def __init__(self, columns: Sequence[StreamedTensor]) -> None:
        self._columns = columns
        self._readers = ThreadPoolExecutor(
            min(AHEAD, os.cpu_count() or 1), thread_name_prefix="netwright-reader"
        )
        self._order: Sequence[Tensor] = ()
        self._places: dict[int, int] = {}
        self._fetched: dict[int, Future[list[Tensor]]] = {}

    def follow(self, batches: Sequence[Tensor]) -> None:
        """Take note of the rows that will be asked for, batch by batch."""
        for waiting in self._fetched.values():
            waiting.cancel()
        self._order, self._fetched = batches, {}
        # Kept in _order, no other tensor has its identity; a run that goes on leaves some out.
        self._places = {id(rows): place for place, rows in enumerate(batches)}

    def take(self, rows: Tensor) -> list[Tensor] | None:
        """Return the columns at these rows if they are a batch that was told of; else None.

        Raises:
            DataFault: a sample cannot be read.
        """
        place = self._places.get(id(rows))
        if place is None:
            return None
        for number in range(place, min(place + 1 + AHEAD, len(self._order))):
            if number not in self._fetched:
                self._fetched[number] = self._readers.submit(self._fetch, self._order[number])
        found = self._fetched.pop(place).result()
        for passed in [number for number in self._fetched if number < place]:
            self._fetched.pop(passed).cancel()
        return found

    def close(self) -> None:
        """Let the readers go."""
        self._readers.shutdown(wait=False, cancel_futures=True)

    def _fetch(self, rows: Tensor) -> list[Tensor]:
        return [column.fetch(rows.cpu()) for column in self._columns]


def streamed(array: object) -> Streamed | None:
    """Return a column if it is one that is streamed."""
    return array if isinstance(array, Streamed) else None
