"""Every block keeps its declaration's promises; declaring a block is testing it."""

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from studio.compile.reserved import MODULE_NAMES
from studio.compile.source import compile_network
from studio.core.blocks import BlockSpec
from studio.core.check import Checked, check
from studio.core.experiment import Experiment
from studio.core.fileio import dumps, loads
from studio.core.params import Param, Value
from tests.helpers.builders import CATALOG, Drawing
from tests.helpers.programs import arguments, built, shape_of

LAYERS = [spec for spec in CATALOG.blocks.values() if spec.role == "layer" and not spec.borrows]
LOSSES = [spec for spec in CATALOG.blocks.values() if spec.role == "loss"]

INPUTS: dict[str, dict[str, Value]] = {
    "io.image": {"channels": 4, "height": 8, "width": 9},
    "io.sequence": {"length": 6, "features": 8},
    "io.vector": {"features": 8},
    "io.tokens": {"length": 6, "vocabulary": 11},
}


def drawn(spec: BlockSpec, source: str, **params: Value) -> Experiment:
    """Return the smallest drawing with the block in it, wired to one kind of input."""
    net = Drawing("Smallest")
    block = net.place(spec.id, title="it", **params)
    for port in spec.inputs:
        for slot in range(2 if port.many else 1):
            ending = f"{port.name}.{slot}" if port.many else port.name
            net.wire(net.place(source, **INPUTS[source]), f"{block}.{ending}")
    return net.experiment()


def sound(experiment: Experiment) -> Checked | None:
    checked = check(experiment, CATALOG)
    return None if checked.errors else checked


def variants(param: Param) -> Iterator[Value]:
    """Yield other values than the default for a parameter."""
    match param.default:
        case bool():
            yield not param.default
        case str():
            yield from (choice for choice in param.choices if choice != param.default)
        case int():
            yield from (param.default + 1, param.default * 2)
        case float():
            yield 0.25
        case tuple():
            yield tuple(size + 1 for size in param.default)
            yield tuple(size + place for place, size in enumerate(param.default))
        case None:
            yield (1,) * param.length


def settings(spec: BlockSpec) -> Iterator[dict[str, Value]]:
    yield {}
    for param in spec.params:
        yield from ({param.name: value} for value in variants(param))
    if {"num_layers", "bidirectional"} <= {param.name for param in spec.params}:
        both: dict[str, Value] = {"num_layers": 2, "bidirectional": True, "dropout": 0.5}
        yield both
        yield {**both, "output": "last"}


def drawings(spec: BlockSpec) -> Iterator[tuple[Experiment, Checked]]:
    """Yield the block with all its settings behind all inputs that it takes."""
    for source in INPUTS:
        for params in settings(spec):
            experiment = drawn(spec, source, **params)
            checked = sound(experiment)
            if checked is not None:
                yield experiment, checked


def test_the_first_blocks_are_there() -> None:
    assert {"nn.linear", "nn.conv2d", "nn.lstm", "nn.self_attention"} <= CATALOG.blocks.keys()


@pytest.mark.parametrize("spec", LAYERS, ids=lambda spec: spec.id)
def test_default_parameters_do_not_fail(spec: BlockSpec) -> None:
    assert any(sound(drawn(spec, source)) for source in INPUTS)


@pytest.mark.parametrize("spec", LAYERS, ids=lambda spec: spec.id)
def test_a_block_gives_the_promised_shape(spec: BlockSpec) -> None:
    for experiment, checked in drawings(spec):
        module = built(compile_network(experiment, CATALOG, checked))

        y = module(*arguments(experiment, checked))

        assert tuple(y.shape) == shape_of(checked, "it"), experiment.graph.nodes["it"].params


@pytest.mark.parametrize("spec", LAYERS, ids=lambda spec: spec.id)
def test_a_block_has_the_promised_weights(spec: BlockSpec) -> None:
    for experiment, checked in drawings(spec):
        module = built(compile_network(experiment, CATALOG, checked))
        inferred = checked.blocks["it"].inferred
        assert inferred is not None

        names = {name.partition(".")[2]: value for name, value in module.named_parameters()}

        assert {name: tuple(value.shape) for name, value in names.items()} == inferred.weights
        assert checked.parameters == sum(value.numel() for value in names.values())


@pytest.mark.parametrize("spec", LAYERS, ids=lambda spec: spec.id)
def test_the_gradient_reaches_every_weight(spec: BlockSpec) -> None:
    for experiment, checked in drawings(spec):
        module = built(compile_network(experiment, CATALOG, checked))

        y = module(*arguments(experiment, checked))
        if y.requires_grad:
            (y * torch.randn_like(y)).sum().backward()

        assert all(weight.grad is not None for weight in module.parameters())


@pytest.mark.parametrize("spec", LAYERS, ids=lambda spec: spec.id)
def test_a_block_survives_the_file_with_the_same_program(spec: BlockSpec) -> None:
    for experiment, _ in drawings(spec):
        again = loads(dumps(experiment))

        assert again == experiment
        assert compile_network(again, CATALOG) == compile_network(experiment, CATALOG)


@pytest.mark.parametrize("spec", LAYERS, ids=lambda spec: spec.id)
def test_the_tapped_twin_computes_the_same_and_tells_every_value(spec: BlockSpec) -> None:
    experiment, checked = next(drawings(spec))
    program = compile_network(experiment, CATALOG, checked)
    told: dict[str, Tensor] = {}
    names: dict[str, object] = {"tap": told.__setitem__}
    exec(program.tapped, names)
    module, inputs = built(program).eval(), arguments(experiment, checked)
    twin = names[program.class_name]
    assert isinstance(twin, type)
    tapped = twin()
    tapped.load_state_dict(module.state_dict())

    y = tapped.eval()(*inputs)

    assert torch.equal(y, module(*inputs))
    assert told.keys() == checked.blocks.keys()
    assert told["it"] is y


TARGETS: list[tuple[str, dict[str, Value]]] = [
    ("io.vector", {"form": "class", "classes": 8}),
    ("io.vector", {"form": "value", "width": 8}),
    ("io.sequence", {"form": "tokens", "classes": 8, "length": 6}),
]


@pytest.mark.parametrize("spec", LOSSES, ids=lambda spec: spec.id)
def test_a_loss_gives_one_number_for_every_target_it_takes(spec: BlockSpec) -> None:
    taken = 0
    for source, target in TARGETS:
        net = Drawing()
        scores = net.chain((source, INPUTS[source]), ("nn.linear", {"out_features": 8}))
        loss = net.loss(scores, spec.id, **target)
        checked = sound(net.experiment())
        if checked is None:
            continue
        taken += 1
        program = compile_network(net.experiment(), CATALOG, checked)
        module = built(program)
        (wanted,) = arguments(net.experiment(), checked, role="target")

        y = module(*arguments(net.experiment(), checked))
        losses, metrics = module.losses(y, wanted), module.metrics(y, wanted)
        losses[loss].backward()

        assert list(losses) == [loss]
        assert losses[loss].shape == ()
        assert list(metrics) == [metric.name for metric in spec.metrics]
        assert all(metric.shape == () and metric.isfinite() for metric in metrics.values())
        assert all(weight.grad is not None for weight in module.parameters())

    assert taken


def test_reserved_names_are_those_of_every_module() -> None:
    public = {name for name in dir(nn.Module) if not name.startswith("_")}

    assert public <= MODULE_NAMES
