"""Unfolding: an instance becomes its blocks again, its values put into their expressions."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace

from .composites import PORT_IN, PORT_OUT, PORTS, Composite, composite_of, port_name, ports_in
from .errors import GraphError, ParamError
from .experiment import Experiment
from .expressions import evaluate, is_expression, names_in, value_of
from .folding import ports_by_name, retrained
from .graph import End, Graph, Node, NodeId, closed_up, fresh_ids
from .learning import within
from .params import Value, complete


@dataclass(frozen=True, slots=True)
class Unfold:
    """Put the blocks of a composite in the place of an instance; a stack becomes a row of copies.

    The composite itself stays for other instances.
    """

    id: NodeId
    where: str = ""
    label: str = "Unfold"
    merge: str = ""

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the blocks."""
        graph = experiment.graph_at(self.where)
        (node,) = graph.known([self.id])
        composite = experiment.composites.get(composite_of(node.kind))
        if composite is None:
            raise GraphError(f"{node.title}: expected a composite to unfold, received a block")
        copies = _expect_unfoldable(graph, node)
        unfolding = _Unfolding(graph, node, composite)
        unfolded, added = unfolding.unfolded(copies)
        changed = experiment.with_graph(unfolded, self.where)
        return changed if self.where else retrained(changed, {node.id: added})


def _expect_unfoldable(graph: Graph, node: Node) -> int:
    partner = graph.nodes.get(node.shares) or next(
        (other for other in graph.nodes.values() if other.shares == node.id), None
    )
    if partner is not None:
        raise GraphError(
            f"{node.title} shares its weights with {partner.title}: expected weights of its own "
            "to unfold it"
        )
    if node.mode == "bypass":
        raise GraphError(f"{node.title} is bypassed: expected it to take part to unfold it")
    if not isinstance(node.repeat, int):
        raise GraphError(
            f"{node.title}: expected a number as repeat to unfold it, received {node.repeat}"
        )
    return node.repeat


class _Unfolding:
    def __init__(self, graph: Graph, node: Node, composite: Composite) -> None:
        self._graph, self._node, self._composite = graph, node, composite
        self._values = complete_values(composite, node.params)
        inner = composite.graph
        left = min((known.x for known in inner.nodes.values()), default=0.0)
        top = min((known.y for known in inner.nodes.values()), default=0.0)
        width = max((known.x for known in inner.nodes.values()), default=0.0) - left
        self._by, self._step = (node.x - left, node.y - top), width
        self._titles = {known.title for known in graph.nodes.values() if known is not node}

    def unfolded(self, copies: int) -> tuple[Graph, list[NodeId]]:
        """Return the graph with the blocks, and their ids."""
        node, inner = self._node, self._composite.graph
        nodes = {id_: known for id_, known in self._graph.nodes.items() if id_ != node.id}
        given: dict[str, End] = dict(self._graph.inputs_of[node.id])
        feeds = {end: origin for end, origin in self._graph.feeds.items() if end.node != node.id}
        bends = dict(self._graph.bends)
        added: list[NodeId] = []
        order = [port_name(port) for port in ports_in(inner, PORT_IN)]
        results = [port_name(port) for port in ports_in(inner, PORT_OUT)]
        leaving: dict[str, End | None] = {}
        for copy in range(copies):
            ids = self._ids({*self._graph.nodes, *nodes})
            nodes |= self._blocks(ids, copy)
            added += ids.values()
            feeds |= _inner_feeds(inner, ids, given)
            bends |= {
                End(ids[end.node], end.port): points
                for end, points in self._moved_bends(copy).items()
                if end.node in ids and inner.feeds[end].node in ids
            }
            leaving = _leaving(inner, ids, given)
            ends = (leaving.get(name) for name in results)
            given |= {name: end for name, end in zip(order, ends, strict=False) if end}
        sources = {
            end: leaving.get(origin.port) if origin.node == node.id else origin
            for end, origin in feeds.items()
        }
        outside = {end: source for end, source in sources.items() if source}
        closed, kept = closed_up(outside, bends)
        return replace(self._graph, nodes=nodes, feeds=closed, bends=kept), added

    def _ids(self, taken: set[NodeId]) -> dict[NodeId, NodeId]:
        ids: dict[NodeId, NodeId] = {}
        for known in self._composite.graph.nodes.values():
            if known.kind not in PORTS:
                stem = known.id.rstrip("0123456789") or known.id
                used = {*taken, *ids.values()}
                ids[known.id] = known.id if known.id not in used else fresh_ids(stem, used)[0]
        return ids

    def _blocks(self, ids: Mapping[NodeId, NodeId], copy: int) -> dict[NodeId, Node]:
        found: dict[NodeId, Node] = {}
        for old, new in ids.items():
            known = self._composite.graph.nodes[old]
            stem = known.title.rstrip("0123456789") or known.title
            title = known.title
            if title in self._titles:
                title = fresh_ids(stem, self._titles)[0]
            self._titles.add(title)
            repeat = substituted(known.repeat, self._values)
            found[new] = replace(
                known,
                id=new,
                title=title,
                params={n: substituted(v, self._values) for n, v in known.params.items()},
                x=known.x + self._by[0] + copy * self._step,
                y=known.y + self._by[1],
                mode=known.mode if known.mode == "disable" else self._node.mode or known.mode,
                shares=ids.get(known.shares, ""),
                repeat=repeat if isinstance(repeat, (int, str)) else 1,
                weights=within(self._node.weights, known.weights),
            )
        return found

    def _moved_bends(self, copy: int) -> dict[End, tuple[tuple[float, float], ...]]:
        dx, dy = self._by[0] + copy * self._step, self._by[1]
        return {
            end: tuple((x + dx, y + dy) for x, y in points)
            for end, points in self._composite.graph.bends.items()
        }


def _inner_feeds(
    inner: Graph, ids: Mapping[NodeId, NodeId], given: Mapping[str, End]
) -> dict[End, End]:
    feeds: dict[End, End] = {}
    for end, origin in inner.feeds.items():
        source = _source(inner, ids, given, origin)
        if end.node in ids and source is not None:
            feeds[End(ids[end.node], end.port)] = source
    return feeds


def _leaving(
    inner: Graph, ids: Mapping[NodeId, NodeId], given: Mapping[str, End]
) -> dict[str, End | None]:
    found: dict[str, End | None] = {}
    for name, id_ in ports_by_name(inner, PORT_OUT).items():
        origin = inner.feeds.get(End(id_, "x"))
        found[name] = _source(inner, ids, given, origin) if origin else None
    return found


def _source(
    inner: Graph, ids: Mapping[NodeId, NodeId], given: Mapping[str, End], origin: End
) -> End | None:
    if origin.node in ids:
        return End(ids[origin.node], origin.port)
    return given.get(port_name(inner.nodes[origin.node]))


def complete_values(composite: Composite, given: Mapping[str, Value]) -> dict[str, Value]:
    """Return the values of an instance; expressions of the graph around it stay as they are."""
    plain = {name: value for name, value in given.items() if not is_expression(value)}
    loose = {name: value for name, value in given.items() if is_expression(value)}
    declared = {param.name for param in composite.params}
    kept = {name: value for name, value in loose.items() if name in declared}
    return complete(composite.params, plain) | kept


def substituted(value: Value, values: Mapping[str, Value]) -> Value:
    """Return a value with names of an expression replaced; without names left it is evaluated."""
    if not is_expression(value):
        return value
    used = names_in(value)
    if used and all(values.get(name) == f"={name}" for name in used):
        return value
    if not any(is_expression(values.get(name)) for name in used):
        try:
            return value_of(value, values)
        except ParamError:
            return value
    if value[1:].strip() in values:
        return values[value[1:].strip()]
    tree = ast.parse(value[1:].strip(), mode="eval")
    text = "=" + ast.unparse(_Names(values).visit(tree))
    return text if names_in(text) else evaluate(text, {})


class _Names(ast.NodeTransformer):
    """Puts values, or the expressions that stand for them, in the place of names."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        value = self._values.get(node.id)
        if is_expression(value):
            return ast.parse(value[1:].strip(), mode="eval").body
        if isinstance(value, (bool, int, float, str)):
            return ast.Constant(value)
        return node
