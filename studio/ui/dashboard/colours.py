"""Colours for numbers: a map that is even to the eye, and bytes ready to paint.

The anchors are those of viridis (van der Walt and Smith, 2015; CC0), which rises evenly in
lightness and reads the same with every common colour blindness.
"""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

_VIRIDIS = (
    "440154 481a6c 472f7d 414487 39568c 31688e 2a788e 23888e 1f988b 22a884 35b779 54c568 7ad151 "
    "a5db36 d2e21b fde725"
)


def _table() -> NDArray[np.uint32]:
    anchors = np.array([list(bytes.fromhex(text)) for text in _VIRIDIS.split()], float)
    at = np.linspace(0, len(anchors) - 1, 256)
    red, green, blue = (
        np.interp(at, np.arange(len(anchors)), anchors[:, part]).round().astype(np.uint32)
        for part in range(3)
    )
    return np.asarray(0xFF000000 | red << 16 | green << 8 | blue, np.uint32)


VIRIDIS = _table()
"""256 colours as 0xffRRGGBB."""


def mapped(shares: NDArray[np.floating], missing: QColor) -> NDArray[np.uint32]:
    """Return the colour of each share in [0, 1]; NaN gets ``missing``."""
    known = np.isfinite(shares)
    index = np.clip(np.where(known, shares, 0.0) * 255, 0, 255).round().astype(np.intp)
    return np.where(known, VIRIDIS[index], np.uint32(missing.rgb()))


def colour_at(share: float) -> QColor:
    """Return the map's colour at a share in [0, 1]."""
    return QColor.fromRgb(int(VIRIDIS[round(min(max(share, 0.0), 1.0) * 255)]))


def mixed(colour: QColor, ground: QColor, share: float) -> QColor:
    """Return ``colour`` at this opacity over ``ground``, but opaque, which paints far faster."""
    return QColor.fromRgbF(
        colour.redF() * share + ground.redF() * (1 - share),
        colour.greenF() * share + ground.greenF() * (1 - share),
        colour.blueF() * share + ground.blueF() * (1 - share),
    )
