"""Picture sets of torchvision, which downloads them into a folder when they are first loaded."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.api import Column, Param, Params, Source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TEN = tuple("0123456789")
_CIFAR = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
_FASHION = (
    "T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot",
)  # fmt: skip
SETS: Mapping[str, tuple[str, tuple[int, int, int], tuple[str, ...]]] = {
    "CIFAR-10": ("CIFAR10", (3, 32, 32), _CIFAR),
    "Fashion-MNIST": ("FashionMNIST", (1, 28, 28), _FASHION),
    "Kuzushiji-MNIST": ("KMNIST", (1, 28, 28), _TEN),
    "MNIST": ("MNIST", (1, 28, 28), _TEN),
}
"""By title: torchvision's class, the shape of a picture, the classes."""


def load_vision(params: Mapping[str, Any]) -> "dict[str, NDArray[np.generic]]":
    """Return pictures with values in 0 … 1, their classes, and which are the official test part."""
    import numpy as np
    import torchvision

    kind, shape, _ = SETS[params["set"]]
    folder = str(Path(params["folder"]).expanduser())
    make = getattr(torchvision.datasets, kind)
    images, labels, tests = [], [], []
    for train in (True, False):
        part = make(folder, train=train, download=True)
        images.append(_pictures(part.data, shape))
        labels.append(np.asarray(part.targets, np.int64))
        tests.append(np.full(len(labels[-1]), not train))
    return {
        "image": np.concatenate(images),
        "class": np.concatenate(labels),
        "test": np.concatenate(tests),
    }


def _pictures(data: Any, shape: tuple[int, int, int]) -> "NDArray[np.float32]":
    """Return pictures channels first, from bytes with the channels last or without any."""
    import numpy as np

    pixels = np.asarray(data, np.float32) / 255.0
    if pixels.ndim == 3:
        return pixels[:, np.newaxis]
    return np.ascontiguousarray(pixels.transpose(0, 3, 1, 2).reshape(-1, *shape))


def _columns(params: Params) -> tuple[Column, ...]:
    _, shape, labels = SETS[params.text("set")]
    return (
        Column("image", "input", shape),
        Column("class", "target", (), "int", len(labels), labels),
    )


VISION = Source(
    id="datasets.torchvision",
    title="Torchvision pictures",
    load=f"{__name__}:load_vision",
    columns=_columns,
    params=(
        Param("set", "CIFAR-10", choices=tuple(SETS), help="Which set of pictures"),
        Param(
            "folder",
            "~/.cache/torchvision",
            help="Where the files lie, or are downloaded to when they are first loaded",
        ),
    ),
    stratify="class",
    help="Sets of pictures that torchvision downloads",
    licence="see each set's own page",
    citation="TorchVision maintainers: TorchVision, PyTorch's Computer Vision library, 2016",
)
