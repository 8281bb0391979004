"""Drawings: the smallest experiments with a block in them, behind every kind of value it may
take.
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import TypeAlias

from studio.api import (
    BlockSpec,
    Catalog,
    Checked,
    Experiment,
    GraphError,
    Param,
    ParamError,
    Port,
    Value,
    check,
)
from studio.core.sketch import Part, Sketch, Spot

BLOCK = "it"
"""The id of the block that is looked at."""

_SOURCES: dict[str, tuple[Part, ...]] = {
    "vector": (("io.vector", {"features": 8}),),
    "series": (("io.sequence", {"length": 6, "features": 8}),),
    "image": (("io.image", {"channels": 4, "height": 8, "width": 8}),),
    "square": (("io.sequence", {"length": 8, "features": 8}),),
    "volume": (
        ("io.image", {"channels": 4, "height": 8, "width": 9}),
        ("nn.reshape", {"shape": (4, 3, 4, 6)}),
    ),
    "tokens": (("io.tokens", {"length": 6, "vocabulary": 11}),),
    "marks": (("io.tokens", {"length": 6, "vocabulary": 2}),),
    "mask": (("io.tokens", {"length": 6, "vocabulary": 11}), "nn.padding_mask"),
}
_FLOATS = ("vector", "series", "image", "square", "volume", "tokens")
_ONLY = {"int": ("tokens", "marks"), "bool": ("mask",)}
"""What a port takes that does not take real numbers."""
_ANSWERS = (("vector", 8), ("vector", 1), ("series", 8), ("number", 1))
"""What a loss may stand behind, and its width."""
_BEFORE = {"probabilities": "nn.sigmoid", "log_probs": "nn.log_softmax"}
_TARGETS: tuple[dict[str, Value], ...] = (
    {"form": "class", "classes": 8},
    {"form": "class", "classes": 2},
    {"form": "value", "width": 8},
    {"form": "value", "width": 1},
    {"form": "tokens", "classes": 8, "length": 8},
    {"form": "tokens", "classes": 8, "length": 6},
)


def drawings(spec: BlockSpec, catalog: Catalog) -> Iterator[tuple[Experiment, Checked]]:
    """Yield drawings without an error, with defaults first and then with other values.

    What the block does not take is left out, so that there may be none.
    """
    for params in ({}, *_settings(spec)):
        for experiment in _drawn(spec, catalog, params):
            checked = check(experiment, catalog)
            if not checked.errors:
                yield experiment, checked


def first_problem(spec: BlockSpec, catalog: Catalog) -> str:
    """Return what is wrong with the first drawing that can be made of the block."""
    for experiment in _drawn(spec, catalog, {}):
        problems = check(experiment, catalog).blocks[BLOCK].problems
        if problems:
            return problems[0].message
    return "it fits no kind of input"


def _drawn(spec: BlockSpec, catalog: Catalog, params: dict[str, Value]) -> Iterator[Experiment]:
    ways = _losses(spec) if spec.role == "loss" else _layers(spec)
    for feed in ways:
        sketch = Sketch("Smallest", catalog)
        try:
            it = sketch.place(spec.id, (), params, BLOCK)
            feed(sketch, it)
        except (GraphError, ParamError):
            continue
        yield sketch.experiment()


Feed: TypeAlias = Callable[[Sketch, Spot], None]


def _layers(spec: BlockSpec) -> Iterator[Feed]:
    """Yield ways to feed a layer: a source for all real numbers, with optional ports or without."""
    seen: set[tuple[tuple[str, str], ...]] = set()
    for source, filled in product(_FLOATS, (False, True)):
        ports = [port for port in spec.inputs if filled or not port.optional]
        kinds = [_ONLY.get(port.dtype or "", (source,)) for port in ports]
        for chosen in product(*kinds):
            wiring = tuple(zip(map(_end, ports), chosen, strict=True))
            if wiring not in seen:
                seen.add(wiring)
                yield partial(_feed_layer, wiring)


def _feed_layer(wiring: tuple[tuple[str, str], ...], sketch: Sketch, it: Spot) -> None:
    for end, source in wiring:
        sketch.wire(_source(sketch, source), it[end])


def _losses(spec: BlockSpec) -> Iterator[Feed]:
    needs_target = any(port.name == "target" for port in spec.inputs)
    for target in _TARGETS if needs_target else _TARGETS[:1]:
        for source, width in _ANSWERS:
            yield partial(_feed_loss, spec, (source, width), target)


def _feed_loss(
    spec: BlockSpec, answer: tuple[str, int], target: dict[str, Value], sketch: Sketch, it: Spot
) -> None:
    last = len(spec.inputs) > 1 and spec.inputs[-1].name
    named = any(port.name == "target" for port in spec.inputs)
    for port in spec.inputs:
        wanted = port.name == "target" or (not named and port.name == last and port.dtype == "int")
        if port.optional:
            continue
        if wanted:
            end = sketch.place("io.target", (), target)
        else:
            end = _answer(sketch, *answer, port.name)
        sketch.wire(end, it[port.name])


def _answer(sketch: Sketch, source: str, width: int, port: str) -> Spot:
    before = _source(sketch, "vector" if source == "number" else source)
    last = sketch.place("nn.linear", (before,), {"out_features": width})
    if source == "number":
        return sketch.add("nn.vector_quantize", last)["loss"]
    return sketch.add(_BEFORE[port], last) if port in _BEFORE else last


def _source(sketch: Sketch, source: str) -> Spot:
    first, *rest = _SOURCES[source]
    kind, params = first if isinstance(first, tuple) else (first, {})
    return sketch.chain(sketch.place(kind, (), params), *rest)


def _end(port: Port) -> str:
    return f"{port.name}.0" if port.many else port.name


def _settings(spec: BlockSpec) -> Iterator[dict[str, Value]]:
    for param in spec.params:
        for value in _others(param):
            try:
                yield {param.name: param.fit(value)}
            except ParamError:
                continue


def _others(param: Param) -> Iterator[Value]:
    """Yield another value than the default."""
    match param.default:
        case bool():
            yield not param.default
        case str():
            yield from (choice for choice in param.choices if choice != param.default)
        case int():
            yield param.default + 1
        case float():
            yield param.default / 2 or 0.25
        case tuple():
            yield tuple(size + 1 for size in param.default)
