"""Picturing: the drawing as a picture that carries the experiment, to show and to open again."""

from pathlib import Path

from studio.core.carrying import into_png, into_svg
from studio.core.document import Document
from studio.core.errors import FileError
from studio.core.fileio import dumps, loads, write_whole

from .editing import copy_text
from .front import Front
from .workspace import Workspace


def chosen_part(workspace: Workspace) -> Workspace:
    """Return the selected blocks as a drawing of their own."""
    part = loads(copy_text(workspace))
    return Workspace(workspace.catalog, Document(part))


def save_picture(workspace: Workspace, front: Front, path: Path) -> None:
    """Write the open drawing as PNG, or as SVG by the file's ending, with the whole experiment.

    Raises:
        FileError: there is nothing to show, or the place cannot be written.
    """
    if not workspace.graph.nodes:
        raise FileError("There is nothing to export yet; draw some blocks first")
    text = dumps(workspace.document.experiment)
    if path.suffix.lower() == ".svg":
        write_whole(path, into_svg(front.picture(workspace, "svg"), text))
        return
    target = path if path.suffix.lower() == ".png" else path.with_name(f"{path.name}.png")
    write_whole(target, into_png(front.picture(workspace, "png"), text))
