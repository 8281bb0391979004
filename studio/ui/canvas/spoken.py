"""Spoken: what is drawn in sentences, for those who hear it."""

from collections import Counter

from studio.app.workspace import Workspace
from studio.core.check import BlockFacts
from studio.core.graph import NodeId
from studio.core.marks import Frame
from studio.core.text import plural

from .content import summary_of
from .view_model import ViewModel


def spoken_whole(model: ViewModel) -> str:
    """Return a drawing in one sentence: ``Network, 3 blocks, 1 frame, 2 notes``."""
    kinds = Counter(frame.kind for frame in model.frames.values())
    marks = [plural(count, kind) for kind, count in sorted(kinds.items())]
    return ", ".join(["Network", plural(len(model.ids), "block"), *marks])


def spoken_frame(model: ViewModel, workspace: Workspace, frame: Frame) -> str:
    """Return a frame in one sentence: ``Head, frame, with conv1 and relu``; a note's words."""
    if frame.kind == "note":
        return f"{frame.text or 'empty'}, note"
    nodes = workspace.graph.nodes
    inside = [nodes[model.ids[row]].title for row in model.rows_in(frame)]
    held = f"with {', '.join(inside)}" if inside else "empty"
    parts = [frame.title, "frame", "collapsed" if frame.collapsed else "", held]
    return ", ".join(part for part in parts if part)


def spoken_name(workspace: Workspace, node: NodeId) -> str:
    """Return a block in one sentence: ``conv1, Conv2d, 16 · 3×3, from image, gives B×16×6×6``."""
    graph, spec = workspace.graph, workspace.spec_of(node)
    placed, facts = graph.nodes[node], workspace.here.blocks.get(node, BlockFacts())
    parts = [placed.title, spec.title if spec else placed.kind]
    if spec is not None:
        parts.append(summary_of(placed, spec))
    sources = [graph.nodes[end.node].title for end in graph.inputs_of[node].values()]
    targets = [graph.nodes[end.node].title for end in graph.consumers_of[node]]
    parts.append(f"from {' and '.join(sources)}" if sources else "")
    parts.append(f"to {' and '.join(targets)}" if targets else "")
    parts += [f"gives {shape}" for shape in facts.outputs.values()]
    parts.append(plural(len(facts.problems), "problem") if facts.problems else "")
    return ", ".join(part for part in parts if part)
