"""Painting without a window, for the command line."""

import os
from pathlib import Path

from PySide6.QtCore import QBuffer, QCoreApplication, QIODevice
from PySide6.QtGui import QFont, QImageWriter

from studio.app.catalogue import builtin_catalog
from studio.app.workspace import Workspace
from studio.core.document import Document
from studio.core.errors import FileError
from studio.core.fileio import open_file
from studio.runs.store import EXPERIMENT

from .theme import LIGHT

WIDEST_PX = 3000


def drawing_of(folder: Path) -> bytes:
    """Return the drawing of a run as PNG; nothing where it cannot be read."""
    try:
        document = Document(open_file(folder / EXPERIMENT))
    except FileError:
        return b""
    if not document.experiment.graph.nodes:
        return b""
    app = QCoreApplication.instance()
    if app is None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from .start import make_application

        app = make_application(["netwright"])
    picture = png_of(Workspace(builtin_catalog(), document), QFont())
    del app  # it had to live until here
    return picture


def png_of(workspace: Workspace, font: QFont) -> bytes:
    """Return the open drawing of a workspace, light as paper is, no wider than fits a page."""
    from .canvas.picture import NetworkPicture
    from .dashboard.export import image_of

    picture = NetworkPicture(workspace, font)
    size = picture.size()
    scale = min(2.0, WIDEST_PX / max(size.width(), size.height(), 1))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, b"png").write(image_of(picture, LIGHT, scale=scale))
    return bytes(buffer.data().data())
