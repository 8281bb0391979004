"""The same networks as drawn in the studio, and their runs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from studio.app.catalogue import declarations
from studio.app.gallery import find_experiment
from studio.compile.run import plan_run
from studio.core.addresses import set_at
from studio.core.catalog import Catalog
from studio.core.experiment import Choice, Data, Experiment, Training
from studio.core.fileio import open_file
from studio.core.params import Param
from studio.core.recipes import Column, Source
from studio.runs.spec import RunSpec, Watch
from tests.bench.by_hand import tasks
from tests.helpers.builders import CATALOG, Drawing, Part

QUIET = Watch(probes={})
"""No panel is open."""


@dataclass(frozen=True)
class Drawn:
    """A drawing, the columns it learns from, and the block before its last Linear."""

    experiment: Experiment
    columns: tuple[Column, ...]
    embedding: str


def run_of(name: str, watch: Watch) -> RunSpec:
    """Return the run of one task as the window would plan it, longer than anyone waits."""
    drawn = _DRAWINGS[name]()
    source = Source(
        id="bench",
        title="Benchmark",
        load="tests.bench.drawn:load",
        columns=lambda _params: drawn.columns,
        params=(Param("task", name),),
    )
    catalog = Catalog([*declarations(), source])
    task = next(task for task in tasks() if task.name == name)
    experiment = replace(
        drawn.experiment,
        # Nothing is held out: by hand nothing is evaluated either.
        data=Data(Choice("bench"), {"validation": 0.0, "test": 0.0, "stratified": False}),
        training=Training({"epochs": 1000, "batch_size": task.batch_size}),
    )
    return plan_run(experiment, catalog, run_id=name, watch=watch)


def watched(name: str) -> Watch:
    """Return what the default panels look at: gradients, attention and the last features."""
    block = _DRAWINGS[name]().embedding
    return Watch(probes={"gradients": {}, "attention": {}, "embedding": {"block": block}})


def load(params: Mapping[str, str]) -> dict[str, object]:
    """Return the samples of a task."""
    task = next(task for task in tasks() if task.name == params["task"])
    return {"x": task.x.numpy(), "y": task.y.numpy()}


def _mlp() -> Drawn:
    net = Drawing("MLP")
    scores = net.chain(
        ("io.vector", {"features": 64}),
        *_dense(128),
        *_dense(128),
        ("nn.linear", {"out_features": 10}),
    )
    net.loss(scores, classes=10)
    return _ready(net, Column("x", "input", (64,)), Column("y", "target", (), "int", 10))


def _cnn() -> Drawn:
    net = Drawing("CNN")
    scores = net.chain(
        ("io.image", {"channels": 1, "height": 28, "width": 28}),
        *_convolved(16),
        *_convolved(32),
        "nn.flatten",
        ("nn.linear", {"out_features": 10}),
    )
    net.loss(scores, classes=10)
    return _ready(net, Column("x", "input", (1, 28, 28)), Column("y", "target", (), "int", 10))


def _lstm() -> Drawn:
    net = Drawing("LSTM")
    scores = net.chain(
        ("io.tokens", {"length": 32, "vocabulary": 9}),
        ("nn.embedding", {"embedding_dim": 32}),
        ("nn.lstm", {"hidden_size": 128, "output": "last"}),
        ("nn.linear", {"out_features": 8}),
    )
    net.loss(scores, classes=8)
    return _ready(net, Column("x", "input", (32,), "int", 9), Column("y", "target", (), "int", 8))


def _transformer() -> Drawn:
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
    return _ready(
        net, Column("x", "input", (32,), "int", 9), Column("y", "target", (32,), "int", 9)
    )


def _lenet() -> Drawn:
    return _exhibit("lenet-fashion", "relu4", *_pictures(1, 28))


def _resnet() -> Drawn:
    edits = ("image.height=32", "image.width=32", "fc.out_features=10", "label.classes=10")
    return _exhibit("resnet18", "avgpool", *_pictures(3, 32), edits=edits)


def _gpt() -> Drawn:
    edits = (
        *("tokens.vocabulary=96", "tokens.length=64", "next.classes=96", "next.length=64"),
        *("embedding.embedding_dim=128", "layers.d_model=128", "layers.heads=4", "layers.repeat=4"),
    )
    columns = Column("x", "input", (64,), "int", 96), Column("y", "target", (64,), "int", 96)
    return _exhibit("gpt2", "norm", *columns, edits=edits)


def _vit() -> Drawn:
    return _exhibit("vit-fashion", "answer", *_pictures(1, 28))


def _pictures(channels: int, side: int) -> tuple[Column, Column]:
    image = Column("x", "input", (channels, side, side))
    return image, Column("y", "target", (), "int", 10)


def _exhibit(name: str, embedding: str, *columns: Column, edits: tuple[str, ...] = ()) -> Drawn:
    """Return a drawing of the gallery, with some of its settings changed."""
    experiment = open_file(find_experiment(name))
    for edit in edits:
        experiment = set_at(experiment, f"blocks.{edit}", CATALOG)
    return Drawn(experiment, columns, embedding)


def _ready(net: Drawing, *columns: Column) -> Drawn:
    last = max(id_ for id_ in net.graph.nodes if id_.startswith("fc"))
    return Drawn(net.experiment(), columns, net.graph.inputs_of[last]["x"].node)


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


_DRAWINGS = {
    "MLP": _mlp,
    "CNN": _cnn,
    "LSTM": _lstm,
    "Transformer": _transformer,
    "LeNet": _lenet,
    "ResNet-18": _resnet,
    "GPT": _gpt,
    "ViT": _vit,
}
