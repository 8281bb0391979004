"""Deeds of the File menu: experiments, files, export, the end."""

from functools import partial
from pathlib import Path

from studio.app.actions import Action, ActionList
from studio.app.gallery import Exhibit
from studio.app.studio import Studio


def _new(studio: Studio) -> None:
    studio.when_safe(studio.filing.new)


def _open(studio: Studio) -> None:
    studio.when_safe(partial(studio.front.ask_open, studio.open))


def _open_data(studio: Studio) -> None:
    studio.when_safe(partial(studio.front.ask_data, studio.open))


def _open_pictures(studio: Studio) -> None:
    studio.when_safe(partial(studio.front.ask_folder, "Open pictures", studio.open))


def _save(studio: Studio) -> None:
    studio.save()


def _save_as(studio: Studio) -> None:
    studio.front.ask_save(studio.filing.suggestion, studio.save_to)


def _export(studio: Studio) -> None:
    studio.front.ask_folder("Export the Python program to", studio.export_to)


def _quit(studio: Studio) -> None:
    studio.front.close()


def _settings(studio: Studio) -> None:
    studio.front.open_dialog("settings")


def _open_recent(path: Path, studio: Studio) -> None:
    studio.when_safe(partial(studio.open, path))


def _open_exhibit(exhibit: Exhibit, studio: Studio) -> None:
    studio.when_safe(partial(studio.open_exhibit, exhibit))


def _recent_files(studio: Studio) -> list[Action]:
    return [
        Action(
            id=f"file.recent.{place}",
            title=path.name,
            help=str(path),
            menu="File/Open recent",
            run=partial(_open_recent, path),
        )
        for place, path in enumerate(studio.settings.recent, 1)
    ]


def _gallery(studio: Studio) -> None:
    studio.front.open_dialog("gallery")


def _exhibits(studio: Studio) -> list[Action]:
    """Return one row for each exhibit; none is read for it, as the palette opens at once."""
    return [
        Action(
            id=f"file.gallery.{exhibit.name}",
            title=studio.shelf.title(exhibit),
            menu=f"File/Gallery/{exhibit.group}",
            run=partial(_open_exhibit, exhibit),
        )
        for exhibit in studio.shelf.exhibits
    ]


NEW = Action(
    id="file.new", title="New", run=_new, keys=("Ctrl+N",), menu="File", place=10, icon="file-plus"
)
OPEN = Action(
    id="file.open", title="Open…", run=_open, keys=("Ctrl+O",), menu="File", place=11,
    icon="folder-open",
)  # fmt: skip
OPEN_DATA = Action(
    id="file.open-data", title="Open data…", run=_open_data, keys=("Ctrl+Alt+O",), menu="File",
    place=12, icon="table", help="A table, pictures, arrays or a text of your own as an experiment",
)  # fmt: skip
OPEN_PICTURES = Action(
    id="file.open-pictures", title="Open a folder of pictures…", run=_open_pictures, menu="File",
    place=12, icon="image", help="Each folder in it is a class of pictures",
)  # fmt: skip
RECENT = ActionList(
    id="file.recent", title="Open recent", rows=_recent_files, menu="File", place=12,
    empty="No files opened yet", icon="history",
)  # fmt: skip
GALLERY = Action(
    id="file.gallery", title="Gallery…", run=_gallery, keys=("Ctrl+Shift+O",), menu="File",
    place=13, icon="layout-grid", help="Experiments to look at, run and change",
)  # fmt: skip
EXHIBITS = ActionList(id="file.gallery-by-name", title="Gallery", rows=_exhibits, menu="")
SAVE = Action(
    id="file.save", title="Save", run=_save, keys=("Ctrl+S",), menu="File", place=20, icon="save"
)
SAVE_AS = Action(
    id="file.save-as", title="Save as…", run=_save_as, keys=("Ctrl+Shift+S",), menu="File",
    place=21, icon="save-all",
)  # fmt: skip
EXPORT = Action(
    id="file.export", title="Export as Python…", run=_export, keys=("Ctrl+E",), menu="File",
    place=30, icon="code", help="A program that needs nothing but torch, with the trained weights",
)  # fmt: skip
SETTINGS = Action(
    id="file.settings", title="Settings…", run=_settings, keys=("Ctrl+,",), menu="File", place=40,
    icon="settings",
)  # fmt: skip
QUIT = Action(
    id="file.quit", title="Quit", run=_quit, keys=("Ctrl+Q",), menu="File", place=50, icon="power"
)
