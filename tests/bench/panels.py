"""Frames of panels at the sizes they are made for: what one costs, in milliseconds of CPU."""

import os
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

WIDE, TALL = 600, 400
POINTS = 10_000
FRAME = "≤ 16 ms"


def rows() -> Iterator[tuple[str, str, str]]:
    """Yield what was measured, and the budget: sixty frames a second."""
    from studio.ui.start import make_application

    app = make_application(["bench"])
    yield "embedding of 10,000 points", _said(_embedding(space=False)), FRAME
    yield "the same in space, turned", _said(_embedding(space=True)), "≤ 33 ms"
    yield "lasso around half of 10,000 points", _said(_lasso()), FRAME
    yield "attention, one head of 256 × 256", _said(_map(1, 256)), FRAME
    yield "attention, 12 blocks × 12 heads of 128 × 128", _said(_grid()), "≤ 33 ms"
    yield "gradient norm, 50 layers over 4,096 rows", _said(_heat()), FRAME
    yield "rollout through 12 layers of 128 steps", _said(_rollout()), FRAME
    del app


def _embedding(*, space: bool) -> float:
    from PySide6.QtCore import QPointF

    from studio.ui.dashboard.cloud_map import CloudMap
    from studio.ui.dashboard.scatter import Cloud

    rng = np.random.default_rng(0)
    view = CloudMap()
    points = rng.normal(size=(POINTS, 3)).astype(np.float32)
    cloud = Cloud(points if space else points[:, :2], rng.integers(0, 10, POINTS))
    view.resize(WIDE, TALL)
    if space:
        view.show_space(cloud, afresh=True)
    else:
        view.show_flat(cloud, afresh=True)

    def frame() -> None:
        if space:
            view._turn_by(QPointF(4, 2))
        _paint(view)

    return _best(frame)


def _lasso() -> float:
    from PySide6.QtCore import QPointF

    from studio.ui.dashboard.cloud_map import within

    points = np.random.default_rng(0).random((POINTS, 2)) * 400
    around = np.linspace(0, 2 * np.pi, 200)
    lasso = [QPointF(200 + 150 * np.cos(one), 200 + 150 * np.sin(one)) for one in around]
    return _best(lambda: within(points, lasso))


def _weights(heads: int, size: int) -> np.ndarray:
    weights = np.random.default_rng(0).random((heads, size, size)).astype(np.float32)
    made: np.ndarray = weights / weights.sum(axis=2, keepdims=True)
    return made


def _map(heads: int, size: int) -> float:
    from studio.ui.dashboard.attention_map import AttentionMap

    view = AttentionMap()
    view.resize(WIDE, TALL)
    view.show_weights(_weights(heads, size), -1)
    return _best(lambda: _paint(view))


def _grid() -> float:
    from PySide6.QtWidgets import QWidget

    from studio.runs.attending import summary_of
    from studio.ui.dashboard.attention_grid import AttentionGrid, Layer

    maps = _weights(12, 128)
    owner = QWidget()
    view = AttentionGrid(owner)
    view.resize(WIDE, TALL)
    view.show_layers([Layer(str(at), f"layer {at}", maps, summary_of(maps)) for at in range(12)])
    return _best(lambda: _paint(view))


def _heat() -> float:
    from studio.runs.layers import LayerGrid
    from studio.ui.dashboard.cursor import Cursor
    from studio.ui.dashboard.heatmap import HeatMap

    grid = LayerGrid(50)
    grid.extend(np.arange(1, 4097), np.random.default_rng(0).random((4096, 50)))
    view = HeatMap("bench", Cursor())
    view.resize(WIDE, TALL)
    view.show_grid(grid, [f"layer {at}" for at in range(50)])
    return _best(lambda: _paint(view))


def _rollout() -> float:
    from studio.runs.attending import rollout

    layers = [_weights(12, 128)] * 12
    return _best(lambda: rollout(layers))


def _paint(view: "QWidget") -> None:
    from PySide6.QtGui import QImage, QPainter

    from studio.ui.theme import LIGHT

    image = QImage(WIDE, TALL, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    view.paint_all(painter, LIGHT)  # type: ignore[attr-defined]
    painter.end()


def _said(milliseconds: float) -> str:
    return f"{milliseconds:.1f} ms"


def _best(work: Callable[[], object]) -> float:
    work()
    times = []
    for _ in range(12):
        begin = time.thread_time()
        work()
        times.append((time.thread_time() - begin) * 1e3)
    return min(times)
