"""Arrays of events to and from NumPy, and arrays that grow at their end."""

from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from .spec import Array

S = TypeVar("S", bound=np.generic)


def array_to_numpy(array: Array) -> NDArray[np.generic]:
    """Return a read-only NumPy view of an event's array; nothing is copied."""
    return np.frombuffer(array.data, dtype=np.dtype(array.dtype)).reshape(array.shape)


def array_from_numpy(values: NDArray[np.generic]) -> Array:
    """Return an event's array with a copy of these values, C order and little endian."""
    plain = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
    return Array(shape=values.shape, dtype=plain.dtype.str, data=plain.tobytes())


class Growing(Generic[S]):
    """An array with spare room at its end; its rows may be arrays themselves."""

    def __init__(self, dtype: np.dtype[S], row: tuple[int, ...] = ()) -> None:
        self.dtype = dtype
        self._room: NDArray[S] = np.empty((0, *row), dtype)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    @property
    def array(self) -> NDArray[S]:
        """What was put in: a view that stays as it is while more comes."""
        return self._room[: self._size]

    @property
    def nbytes(self) -> int:
        """Memory taken, spare room included."""
        return self._room.nbytes

    def extend(self, rows: NDArray[S]) -> None:
        """Put rows at the end."""
        size = self._size + len(rows)
        if size > len(self._room):
            capacity = max(size, len(self._room) * 3 // 2, 64)
            room = np.empty((capacity, *self._room.shape[1:]), self.dtype)
            room[: self._size] = self.array
            self._room = room
        self._room[self._size : size] = rows
        self._size = size
