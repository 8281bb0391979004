"""Marks: what a drawing holds for the eye alone: frames, notes, bookmarks and bends of wires."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

Point: TypeAlias = tuple[float, float]
"""A place on the canvas, in canvas units."""

E = TypeVar("E")
Bends: TypeAlias = Mapping[E, tuple[Point, ...]]
"""The points that wires run through, from output to input, by the wire's input."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A titled area around blocks, or a note; ``x`` and ``y`` are its top left corner.

    ``colour`` names a colour of the theme, empty for the plain one. Which blocks lie inside is
    decided by where they stand. A collapsed frame hides them.
    """

    id: str
    title: str = ""
    text: str = ""
    kind: Literal["frame", "note"] = "frame"
    colour: str = ""
    x: float = 0.0
    y: float = 0.0
    width: float = 320.0
    height: float = 200.0
    collapsed: bool = False

    def holds(self, x: float, y: float) -> bool:
        """Tell whether a point lies inside."""
        return self.x <= x <= self.x + self.width and self.y <= y <= self.y + self.height


@dataclass(frozen=True, slots=True)
class View:
    """A place to come back to: the canvas point in the middle, and the zoom."""

    x: float = 0.0
    y: float = 0.0
    zoom: float = 1.0
