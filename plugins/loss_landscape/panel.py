"""The window's half: a map of the losses, with lines of equal loss around the weights."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QWidget

from studio.ui.api import Panel, PanelContext, PanelSpec, Snapshot, array_to_numpy, tokens

PROBE = f"{__package__}.probe:PROBE"
POINTS, SPAN, SAMPLES = 25, 1.0, 256
LEVELS = 9
_STOPS = ((0, "#2D1E4F"), (64, "#31688E"), (128, "#35B779"), (192, "#C8E020"), (255, "#FDF3A9"))


class LandscapePanel(Panel):
    """What the loss would be, were the weights a little different; made anew when asked for."""

    topics = frozenset({"loss-landscape", "run"})

    def __init__(self, context: PanelContext) -> None:
        super().__init__(context, "Loss landscape")
        self._request = 0
        self.view = LandscapeView(self)
        self.button = QPushButton("Compute", self)
        self.button.setToolTip(f"Look at {POINTS}×{POINTS} places around the present weights")
        self.button.clicked.connect(self._on_asked)
        self.header.addWidget(self.button)
        self.body.addWidget(self.view, 1)

    @property
    def wanted(self) -> Mapping[str, dict[str, int | float | str | bool | tuple[str, ...]]]:
        """What the engine has to look at: nothing until it is asked for."""
        if not self._request:
            return {}
        told = {"request": self._request, "points": POINTS, "span": SPAN, "samples": SAMPLES}
        return {PROBE: dict(told)}

    def refresh(self) -> None:
        """Show what the record has of it."""
        self.button.setEnabled(self.record.live)
        history = self.record.snapshots.get(("loss-landscape", ""))
        snapshot = history.newest if history is not None else None
        self.view.show_snapshot(snapshot)
        if snapshot is None:
            told = "Press Compute while it trains" if self.record.live else "Train, then Compute"
        else:
            left = int(snapshot.notes["left"])
            told = f"at step {int(snapshot.notes['of_step']):,}"
            told += f", {left:,} places to go" if left else ""
        self.caption.setText(told)

    def forget(self) -> None:
        """Let go of the last record."""
        self._request = 0
        self.view.show_snapshot(None)
        self.watch_changed.emit()

    @Slot()
    def _on_asked(self) -> None:
        self._request += 1
        self.watch_changed.emit()


class LandscapeView(QWidget):
    """The map itself."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Loss landscape")
        self.setMinimumSize(120, 80)
        self._losses: NDArray[np.float64] | None = None
        self._span = 1.0

    @property
    def losses(self) -> NDArray[np.float64] | None:
        """The losses that are shown, rows from below; not a number where none is known."""
        return self._losses

    def show_snapshot(self, snapshot: Snapshot | None) -> None:
        """Show other losses."""
        self._losses = None
        if snapshot is not None:
            self._losses = np.asarray(array_to_numpy(snapshot.arrays["losses"]), np.float64)
            self._span = float(snapshot.notes["span"])
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = tokens(self)
        if self._losses is None or not np.isfinite(self._losses).any():
            painter.setPen(QColor(theme.muted))
            words = "Press Compute to see the loss around the weights"
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, words)
            return
        side = min(self.width() - 90, self.height() - 12)
        place = QRectF((self.width() - 80 - side) / 2, (self.height() - side) / 2, side, side)
        shown = np.log10(np.maximum(self._losses, 1e-12))
        low, high = float(np.nanmin(shown)), float(np.nanmax(shown))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(place, _image(shown, low, high))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_lines(painter, place, shown, low, high)
        self._paint_marks(painter, place, low, high)

    def _paint_lines(
        self, painter: QPainter, place: QRectF, shown: NDArray[np.float64], low: float, high: float
    ) -> None:
        painter.setPen(QPen(QColor(255, 255, 255, 130), 1.0))
        steps = shown.shape[0] - 1
        for level in np.linspace(low, high, LEVELS + 2)[1:-1]:
            for x1, y1, x2, y2 in _contour(shown, float(level)):
                painter.drawLine(_at(place, x1, y1, steps), _at(place, x2, y2, steps))

    def _paint_marks(self, painter: QPainter, place: QRectF, low: float, high: float) -> None:
        theme = tokens(self)
        painter.setPen(QPen(QColor("#FFFFFF"), 2.0))
        middle = place.center()
        painter.drawLine(middle - QPointF(5, 0), middle + QPointF(5, 0))
        painter.drawLine(middle - QPointF(0, 5), middle + QPointF(0, 5))
        painter.setPen(QColor(theme.muted))
        right = int(place.right()) + 10
        bar = QRectF(right, place.top(), 10, place.height())
        painter.drawImage(bar, _image(np.linspace(high, low, 64)[::-1, np.newaxis], low, high))
        painter.drawText(QPointF(right + 16, place.top() + 10), f"{10**high:.3g}")
        painter.drawText(QPointF(right + 16, place.bottom()), f"{10**low:.3g}")
        painter.drawText(QPointF(right + 16, place.center().y()), "loss")


def _at(place: QRectF, x: float, y: float, steps: int) -> QPointF:
    """Return where a point of the grid lies; the image's pixels are centred on the points."""
    width, height = place.width() / (steps + 1), place.height() / (steps + 1)
    return QPointF(place.left() + (x + 0.5) * width, place.bottom() - (y + 0.5) * height)


def _image(shown: NDArray[np.float64], low: float, high: float) -> QImage:
    """Return the values as colours, the first row below; unknown ones are clear."""
    scaled = (shown - low) / max(high - low, 1e-12) * 255
    index = np.nan_to_num(scaled, nan=0.0).clip(0, 255).astype(np.uint8)
    pixels = np.ascontiguousarray(_table()[index][::-1])
    pixels[~np.isfinite(shown[::-1])] = 0
    height, width = index.shape
    data = pixels.tobytes()
    return QImage(data, width, height, 4 * width, QImage.Format.Format_ARGB32).copy()


def _table() -> NDArray[np.uint8]:
    """Return 256 colours as blue, green, red and how solid."""
    at = [stop for stop, _ in _STOPS]
    colours = [QColor(name) for _, name in _STOPS]
    parts = [
        np.interp(np.arange(256), at, [part(colour) for colour in colours])
        for part in (QColor.blue, QColor.green, QColor.red, QColor.alpha)
    ]
    return np.stack(parts, axis=1).astype(np.uint8)


def _contour(values: NDArray[np.float64], level: float) -> list[tuple[float, float, float, float]]:
    """Return the pieces of the line on which the values have this level, as x and y of both ends.

    Every square of the grid is crossed where the values at two of its corners lie on both sides.
    """
    pieces = []
    rows, columns = values.shape
    for row in range(rows - 1):
        for column in range(columns - 1):
            corners = ((0, 0), (0, 1), (1, 1), (1, 0))
            heights = [values[row + down, column + right] - level for down, right in corners]
            crossed = []
            for place in range(4):
                one, other = heights[place], heights[(place + 1) % 4]
                if one * other < 0:
                    share = one / (one - other)
                    (y1, x1), (y2, x2) = corners[place], corners[(place + 1) % 4]
                    x, y = x1 + share * (x2 - x1), y1 + share * (y2 - y1)
                    crossed.append((column + x, row + y))
            pieces += [
                (*crossed[place], *crossed[place + 1]) for place in range(0, len(crossed) - 1, 2)
            ]
    return pieces


PANEL = PanelSpec(
    id="loss-landscape.map",
    title="Loss landscape",
    icon="layers",
    help="The loss around the present weights, on a plane of two random directions whose filters "
    "are as large as those of the weights",
    make=LandscapePanel,
    behind="loss",
    order=90,
)
