"""The canvas: CPU of the window's thread for one frame, for opening and for one edit.

Where NodeGraphQt is installed (the extra ``bench``) it draws as many nodes in the same run.
"""

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from math import inf, isfinite
from queue import Empty, Queue
from signal import SIGKILL
from statistics import median
from threading import Thread

SIZES = (100, 1_000, 5_000)
ZOOMS = (0.1, 0.25, 0.5, 1.0)
FRAMES = 9
VIEW = (1920, 1080)
PATIENCE_SECS = 90
"""How long one figure may take; a peer may need minutes for thousands of nodes."""

WHATS = {
    "ours": (
        "open",
        *(f"{what} {zoom}" for zoom in ZOOMS for what in ("pan", "zoom", "drag one", "drag all")),
        "move",
        "set",
    ),
    "theirs": (
        "open",
        *(f"{what} {zoom}" for zoom in (0.1, 1.0) for what in ("zoom", "pan", "drag one")),
    ),
}
"""The figures in the order in which they are found."""

Row = tuple[str, str, str]


def rows() -> Iterator[Row]:
    """Yield what was measured, in milliseconds of CPU, and the budget."""
    for size in SIZES:
        ours = dict(_figures("ours", size))
        yield f"open {size:,} blocks, first frame included", f"{ours['open']:.0f} ms", "≤ 100 ms"
        for what in ("pan", "zoom", "drag one", "drag all"):
            frames = " / ".join(f"{ours[f'{what} {zoom}']:.1f}" for zoom in ZOOMS)
            zooms = " / ".join(map(str, ZOOMS))
            yield f"{what}, {size:,} blocks, at {zooms}", f"{frames} ms", "≤ 8 ms"
        yield f"move one block and check, {size:,}", f"{ours['move']:.1f} ms", "≤ 16 ms"
        yield f"set a parameter and check, {size:,}", f"{ours['set']:.1f} ms", "≤ 16 ms"
        yield from _beside(size, ours)


def _beside(size: int, ours: dict[str, float]) -> Iterator[Row]:
    """Yield what NodeGraphQt needs for the same, as far as it gets in the time it is given."""
    if find_spec("NodeGraphQt") is None:
        yield "NodeGraphQt", "not installed", "pip install .[bench]"
        return
    for what, figure in _figures("theirs", size):
        found = f"gave up after {PATIENCE_SECS} s"
        if isfinite(figure):
            ratio = figure / max(ours[what], 1e-3)
            found = f"{figure:,.0f} ms ({ratio:,.{0 if ratio >= 10 else 1}f}× ours)"
        yield f"NodeGraphQt: {what}, {size:,} nodes", found, ""


def _figures(who: str, size: int) -> Iterator[tuple[str, float]]:
    """Measure in a fresh process; it ends with infinity for what took longer than our patience."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.canvas", who, str(size)],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    lines: Queue[str] = Queue()
    Thread(target=_pass_on, args=(process, lines), daemon=True).start()
    whats = iter(WHATS[who])
    try:
        while line := lines.get(timeout=PATIENCE_SECS):
            what, tab, figure = line.partition("\t")
            if tab:
                assert what == next(whats)
                yield what, float(figure)
    except Empty:
        process.kill()
        yield next(whats), inf
    assert process.wait() in (0, -SIGKILL), f"measuring {who} with {size} blocks failed"


def _pass_on(process: "subprocess.Popen[str]", lines: "Queue[str]") -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put("")


def _ours(size: int) -> Iterator[tuple[str, float]]:
    from PySide6.QtCore import QPointF
    from PySide6.QtWidgets import QApplication

    from studio.core.edits import Move, SetParam
    from studio.ui.canvas.canvas import Canvas
    from tests.helpers.drawing import field
    from tests.helpers.hand import Hand

    app = QApplication([])
    gc.freeze()  # as the program does when it has started
    workspace = field(size)
    began = time.thread_time()
    canvas = Canvas(workspace)
    canvas.resize(*VIEW)
    canvas.show()
    app.processEvents()
    canvas.repaint()
    yield "open", (time.thread_time() - began) * 1e3
    for zoom in ZOOMS:
        canvas.fit()
        canvas.zoom_by(zoom / canvas.camera.zoom)
        app.processEvents()

        def pan(turn: int) -> None:
            canvas.look_through(canvas.camera.panned(7.0 * (-1) ** turn, 3.0))

        def come_nearer(turn: int) -> None:
            canvas.zoom_by(1.01 if turn % 2 else 1 / 1.01)

        yield f"pan {zoom}", _frame(pan, canvas.repaint)
        yield f"zoom {zoom}", _frame(come_nearer, canvas.repaint)
        ids = canvas.model.ids
        middle = canvas.model.cards_in(canvas.camera.rect_to_scene(canvas.rect().toRectF()))
        grip = ids[middle[len(middle) // 2]]
        for what, chosen in (("one", [grip]), ("all", ids)):
            workspace.select(chosen)
            hand, start = Hand(canvas), canvas.node_rect(grip).center() + QPointF(0, 4)
            hand.press(start)

            def drag(turn: int, hand: Hand = hand, start: QPointF = start) -> None:
                hand.move(start + QPointF(9.0 * turn + 9.0, 5.0 * turn + 5.0))

            yield f"drag {what} {zoom}", _frame(drag, canvas.repaint)
            canvas.cancel()
            hand.release(start)
            workspace.select(())
    block = next(id_ for id_ in ids[size // 2 :] if workspace.graph.nodes[id_].kind == "nn.conv2d")

    def move(turn: int) -> None:
        workspace.apply(Move({block: (8.0 * turn + 8.0, 0.0)}))

    def set_one(turn: int) -> None:
        workspace.apply(SetParam((block,), "out_channels", 16 + turn))

    yield "move", _frame(move, _nothing)
    yield "set", _frame(set_one, _nothing)


def _theirs(size: int) -> Iterator[tuple[str, float]]:
    from NodeGraphQt import BaseNode, NodeGraph
    from PySide6.QtWidgets import QApplication

    class Node(BaseNode):
        __identifier__ = "bench"
        NODE_NAME = "Node"

        def __init__(self) -> None:
            super().__init__()
            self.add_input("x")
            self.add_output("y")

    app = QApplication([])
    gc.freeze()
    began = time.thread_time()
    graph = NodeGraph()
    graph.register_node(Node)
    before = None
    for number in range(size):
        place = [232.0 * (number % 72), 112.0 * (number // 72)]
        node = graph.create_node("bench.Node", pos=place, push_undo=False)
        if before is not None and number % 72:
            node.set_input(0, before.output(0))
        before = node
    widget = graph.widget
    widget.resize(*VIEW)
    widget.show()
    graph.select_all()
    graph.fit_to_selection()
    graph.clear_selection()
    app.processEvents()
    view = graph.viewer()
    view.viewport().repaint()
    yield "open", (time.thread_time() - began) * 1e3

    paint = view.viewport().repaint

    def come_nearer(turn: int) -> None:
        view.scale(*((1.01, 1.01) if turn % 2 else (1 / 1.01, 1 / 1.01)))

    def pan(turn: int) -> None:
        bar = view.horizontalScrollBar()
        bar.setValue(bar.value() + (7 if turn % 2 else -7))

    def drag(turn: int) -> None:
        node.set_pos(9.0 * turn, 5.0 * turn)

    for zoom in (0.1, 1.0):
        scale = zoom / view.transform().m11()
        view.scale(scale, scale)
        yield f"zoom {zoom}", _frame(come_nearer, paint)
        yield f"pan {zoom}", _frame(pan, paint)
        yield f"drag one {zoom}", _frame(drag, paint)


def _frame(change: Callable[[int], None], paint: Callable[[], None]) -> float:
    """Return the median of some frames, in milliseconds of CPU of this thread."""
    spent = []
    for turn in range(FRAMES):
        began = time.thread_time()
        change(turn)
        paint()
        spent.append((time.thread_time() - began) * 1e3)
    return median(spent)


def _nothing() -> None:
    return None


if __name__ == "__main__":
    measured = {"ours": _ours, "theirs": _theirs}[sys.argv[1]]
    for found, figure in measured(int(sys.argv[2])):
        print(f"{found}\t{figure}", flush=True)
