"""Room: what makes way when a block is put between two others."""

from studio.core.graph import Graph, NodeId

from .geometry import WIDTH

GAP = 56.0
"""What is left between a block that is put into a wire and its neighbours, in canvas units."""

Place = tuple[float, float]


def room_between(
    graph: Graph, source: NodeId, target: NodeId, wanted: Place
) -> tuple[Place, dict[NodeId, Place]]:
    """Return where a block between two others stands, and where the ones after it move.

    With room enough, or where the wire runs back, it stands where it is wanted and nothing moves.
    Else it stands beside the source, and only blocks that follow move, only to the right.
    """
    before, after = graph.nodes[source], graph.nodes[target]
    lack = before.x + 2 * (WIDTH + GAP) - after.x
    if lack <= 0 or after.x <= before.x:
        return wanted, {}
    moving = {id_ for id_ in _from_here_on(graph, target) if graph.nodes[id_].x >= after.x}
    shifted = {id_: (graph.nodes[id_].x + lack, graph.nodes[id_].y) for id_ in moving}
    return (before.x + WIDTH + GAP, before.y), shifted


def _from_here_on(graph: Graph, start: NodeId) -> set[NodeId]:
    seen, todo = {start}, [start]
    while todo:
        fresh = {end.node for end in graph.consumers_of[todo.pop()]} - seen
        seen |= fresh
        todo.extend(fresh)
    return seen
