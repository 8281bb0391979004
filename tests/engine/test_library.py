"""Every composite of the library can be placed, computed and trained, and counts as promised."""

from collections.abc import Callable

import pytest
import torch

from studio.compile.source import compile_network
from studio.core.check import Checked, check
from studio.core.composites import composite_of
from studio.core.experiment import Experiment
from studio.core.fileio import open_file
from studio.core.graph import End, Node, Wire
from studio.core.params import Params, Value, complete
from studio.resources import resource
from tests.helpers.builders import CATALOG, Drawing
from tests.helpers.programs import arguments, built, shape_of

FILES = {path.stem: path for path in sorted(resource("library").glob("*/*.netwright"))}
STEPS, WIDTH, SIDE = 6, 16, 8
Counted = Callable[[Params, int], int]
"""From parameters, and the features or channels that come in, to the number of weights."""


def attention(d: int) -> int:
    return 4 * d * d + 4 * d


def feed_forward(p: Params, d: int) -> int:
    hidden = p.whole("hidden") or 4 * d
    return 2 * d * hidden + hidden + d


def encoder(p: Params, d: int) -> int:
    return attention(d) + feed_forward(p, d) + 2 * 2 * d


def decoder(p: Params, d: int) -> int:
    return 2 * attention(d) + feed_forward(p, d) + 3 * 2 * d


def llama(p: Params, d: int) -> int:
    shared = d * p.whole("kv_heads") // p.whole("heads")
    multiple = p.whole("multiple")
    hidden = multiple * -(-int(2 * 4 * d / 3) // multiple)
    return 2 * d * d + 2 * d * shared + 3 * d * hidden + 2 * d


def conv_norm(before: int, channels: int, kernel: int) -> int:
    return before * channels * kernel**2 + 2 * channels


def conv_bias(before: int, channels: int, kernel: int) -> int:
    return before * channels * kernel**2 + channels


def vgg(p: Params, c: int) -> int:
    n = p.whole("channels")
    return conv_bias(c, n, 3) + p.whole("more") * conv_bias(n, n, 3)


def nin(p: Params, c: int) -> int:
    n = p.whole("channels")
    return conv_bias(c, n, p.whole("kernel")) + 2 * conv_bias(n, n, 1)


def inception(p: Params, c: int) -> int:
    one, two, three = p.whole("one"), p.whole("two"), p.whole("three")
    thin2, thin3 = p.whole("two_reduced"), p.whole("three_reduced")
    second = conv_norm(c, thin2, 1) + conv_norm(thin2, two, 3)
    third = conv_norm(c, thin3, 1) + conv_norm(thin3, three, 5)
    return conv_norm(c, one, 1) + second + third + conv_norm(c, p.whole("pooled"), 1)


def basic(p: Params, c: int) -> int:
    n = p.whole("channels")
    return conv_norm(c, n, 3) + conv_norm(n, n, 3)


def bottleneck(p: Params, c: int) -> int:
    n = p.whole("channels")
    return conv_norm(c, n, 1) + conv_norm(n, n, 3) + conv_norm(n, 4 * n, 1)


PROMISED: dict[str, Counted] = {
    "encoder-layer": encoder,
    "encoder-layer-masked": encoder,
    "encoder-layer-pre-norm": encoder,
    "gpt-layer": encoder,
    "decoder-layer": decoder,
    "decoder-layer-masked": decoder,
    "llama-layer": llama,
    "conv-bn-relu": lambda p, c: conv_norm(c, p.whole("channels"), p.whole("kernel")),
    "vgg-block": vgg,
    "nin-block": nin,
    "inception": inception,
    "basic-block": basic,
    "basic-block-down": lambda p, c: basic(p, c) + conv_norm(c, p.whole("channels"), 1),
    "bottleneck": bottleneck,
    "bottleneck-first": lambda p, c: bottleneck(p, c) + conv_norm(c, 4 * p.whole("channels"), 1),
    "separable-block": lambda p, c: 9 * c + 2 * c + conv_norm(c, p.whole("out"), 1),
    "mlp": lambda p, d: (d + 1) * p.whole("hidden") + (p.whole("hidden") + 1) * p.whole("out"),
    "dense-layer": lambda p, d: (d + 1) * p.whole("width"),
}
CHANNELS_IN = {"basic-block": 64, "bottleneck": 256}
"""Of blocks that add what comes in to what they give; others take any number."""
OTHER: dict[str, dict[str, Value]] = {
    "encoder-layer": {"heads": 2, "hidden": 24, "activation": "gelu"},
    "llama-layer": {"heads": 8, "kv_heads": 8, "multiple": 32},
    "conv-bn-relu": {"channels": 5, "kernel": 5, "stride": 2},
    "vgg-block": {"channels": 3, "more": 3},
    "nin-block": {"channels": 6, "kernel": 5, "stride": 2},
    "basic-block-down": {"channels": 12, "stride": 1},
    "bottleneck-first": {"channels": 4, "stride": 2},
}


def widths(name: str) -> int:
    return CHANNELS_IN.get(name, WIDTH)


def drawn(name: str, params: dict[str, Value]) -> Experiment:
    """Return an experiment with the composite of a file behind inputs."""
    made = open_file(FILES[name])
    (instance,) = made.graph.nodes.values()
    net = Drawing(name)
    sources = {"x": net.place("io.sequence", length=STEPS, features=WIDTH)}
    if FILES[name].parent.name == "convolution":
        sources["x"] = net.place("io.image", channels=widths(name), height=SIDE, width=SIDE)
    ports = {
        node.title for node in made.composites[composite_of(instance.kind)].graph.nodes.values()
    }
    if "memory" in ports:
        sources["memory"] = net.place("io.sequence", title="memory", length=9, features=WIDTH)
    if "mask" in ports:
        length = 9 if "memory" in ports else STEPS
        sources["mask"] = net.chain(("io.tokens", {"length": length}), "nn.padding_mask")
    graph = net.graph.add(Node("it", instance.kind, "it", params))
    for port, source in sources.items():
        graph = graph.connect(Wire(End(source, "y"), End("it", port)))
    return made.with_graph(graph, "")


def sound(experiment: Experiment) -> Checked:
    checked = check(experiment, CATALOG)
    assert not checked.problems
    return checked


def test_every_file_of_the_library_promises_a_count() -> None:
    assert PROMISED.keys() == FILES.keys()


@pytest.mark.parametrize(
    ("name", "params"),
    [*((name, {}) for name in PROMISED), *OTHER.items()],
    ids=lambda value: value if isinstance(value, str) else "other" if value else "as it comes",
)
def test_a_composite_of_the_library_computes_learns_and_counts(
    name: str, params: dict[str, Value]
) -> None:
    experiment = drawn(name, params)
    checked = sound(experiment)
    composite = experiment.composites[composite_of(experiment.graph.nodes["it"].kind)]
    module = built(compile_network(experiment, CATALOG, checked))

    y = module(*arguments(experiment, checked))
    (y * torch.randn_like(y)).sum().backward()

    values = Params(complete(composite.params, params))
    assert checked.parameters == PROMISED[name](values, widths(name))
    assert checked.parameters == sum(weight.numel() for weight in module.parameters())
    assert tuple(y.shape) == shape_of(checked, "it")
    assert all(weight.grad is not None for weight in module.parameters())


@pytest.mark.parametrize("name", [n for n in PROMISED if "layer" in n and n != "dense-layer"])
def test_a_layer_of_the_library_can_be_stacked(name: str) -> None:
    experiment = drawn(name, {})
    node = experiment.graph.nodes["it"]
    stacked = experiment.with_graph(
        experiment.graph.put(Node("it", node.kind, "it", node.params, repeat=3)), ""
    )

    assert sound(stacked).parameters == 3 * sound(experiment).parameters
