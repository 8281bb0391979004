"""Drawn digits brought into the form in which those of a set were made."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.float32]

MNIST_BOX, MNIST_SIDE = 20, 28
NIST_WIDTH, NIST_SIDE, BLOCK = 20, 32, 4
LEAST_INK, MOST_INK = 267, 356
"""Of the 1,024 pixels of a bitmap so many are on in the 8×8 digits, but for a tenth either way."""
NARROW = 0.4
"""Width to height below which a digit, a 1, is not widened to the full width."""


def as_mnist(drawing: "Picture") -> "Picture":
    """Return a drawing, height × width from 0 to 1, as 1×28×28: its box scaled into 20×20 with its
    proportions, its centre of mass in the middle.
    """
    import numpy as np

    found = np.zeros((1, MNIST_SIDE, MNIST_SIDE), np.float32)
    box = _boxed(drawing)
    if not box.size:
        return found
    scale = MNIST_BOX / max(box.shape)
    small = _resized(box, *(max(round(side * scale), 1) for side in box.shape))
    middle = _centre_of_mass(small)
    corner = [round(MNIST_SIDE / 2 - at) for at in middle]
    top, left = (
        min(max(at, 0), MNIST_SIDE - side) for at, side in zip(corner, small.shape, strict=True)
    )
    found[0, top : top + small.shape[0], left : left + small.shape[1]] = small
    return found


def as_digits(drawing: "Picture") -> "Picture":
    """Return a drawing, height × width from 0 to 1, as 1×8×8: its box made 20 wide and 32 high, its
    strokes as thick as those of the set, and the pixels that are on counted in blocks of 4×4.
    """
    import numpy as np

    box = _boxed(drawing)
    if not box.size:
        return np.zeros((1, NIST_SIDE // BLOCK, NIST_SIDE // BLOCK), np.float32)
    shape = box.shape[1] / box.shape[0]
    width = max(round(NIST_WIDTH * min(shape / NARROW, 1.0)), 1)
    bitmap = np.zeros((NIST_SIDE, NIST_SIDE), np.float32)
    left = (NIST_SIDE - width) // 2
    bitmap[:, left : left + width] = _resized(box, NIST_SIDE, width)
    side = NIST_SIDE // BLOCK
    counts = _as_thick(bitmap).reshape(side, BLOCK, side, BLOCK).sum(axis=(1, 3))
    return np.asarray(counts / BLOCK**2, np.float32)[np.newaxis]


def _boxed(drawing: "Picture") -> "Picture":
    """Return what is drawn without the black around it; nothing of an empty drawing."""
    import numpy as np

    on = drawing > 0.5
    rows, columns = np.flatnonzero(on.any(axis=1)), np.flatnonzero(on.any(axis=0))
    if not len(rows):
        return drawing[:0, :0]
    return drawing[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _resized(values: "Picture", height: int, width: int) -> "Picture":
    """Return a picture of another size, each pixel the mean of what it covers."""
    return _shrunk(_shrunk(values, height).T, width).T


def _shrunk(values: "Picture", count: int) -> "Picture":
    import numpy as np

    edges = np.linspace(0.0, len(values), count + 1)
    sums = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0, dtype=float)])
    whole = np.minimum(edges.astype(int), len(values) - 1)
    until = sums[whole] + (edges - whole)[:, np.newaxis] * values[whole]
    means: Any = np.diff(until, axis=0) * (count / len(values))
    return np.asarray(means, np.float32)


def _as_thick(bitmap: "Picture") -> "NDArray[np.bool_]":
    """Return which pixels are on when strokes are thinned or thickened to a usual amount of ink.

    Blurring ranks the pixels by how near a stroke's middle they are.
    """
    import numpy as np

    ink = int(np.clip((bitmap > 0.5).sum(), LEAST_INK, MOST_INK))
    soft = bitmap.astype(np.float64)
    for _ in range(NIST_SIDE):
        around = np.pad(soft, 1)
        soft = 0.5 * soft + 0.125 * (
            around[:-2, 1:-1] + around[2:, 1:-1] + around[1:-1, :-2] + around[1:-1, 2:]
        )
        if (soft > 0.02).sum() >= 1.2 * ink:
            break
    return np.asarray(soft >= np.sort(soft, axis=None)[-ink], bool)


def _centre_of_mass(picture: "Picture") -> tuple[float, float]:
    import numpy as np

    total = float(picture.sum())
    rows, columns = np.indices(picture.shape)
    return float((rows * picture).sum()) / total, float((columns * picture).sum()) / total
