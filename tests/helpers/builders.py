"""Experiments written in a few lines, for everybody's tests.

net = Drawing("LeNet")
net.chain("io.image", ("nn.conv2d", {"out_channels": 6}), "nn.relu", "nn.flatten")
experiment = net.experiment()
"""

from collections.abc import Mapping

from studio.app.catalogue import builtin_catalog
from studio.core.catalog import Catalog
from studio.core.experiment import Choice, Data, Experiment, Objective, Training
from studio.core.graph import End, Graph, Node, Wire, fresh_ids
from studio.core.params import Value
from studio.core.text import identifier, unique
from studio.core.wiring import free_input

CATALOG: Catalog = builtin_catalog()
"""Everything that ships with the studio; tests do not add to it."""

Part = str | tuple[str, Mapping[str, Value]]
"""A kind of block, or a kind and its parameters."""


class Drawing:
    """A graph in the making."""

    def __init__(self, title: str = "Test network", catalog: Catalog = CATALOG) -> None:
        self.title = title
        self.graph = Graph()
        self._catalog = catalog

    def place(self, kind: str, *, title: str = "", **params: Value) -> str:
        """Place one block and return its id, which is its title too unless one is given."""
        spec = self._catalog.block(kind)
        assert spec is not None, f"expected a block of the catalog, received {kind}"
        if title:
            id_ = unique(identifier(title), self.graph.nodes)
        else:
            id_ = fresh_ids(spec.name_stem, self.graph.nodes)[0]
        self.graph = self.graph.add(Node(id_, kind, title or id_, params))
        return id_

    def wire(self, source: str, target: str) -> None:
        """Join ``block[.port]`` to ``block[.port]``; without a port the first that is free."""
        start, end = self._end(source, "outputs"), self._end(target, "inputs")
        self.graph = self.graph.connect(Wire(start, end))

    def chain(self, *parts: Part, after: str = "") -> str:
        """Place blocks one behind the other, behind ``after`` if given, and return the last id."""
        last = after
        for part in parts:
            kind, params = part if isinstance(part, tuple) else (part, {})
            here = self.place(kind, **params)
            if last:
                self.wire(last, here)
            last = here
        return last

    def loss(self, output: str, kind: str = "loss.cross_entropy", **target: Value) -> str:
        """Compare ``output`` with a new target and return the id of the loss."""
        loss = self.place(kind)
        self.wire(output, loss)
        self.wire(self.place("io.target", **target), loss)
        return loss

    def experiment(
        self, source: str = "", *, optimizer: Choice | None = None, **settings: Value
    ) -> Experiment:
        """Return the experiment, on a source of data if one is named, with training settings."""
        objective = Objective(optimizer=optimizer) if optimizer else Objective()
        return Experiment(
            title=self.title,
            graph=self.graph,
            data=Data(Choice(source)),
            training=Training(settings, (objective,)),
        )

    def _end(self, text: str, side: str) -> End:
        node, _, port = text.partition(".")
        if port:
            return End(node, port)
        spec = self._catalog.block(self.graph.nodes[node].kind)
        assert spec is not None
        if side == "outputs":
            return End(node, spec.outputs[0].name)
        taken = self.graph.inputs_of[node]
        free = next(item for item in spec.inputs if item.many or item.name not in taken)
        return free_input(self.graph, node, free)


def chain(*parts: Part, title: str = "Test network", source: str = "") -> Experiment:
    """Return an experiment of blocks in a row, without a loss."""
    drawing = Drawing(title)
    drawing.chain(*parts)
    return drawing.experiment(source)


def lenet(source: str = "", **settings: Value) -> Experiment:
    """Return LeNet-5 for images of 1×8×8 and ten classes, as for the digits."""
    net = Drawing("LeNet")
    scores = net.chain(
        ("io.image", {"channels": 1, "height": 8, "width": 8}),
        ("nn.conv2d", {"out_channels": 6, "kernel_size": (5, 5), "padding": (2, 2)}),
        "nn.relu",
        "nn.max_pool2d",
        ("nn.conv2d", {"out_channels": 16, "kernel_size": (3, 3), "padding": (1, 1)}),
        "nn.relu",
        "nn.max_pool2d",
        "nn.flatten",
        ("nn.linear", {"out_features": 120}),
        "nn.relu",
        ("nn.linear", {"out_features": 84}),
        "nn.relu",
        ("nn.linear", {"out_features": 10}),
    )
    net.loss(scores, classes=10)
    return net.experiment(source, **settings)


def mlp(*widths: int, source: str = "", **settings: Value) -> Experiment:
    """Return linear layers with ReLU between them: ``mlp(13, 32, 3)`` takes 13 and scores 3."""
    net = Drawing("MLP")
    last = net.place("io.vector", features=widths[0])
    for width in widths[1:-1]:
        last = net.chain(("nn.linear", {"out_features": width}), "nn.relu", after=last)
    last = net.chain(("nn.linear", {"out_features": widths[-1]}), after=last)
    net.loss(last, classes=widths[-1])
    return net.experiment(source, **settings)


def lstm_classifier(source: str = "", **settings: Value) -> Experiment:
    """Return a reader of 12 of 8 symbols that answers with one of 8 classes."""
    net = Drawing("LSTM classifier")
    scores = net.chain(
        ("io.tokens", {"length": 12, "vocabulary": 8}),
        ("nn.embedding", {"embedding_dim": 16}),
        ("nn.lstm", {"hidden_size": 24, "output": "last"}),
        ("nn.linear", {"out_features": 8}),
    )
    net.loss(scores, classes=8)
    return net.experiment(source, **settings)


def attention_classifier(source: str = "", **settings: Value) -> Experiment:
    """Return one Transformer layer and a mean over tokens, for 12 of 8 symbols and 8 classes."""
    net = Drawing("Attention classifier")
    x = net.chain(
        ("io.tokens", {"length": 12, "vocabulary": 8}),
        ("nn.embedding", {"embedding_dim": 16}),
        "nn.sinusoidal_position",
    )
    looked = net.chain("nn.layer_norm", ("nn.self_attention", {"num_heads": 2}), after=x)
    x = net.place("nn.add")
    net.wire(net.graph.inputs_of["norm1"]["x"].node, x)
    net.wire(looked, x)
    scores = net.chain(
        ("nn.sequence_pool", {"mode": "mean"}), ("nn.linear", {"out_features": 8}), after=x
    )
    net.loss(scores, classes=8)
    return net.experiment(source, **settings)


def branching() -> Experiment:
    """Return a net with a residual block, two branches joined, two outputs and two losses."""
    net = Drawing("Branching net")
    image = net.chain(("io.image", {"channels": 3, "height": 16, "width": 16}))
    stem = net.chain(("nn.conv2d", {"out_channels": 8, "same_padding": True}), after=image)
    inner = net.chain("nn.batch_norm2d", "nn.relu", after=stem)
    inner = net.chain(
        ("nn.conv2d", {"out_channels": 8, "padding": (1, 1), "bias": False}), after=inner
    )
    residual = net.place("nn.add", title="residual")
    net.wire(stem, residual)
    net.wire(inner, residual)
    left = net.chain("nn.max_pool2d", after=residual)
    right = net.chain(
        ("nn.conv2d", {"out_channels": 4, "stride": (2, 2), "padding": (1, 1)}), after=residual
    )
    both = net.place("nn.concat", title="both sides")
    net.wire(left, both)
    net.wire(right, both)
    features = net.chain("nn.global_avg_pool2d", after=both)
    scores = net.place("nn.linear", title="scores", out_features=5)
    net.wire(features, scores)
    angle = net.place("nn.linear", title="angle", out_features=1)
    net.wire(features, angle)
    net.loss(scores, classes=5)
    net.loss(angle, "loss.mse", form="value", width=1)
    return net.experiment()
