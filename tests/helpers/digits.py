"""Digits as strokes of a pen, points from 0 to 1 across and down, as a person draws them."""

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Stroke = list[tuple[float, float]]


def _arc(x: float, y: float, wide: float, high: float, start: float, end: float) -> Stroke:
    """Return points on an ellipse, from an angle to another in degrees, clockwise."""
    turns = [math.radians(start + (end - start) * place / 24) for place in range(25)]
    return [(x + wide * math.cos(turn), y + high * math.sin(turn)) for turn in turns]


STROKES: dict[int, list[Stroke]] = {
    0: [_arc(0.5, 0.5, 0.22, 0.36, -90, 270)],
    1: [[(0.4, 0.28), (0.53, 0.14), (0.53, 0.86)]],
    2: [[*_arc(0.5, 0.33, 0.2, 0.2, -170, 40), (0.28, 0.85), (0.75, 0.85)]],
    3: [_arc(0.46, 0.32, 0.2, 0.18, -150, 90), _arc(0.46, 0.67, 0.23, 0.18, -90, 150)],
    4: [[(0.45, 0.12), (0.25, 0.55), (0.75, 0.55)], [(0.62, 0.3), (0.58, 0.9)]],
    5: [[(0.7, 0.14), (0.36, 0.14), (0.33, 0.45), *_arc(0.47, 0.64, 0.22, 0.22, -120, 140)]],
    6: [[(0.6, 0.12), (0.4, 0.35), (0.32, 0.62), *_arc(0.5, 0.68, 0.18, 0.18, 180, 540)]],
    7: [[(0.27, 0.16), (0.73, 0.16), (0.45, 0.88)]],
    8: [_arc(0.5, 0.32, 0.17, 0.17, 90, 450), _arc(0.5, 0.68, 0.2, 0.19, -90, 270)],
    9: [[*_arc(0.5, 0.34, 0.18, 0.19, 0, 360), (0.67, 0.5), (0.6, 0.88)]],
}


def drawing(digit: int, *, scale: float, across: float, side: int = 196) -> NDArray[np.float32]:
    """Return a digit as a pen of the pad's thickness draws it, side × side from 0 to 1."""
    rows, columns = np.indices((side, side))
    found = np.zeros((side, side), np.float32)
    for stroke in STROKES[digit]:
        ends = [((x - 0.5) * scale + 0.5 + across, (y - 0.5) * scale + 0.5) for x, y in stroke]
        for (x, y), (to_x, to_y) in pairwise(ends):
            for share in np.linspace(0.0, 1.0, 12):
                at_x, at_y = (x + share * (to_x - x)) * side, (y + share * (to_y - y)) * side
                found[np.hypot(columns - at_x, rows - at_y) <= 0.06 * side] = 1.0
    return found
