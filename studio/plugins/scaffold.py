"""Scaffold: a plug-in that works, to begin with: a block, its README and its test."""

import re
from pathlib import Path

from studio.api import API_VERSION, FileError
from studio.core.fileio import write_whole
from studio.core.text import class_name

from .manifest import MANIFEST, RESERVED

_MANIFEST = """\
[plugin]
id = "{id}"
title = "{title}"
version = "0.1.0"
api = {api}
summary = "A linear layer whose outputs are squashed softly"
licence = "MIT"

[contributes]
blocks = ["layers.py"]

# What the code cannot say of a block. All of it may be left out.
[blocks.{name}]
family = "Linear"
formula = "y = tanh(x·Wᵀ + b) · scale"
synonyms = ["squash"]

[blocks.{name}.params.scale]
low = 0.01
high = 100.0
"""

_LAYERS = '''\
"""The block of this plug-in: an ordinary module of PyTorch."""

import torch
from torch import Tensor, nn


class {name}(nn.Module):
    """Every output is a weighted sum of all inputs, squashed to lie within the scale.

    Args:
        out_features: Number of outputs
        scale: The largest output, up and down
    """

    def __init__(self, in_features: int, out_features: int = 32, scale: float = 1.0) -> None:
        super().__init__()
        self.linear = nn.Linear(in_features, out_features)
        self.scale = scale

    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(self.linear(x)) * self.scale
'''

_TEST = '''\
"""What {title} promises. Run it with: pytest {folder}"""

import importlib.util
from pathlib import Path

import torch

FILE = Path(__file__).with_name("layers.py")


def made(*sizes, **options):
    spec = importlib.util.spec_from_file_location("{module}_layers", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.{name}(*sizes, **options)


def test_outputs_stay_within_the_scale():
    y = made(4, 3, scale=2.0)(torch.randn(50, 4) * 100)

    assert y.shape == (50, 3)
    assert y.abs().max() <= 2.0
'''

_README = """\
# {title}

A linear layer whose outputs are squashed softly, as a first plug-in for Netwright.

- Check it: `netwright plugins check {folder}`
- Install it: `netwright plugins install {folder}`, then choose **Trust** in **Help › Plug-ins…**
- Change it: with **Trust as author** the window reads it anew whenever a file is saved
"""


def write_new(name: str, parent: Path) -> Path:
    """Write a new plug-in into a folder of its name, and return that.

    Raises:
        FileError: the name cannot be one, or the folder is there already.
    """
    id_ = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if not id_ or not id_[0].isalpha() or id_ in RESERVED or len(id_) > 40:
        raise FileError(
            f"{name}: expected a name that begins with a letter and that the program does not use "
            "itself, such as my-layers"
        )
    folder = parent / id_
    if folder.exists():
        raise FileError(f"{folder} exists already; choose another name, or delete it")
    words = {
        "id": id_,
        "module": id_.replace("-", "_"),
        "title": id_.replace("-", " ").capitalize(),
        "name": class_name(id_.replace("-", " ").title()),
        "api": API_VERSION,
        "folder": folder,
    }
    files = {
        MANIFEST: _MANIFEST,
        "layers.py": _LAYERS,
        f"test_{words['module']}.py": _TEST,
        "README.md": _README,
    }
    for file, text in files.items():
        write_whole(folder / file, text.format(**words).encode())
    return folder
