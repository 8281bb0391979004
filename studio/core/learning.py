"""Learning: how the weights of one block begin, and how fast they change; for all kinds alike."""

import json
from collections.abc import Collection, Mapping

from .params import Param, Params, Value, complete

AS_TORCH = "as PyTorch does"
FROM_FILE = "from a file"

WEIGHTS: tuple[Param, ...] = (
    Param(
        "initial",
        AS_TORCH,
        choices=(
            AS_TORCH,
            "uniform",
            "normal",
            "Xavier uniform",
            "Xavier normal",
            "He uniform",
            "He normal",
            "orthogonal",
            "zeros",
            "ones",
            FROM_FILE,
        ),
        title="first weights",
        help="What matrices and kernels are drawn from. Xavier keeps the variance through layers "
        "with tanh or none, variance 2 / (inputs + outputs); He through ReLU, variance 2 / inputs; "
        "biases and norms begin as PyTorch does",
    ),
    Param(
        "spread",
        0.02,
        low=0.0,
        high=100.0,
        log=True,
        help="Of uniform first weights the largest, of normal ones the standard deviation",
    ),
    Param(
        "gain",
        1.0,
        low=0.0,
        high=100.0,
        help="What Xavier and orthogonal first weights are multiplied with: 1 before a sigmoid or "
        "nothing, 5/3 before tanh, √2 before ReLU",
    ),
    Param(
        "file",
        "",
        help="Full name of a file of the first weights: .npy, .safetensors, or text with a word "
        "and its numbers on each line, as GloVe writes vectors. Its rows must be those of the "
        "weight in their order: for an Embedding one for each token",
    ),
    Param(
        "rate",
        1.0,
        low=0.0,
        high=1000.0,
        log=True,
        title="learning rate ×",
        help="What the learning rate is multiplied with for this block; 0 leaves its weights as "
        "they are",
    ),
)
"""What may be set on a block with weights beside its parameters."""

_SOURCES = {
    "uniform": "nn.init.uniform_({weight}, -{spread}, {spread})",
    "normal": "nn.init.normal_({weight}, std={spread})",
    "Xavier uniform": "nn.init.xavier_uniform_({weight}, gain={gain})",
    "Xavier normal": "nn.init.xavier_normal_({weight}, gain={gain})",
    "He uniform": 'nn.init.kaiming_uniform_({weight}, nonlinearity="relu")',
    "He normal": 'nn.init.kaiming_normal_({weight}, nonlinearity="relu")',
    "orthogonal": "nn.init.orthogonal_({weight}, gain={gain})",
    "zeros": "nn.init.zeros_({weight})",
    "ones": "nn.init.ones_({weight})",
    FROM_FILE: "set_from_file({weight}, {file})",
}


def settable(
    tensors: Collection[tuple[int, ...]], settings: Mapping[str, Value]
) -> tuple[Param, ...]:
    """Return what makes a difference for weights of these sizes: nothing where there are none."""
    if not tensors:
        return ()
    drawn = any(len(sizes) > 1 for sizes in tensors)
    source = _SOURCES.get(Params(complete(WEIGHTS, settings)).text("initial"), "")
    shown = {"rate", *(("initial",) if drawn else ())}
    shown |= {name for name in ("spread", "gain", "file") if drawn and f"{{{name}}}" in source}
    return tuple(param for param in WEIGHTS if param.name in shown)


def rate_of(settings: Mapping[str, Value]) -> float:
    """Return what the learning rate of a block's weights is multiplied with."""
    return Params(complete(WEIGHTS, settings)).real("rate")


def first_weights(settings: Mapping[str, Value], weight: str) -> str:
    """Return the statement that draws a tensor anew; empty where it begins as PyTorch does."""
    values = Params(complete(WEIGHTS, settings))
    source = _SOURCES.get(values.text("initial"), "")
    gain, spread = values.real("gain"), values.real("spread")
    source = source.replace(", gain={gain}", "") if gain == 1.0 else source
    file = json.dumps(values.text("file"), ensure_ascii=False)
    return source.format(weight=weight, spread=repr(spread), gain=repr(gain), file=file)


def reads_file(settings: Mapping[str, Value]) -> bool:
    """Tell whether the first weights come from a file."""
    return settings.get("initial") == FROM_FILE


def without_file(settings: Mapping[str, Value]) -> dict[str, Value]:
    """Return the settings of a block whose weights are all there, so that no file is needed."""
    left_out = {"initial", "file"} if reads_file(settings) else set()
    return {name: value for name, value in settings.items() if name not in left_out}


def within(outer: Mapping[str, Value], inner: Mapping[str, Value]) -> dict[str, Value]:
    """Return the settings of a block that stood in an instance and now stands in its place."""
    rate = rate_of(outer) * rate_of(inner)
    rest = {name: value for name, value in inner.items() if name != "rate"}
    return rest if rate == 1.0 else {**rest, "rate": rate}
