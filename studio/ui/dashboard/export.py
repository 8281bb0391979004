"""Taking a chart elsewhere: as a picture, as SVG, as numbers."""

import csv
import io
from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QRect, QSize
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from studio.runs.series import Series
from studio.ui.theme import LIGHT, Tokens


class Picture(Protocol):
    """Anything that can draw itself elsewhere than on the screen."""

    def size(self) -> QSize:
        """Return its size on the screen."""

    def paint_all(self, painter: QPainter, theme: Tokens) -> None:
        """Draw everything."""


def image_of(picture: Picture, theme: Tokens, *, scale: float = 2.0) -> QImage:
    """Return the chart as an image of ``scale`` pixels for each of the screen's."""
    image = QImage(picture.size() * scale, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    painter = QPainter(image)
    picture.paint_all(painter, theme)
    painter.end()
    return image


def svg_of(picture: Picture, title: str) -> bytes:
    """Return the chart as SVG, light whatever the screen shows, for paper is."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(picture.size())
    generator.setViewBox(QRect(0, 0, picture.size().width(), picture.size().height()))
    generator.setTitle(title)
    painter = QPainter(generator)
    picture.paint_all(painter, LIGHT)
    painter.end()
    return bytes(buffer.data().data())


def csv_of(series: Sequence[Series]) -> str:
    """Return all points as lines of ``name, step, value``."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("name", "step", "value"))
    for one in series:
        writer.writerows(
            (one.name, step, value)
            for step, value in zip(one.steps.tolist(), one.values.tolist(), strict=True)
        )
    return text.getvalue()


def copy_image(picture: Picture, theme: Tokens) -> None:
    """Put the chart on the clipboard as an image."""
    QGuiApplication.clipboard().setImage(image_of(picture, theme))


def copy_svg(picture: Picture, title: str) -> None:
    """Put the chart on the clipboard as SVG, as a drawing and as text."""
    svg = svg_of(picture, title)
    data = QMimeData()
    data.setData("image/svg+xml", QByteArray(svg))
    data.setText(svg.decode("utf-8"))
    QGuiApplication.clipboard().setMimeData(data)


def copy_text(text: str) -> None:
    """Put text on the clipboard."""
    QGuiApplication.clipboard().setText(text)
