"""Drawings to look at: a few wired blocks, and thousands."""

from itertools import pairwise

from studio.app.catalogue import builtin_catalog
from studio.app.workspace import Workspace
from studio.core.document import Document
from studio.core.experiment import Experiment
from studio.core.graph import End, Graph, Node, Wire

PITCH_X, PITCH_Y = 232.0, 112.0


def placed(*kinds: str) -> Workspace:
    """Return blocks in a row, unwired, with the last part of their kind as id."""
    nodes = [
        Node(kind.rpartition(".")[2], kind, kind.rpartition(".")[2], {}, PITCH_X * i, 0.0)
        for i, kind in enumerate(kinds)
    ]
    return workspace_of(Graph().add(*nodes))


def chain(*kinds: str) -> Workspace:
    """Return blocks in a row, each feeding the next through ``y`` and ``x``."""
    graph = placed(*kinds).graph
    ids = list(graph.nodes)
    wires = [Wire(End(a, "y"), End(b, "x")) for a, b in pairwise(ids)]
    return workspace_of(graph.connect(*wires))


def field(count: int, *, columns: int = 72) -> Workspace:
    """Return ``count`` blocks on a grid: rows of chains, and every fifth block feeding an Add."""
    kinds = ("nn.conv2d", "nn.relu", "nn.batch_norm2d", "nn.max_pool2d", "nn.add")
    nodes, feeds = {}, {}
    for i in range(count):
        kind = kinds[i % 5] if i % columns else "io.image"
        row, column = divmod(i, columns)
        nodes[f"n{i}"] = Node(f"n{i}", kind, f"{kind[3:]}{i}", {}, column * PITCH_X, row * PITCH_Y)
        if column:
            port = "x.0" if kind == "nn.add" else "x"
            feeds[End(f"n{i}", port)] = End(f"n{i - 1}", "y")
        if column > 4 and kind == "nn.add":
            feeds[End(f"n{i}", "x.1")] = End(f"n{i - 4}", "y")
    return workspace_of(Graph(nodes, feeds))


def workspace_of(graph: Graph) -> Workspace:
    """Return a workspace on a drawing that counts as opened."""
    return Workspace(builtin_catalog(), Document(Experiment(graph=graph)))
