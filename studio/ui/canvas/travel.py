"""Travel: what wheel, touchpad and the edge of the view do to the camera."""

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QInputDevice, QNativeGestureEvent, QWheelEvent

from .camera import Camera

NOTCH = 120.0
"""Wheel units of one notch, as Qt counts: eighths of a degree."""
PER_NOTCH = 1.2
EDGE_PX, FASTEST_PX = 28.0, 14.0


def travelled(camera: Camera, event: QWheelEvent) -> Camera:
    """Return the camera after a turn of the wheel: a mouse zooms, two fingers on a pad pan.

    Ctrl zooms with either; Shift pans sideways with a mouse.
    """
    control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    pixels, turned = event.pixelDelta(), event.angleDelta()
    if _from_pad(event) and not control:
        by = pixels if not pixels.isNull() else turned / 4
        return camera.panned(by.x(), by.y())
    if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not control:
        return camera.panned((turned.x() or turned.y()) / 2, 0.0)
    notches = turned.y() / NOTCH if turned.y() else pixels.y() / 40.0
    return camera.zoomed(PER_NOTCH**notches, event.position())


def pinched(camera: Camera, event: QNativeGestureEvent) -> Camera:
    """Return the camera after a gesture on a touchpad."""
    match event.gestureType():
        case Qt.NativeGestureType.ZoomNativeGesture:
            return camera.zoomed(1.0 + event.value(), event.position())
        case Qt.NativeGestureType.PanNativeGesture:
            return camera.panned(event.delta().x(), event.delta().y())
        case _:
            return camera


def pushed_by(at: QPointF, view: QRect) -> QPointF | None:
    """Return by how much the view moves on in a frame while a drag is held at its edge."""
    x = _push(at.x(), view.width())
    y = _push(at.y(), view.height())
    return QPointF(x, y) if x or y else None


def _push(at: float, size: float) -> float:
    if at < EDGE_PX:
        return FASTEST_PX * min((EDGE_PX - at) / EDGE_PX, 1.0)
    if at > size - EDGE_PX:
        return -FASTEST_PX * min((at - size + EDGE_PX) / EDGE_PX, 1.0)
    return 0.0


def _from_pad(event: QWheelEvent) -> bool:
    device = event.pointingDevice()
    if device.type() == QInputDevice.DeviceType.TouchPad:
        return True
    phased = event.phase() != Qt.ScrollPhase.NoScrollPhase
    return phased and not event.pixelDelta().isNull()
