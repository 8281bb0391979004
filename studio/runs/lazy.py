"""Lazy: a column whose samples are read when a batch needs them, such as the images of a folder."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Lazy:
    """What a source's loader may return in place of an array that does not fit into memory.

    ``read(rows)`` is called from several threads, ahead of the training, with an array of row
    numbers; it returns as many samples in that order, and always the same for the same row.
    ``shape`` is of one sample, ``dtype`` a name NumPy knows. A NumPy ``memmap`` may be returned as
    it is: its rows are read ahead in the same way.
    """

    def __init__(
        self,
        count: int,
        shape: tuple[int, ...],
        dtype: str,
        read: "Callable[[NDArray[np.int64]], NDArray[Any]]",
    ) -> None:
        self.shape = (count, *shape)
        self._dtype = dtype
        self._read = read

    @property
    def dtype(self) -> "np.dtype[Any]":
        """Of what kind its numbers are."""
        import numpy as np

        return np.dtype(self._dtype)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: "NDArray[np.int64]") -> "NDArray[Any]":
        return self._read(rows)
