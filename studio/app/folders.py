"""Where the program keeps what it writes: runs, autosaves, settings."""

import os
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from studio.core.errors import FileError
from studio.core.home import home
from studio.core.text import identifier


def runs() -> Path:
    """Return the folder in which every run has a folder of its own."""
    return home() / "runs"


def runs_index() -> Path:
    """Return the file in which the list of runs is remembered; it can be deleted at any time."""
    return home() / "runs-index.sqlite"


def runs_view() -> Path:
    """Return the file that says which columns of the list of runs are shown."""
    return home() / "runs-view.json"


def test_looks() -> Path:
    """Return the file that counts how often each test part was looked at."""
    return home() / "test-looks.json"


def trash() -> Path:
    """Return the folder of deleted runs."""
    return home() / "trash"


def recovery() -> Path:
    """Return the folder of the copies of unsaved work."""
    return home() / "recovery"


def library() -> Path:
    """Return the folder of a person's own composites."""
    return home() / "library"


def plugins() -> Path:
    """Return the folder of a person's own plug-ins; ``NETWRIGHT_PLUGINS`` names another."""
    chosen = os.environ.get("NETWRIGHT_PLUGINS")
    return Path(chosen).expanduser().absolute() if chosen else home() / "plugins"


def plugins_file() -> Path:
    """Return the file of what a person decided about plug-ins."""
    return home() / "plugins.json"


def shapes_file() -> Path:
    """Return the file of what torch said of plug-ins' modules; it can be deleted at any time."""
    return home() / "plugin-shapes.json"


def settings_file() -> Path:
    """Return the file of the program's settings."""
    return home() / "settings.json"


def new_run(title: str) -> Path:
    """Return a folder for a new run, which does not exist yet; its name is the run's id.

    Ids sort by time and can be read: ``2026-11-22-140512-lenet-on-digits-7f3a``. The last digits
    are drawn, so that runs which processes begin in the same second never share a folder.
    """
    now = datetime.now().astimezone()
    words = identifier(title).replace("_", "-")
    return runs() / f"{now:%Y-%m-%d-%H%M%S}-{words}-{token_hex(2)}"


def find_run(name: str) -> Path:
    """Return the folder of a run that a person means: a path, or else an id.

    Raises:
        FileError: there is neither.
    """
    for folder in (Path(name).expanduser(), runs() / name):
        if folder.is_dir():
            return folder
    raise FileError(f"{name}: there is no such run, neither as a folder nor in {runs()}")
