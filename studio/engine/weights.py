"""Weights as files: safetensors, which hold numbers and nothing that could be executed."""

from collections.abc import Mapping
from pathlib import Path

from safetensors.torch import load_file, save
from torch import Tensor

from studio.core.errors import FileError
from studio.core.fileio import write_whole
from studio.runs.store import WEIGHTS


def save_weights(weights: Mapping[str, Tensor], folder: str) -> str:
    """Write the weights into a run's folder, whole or not at all.

    Returns:
        A sentence when they could not be written, else nothing.
    """
    # Blocks that share a weight would share memory, which the format refuses: each has its copy.
    separate = {name: value.clone() for name, value in weights.items()}
    try:
        write_whole(Path(folder) / WEIGHTS, save(separate))
    except FileError as error:
        return f"The weights could not be kept. {error}"
    return ""


def load_weights(path: Path) -> dict[str, Tensor]:
    """Return the weights of a file.

    Raises:
        FileError: there are none, or the file is broken.
    """
    try:
        return dict(load_file(path))
    except Exception as error:
        raise FileError(f"{path}: the weights cannot be read: {error}") from error
