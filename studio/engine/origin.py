"""Origin: the first weights of a run taken from a checkpoint, as far as names and shapes fit."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from studio.core.errors import FileError
from studio.runs.events import Began
from studio.runs.spec import Origin

_MODEL = "session/model/"


def adopt(module: nn.Module, origin: Origin) -> Began:
    """Copy what fits into the module and tell which did.

    Raises:
        FileError: the file cannot be read.
    """
    theirs = weights_in(Path(origin.checkpoint))
    ours = {name: _renamed(name, origin.names) for name in theirs}
    given = {ours[name]: value for name, value in theirs.items() if ours[name]}
    own = module.state_dict()
    fitting = [name for name, value in own.items() if _fits(value, given.get(name))]
    with torch.no_grad():
        for name in fitting:
            own[name].copy_(given[name])
    return Began(
        run=origin.run,
        step=origin.step,
        kept=tuple(fitting),
        reshaped=tuple(name for name in own if name in given and name not in fitting),
        new=tuple(name for name in own if name not in given),
        gone=tuple(ours[name] or name for name in theirs if ours[name] not in own),
    )


def weights_in(path: Path) -> dict[str, Tensor]:
    """Return the weights in a checkpoint, or in a file of weights alone.

    Raises:
        FileError: the file cannot be read.
    """
    try:
        with safe_open(path, framework="pt") as file:
            names = list(file.keys())
            inner = [name for name in names if name.startswith(_MODEL)]
            return {name.removeprefix(_MODEL): file.get_tensor(name) for name in inner or names}
    except (SafetensorError, OSError) as error:
        raise FileError(f"{path}: the weights cannot be read: {error}") from None


def _renamed(name: str, names: Mapping[str, str]) -> str:
    """Return what a weight is called here, by the longest attribute that is; empty for nothing."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        ours = names.get(".".join(parts[:end]))
        if ours is not None:
            return ".".join((ours, *parts[end:])) if ours else ""
    return name


def _fits(own: Tensor, given: Tensor | None) -> bool:
    return given is not None and own.shape == given.shape
