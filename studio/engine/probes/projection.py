"""Projection: high-dimensional outputs as points in space that keep their place over time.

Principal components, fitted once and then frozen, so that what moves on the screen has moved in
the network. When the old axes no longer show enough they are fitted anew and turned (orthogonal
Procrustes, never scaled) to lie as nearly as possible over the picture before.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

COMPONENTS = 3
WIDE = 64
FALLEN = 0.7
"""The share of the variance at the fit below which the axes are fitted anew."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class View:
    """Points: samples × 3. ``explained`` is the share of the variance that they show."""

    points: Floats
    explained: float
    refitted: bool


class Projection:
    """Projects the same samples again and again."""

    def __init__(self) -> None:
        self._axes: Floats | None = None
        self._fitted_share = 0.0
        self._last: Floats | None = None
        self._wide: Floats | None = None

    def view(self, values: Floats) -> View:
        """Return the points of values: samples × features."""
        centred = values - values.mean(axis=0)
        refit = self._axes is None or self._axes.shape[0] != centred.shape[1]
        if not refit:
            assert self._axes is not None
            refit = _share(centred, self._axes) < FALLEN * self._fitted_share
        if refit:
            self._fit(centred)
        assert self._axes is not None
        self._last = centred @ self._axes
        return View(self._last, _share(centred, self._axes), refit)

    def vectors(self, values: Floats) -> NDArray[np.float16]:
        """Return samples × at most 64: what they are, for programs that make maps themselves.

        Wider ones along the principal axes of the last fit, others as they are.
        """
        if values.shape[1] <= WIDE:
            return values.astype(np.float16)
        if self._wide is None or self._wide.shape[0] != values.shape[1]:
            self._wide = _principal_axes(values - values.mean(axis=0), WIDE)
        turned: Floats = (values - values.mean(axis=0)) @ self._wide
        return turned.astype(np.float16)

    def _fit(self, centred: Floats) -> None:
        axes = _principal_axes(centred)
        self._wide = None
        if self._last is not None and len(self._last) == len(centred):
            left, _, right = np.linalg.svd((centred @ axes).T @ self._last)
            axes = axes @ (left @ right)
        self._axes = axes
        self._fitted_share = _share(centred, axes)


def _principal_axes(centred: Floats, count: int = COMPONENTS) -> Floats:
    """Return features × count orthonormal axes; zeros where there are fewer dimensions."""
    samples, features = centred.shape
    if features <= samples:
        _, vectors = np.linalg.eigh(centred.T @ centred)
        axes = vectors[:, ::-1][:, :count]
    else:
        # The smaller of the two matrices has the same axes.
        variances, vectors = np.linalg.eigh(centred @ centred.T)
        scale = np.sqrt(np.maximum(variances[::-1][:count], 1e-30))
        axes = centred.T @ vectors[:, ::-1][:, :count] / scale
    # A vector's sign is arbitrary: its largest entry points upwards, the same on every machine.
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    axes = axes * np.where(signs == 0, 1.0, signs)
    return np.pad(axes, ((0, 0), (0, count - axes.shape[1])))


def _share(centred: Floats, axes: Floats) -> float:
    whole = float(np.square(centred).sum())
    return float(np.square(centred @ axes).sum()) / whole if whole > 0 else 1.0
