"""Building: a typed line such as ``conv 64 3 > bn > relu`` as blocks in the open drawing."""

from dataclasses import dataclass, replace

from studio.core.composites import Composite
from studio.core.edits import AddNodes
from studio.core.graph import End, Node
from studio.core.params import Value, show
from studio.core.shorthand import Shorthand, ShorthandError

from .joining import Loose
from .workspace import Workspace

PITCH = 232.0
"""How far the blocks of a chain stand apart, in canvas units."""
ROW = 112.0
"""How far rows of blocks stand apart."""
MOST_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Chain:
    """What a line means: ``edit`` places it, ``preview`` says it in words.

    Without an edit ``preview`` says what is wrong with the part of the text from ``start`` to
    ``end``.
    """

    preview: str
    edit: AddNodes | None = None
    start: int = 0
    end: int = 0


def is_chain(text: str) -> bool:
    """Tell whether a text is meant as a chain and not as the name of one block."""
    return any(sign in text for sign in ">(=")


def chain_of(
    workspace: Workspace, text: str, at: tuple[float, float], loose: Loose | None = None
) -> Chain:
    """Return what a line means at a place; it goes on from a loose wire.

    A line that begins with ``>`` goes on from the end of the selected blocks.
    """
    after = loose.fixed if loose and loose.from_output else None
    line, goes_on = text.lstrip(), False
    if line.startswith(">"):
        end = _end_of_selection(workspace)
        if after is None and end is None:
            return Chain("Select the block to go on from", None, 0, len(text))
        if after is None and end is not None:
            node = workspace.graph.nodes[end.node]
            after, at, goes_on = end, (node.x + PITCH, node.y), True
        line = line[1:]
    try:
        edit = _shorthand(workspace).nodes(line, workspace.graph, after=after)
    except ShorthandError as error:
        skipped = len(text) - len(line)
        return Chain(str(error), None, error.start + skipped, error.end + skipped)
    if goes_on:
        at = _free_row(workspace, *at, len(edit.nodes))
    placed = tuple(
        replace(node, x=at[0] + PITCH * place, y=at[1]) for place, node in enumerate(edit.nodes)
    )
    edit = replace(edit, nodes=placed, composites=_brought(workspace, placed))
    begin = f"{workspace.graph.nodes[after.node].title} › " if after else ""
    return Chain(begin + _words(workspace, placed), edit)


def _shorthand(workspace: Workspace) -> Shorthand:
    offer = workspace.offer
    ours = tuple(spec for kind, spec in offer.specs.items() if kind.startswith("composite:"))
    return Shorthand(offer.scope, ours, workspace.names)


def _end_of_selection(workspace: Workspace) -> End | None:
    """Return the output at the end of the selected blocks, if they end in one block."""
    graph, chosen = workspace.graph, workspace.selection
    ends = [id_ for id_ in chosen if not {end.node for end in graph.consumers_of[id_]} & chosen]
    spec = workspace.spec_of(ends[0]) if len(ends) == 1 else None
    return End(ends[0], spec.outputs[0].name) if spec and spec.outputs else None


def _free_row(workspace: Workspace, x: float, y: float, count: int) -> tuple[float, float]:
    """Return the place for a row of blocks, moved down until it covers none that stands there."""
    across = [
        node.y for node in workspace.graph.nodes.values() if x - PITCH < node.x < x + PITCH * count
    ]
    while any(abs(taken - y) < ROW for taken in across):
        y += ROW
    return x, y


def _brought(workspace: Workspace, nodes: tuple[Node, ...]) -> tuple[Composite, ...]:
    found = {known.id: known for node in nodes for known in workspace.brought_by(node.kind)}
    return tuple(found.values())


def _words(workspace: Workspace, nodes: tuple[Node, ...]) -> str:
    words = []
    for node in nodes[:MOST_SHOWN]:
        spec = workspace.offer.scope.block(node.kind)
        values = [_value(name, value) for name, value in node.params.items()]
        words.append(" ".join([spec.title if spec else node.kind, *values]))
    more = [f"… {len(nodes)} blocks"] if len(nodes) > MOST_SHOWN else []
    return " › ".join(words + more)


def _value(name: str, value: Value) -> str:
    words = isinstance(value, (bool, str)) or value is None
    return f"{name.replace('_', ' ')} {show(value)}" if words else show(value)
