"""What is said everywhere: the decision boundary of two numbers, the curve of one."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from studio.ui.dashboard.axes import Axes
from studio.ui.dashboard.colours import mixed
from studio.ui.dashboard.paint import Row
from studio.ui.dashboard.ticks import number
from studio.ui.theme import Tokens

from .judged import Judged
from .view import View

_FAINTEST, _STRONGEST = 0.06, 0.5


class Boundary(View):
    """The class said at every place, the stronger the surer; samples in the colour they are."""

    title = "Decision boundary"
    order = 5

    def __init__(self) -> None:
        self._axes: Axes | None = None

    def fits(self, judged: Judged) -> bool:
        """Whether two numbers are put in and a class comes out."""
        return judged.of_classes and "plane" in judged.snapshot.arrays

    def caption(self, judged: Judged) -> str:
        """Say how many were right."""
        return f"{100 * judged.accuracy:.1f} % right"

    def paint(self, painter: QPainter, area: QRectF, judged: Judged, theme: Tokens) -> None:
        """Draw the plane and the samples."""
        (left, right), (low, high) = judged.array("limits").tolist()
        axes = self._axes = Axes.within(area, (left, right), (low, high))
        scores = judged.plane_scores
        classes, sure = scores.argmax(axis=2), scores.max(axis=2)
        least = 1 / scores.shape[2]
        shares = _FAINTEST + (_STRONGEST - _FAINTEST) * (sure - least) / (1 - least)
        pixels = _tinted(classes, shares, theme)[::-1]
        height, width = pixels.shape
        pixels = np.ascontiguousarray(pixels)
        image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(axes.area, image.copy())
        axes.paint(painter, "first number", "second number", theme)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        points = judged.array("points")
        for class_ in np.unique(judged.classes).tolist():
            some = points[judged.classes == class_]
            _dots(painter, axes, some[:, 0], some[:, 1], _colour(class_, theme), theme)

    def rows_at(self, at: QPointF, judged: Judged) -> tuple[str, Sequence[Row]] | None:
        """Return the probabilities at a place."""
        if self._axes is None or not self._axes.area.contains(at):
            return None
        scores = judged.plane_scores
        side = len(scores)
        area = self._axes.area
        column = min(int((at.x() - area.left()) / area.width() * side), side - 1)
        row = min(int((area.bottom() - at.y()) / area.height() * side), side - 1)
        found = scores[row, column]
        best = found.argsort()[::-1][:3].tolist()
        x, y = self._axes.x.value(at.x()), self._axes.y.value(at.y())
        rows = [Row(judged.name(class_), f"{100 * found[class_]:.1f} %") for class_ in best]
        return f"{number(x, 3)}, {number(y, 3)}", rows

    def table(self, judged: Judged) -> str:
        """Return the samples and what was said of them."""
        points = judged.array("points").tolist()
        lines = ["x,y,is,said"]
        for (x, y), is_, said in zip(points, judged.classes, judged.said, strict=True):
            lines.append(f"{x:.6g},{y:.6g},{judged.name(int(is_))},{judged.name(int(said))}")
        return "\n".join(lines) + "\n"


class Fitted(View):
    """The curve through one number, and the samples it is to go through."""

    title = "Curve"
    order = 5
    of_classes = False

    def fits(self, judged: Judged) -> bool:
        """Whether one number is put in and numbers come out."""
        return not judged.of_classes and "line" in judged.snapshot.arrays

    def caption(self, judged: Judged) -> str:
        """Say the root mean squared error of the samples."""
        error = float(np.sqrt(((judged.values - judged.wanted) ** 2).mean()))
        return f"root mean squared error {number(error)}"

    def paint(self, painter: QPainter, area: QRectF, judged: Judged, theme: Tokens) -> None:
        """Draw the line and the samples."""
        xs, line = judged.array("line_x"), judged.array("line")
        points, wanted = judged.array("points")[:, 0], judged.wanted
        known = np.concatenate([line.ravel(), wanted.ravel()])
        known = known[np.isfinite(known)]
        low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
        room = (high - low) * 0.06 or 0.5
        axes = Axes.within(area, (float(xs[0]), float(xs[-1])), (low - room, high + room))
        axes.paint(painter, "put in", "said, and right as dots", theme)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for column in range(line.shape[1]):
            colour = _colour(column, theme)
            axes.line(painter, xs, line[:, column], colour)
            _dots(painter, axes, points, wanted[:, column], colour, theme)

    def table(self, judged: Judged) -> str:
        """Return the points of the line."""
        xs, line = judged.array("line_x").tolist(), judged.array("line").tolist()
        rows = [",".join(f"{one:.6g}" for one in (x, *ys)) for x, ys in zip(xs, line, strict=True)]
        return "\n".join(["put in,said", *rows]) + "\n"


def _colour(class_: int, theme: Tokens) -> QColor:
    return QColor(theme.series[class_ % len(theme.series)])


def _tinted(
    classes: NDArray[np.int64], shares: NDArray[np.float64], theme: Tokens
) -> NDArray[np.uint32]:
    """Return the colour of each class mixed into the ground by its share."""
    ground = QColor(theme.panel)
    found = np.zeros(classes.shape, np.uint32)
    steps = np.round(shares * 64).astype(int)
    for class_ in np.unique(classes).tolist():
        table = [mixed(_colour(class_, theme), ground, step / 64).rgb() for step in range(65)]
        inside = classes == class_
        found[inside] = np.array(table, np.uint32)[steps[inside]]
    return found


def _dots(
    painter: QPainter,
    axes: Axes,
    xs: NDArray[np.floating],
    ys: NDArray[np.floating],
    colour: QColor,
    theme: Tokens,
) -> None:
    pairs = zip(axes.x.pixels(xs).tolist(), axes.y.pixels(ys).tolist(), strict=True)
    places = [QPointF(x, y) for x, y in pairs]
    for shade, size in ((QColor(theme.panel), 6.5), (colour, 5.0)):
        painter.setPen(QPen(shade, size, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPoints(places)
