"""The same networks as drawn in the studio, and their runs."""

from collections.abc import Mapping
from dataclasses import replace

from studio.app.catalogue import declarations
from studio.compile.run import plan_run
from studio.core.catalog import Catalog
from studio.core.experiment import Choice, Data
from studio.core.params import Param
from studio.core.recipes import Column, Source
from studio.runs.spec import RunSpec, Watch
from tests.bench.by_hand import tasks
from tests.helpers.builders import Drawing, Part

QUIET = Watch(gradients=False, attention=False, embedding="")
"""No panel is open."""


def run_of(name: str, watch: Watch) -> RunSpec:
    """Return the run of one task as the window would plan it, longer than anyone waits."""
    drawing, columns = _DRAWINGS[name]()
    source = Source(
        id="bench",
        title="Benchmark",
        load="tests.bench.drawn:load",
        columns=lambda _params: columns,
        params=(Param("task", name),),
    )
    catalog = Catalog([*declarations(), source])
    task = next(task for task in tasks() if task.name == name)
    drawn = drawing.experiment(epochs=1000, batch_size=task.batch_size)
    data = Data(Choice("bench"), {"validation": 0.05, "test": 0.0, "stratified": False})
    return plan_run(replace(drawn, data=data), catalog, run_id=name, watch=watch)


def watched(name: str) -> Watch:
    """Return what the default panels look at: gradients, attention and the last features."""
    drawing, _ = _DRAWINGS[name]()
    last = max(id_ for id_ in drawing.graph.nodes if id_.startswith("fc"))
    return Watch(embedding=drawing.graph.inputs_of[last]["x"].node)


def load(params: Mapping[str, str]) -> dict[str, object]:
    """Return the samples of a task."""
    task = next(task for task in tasks() if task.name == params["task"])
    return {"x": task.x.numpy(), "y": task.y.numpy()}


def _mlp() -> tuple[Drawing, tuple[Column, ...]]:
    net = Drawing("MLP")
    scores = net.chain(
        ("io.vector", {"features": 64}),
        *_dense(128),
        *_dense(128),
        ("nn.linear", {"out_features": 10}),
    )
    net.loss(scores, classes=10)
    return net, (Column("x", "input", (64,)), Column("y", "target", (), "int", 10))


def _cnn() -> tuple[Drawing, tuple[Column, ...]]:
    net = Drawing("CNN")
    scores = net.chain(
        ("io.image", {"channels": 1, "height": 28, "width": 28}),
        *_convolved(16),
        *_convolved(32),
        "nn.flatten",
        ("nn.linear", {"out_features": 10}),
    )
    net.loss(scores, classes=10)
    return net, (Column("x", "input", (1, 28, 28)), Column("y", "target", (), "int", 10))


def _lstm() -> tuple[Drawing, tuple[Column, ...]]:
    net = Drawing("LSTM")
    scores = net.chain(
        ("io.tokens", {"length": 32, "vocabulary": 9}),
        ("nn.embedding", {"embedding_dim": 32}),
        ("nn.lstm", {"hidden_size": 128, "output": "last"}),
        ("nn.linear", {"out_features": 8}),
    )
    net.loss(scores, classes=8)
    return net, (Column("x", "input", (32,), "int", 9), Column("y", "target", (), "int", 8))


def _transformer() -> tuple[Drawing, tuple[Column, ...]]:
    net = Drawing("Transformer")
    last = net.chain(
        ("io.tokens", {"length": 32, "vocabulary": 9}),
        ("nn.embedding", {"embedding_dim": 64}),
        "nn.sinusoidal_position",
    )
    for _ in range(2):
        last = _residual(net, last, "nn.layer_norm", ("nn.self_attention", {"causal": True}))
        last = _residual(
            net,
            last,
            "nn.layer_norm",
            ("nn.linear", {"out_features": 256}),
            "nn.gelu",
            ("nn.linear", {"out_features": 64}),
        )
    scores = net.chain(("nn.linear", {"out_features": 9}), after=last)
    net.loss(scores, form="tokens", length=32, classes=9)
    return net, (Column("x", "input", (32,), "int", 9), Column("y", "target", (32,), "int", 9))


def _residual(net: Drawing, start: str, *parts: Part) -> str:
    end = net.chain(*parts, after=start)
    added = net.place("nn.add")
    net.wire(start, added)
    net.wire(end, added)
    return added


def _dense(width: int) -> tuple[Part, ...]:
    return (("nn.linear", {"out_features": width}), "nn.relu")


def _convolved(channels: int) -> tuple[Part, ...]:
    convolution: Part = ("nn.conv2d", {"out_channels": channels, "padding": (1, 1)})
    return (convolution, "nn.relu", "nn.max_pool2d")


_DRAWINGS = {"MLP": _mlp, "CNN": _cnn, "LSTM": _lstm, "Transformer": _transformer}
