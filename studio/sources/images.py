"""Pictures of ten classes: scikit-learn's digits, MNIST and Fashion-MNIST."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from studio.api import Column, Params, Source
from studio.resources import resource

from ._drawn import as_digits, as_mnist

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Arrays = dict[str, NDArray[np.generic]]

_DIGITS = tuple("0123456789")
_CLOTHES = (
    "T-shirt/top",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)


def load_digits(params: Mapping[str, object]) -> "Arrays":
    """Return 1,797 digits of 8×8 pixels, and what they show."""
    from sklearn import datasets

    bunch = datasets.load_digits()
    return _as_columns(bunch.images, bunch.target, white=16)


def load_mnist(params: Mapping[str, object]) -> "Arrays":
    """Return 5,000 digits of 28×28 pixels, and what they show."""
    import numpy as np

    with np.load(resource("data/mnist_5k.npz"), allow_pickle=False) as file:
        return _as_columns(file["images"], file["labels"], white=255)


def load_fashion_mnist(params: Mapping[str, object]) -> "Arrays":
    """Return 12,000 pieces of clothing of 28×28 pixels, of which 2,000 are the official test."""
    import numpy as np

    with np.load(resource("data/fashion_mnist_12k.npz"), allow_pickle=False) as file:
        parts = [(file[f"{part}_images"], file[f"{part}_labels"]) for part in ("train", "test")]
    images, labels = (np.concatenate(pieces) for pieces in zip(*parts, strict=True))
    test = np.arange(len(labels)) >= len(parts[0][1])
    return {**_as_columns(images, labels, white=255), "test": test}


def _as_columns(
    images: "NDArray[np.generic]", labels: "NDArray[np.generic]", *, white: int
) -> "Arrays":
    """Return pictures as samples × 1 × height × width from 0 (black) to 1 (white)."""
    import numpy as np

    return {
        "image": (images.astype(np.float32) / np.float32(white))[:, np.newaxis],
        "class": labels.astype(np.int64),
    }


def _digit_columns(params: Params) -> tuple[Column, ...]:
    return _columns(8, _DIGITS)


def _mnist_columns(params: Params) -> tuple[Column, ...]:
    return _columns(28, _DIGITS)


def _clothes_columns(params: Params) -> tuple[Column, ...]:
    return _columns(28, _CLOTHES)


def _columns(side: int, labels: tuple[str, ...]) -> tuple[Column, ...]:
    return (
        Column("image", "input", (1, side, side)),
        Column("class", "target", (), "int", len(labels), labels),
    )


DIGITS = Source(
    id="digits",
    title="Digits, 8×8",
    load="studio.sources.images:load_digits",
    columns=_digit_columns,
    stratify="class",
    drawn=as_digits,
    help="1,797 handwritten digits in 8×8 grey pixels, shipped with scikit-learn",
    licence="CC BY 4.0",
    citation="Alpaydin, Kaynak: Optical Recognition of Handwritten Digits, UCI Machine Learning "
    "Repository, 1998",
)

MNIST = Source(
    id="mnist",
    title="MNIST, 5,000 digits",
    load="studio.sources.images:load_mnist",
    columns=_mnist_columns,
    stratify="class",
    drawn=as_mnist,
    help="5,000 handwritten digits in 28×28 grey pixels, 500 of each",
    licence="CC BY-SA 3.0",
    citation="LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning Applied to Document "
    "Recognition, Proceedings of the IEEE, 1998",
)

FASHION_MNIST = Source(
    id="fashion_mnist",
    title="Fashion-MNIST, 12,000 clothes",
    load="studio.sources.images:load_fashion_mnist",
    columns=_clothes_columns,
    stratify="class",
    help="12,000 pictures of clothes in 28×28 grey pixels; 2,000 of the official test part are "
    "always the test part here",
    licence="MIT",
    citation="Xiao, Rasul, Vollgraf: Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine "
    "Learning Algorithms, 2017, arXiv:1708.07747",
)
