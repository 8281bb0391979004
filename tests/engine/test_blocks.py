"""Every block keeps its declaration's promises; declaring a block is testing it."""

from collections.abc import Iterator
from itertools import product

import pytest
import torch
from torch import Tensor, nn

from studio.compile.reserved import MODULE_NAMES
from studio.compile.source import compile_network
from studio.core.blocks import BlockSpec
from studio.core.check import Checked, check
from studio.core.experiment import Experiment
from studio.core.fileio import dumps, loads
from studio.core.graph import End
from studio.core.params import Param, Value
from tests.helpers.builders import CATALOG, Drawing, Part
from tests.helpers.programs import arguments, built, sizes

LAYERS = [spec for spec in CATALOG.blocks.values() if spec.role == "layer" and not spec.borrows]
LOSSES = [spec for spec in CATALOG.blocks.values() if spec.role == "loss"]

FLOATS: dict[str, tuple[Part, ...]] = {
    "image": (("io.image", {"channels": 4, "height": 8, "width": 9}),),
    "tile": (("io.image", {"channels": 4, "height": 8, "width": 8}),),
    "series": (("io.sequence", {"length": 6, "features": 8}),),
    "square": (("io.sequence", {"length": 8, "features": 8}),),
    "vector": (("io.vector", {"features": 8}),),
    "volume": (
        ("io.image", {"channels": 4, "height": 8, "width": 9}),
        ("nn.reshape", {"shape": (4, 3, 4, 6)}),
    ),
}
TOKENS: tuple[Part, ...] = (("io.tokens", {"length": 6, "vocabulary": 11}),)
SOURCES = {
    **FLOATS,
    "tokens": TOKENS,
    "marks": (("io.tokens", {"length": 6, "vocabulary": 2}),),
    "mask": (*TOKENS, "nn.padding_mask"),
}
ONLY = {"int": ("tokens", "marks"), "bool": ("mask",)}
"""What a port takes that does not take real numbers."""

Wiring = tuple[tuple[str, str], ...]
"""Port and source, for every port that is wired."""


def wirings(spec: BlockSpec) -> list[Wiring]:
    """Return the ways to feed the block: a source for all real numbers, with optional ports or
    without them.
    """
    found: list[Wiring] = []
    for source in (*FLOATS, "tokens"):
        for filled in (False, True):
            ports = [port for port in spec.inputs if filled or not port.optional]
            kinds = [ONLY.get(port.dtype or "", (source,)) for port in ports]
            names = [port.name for port in ports]
            found += [tuple(zip(names, chosen, strict=True)) for chosen in product(*kinds)]
    return list(dict.fromkeys(found))


def drawn(spec: BlockSpec, wiring: Wiring, **params: Value) -> Experiment:
    """Return the smallest drawing with the block in it, wired to its sources."""
    net = Drawing("Smallest")
    block = net.place(spec.id, title="it", **params)
    many = {port.name for port in spec.inputs if port.many}
    for port, source in wiring:
        for slot in range(2 if port in many else 1):
            ending = f"{port}.{slot}" if port in many else port
            net.wire(net.chain(*SOURCES[source]), f"{block}.{ending}")
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
    for wiring in wirings(spec):
        for params in settings(spec):
            experiment = drawn(spec, wiring, **params)
            checked = sound(experiment)
            if checked is not None:
                yield experiment, checked


def values(given: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Return what a network gives, one value or several."""
    return given if isinstance(given, tuple) else (given,)


def test_the_first_blocks_are_there() -> None:
    assert {"nn.linear", "nn.conv2d", "nn.lstm", "nn.self_attention"} <= CATALOG.blocks.keys()


@pytest.mark.parametrize("spec", LAYERS, ids=lambda spec: spec.id)
def test_default_parameters_do_not_fail(spec: BlockSpec) -> None:
    assert any(sound(drawn(spec, wiring)) for wiring in wirings(spec))


@pytest.mark.parametrize("spec", LAYERS, ids=lambda spec: spec.id)
def test_a_block_gives_the_promised_shape(spec: BlockSpec) -> None:
    for experiment, checked in drawings(spec):
        module = built(compile_network(experiment, CATALOG, checked))

        given = values(module(*arguments(experiment, checked)))

        assert len(given) == len(spec.outputs)
        for port, y in zip(spec.outputs, given, strict=True):
            promised = checked.shape_at(End("it", port.name))
            assert promised is not None
            assert tuple(y.shape) == sizes(promised), experiment.graph.nodes["it"].params
            assert str(y.dtype).startswith(f"torch.{promised.dtype}")
            assert promised.limit is None or 0 <= int(y.min()) <= int(y.max()) < promised.limit


@pytest.mark.parametrize("spec", LAYERS, ids=lambda spec: spec.id)
def test_a_block_has_the_promised_weights(spec: BlockSpec) -> None:
    for experiment, checked in drawings(spec):
        module = built(compile_network(experiment, CATALOG, checked))
        inferred = checked.blocks["it"].inferred
        assert inferred is not None

        names = {
            name.partition(".")[2]: value
            for name, value in module.named_parameters()
            if value.requires_grad
        }

        assert {name: tuple(value.shape) for name, value in names.items()} == inferred.weights
        assert checked.parameters == sum(value.numel() for value in names.values())


@pytest.mark.parametrize("spec", LAYERS, ids=lambda spec: spec.id)
def test_the_gradient_reaches_every_weight(spec: BlockSpec) -> None:
    for experiment, checked in drawings(spec):
        module = built(compile_network(experiment, CATALOG, checked))

        given = values(module(*arguments(experiment, checked)))
        learned = [(y * torch.randn_like(y)).sum() for y in given if y.requires_grad]
        if learned:
            torch.stack(learned).sum().backward()

        trainable = [weight for weight in module.parameters() if weight.requires_grad]
        assert all(weight.grad is not None for weight in trainable)


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

    torch.manual_seed(0)
    given = values(tapped.eval()(*inputs))
    torch.manual_seed(0)
    plain = values(module(*inputs))

    assert all(torch.equal(y, wanted) for y, wanted in zip(given, plain, strict=True))
    assert told.keys() == checked.blocks.keys()
    assert told["it"] is given[0]


@pytest.mark.parametrize("spec", LAYERS, ids=lambda spec: spec.id)
def test_a_block_draws_its_chance_from_torch_s_generator(spec: BlockSpec) -> None:
    experiment, checked = next(drawings(spec))
    module, inputs = (
        built(compile_network(experiment, CATALOG, checked)),
        arguments(experiment, checked),
    )

    torch.manual_seed(1)
    once = values(module.train()(*inputs))
    torch.manual_seed(1)
    again = values(module(*inputs))

    assert all(torch.equal(one, other) for one, other in zip(once, again, strict=True))


TARGETS: list[dict[str, Value]] = [
    {"form": "class", "classes": 8},
    {"form": "class", "classes": 2},
    {"form": "value", "width": 8},
    {"form": "value", "width": 1},
    {"form": "tokens", "classes": 8, "length": 8},
    {"form": "tokens", "classes": 8, "length": 6},
]
BEFORE = {"probabilities": "nn.sigmoid", "log_probs": "nn.log_softmax"}
"""What such a port of a loss expects behind the last linear layer."""


def compared(spec: BlockSpec) -> Iterator[tuple[Experiment, Checked]]:
    """Yield the loss behind linear layers, with all its settings, for all targets it takes."""
    needs_target = any(port.name == "target" for port in spec.inputs)
    for target in TARGETS if needs_target else TARGETS[:1]:
        for source, width in (("vector", 8), ("vector", 1), ("series", 8), ("number", 1)):
            for params in settings(spec):
                net = Drawing()
                loss = net.place(spec.id, title="it", **params)
                for port in (port for port in spec.inputs if not port.optional):
                    if port.name == "target":
                        net.wire(net.place("io.target", **target), f"{loss}.target")
                    else:
                        net.wire(_answer(net, source, width, port.name), f"{loss}.{port.name}")
                experiment = net.experiment()
                checked = sound(experiment)
                if checked is not None:
                    yield experiment, checked


def _answer(net: Drawing, source: str, width: int, port: str) -> str:
    parts = SOURCES["vector" if source == "number" else source]
    last = net.chain(*parts, ("nn.linear", {"out_features": width}))
    if source == "number":
        return f"{net.chain('nn.vector_quantize', after=last)}.loss"
    return net.chain(BEFORE[port], after=last) if port in BEFORE else last


@pytest.mark.parametrize("spec", LOSSES, ids=lambda spec: spec.id)
def test_a_loss_gives_one_number_for_every_target_it_takes(spec: BlockSpec) -> None:
    taken = 0
    for experiment, checked in compared(spec):
        taken += 1
        program = compile_network(experiment, CATALOG, checked)
        module = built(program)
        # between 0 and 1, as probabilities are and other targets may be
        wanted = [
            target.abs() / (1 + target.abs()) if target.is_floating_point() else target
            for target in arguments(experiment, checked, role="target")
        ]

        given = values(module(*arguments(experiment, checked)))
        names = (*program.outputs, *(target.name for target in program.targets))
        by_name = dict(zip(names, (*given, *wanted), strict=True))
        late = [by_name[name] for name in program.loss_arguments]
        losses, metrics = module.losses(*late), module.metrics(*late)
        losses["it"].backward()

        assert list(losses) == ["it"]
        assert losses["it"].shape == ()
        assert losses["it"].isfinite()
        assert set(metrics) <= {metric.name for metric in spec.metrics}
        assert all(metric.shape == () and metric.isfinite() for metric in metrics.values())
        assert any(weight.grad is not None for weight in module.parameters())

    assert taken


def test_reserved_names_are_those_of_every_module() -> None:
    public = {name for name in dir(nn.Module) if not name.startswith("_")}

    assert public <= MODULE_NAMES
