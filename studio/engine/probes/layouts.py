"""Layouts: where samples lie on a map by their neighbours, and how far a map can be trusted.

Decision: t-SNE is scikit-learn's, begun from the map before without early exaggeration, so that
what moves has moved in the network; begun anew it would turn and tear the map at every look, a
fixed seed does not help. openTSNE adds new points to a map, which the same samples never need.
"""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from studio.engine.faults import DataFault

Floats = NDArray[np.float64]
T = TypeVar("T")

NEIGHBOURS = 10
TRUSTED = 1000
"""Of more samples, an even choice of so many is judged: every pair is looked at."""
FIRST_STEPS, WARM_STEPS = 500, 250
PERPLEXITY = 30.0
_BLOCK = 1024
PATIENCE_SECS = 10.0
"""How long the training waits for a map that was asked for: UMAP's first compiles for a minute."""
MOST = 2000
"""Samples that a map of neighbours is made of; more would take minutes."""
_NO_UMAP = 'UMAP needs the package umap-learn: pip install "netwright[umap]"'


class Layout(Protocol):
    """Places the same samples again and again, each time from where they lay."""

    def place(self, values: Floats) -> Floats:
        """Return samples × dimensions for values: samples × features."""


class Tsne:
    """Neighbours that stay together (van der Maaten and Hinton 2008), Barnes–Hut."""

    def __init__(self, dimensions: int) -> None:
        self._dimensions = dimensions
        self._last: Floats | None = None

    def place(self, values: Floats) -> Floats:
        """Return samples × dimensions, from the last map where there is one."""
        from sklearn.manifold import TSNE

        warm = self._last is not None and len(self._last) == len(values)
        tsne = TSNE(
            n_components=self._dimensions,
            init=self._last.astype(np.float32) if warm and self._last is not None else "pca",
            early_exaggeration=1.0 if warm else 12.0,
            max_iter=WARM_STEPS if warm else FIRST_STEPS,
            perplexity=min(PERPLEXITY, max((len(values) - 1) / 3, 1.0)),
            n_jobs=1,
            random_state=0,
        )
        self._last = np.asarray(tsne.fit_transform(values), np.float64)
        return self._last


class Umap:
    """The same by a graph of neighbours (McInnes et al. 2018), with the package of that name."""

    def __init__(self, dimensions: int) -> None:
        self._dimensions = dimensions
        self._last: Floats | None = None

    def place(self, values: Floats) -> Floats:
        """Return samples × dimensions, from the last map where there is one.

        Raises:
            DataFault: the package is not installed.
        """
        try:
            from umap import UMAP
        except ImportError:
            raise DataFault(_NO_UMAP) from None
        warm = self._last is not None and len(self._last) == len(values)
        umap = UMAP(
            n_components=self._dimensions,
            init=self._last if warm else "spectral",
            n_neighbors=min(15, max(len(values) - 1, 2)),
            n_epochs=100 if warm else None,
            n_jobs=1,
            random_state=0,
        )
        self._last = np.asarray(umap.fit_transform(values), np.float64)
        return self._last


LAYOUTS: dict[str, Callable[[int], Layout]] = {"tsne": Tsne, "umap": Umap}


def neighbours(values: Floats, count: int = NEIGHBOURS) -> NDArray[np.int32]:
    """Return samples × count: the places of the nearest others, the nearest first."""
    count = min(count, len(values) - 1)
    found = np.empty((len(values), count), np.int32)
    for begin in range(0, len(values), _BLOCK):
        part = slice(begin, begin + _BLOCK)
        apart = _apart(values, part)
        near = np.argpartition(apart, count - 1, axis=1)[:, :count]
        order = np.argsort(np.take_along_axis(apart, near, axis=1), axis=1)
        found[part] = np.take_along_axis(near, order, axis=1)
    return found


def trust(values: Floats, points: Floats) -> float:
    """Return how far neighbours on a map are neighbours, 0 to 1 (Venna and Kaski 2001).

    scikit-learn's number, to which a test holds it; loading that takes longer than a hundred looks.
    """
    every = -(-len(values) // TRUSTED)
    values, points = values[::every], points[::every]
    count = len(values)
    near = min(NEIGHBOURS, max((count - 1) // 2, 1))
    if count < 4:
        return 1.0
    ranks = np.empty((count, count), np.int64)
    order = np.argsort(_apart(values, slice(None)), axis=1)
    np.put_along_axis(ranks, order, np.arange(1, count + 1)[None], axis=1)
    too_far = np.take_along_axis(ranks, neighbours(points, near).astype(np.int64), axis=1) - near
    most = count * near * (2 * count - 3 * near - 1)
    return float(1 - 2 / most * too_far[too_far > 0].sum())


def _apart(values: Floats, part: slice) -> Floats:
    """Return squared distances of some samples to all; to themselves they are infinite."""
    squares = np.square(values).sum(axis=1)
    apart: Floats = squares[part, None] + squares[None] - 2 * values[part] @ values.T
    own = np.arange(len(values))[part]
    apart[np.arange(len(own)), own] = np.inf
    return apart


@dataclass(slots=True)
class Made(Generic[T]):
    """A map of some values; ``of`` is what they were taken with."""

    values: Floats
    of: T
    points: Floats | None = None
    error: Exception | None = None


class Aside(Generic[T]):
    """Makes maps in a thread of its own, one at a time, so that the training need not wait."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._job: Made[T] | None = None
        self._thread: Thread | None = None

    def now(self, values: Floats, of: T) -> Made[T] | None:
        """Return the map of these, after the one under way; None if that takes too long.

        Somebody asked for it: what it costs is not counted as watching, or else the first map, and
        loading what makes it, would leave no time for the next ones.

        Raises:
            Exception: whatever went wrong.
        """
        if self._thread is not None:
            self._thread.join(PATIENCE_SECS)
            if self._thread.is_alive():
                return None
        self._start(values, of).join(PATIENCE_SECS)
        return self.take()

    def begin(self, values: Floats, of: T) -> None:
        """Begin the map of these, unless one is under way."""
        if self._thread is None:
            self._start(values, of)

    def _start(self, values: Floats, of: T) -> Thread:
        self._job = job = Made(values, of)
        self._thread = thread = Thread(target=self._work, args=(job,), name="map", daemon=True)
        thread.start()
        return thread

    def take(self) -> Made[T] | None:
        """Return a map that is complete; None while there is none.

        Raises:
            Exception: whatever went wrong in the thread.
        """
        if self._thread is None or self._thread.is_alive() or self._job is None:
            return None
        job, self._thread, self._job = self._job, None, None
        if job.error is not None:
            raise job.error
        return job

    def _work(self, job: Made[T]) -> None:
        try:
            job.points = self._layout.place(job.values)
        except Exception as error:  # noqa: BLE001 - told by the thread that asked
            job.error = error
