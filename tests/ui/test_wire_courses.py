"""The curve that a layout reckons with is the one that the canvas draws."""

import numpy as np
import pytest

from studio.core.courses import course, traced
from studio.core.marks import Point
from studio.ui.canvas import curves

WIRES: list[tuple[Point, ...]] = [
    ((0.0, 0.0), (64.0, 0.0)),
    ((0.0, 0.0), (64.0, 300.0)),
    ((10.0, 20.0), (900.0, -80.0)),
    ((0.0, 0.0), (-500.0, 10.0)),
    ((0.0, 0.0), (-500.0, 400.0)),
    ((0.0, 0.0), (80.0, -60.0), (400.0, 10.0)),
    ((0.0, 0.0), (80.0, -60.0), (260.0, -60.0), (500.0, 30.0)),
    ((0.0, 0.0), (200.0, 0.0), (260.0, 200.0)),
    ((0.0, 0.0), (200.0, 80.0), (-60.0, 200.0)),
]


@pytest.mark.parametrize("points", WIRES)
def test_both_curves_run_through_the_same_points(points: tuple[Point, ...]) -> None:
    if len(points) > 2:
        drawn = curves.through(np.array(points))
    else:
        drawn = curves.knots(np.array([[*points[0], *points[1]]]))
    shown = curves.polylines(drawn, 3 * 400).reshape(-1, 2)

    for piece in traced(course(points)):
        for place in piece:
            assert np.hypot(*(shown - place).T).min() < 1.0


def test_a_wire_does_not_swing_out_beyond_its_bends() -> None:
    turns = curves.through(np.array([(0.0, 0.0), (200.0, 0.0), (220.0, 200.0), (400.0, 200.0)]))

    shown = curves.polylines(turns, 300).reshape(-1, 2)

    assert shown[:, 1].min() >= -1e-6
    assert shown[:, 1].max() <= 200.0 + 1e-6
