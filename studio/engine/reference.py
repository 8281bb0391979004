"""Weights of a reference implementation, read from its file and called as the drawing does.

A file never runs code: safetensors, or what ``torch.save`` wrote, read as numbers alone.
"""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor

from studio.compile.naming import Matched, Sizes, Taken, WeightMap, match
from studio.core.errors import FileError
from studio.runs.spec import Program

from .build import Network

_IN_FOLDERS = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
"""Where transformers keeps the weights of a model."""


class Converted(NamedTuple):
    """A safetensors file as bytes, how many weights are in it, and what should be said of them."""

    content: bytes
    weights: int
    notes: tuple[str, ...]


def weights_of(program: Program) -> dict[str, Sizes]:
    """Return the names and shapes of a program's weights and buffers, without their memory."""
    with torch.device("meta"):
        network = Network(program, "names")
    network.close()
    return {name: tuple(value.shape) for name, value in network.module.state_dict().items()}


def convert(path: Path, known: WeightMap, ours: Mapping[str, Sizes]) -> Converted:
    """Return a reference's weights under our names.

    Raises:
        FileError: the file cannot be read, or a weight is missing, unknown or of another shape;
            each is named.
    """
    files = _files(path)
    theirs = {name: sizes for file in files for name, sizes in _shapes(file).items()}
    matched = match(known, ours, theirs)
    refusal = matched.refusal()
    if refusal:
        hint = "\nSizes of the drawing are changed with --set and --config" if matched.wrong else ""
        raise FileError(
            f"{path.name} does not fit the drawing by the map {known.title}\n{refusal}{hint}"
        )
    numbers = {name: value for file in files for name, value in _numbers(file).items()}
    _expect_tied(path, matched, numbers)
    made = {taken.ours: _made(taken, numbers) for taken in matched.taken}
    # The format refuses weights that share memory, as those of a tied head may do.
    held: set[int] = set()
    for name, value in made.items():
        made[name] = value.clone() if value.untyped_storage().data_ptr() in held else value
        held.add(made[name].untyped_storage().data_ptr())
    return Converted(save(made), len(made), tuple(matched.notes))


def _made(taken: Taken, numbers: Mapping[str, Tensor]) -> Tensor:
    if not taken.theirs:
        return torch.zeros(taken.sizes, dtype=torch.int64)
    parts = [numbers[name] for name in taken.theirs]
    value = torch.cat(parts) if len(parts) > 1 else parts[0]
    if taken.how == "transpose":
        value = value.T
    if taken.how == "squeeze":
        value = value[0]
    return value.contiguous()


def _expect_tied(path: Path, matched: Matched, numbers: Mapping[str, Tensor]) -> None:
    for name, source in matched.tied.items():
        if not torch.equal(numbers[name], numbers[source]):
            raise FileError(
                f"{path.name}: expected {name} to hold the same numbers as {source}, because the "
                "drawing has one table for both; received others"
            )


def _files(path: Path) -> list[Path]:
    """Return the files that hold the weights: the one, or those that an index lists.

    Raises:
        FileError: a folder holds none, or the index cannot be read.
    """
    if path.is_dir():
        path = next((path / name for name in _IN_FOLDERS if (path / name).is_file()), path)
    if path.is_dir():
        raise FileError(f"{path}: expected one of {', '.join(_IN_FOLDERS)} in this folder")
    if path.suffix != ".json":
        return [path]
    try:
        listed = json.loads(path.read_bytes())["weight_map"].values()
        return [path.with_name(name) for name in sorted(set(listed))]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileError(f"{path}: expected an index of weight files: {error}") from None


def _shapes(path: Path) -> dict[str, Sizes]:
    if _is_saved_by_torch(path):
        return {name: tuple(value.shape) for name, value in _saved_by_torch(path).items()}
    try:
        with safe_open(path, "pt") as file:
            names = file.keys()
            return {name: tuple(file.get_slice(name).get_shape()) for name in names}
    except Exception as error:
        raise FileError(f"{path}: the weights cannot be read: {error}") from error


def _numbers(path: Path) -> dict[str, Tensor]:
    if _is_saved_by_torch(path):
        return _saved_by_torch(path)
    with safe_open(path, "pt") as file:
        names = file.keys()
        return {name: file.get_tensor(name) for name in names}


def _is_saved_by_torch(path: Path) -> bool:
    return path.suffix in {".bin", ".pt", ".pth"}


def _saved_by_torch(path: Path) -> dict[str, Tensor]:
    """Return a state dict, or the one that lies in a file as ``state_dict`` or ``model``.

    Raises:
        FileError: the file holds something else.
    """
    try:
        held = torch.load(
            path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path)
        )
    except Exception as error:
        told = str(error).strip().partition("\n")[0]
        raise FileError(f"{path}: the weights cannot be read: {told}") from error
    for key in ("state_dict", "model"):
        if isinstance(held, Mapping) and isinstance(held.get(key), Mapping):
            held = held[key]
    if not isinstance(held, Mapping) or not all(isinstance(v, Tensor) for v in held.values()):
        raise FileError(f"{path}: expected a state dict, names with tensors, received other things")
    return dict(held)
