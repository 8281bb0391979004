"""Where the program keeps what it writes: runs, autosaves, settings.

The environment variable ``NETWRIGHT_HOME`` names another folder for all of it, for tests, for
portable installs and for machines whose home is small.
"""

import os
from pathlib import Path


def home() -> Path:
    """Return the folder of everything the program writes by itself; it may not exist yet."""
    chosen = os.environ.get("NETWRIGHT_HOME")
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_data_path

    return user_data_path("netwright", appauthor=False)


def runs() -> Path:
    """Return the folder in which every run has a folder of its own."""
    return home() / "runs"
