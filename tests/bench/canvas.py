"""The canvas: CPU of the window's thread for one frame, for opening and for one edit.

Where NodeGraphQt is installed (the extra ``bench``) it draws as many nodes in the same run.
"""

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from statistics import median

SIZES = (100, 1_000, 5_000)
ZOOMS = (0.1, 0.25, 0.5, 1.0)
FRAMES = 9
VIEW = (1920, 1080)

Row = tuple[str, str, str]


def rows() -> Iterator[Row]:
    """Yield what was measured, in milliseconds of CPU, and the budget."""
    for size in SIZES:
        ours, theirs = _in_a_process("ours", size), _in_a_process("theirs", size)
        yield f"open {size:,} blocks, first frame included", f"{ours['open']:.0f} ms", "≤ 100 ms"
        for what in ("pan", "zoom", "drag one", "drag all"):
            frames = " / ".join(f"{ours[f'{what} {zoom}']:.1f}" for zoom in ZOOMS)
            zooms = " / ".join(map(str, ZOOMS))
            yield f"{what}, {size:,} blocks, at {zooms}", f"{frames} ms", "≤ 8 ms"
        yield f"move one block and check, {size:,}", f"{ours['move']:.1f} ms", "≤ 16 ms"
        yield f"set a parameter and check, {size:,}", f"{ours['set']:.1f} ms", "≤ 16 ms"
        yield from _beside(size, ours, theirs)


def _beside(size: int, ours: dict[str, float], theirs: dict[str, float]) -> Iterator[Row]:
    if not theirs:
        yield "NodeGraphQt", "not installed", "pip install .[bench]"
        return
    for what, figure in theirs.items():
        ratio = f"{figure / max(ours[what], 1e-3):.0f}× ours"
        yield f"NodeGraphQt {what}, {size:,} nodes", f"{figure:.0f} ms ({ratio})", ""


def _in_a_process(who: str, size: int) -> dict[str, float]:
    """Measure in a fresh process; empty where that cannot be."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.canvas", who, str(size)],
        capture_output=True, text=True, timeout=600, check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    found = dict(line.split("\t") for line in done.stdout.splitlines() if "\t" in line)
    assert found or who == "theirs", done.stderr
    return {what: float(figure) for what, figure in found.items()}


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
    try:
        from NodeGraphQt import BaseNode, NodeGraph
    except ImportError:
        return
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

    def come_nearer(turn: int) -> None:
        view.scale(*((1.01, 1.01) if turn % 2 else (1 / 1.01, 1 / 1.01)))

    yield f"zoom {ZOOMS[0]}", _frame(come_nearer, view.viewport().repaint)


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
    measure = {"ours": _ours, "theirs": _theirs}[sys.argv[1]]
    for what, figure in measure(int(sys.argv[2])):
        print(f"{what}\t{figure}", flush=True)
