"""Drawings: the smallest experiments with a block in them, behind every kind of value it may
take.
"""

from collections.abc import Iterator
from itertools import product

from studio.api import (
    BlockSpec,
    Catalog,
    Checked,
    Experiment,
    GraphError,
    Param,
    ParamError,
    Value,
    check,
)
from studio.core.sketch import Part, Sketch, Spot

BLOCK = "it"
"""The id of the block that is looked at."""

_FLOATS: dict[str, tuple[Part, ...]] = {
    "vector": (("io.vector", {"features": 8}),),
    "series": (("io.sequence", {"length": 6, "features": 8}),),
    "image": (("io.image", {"channels": 4, "height": 8, "width": 8}),),
    "square": (("io.sequence", {"length": 8, "features": 8}),),
}
_TOKENS: tuple[Part, ...] = (("io.tokens", {"length": 6, "vocabulary": 11}),)
_TARGETS: tuple[dict[str, Value], ...] = (
    {"form": "class", "classes": 8},
    {"form": "value", "width": 8},
    {"form": "value", "width": 1},
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
    if spec.role == "loss":
        sources: tuple[str, ...] = ("vector", "series")
        targets: tuple[dict[str, Value] | None, ...] = _TARGETS
    else:
        sources, targets = (*_FLOATS, "tokens"), (None,)
    for source, target in product(sources, targets):
        for filled in (False, True):
            sketch = Sketch("Smallest", catalog)
            try:
                it = sketch.place(spec.id, (), params, BLOCK)
                _feed(sketch, spec, it, source, target, filled=filled)
            except (GraphError, ParamError):
                continue
            yield sketch.experiment()


def _feed(
    sketch: Sketch,
    spec: BlockSpec,
    it: Spot,
    source: str,
    target: dict[str, Value] | None,
    *,
    filled: bool,
) -> None:
    for port in spec.inputs:
        if port.optional and not filled:
            continue
        if target is not None and port is not spec.inputs[0]:
            end = sketch.place("io.target", (), target)
        else:
            end = _source(sketch, source, port.dtype or "")
            if target is not None:  # something has to be learnt
                end = sketch.add("nn.linear", end, out_features=8)
        sketch.wire(end, it[port.name])


def _source(sketch: Sketch, source: str, dtype: str) -> Spot:
    parts = _FLOATS.get(source, _TOKENS)
    if dtype == "int":
        parts = _TOKENS
    elif dtype == "bool":
        parts = (*_TOKENS, "nn.padding_mask")
    first, *rest = parts
    kind, params = first if isinstance(first, tuple) else (first, {})
    return sketch.chain(sketch.place(kind, (), params), *rest)


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
