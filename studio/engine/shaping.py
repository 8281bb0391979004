"""Shaping: torch is asked what a module makes of shapes, on tensors that have no numbers.

Every size that only the data decide is tried with two numbers: what follows it in the output
carries its name. A module that cannot do without numbers is run on small ones.
"""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from .build import tensors_in

LARGEST = 2**31
"""Numbers in what a module gives for one sample, at most."""

_DTYPES = {"float": torch.float32, "int": torch.int64, "bool": torch.bool}


def shapes(question: Mapping[str, Any]) -> dict[str, Any]:
    """Return the shapes of the outputs, the weights and the multiply–accumulates of a sample.

    ``code`` makes the class ``name``, which is made with ``arguments``; ``inputs`` are sizes, kind
    of number and limit by name.
    """
    kind = _kind(question)
    inputs = {name: tuple(given) for name, given in question["inputs"].items()}
    symbols = sorted({dim for given in inputs.values() for dim in given[0] if isinstance(dim, str)})
    first = dict(zip(symbols, count(2, 3), strict=False))
    second = {name: size + 1 for name, size in first.items()}
    given = question["arguments"]
    try:
        once, again = (_tried(kind, given, inputs, sizes, "meta") for sizes in (first, second))
    except (NotImplementedError, RuntimeError) as error:
        if "meta" not in str(error).lower():
            raise
        once, again = (_tried(kind, given, inputs, sizes, "cpu") for sizes in (first, second))
    return {**once, "outputs": _named(once["outputs"], again["outputs"], first, second)}


def _kind(question: Mapping[str, Any]) -> type[nn.Module]:
    names: dict[str, Any] = {"__name__": "<plug-in>"}
    exec(compile(question["code"], "<plug-in>", "exec"), names)  # noqa: S102 - it is trusted
    kind = names[question["name"]]
    if not (isinstance(kind, type) and issubclass(kind, nn.Module)):
        raise TypeError(f"expected {question['name']} to be an nn.Module")
    return kind


def _tried(
    kind: type[nn.Module],
    arguments: Mapping[str, Any],
    inputs: Mapping[str, Any],
    sizes: Mapping[str, int],
    device: str,
) -> dict[str, Any]:
    given = {name: tuple(v) if isinstance(v, list) else v for name, v in arguments.items()}
    with torch.device(device), torch.no_grad():
        module = kind(**given).eval()
        values = [_value(tuple(value), sizes, device) for value in inputs.values()]
        with FlopCounterMode(display=False) as counter:
            found = list(tensors_in(module(**dict(zip(inputs, values, strict=True)))))
    batch = sizes.get("B", 1)
    return {
        "outputs": [[list(y.shape), _number(y)] for y in found],
        "weights": dict(_weights(module)),
        "macs": counter.get_total_flops() // 2 // batch,
    }


def _value(given: tuple[Any, ...], sizes: Mapping[str, int], device: str) -> Tensor:
    dims, number, limit = given
    shape = [sizes[dim] if isinstance(dim, str) else dim for dim in dims]
    if device == "cpu" and number == "float":
        return torch.rand(shape)
    if device == "cpu" and number == "int":
        return torch.randint(0, limit or 2, shape)
    return torch.zeros(shape, dtype=_DTYPES[number], device=device)


def _weights(module: nn.Module) -> Iterator[tuple[str, list[int]]]:
    for name, weight in module.named_parameters():
        if weight.requires_grad:
            yield name, list(weight.shape)


def _number(y: Tensor) -> str:
    if y.is_floating_point():
        return "float"
    return "bool" if y.dtype == torch.bool else "int"


def _named(
    once: list[Any], again: list[Any], first: Mapping[str, int], second: Mapping[str, int]
) -> list[Any]:
    """Return the shapes with names for the sizes that followed the data's."""
    if [len(dims) for dims, _ in once] != [len(dims) for dims, _ in again]:
        raise ValueError("what it gives has another number of axes for another batch")
    found = []
    for (dims, number), (others, _) in zip(once, again, strict=True):
        named = [_dim(*pair, first, second) for pair in zip(dims, others, strict=True)]
        told = torch.Size(dims).numel() // first.get("B", 1)
        if told > LARGEST:
            raise ValueError(f"it gives {told:,} numbers for each sample, more than any device has")
        found.append([named, number])
    return found


def _dim(once: int, again: int, first: Mapping[str, int], second: Mapping[str, int]) -> int | str:
    if once == again:
        return once
    for name in first:
        if (once, again) == (first[name], second[name]):
            return name
    raise ValueError("the sizes of what it gives are computed from the size of the batch")
