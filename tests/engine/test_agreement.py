"""The check says beforehand what torch will say: random settings and random graphs."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.compile.source import compile_network
from studio.core.check import check
from studio.core.experiment import Experiment
from studio.core.fileio import dumps, loads
from studio.core.graph import End, Graph, Wire
from studio.core.params import Value
from tests.helpers.builders import CATALOG, Drawing, chain
from tests.helpers.programs import arguments, built, random_like, shape_of, sizes

pair = st.tuples(st.integers(1, 5), st.integers(1, 5))
paddings = st.tuples(st.integers(0, 3), st.integers(0, 3))
image = st.fixed_dictionaries(
    {"channels": st.integers(1, 6), "height": st.integers(1, 12), "width": st.integers(1, 12)}
)
convolution = st.fixed_dictionaries(
    {
        "out_channels": st.integers(1, 6),
        "kernel_size": pair,
        "stride": pair,
        "padding": paddings,
        "dilation": st.tuples(st.integers(1, 2), st.integers(1, 2)),
        "groups": st.integers(1, 3),
        "same_padding": st.booleans(),
        "bias": st.booleans(),
    }
)
pooling = st.fixed_dictionaries(
    {
        "kernel_size": pair,
        "stride": st.none() | pair,
        "padding": paddings,
        "ceil_mode": st.booleans(),
    }
)


def expect_agreement(experiment: Experiment, refused: str) -> None:
    """Expect the promised shape, or that torch refuses what the check refuses."""
    checked = check(experiment, CATALOG)
    if not checked.errors:
        module = built(compile_network(experiment, CATALOG, checked))
        y = module(*arguments(experiment, checked))
        assert tuple(y.shape) == shape_of(checked, experiment.graph.order[-1])
        return
    (_, values) = next(iter(checked.blocks.items()))
    x = random_like(values.outputs["y"])
    node = experiment.graph.nodes[experiment.graph.order[-1]]
    with pytest.raises((RuntimeError, ValueError)):
        torch_by_hand(refused, node.params, x)


def torch_by_hand(kind: str, params: dict[str, Value], x: torch.Tensor) -> torch.Tensor:
    """Run a convolution or a pooling layer on its parameters, without the studio."""
    if kind != "nn.conv2d":
        function = {
            "nn.max_pool2d": torch.nn.functional.max_pool2d,
            "nn.avg_pool2d": torch.nn.functional.avg_pool2d,
        }[kind]
        return function(x, **params)
    given = {name: value for name, value in params.items() if name != "same_padding"}
    if params["same_padding"]:
        given["padding"] = "same"
    return torch.nn.Conv2d(x.shape[1], **given)(x)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@given(image, convolution)
def test_check_and_torch_agree_on_every_convolution(image, params) -> None:
    expect_agreement(chain(("io.image", image), ("nn.conv2d", params)), "nn.conv2d")


@pytest.mark.parametrize("kind", ["nn.max_pool2d", "nn.avg_pool2d"])
@given(image=image, params=pooling)
def test_check_and_torch_agree_on_every_pooling(kind: str, image, params) -> None:
    expect_agreement(chain(("io.image", image), (kind, params)), kind)


KINDS = sorted(spec.id for spec in CATALOG.blocks.values() if spec.role in {"input", "layer"})


def outputs_of(graph: Graph) -> list[End]:
    """Return every output of every block."""
    specs = {id_: CATALOG.blocks[node.kind] for id_, node in sorted(graph.nodes.items())}
    return [End(id_, port.name) for id_, spec in specs.items() for port in spec.outputs]


@st.composite
def graphs(draw: st.DrawFn) -> Experiment:
    """Draw a sound graph: each step adds a block behind random values, if it fits there."""
    net = Drawing("Random")
    net.place(draw(st.sampled_from(["io.image", "io.sequence", "io.vector", "io.tokens"])))
    for _ in range(draw(st.integers(1, 8))):
        before = net.graph
        block = net.place(draw(st.sampled_from(KINDS)))
        for port in CATALOG.blocks[net.graph.nodes[block].kind].inputs:
            if port.optional and draw(st.booleans()):
                continue
            for slot in range(draw(st.integers(1, 3)) if port.many else 1):
                source = draw(st.sampled_from(outputs_of(before)))
                ending = f"{port.name}.{slot}" if port.many else port.name
                net.graph = net.graph.connect(Wire(source, End(block, ending)))
        if check(net.experiment(), CATALOG).errors:
            net.graph = before
    return net.experiment()


def has_something_to_compute(experiment: Experiment) -> bool:
    return bool(experiment.graph.feeds)


@settings(max_examples=60)
@given(graphs().filter(has_something_to_compute))
def test_random_graphs_compute_what_the_check_promises(experiment: Experiment) -> None:
    checked = check(experiment, CATALOG)
    program = compile_network(experiment, CATALOG, checked)

    module = built(program).eval()
    y = module(*arguments(experiment, checked))
    values = y if isinstance(y, tuple) else (y,)

    graph = experiment.graph
    ends = [
        End(id_, port.name)
        for id_ in graph.order
        for port in CATALOG.blocks[graph.nodes[id_].kind].outputs
        if CATALOG.blocks[graph.nodes[id_].kind].role == "layer"
        and End(id_, port.name) not in graph.feeds.values()
    ]
    assert [tuple(value.shape) for value in values] == [
        sizes(checked.blocks[end.node].outputs[end.port]) for end in ends
    ]
    trainable = [weight for weight in module.parameters() if weight.requires_grad]
    assert checked.parameters == sum(weight.numel() for weight in trainable)


@settings(max_examples=60)
@given(graphs().filter(has_something_to_compute))
def test_random_graphs_give_the_same_text_after_a_round_trip(experiment: Experiment) -> None:
    again = loads(dumps(experiment))

    assert compile_network(again, CATALOG) == compile_network(experiment, CATALOG)
