"""Areas: where the parts of frames and notes are, in canvas units."""

from collections.abc import Mapping

from PySide6.QtCore import QRectF

from studio.core.marks import Frame

TITLE = 32.0
"""The height of a frame's title line."""
BAR = 240.0
"""The widest a collapsed frame is."""
SMALLEST = (96.0, 56.0)


def rect_of(frame: Frame) -> QRectF:
    """Return what a frame covers now: all of it, or its bar while it is collapsed."""
    return bar_of(frame) if frame.collapsed else full_of(frame)


def full_of(frame: Frame) -> QRectF:
    """Return what a frame covers when it is open."""
    return QRectF(frame.x, frame.y, frame.width, frame.height)


def bar_of(frame: Frame) -> QRectF:
    """Return what a frame covers while it is collapsed."""
    return QRectF(frame.x, frame.y, min(frame.width, BAR), TITLE)


def fold_of(frame: Frame) -> QRectF:
    """Return where the triangle is that collapses a frame."""
    return QRectF(frame.x, frame.y, TITLE, TITLE)


def behind_first(frames: Mapping[str, Frame]) -> list[Frame]:
    """Return frames in the order in which they are painted: the large ones behind the small."""
    return sorted(frames.values(), key=lambda item: (-item.width * item.height, item.id))
