"""Look: what a frame shows beside the drawing, and the count of what was painted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF

from studio.core.graph import End, NodeId

from .camera import Camera
from .hits import Hit

READABLE, NAMED, RECOGNISABLE = 0.5, 0.3, 0.2
"""The ``detail`` from which all words, titles on pictures, and single cards are drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One frame: from where, how carefully, and with which marks.

    ``hasty`` is set while a gesture lasts: pictures are stretched and edges stay rough. ``still``
    is unset while anything moves.
    ``area`` is the part of the canvas to paint, ``view`` all that is seen of it; ``dims`` tells
    which cards step back; ``hidden`` is the input whose wire is being carried; ``frames`` and
    ``wires`` are the selected ones. ``activity`` fills the bars of cards, ``flow`` colours the
    wires into cards, both from 0 to 1.
    """

    camera: Camera
    dpr: float
    area: QRectF
    view: QRectF | None = None
    hasty: bool = False
    still: bool = True
    hovered: Hit | None = None
    hidden: End | None = None
    frames: frozenset[str] = frozenset()
    wires: frozenset[End] = frozenset()
    dims: Callable[[NodeId], bool] | None = None
    activity: Mapping[NodeId, float] = field(default_factory=dict)
    flow: Mapping[NodeId, float] = field(default_factory=dict)
    budget_secs: float = 0.006

    @property
    def scale(self) -> float:
        """Device pixels per canvas unit."""
        return self.camera.zoom * self.dpr

    @property
    def detail(self) -> float:
        """How much can be made out: the zoom, and more of it where pixels are finer."""
        return self.camera.zoom * sqrt(self.dpr)

    def to_device(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return where points ``(…, 2)`` or lines ``(…, 4)`` of the canvas lie in device pixels."""
        pairs = points.shape[-1] // 2
        shift = np.array([self.camera.x, self.camera.y] * pairs) * self.dpr
        return points * self.scale + shift

    def rects_to_device(self, rects: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return where rectangles ``(n, 4)`` of the canvas lie in device pixels."""
        placed = rects * self.scale
        placed[:, 0] += self.camera.x * self.dpr
        placed[:, 1] += self.camera.y * self.dpr
        return placed


@dataclass(slots=True)
class Painted:
    """What one frame took: cards and wires drawn, pictures made, pictures still missing.

    ``titles`` are the names that were drawn from afar.
    """

    cards: int = 0
    wires: int = 0
    sprites: int = 0
    missing: int = 0
    calls: int = 0
    areas: int = 0
    titles: list[str] = field(default_factory=list)
