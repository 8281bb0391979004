"""Charts of very long runs: what a frame costs, and what one look at a series costs."""

import os
import time
from collections.abc import Callable, Iterator

import numpy as np

from studio.runs.series import Series

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
CURVES, LENGTH, WIDTH = 10, 10_000_000, 1200


def rows() -> Iterator[tuple[str, str, str]]:
    """Yield what was measured, in milliseconds of CPU, and the budget."""
    long = [_series(LENGTH, seed) for seed in range(CURVES)]
    once = _best(lambda: _fresh(long[0]))
    yield f"first look at a series of {LENGTH:,} points", f"{once:.2f} ms", "≤ 5 ms"
    name = f"{CURVES} curves of {LENGTH:,} points"
    yield f"frame of {name}, 100 more in each", f"{_frame(long):.1f} ms", "≤ 16 ms"
    short = [_series(LENGTH // 1000, seed) for seed in range(CURVES)]
    ratio = _frame(long) / _frame(short)
    yield "the same against curves of a 1000th of the points", f"{ratio:.1f}×", "≤ 3×"


def _series(length: int, seed: int) -> Series:
    rng = np.random.default_rng(seed)
    made = Series(f"run {seed}", dtype=np.float32)
    values = np.exp(-np.arange(length) / length * 3) + rng.normal(size=length) * 0.05
    made.extend(np.arange(1, length + 1), values)
    return made


def _fresh(series: Series) -> None:
    last = series.last
    assert last is not None
    series.view(0, last[0], WIDTH)
    series.forget_views()


def _frame(series: list[Series]) -> float:
    from PySide6.QtGui import QColor, QImage, QPainter
    from PySide6.QtWidgets import QApplication

    from studio.ui.dashboard.chart import CurveChart
    from studio.ui.dashboard.cursor import Cursor
    from studio.ui.dashboard.curves import Curve
    from studio.ui.start import make_application
    from studio.ui.theme import LIGHT

    app = QApplication.instance() or make_application(["bench"])
    chart = CurveChart("bench", Cursor())
    chart.resize(WIDTH, 500)
    chart.show_curves([Curve(s.name, s, QColor(LIGHT.series[n % 8])) for n, s in enumerate(series)])
    image = QImage(WIDTH, 500, QImage.Format.Format_RGB32)

    def frame() -> None:
        for one in series:
            assert one.last is not None
            first = one.last[0] + 1
            one.extend(np.arange(first, first + 100), np.ones(100))
        painter = QPainter(image)
        chart.paint_all(painter, LIGHT)
        painter.end()

    best = _best(frame)
    del app
    return best


def _best(work: Callable[[], None]) -> float:
    times = []
    for _ in range(12):
        begin = time.thread_time()
        work()
        times.append((time.thread_time() - begin) * 1e3)
    return min(times)
