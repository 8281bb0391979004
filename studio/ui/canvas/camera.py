"""Camera: which part of the endless plane is seen, as a value."""

from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, QSizeF

SMALLEST, LARGEST = 0.02, 4.0
"""The range of the zoom, in view pixels per canvas unit."""


@dataclass(frozen=True, slots=True)
class Camera:
    """View pixels = canvas units × ``zoom`` + (``x``, ``y``)."""

    zoom: float = 1.0
    x: float = 0.0
    y: float = 0.0

    def to_view(self, point: QPointF) -> QPointF:
        """Return where a point of the canvas is seen."""
        return QPointF(point.x() * self.zoom + self.x, point.y() * self.zoom + self.y)

    def to_scene(self, point: QPointF) -> QPointF:
        """Return the point of the canvas that is seen here."""
        return QPointF((point.x() - self.x) / self.zoom, (point.y() - self.y) / self.zoom)

    def rect_to_view(self, rect: QRectF) -> QRectF:
        """Return where a rectangle of the canvas is seen."""
        return QRectF(
            self.to_view(rect.topLeft()),
            QSizeF(rect.width() * self.zoom, rect.height() * self.zoom),
        )

    def rect_to_scene(self, rect: QRectF) -> QRectF:
        """Return the part of the canvas that is seen in a rectangle."""
        return QRectF(self.to_scene(rect.topLeft()), self.to_scene(rect.bottomRight()))

    def panned(self, dx: float, dy: float) -> "Camera":
        """Return the camera with the drawing moved by view pixels."""
        return replace(self, x=self.x + dx, y=self.y + dy)

    def zoomed(self, factor: float, at: QPointF) -> "Camera":
        """Return the camera nearer or farther; what is seen at ``at`` stays there."""
        zoom = min(max(self.zoom * factor, SMALLEST), LARGEST)
        ratio = zoom / self.zoom
        return Camera(zoom, at.x() - (at.x() - self.x) * ratio, at.y() - (at.y() - self.y) * ratio)

    def centered(self, point: QPointF, size: QSizeF) -> "Camera":
        """Return the camera that shows a point of the canvas in the middle of a view."""
        return replace(
            self,
            x=size.width() / 2 - point.x() * self.zoom,
            y=size.height() / 2 - point.y() * self.zoom,
        )

    def framing(self, rect: QRectF, size: QSizeF, *, margin: float, largest: float) -> "Camera":
        """Return the camera that shows all of a rectangle, at most ``largest`` in size."""
        across = max(size.width() - 2 * margin, 1.0) / max(rect.width(), 1.0)
        down = max(size.height() - 2 * margin, 1.0) / max(rect.height(), 1.0)
        zoom = min(max(min(across, down, largest), SMALLEST), LARGEST)
        return Camera(zoom).centered(rect.center(), size)
