"""Fixes: for a problem, the edits that remove it, each tried before it is offered."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .catalog import Catalog
from .check import Checked, Problem, columns_of
from .edits import Connect, Edit, SetData, SetParam
from .errors import ParamError
from .experiment import Experiment
from .fitting import fitted_params
from .graph import End, Graph, Node, NodeId, fresh_ids
from .loose_ends import wires_to
from .params import Value
from .reworking import InsertOnWire
from .scope import Scope
from .shapes import Shape
from .taking_part import SetMode, Share, Unshare
from .targets import KIND, open_targets, settings_for, with_target
from .trials import Trial

_WIDTHS = ("out_features", "out_channels", "embedding_dim", "hidden_size")
"""Parameters that say how wide a block's output is."""


@dataclass(frozen=True, slots=True)
class Fix:
    """An edit that removes a problem; ``preview`` says what will be different."""

    label: str
    preview: str
    edit: Edit


def fixes_for(
    experiment: Experiment,
    checked: Checked,
    problem: Problem,
    catalog: Catalog,
    *,
    where: str = "",
) -> list[Fix]:
    """Return the edits that remove a problem of the graph at ``where`` and bring no other.

    ``checked`` are the findings for that graph; a problem inside an instance is fixed where it is.
    """
    graph = experiment.graph_at(where)
    if problem.node is None or problem.node not in graph.nodes or problem.path:
        return []
    place = _Place(experiment, graph, checked, Scope(catalog, experiment.composites), where)
    trial = Trial(experiment, catalog, where, problem)
    node = graph.nodes[problem.node]
    found: dict[str, Fix] = {}
    for offer in _OFFERS:
        for fix in offer(place, node):
            if fix.label not in found and trial.removes(fix.edit):
                found[fix.label] = fix
    return list(found.values())


@dataclass(frozen=True, slots=True)
class _Place:
    experiment: Experiment
    graph: Graph
    checked: Checked
    scope: Scope
    where: str

    def arriving(self, node: NodeId) -> Iterator[tuple[str, Shape]]:
        """Yield port and shape of every known input."""
        for port, end in self.graph.inputs_of[node].items():
            shape = self.checked.shape_at(end)
            if shape is not None:
                yield port, shape

    def inserted(self, kind: str, end: End, **params: Value) -> InsertOnWire | None:
        """Return the edit that puts a new block before an input."""
        spec = self.scope.block(kind)
        source = self.graph.feeds.get(end)
        if spec is None or source is None:
            return None
        before, after = self.graph.nodes[source.node], self.graph.nodes[end.node]
        titles = [node.title for node in self.graph.nodes.values()]
        node = Node(
            fresh_ids(spec.name_stem, self.graph.nodes)[0],
            kind,
            fresh_ids(spec.name_stem, titles)[0],
            params,
            (before.x + after.x) / 2,
            (before.y + after.y) / 2,
        )
        into, out = spec.inputs[0].name, spec.outputs[0].name
        return InsertOnWire(node, end, into, out, self.where, f"Insert {spec.title}")


def _flatten(place: _Place, node: Node) -> Iterator[Fix]:
    ends = [End(node.id, port) for port in place.graph.inputs_of[node.id]]
    before = (_widest_before(place, place.graph.feeds[end].node) for end in ends)
    wide = [found[0].id for found in before if found]
    ends += [End(id_, port) for id_ in wide for port in place.graph.inputs_of[id_]]
    for end in ends:
        shape = place.checked.shape_at(place.graph.feeds[end])
        edit = place.inserted("nn.flatten", end) if shape and shape.rank > 2 else None
        if edit:
            yield Fix("Insert Flatten", f"{shape} becomes one row of numbers a sample", edit)


def _embedding(place: _Place, node: Node) -> Iterator[Fix]:
    for port, shape in place.arriving(node.id):
        edit = place.inserted("nn.embedding", End(node.id, port)) if shape.dtype == "int" else None
        if edit:
            yield Fix("Insert Embedding", f"{shape.kind} {shape} become vectors", edit)


def _permute(place: _Place, node: Node) -> Iterator[Fix]:
    for port, shape in place.arriving(node.id):
        orders = {3: (2, 1), 4: (3, 1, 2)}
        order = orders.get(shape.rank)
        edit = order and place.inserted("nn.permute", End(node.id, port), order=order)
        if order and edit:
            letters = {3: "BTC", 4: "BHWC"}[shape.rank]
            turned = "B" + "".join(letters[axis] for axis in order)
            label = f"Permute {'×'.join(letters)} → {'×'.join(turned)}"
            dims = [shape.dims[0], *(shape.dims[axis] for axis in order)]
            yield Fix(label, f"{shape} becomes {shape.with_dims(*dims)}", edit)


def _project(place: _Place, node: Node) -> Iterator[Fix]:
    shapes = dict(place.arriving(node.id))
    for port, shape in shapes.items():
        axis, kind, param = (
            (1, "nn.conv2d", "out_channels")
            if shape.rank == 4
            else (
                -1,
                "nn.linear",
                "out_features",
            )
        )
        for width in _wanted(place, node, port, axis):
            if shape.rank < 2 or width == shape.dims[axis]:
                continue
            settings: dict[str, Value] = {param: width}
            if kind == "nn.conv2d":
                settings["kernel_size"] = (1, 1)
            edit = place.inserted(kind, End(node.id, port), **settings)
            what = "Linear" if kind == "nn.linear" else "1×1 convolution"
            if edit:
                before = place.graph.nodes[place.graph.feeds[End(node.id, port)].node].title
                text = f"{before} gives {shape.dims[axis]}; {width} go on"
                yield Fix(f"Project to {width} with {what}", text, edit)


def _widths(place: _Place, node: Node) -> Iterator[Fix]:
    for port, _ in place.arriving(node.id):
        before = place.graph.feeds[End(node.id, port)].node
        wide = _widest_before(place, before)
        if wide is None:
            continue
        source, param = wide
        for axis in (-1, 1):
            for width in _wanted(place, node, port, axis):
                edit = SetParam((source.id,), param, width, where=place.where)
                noun = param.removeprefix("out_").replace("features", "outputs").replace("_", " ")
                text = f"{source.title} gives {width} numbers"
                yield Fix(f"Set {noun} to {width}", text, edit)


def _data_sizes(place: _Place, node: Node) -> Iterator[Fix]:
    spec, data = place.scope.block(node.kind), place.experiment.data
    if place.where or spec is None or spec.fit is None:
        return
    fitted = fitted_params(spec, node, columns_of(data, place.scope))
    if fitted:
        text = ", ".join(f"{name} {value}" for name, value in fitted.items())
        edit = SetData(data, {node.id: fitted}, label="Take the sizes from the data")
        yield Fix("Take the sizes from the data", f"{node.title}: {text}", edit)


def _defaults(place: _Place, node: Node) -> Iterator[Fix]:
    spec = place.scope.block(node.kind)
    for param in spec.params if spec else ():
        if param.name not in node.params:
            continue
        try:
            param.fit(node.params[param.name])
        except ParamError:
            edit = SetParam((node.id,), param.name, param.default, where=place.where)
            yield Fix(f"Reset {param.label}", f"{param.label} becomes {param.default}", edit)


def _divisors(place: _Place, node: Node) -> Iterator[Fix]:
    for name in ("num_heads", "groups"):
        for _, shape in place.arriving(node.id):
            width = shape.dims[-1 if shape.rank == 3 else 1] if shape.rank > 2 else 0
            given = place.checked.blocks[node.id].params.get(name)
            if not isinstance(width, int) or not isinstance(given, int):
                continue
            fitting = (count for count in range(min(given, width), 0, -1) if width % count == 0)
            for count in list(fitting)[:1]:
                edit = SetParam((node.id,), name, count, where=place.where)
                noun = name.removeprefix("num_")
                yield Fix(f"Set {noun} to {count}", f"{count} divides the {width} features", edit)


def _weights(place: _Place, node: Node) -> Iterator[Fix]:
    spec = place.scope.block(node.kind)
    if spec is not None and spec.borrows:
        for other in place.graph.nodes.values():
            if other.kind in spec.borrows:
                edit = Share((node.id,), other.id, where=place.where)
                label = f"Use the weights of {other.title}"
                yield Fix(label, f"{node.title} has none of its own", edit)
    elif node.shares:
        own = Unshare((node.id,), where=place.where)
        yield Fix("Use own weights", f"{node.title} no longer shares", own)
    if node.mode == "bypass":
        take = SetMode((node.id,), "", where=place.where)
        yield Fix("Do not bypass", f"{node.title} takes part again", take)


def _target(place: _Place, node: Node) -> Iterator[Fix]:
    spec, target = place.scope.block(node.kind), place.scope.block(KIND)
    if place.where or spec is None or target is None:
        return
    scores = next((shape for _, shape in place.arriving(node.id)), None)
    columns = columns_of(place.experiment.data, place.scope)
    for port in open_targets(place.graph, node, spec):
        for origin, params in settings_for(target, port, columns, scores):
            edit = with_target(place.graph, node, target, params)
            yield Fix("Add a Target", f"It gives {node.title} {origin}", edit)


def _connect(place: _Place, node: Node) -> Iterator[Fix]:
    for wire in wires_to(place.graph, node, place.scope, place.checked):
        source, port = place.graph.nodes[wire.source.node], wire.target.port.partition(".")[0]
        shape = place.checked.shape_at(wire.source)
        text = f"{port} of {node.title} takes " + (
            f"{shape.kind} {shape}" if shape else "its output"
        )
        yield Fix(f"Wire {source.title} to {port}", text, Connect((wire,), where=place.where))


def _wanted(place: _Place, node: Node, port: str, axis: int) -> list[int]:
    """Return the widths that would fit at a port: those of its neighbours, or the classes."""
    found: list[int] = []
    for name, shape in place.arriving(node.id):
        if name == port:
            continue
        sizes = [shape.limit, shape.dims[axis] if -shape.rank <= axis < shape.rank else None]
        found += [size for size in sizes if isinstance(size, int) and size not in found]
    values = place.checked.blocks[node.id].params
    lent = values.get("embedding_dim")
    return [*found, lent] if isinstance(lent, int) and lent not in found else found


def _widest_before(place: _Place, id_: NodeId) -> tuple[Node, str] | None:
    """Return the nearest block in a row whose width can be set, and by which parameter."""
    seen: set[NodeId] = set()
    while id_ not in seen:
        seen.add(id_)
        node = place.graph.nodes[id_]
        spec = place.scope.block(node.kind)
        param = next((name for name in _WIDTHS if spec and spec.param(name)), None)
        if param:
            return node, param
        id_ = next((end.node for end in place.graph.inputs_of[id_].values()), id_)
    return None


_OFFERS: tuple[Callable[[_Place, Node], Iterator[Fix]], ...] = (
    _target,
    _connect,
    _data_sizes,
    _defaults,
    _weights,
    _divisors,
    _widths,
    _project,
    _permute,
    _flatten,
    _embedding,
)
