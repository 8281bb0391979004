"""Packing: a nested state as tensors by name and one JSON text, and back; never a pickle.

A state is made of dictionaries with text as keys, lists, tensors and plain values. What is a tensor
goes into a safetensors file under its place (``objectives/0/state/3/exp_avg``); everything else,
with a mark where each tensor stood, into the JSON.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from torch import Tensor

State: TypeAlias = (
    "Tensor | Mapping[str, State] | Sequence[State] | str | float | int | bool | None"
)

_TENSOR = "tensor:"
_NUMBER = "number:"
_NAMED = ("inf", "-inf", "nan")


def pack(state: State) -> tuple[dict[str, Tensor], str]:
    """Return the tensors of a state by place, on the CPU and apart, and the rest as JSON."""
    tensors: dict[str, Tensor] = {}
    rest = _without_tensors(state, "", tensors)
    return tensors, json.dumps(rest, allow_nan=False)


def unpack(tensors: Mapping[str, Tensor], text: str) -> State:
    """Return the state that was packed; sequences come back as lists.

    Raises:
        KeyError: a tensor is missing.
        ValueError: the text is no JSON.
    """
    return _with_tensors(json.loads(text), tensors)


def _without_tensors(value: State, place: str, tensors: dict[str, Tensor]) -> object:
    if isinstance(value, Tensor):
        # A copy of its own: what shares memory here may not share it in the file.
        tensors[place] = value.detach().to("cpu", copy=True).contiguous()
        return _TENSOR + place
    if isinstance(value, Mapping):
        return {
            name: _without_tensors(part, f"{place}/{name}" if place else name, tensors)
            for name, part in value.items()
        }
    if isinstance(value, float) and str(value) in _NAMED:
        return _NUMBER + str(value)
    if isinstance(value, str) or not isinstance(value, Sequence):
        return value
    return [_without_tensors(part, f"{place}/{at}", tensors) for at, part in enumerate(value)]


def _with_tensors(value: object, tensors: Mapping[str, Tensor]) -> State:
    match value:
        case dict():
            return {name: _with_tensors(part, tensors) for name, part in value.items()}
        case list():
            return [_with_tensors(part, tensors) for part in value]
        case str() if value.startswith(_TENSOR):
            return tensors[value.removeprefix(_TENSOR)]
        case str() if value.startswith(_NUMBER):
            return float(value.removeprefix(_NUMBER))
        case str() | float() | int() | None:
            return value
    raise ValueError(f"expected a state, received {type(value).__name__}")
