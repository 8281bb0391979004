"""Networks drawn from composites: encoder stacks, residual nets, siamese and tied ones."""

from collections.abc import Mapping
from dataclasses import replace

from studio.core.composites import Composite
from studio.core.experiment import Experiment
from studio.core.graph import Graph
from studio.core.params import Param, Value
from studio.core.scope import Scope

from .builders import CATALOG, Drawing


def composite(drawing: Drawing, id_: str, *params: Param) -> Composite:
    """Return what was drawn as a composite of that id."""
    return Composite(id_, drawing.title, drawing.graph, params)


def drawing(title: str, *composites: Composite) -> Drawing:
    """Return an empty drawing that knows these composites."""
    return Drawing(title, Scope(CATALOG, {known.id: known for known in composites}))


def experiment(
    net: Drawing, *composites: Composite, source: str = "", **settings: Value
) -> Experiment:
    """Return the experiment of a drawing with its composites."""
    known = {known.id: known for known in composites}
    return replace(net.experiment(source, **settings), composites=known)


def with_nodes(graph: Graph, changes: Mapping[str, Mapping[str, object]]) -> Graph:
    """Return the graph with fields of some blocks replaced."""
    return graph.put(*(replace(graph.nodes[id_], **new) for id_, new in changes.items()))


def encoder_layer() -> Composite:
    """Return a pre-norm Transformer layer over sequences of ``d_model`` features."""
    net = drawing("Encoder layer")
    x = net.place("io.port_in", title="x")
    looked = net.chain(
        ("nn.layer_norm", {}), ("nn.self_attention", {"num_heads": "=heads"}), after=x
    )
    first = net.place("nn.add")
    net.wire(x, first)
    net.wire(looked, first)
    thought = net.chain(
        "nn.layer_norm",
        ("nn.linear", {"out_features": "=4*d_model"}),
        "nn.gelu",
        ("nn.linear", {"out_features": "=d_model"}),
        after=first,
    )
    second = net.place("nn.add")
    net.wire(first, second)
    net.wire(thought, second)
    net.wire(second, net.place("io.port_out", title="y"))
    return composite(net, "encoder_layer", Param("d_model", 16), Param("heads", 2))


def encoder_stack(layers: int = 3) -> Experiment:
    """Return a classifier of 12 of 8 symbols with a stack of Transformer layers."""
    layer = encoder_layer()
    net = drawing("Encoder stack", layer)
    x = net.chain(
        ("io.tokens", {"length": 12, "vocabulary": 8}),
        ("nn.embedding", {"embedding_dim": 16}),
        "nn.sinusoidal_position",
    )
    stack = net.place(layer.kind, title="encoder", d_model=16, heads=4)
    net.wire(x, stack)
    scores = net.chain(
        ("nn.sequence_pool", {"mode": "mean"}), ("nn.linear", {"out_features": 8}), after=stack
    )
    net.loss(scores, classes=8)
    net.graph = with_nodes(net.graph, {stack: {"repeat": layers}})
    return experiment(net, layer)


def residual_block() -> Composite:
    """Return two convolutions with a way past them."""
    net = drawing("Residual block")
    x = net.place("io.port_in", title="x")
    conv: tuple[str, dict[str, Value]] = (
        "nn.conv2d",
        {"out_channels": "=channels", "padding": (1, 1), "bias": False},
    )
    y = net.chain(conv, "nn.batch_norm2d", "nn.relu", conv, "nn.batch_norm2d", after=x)
    add = net.place("nn.add")
    net.wire(x, add)
    net.wire(y, add)
    net.wire(net.chain("nn.relu", after=add), net.place("io.port_out", title="y"))
    return composite(net, "residual", Param("channels", 8))


def residual_net() -> Experiment:
    """Return a net of residual blocks of two widths, the first of them two in a row."""
    block = residual_block()
    net = drawing("Residual net", block)
    stem = net.chain(
        ("io.image", {"channels": 3, "height": 16, "width": 16}),
        ("nn.conv2d", {"out_channels": 8, "padding": (1, 1)}),
    )
    first = net.place(block.kind, title="stage 1", channels=8)
    net.wire(stem, first)
    wider = net.chain(
        ("nn.conv2d", {"out_channels": 12, "stride": (2, 2), "padding": (1, 1)}), after=first
    )
    second = net.place(block.kind, title="stage 2", channels=12)
    net.wire(wider, second)
    scores = net.chain("nn.global_avg_pool2d", ("nn.linear", {"out_features": 5}), after=second)
    net.loss(scores, classes=5)
    net.graph = with_nodes(net.graph, {first: {"repeat": 2}})
    return experiment(net, block)


def tied_model() -> Experiment:
    """Return a model of text whose output uses the table of its embedding."""
    net = drawing("Tied model")
    last = net.chain(
        ("io.tokens", {"length": 6, "vocabulary": 11}),
        ("nn.embedding", {"embedding_dim": 8}),
        ("nn.linear", {"out_features": 8}),
        "nn.gelu",
        "nn.unembedding",
    )
    net.graph = with_nodes(net.graph, {last: {"shares": "embedding1"}})
    net.loss(last, form="tokens", classes=11, length=6)
    return experiment(net)


def tower() -> Composite:
    """Return two linear layers as a composite."""
    net = drawing("Tower")
    last = net.chain(
        "io.port_in",
        ("nn.linear", {"out_features": "=width"}),
        "nn.relu",
        ("nn.linear", {"out_features": 4}),
    )
    net.wire(last, net.place("io.port_out", title="code"))
    return composite(net, "tower", Param("width", 10))


def siamese() -> Experiment:
    """Return two vectors through one tower, and a score of their difference."""
    both = tower()
    net = drawing("Siamese", both)
    left = net.chain(("io.vector", {"features": 6}), both.kind)
    right = net.chain(("io.vector", {"features": 6}), both.kind)
    joined = net.place("nn.concat")
    net.wire(left, joined)
    net.wire(right, joined)
    net.loss(net.chain(("nn.linear", {"out_features": 2}), after=joined), classes=2)
    net.graph = with_nodes(net.graph, {right: {"shares": left, "params": {"width": 99}}})
    return experiment(net, both)
