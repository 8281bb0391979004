"""The folder of everything the program writes by itself.

The environment variable ``NETWRIGHT_HOME`` names another one, for tests, for portable installs and
for machines whose home is small.
"""

import os
from pathlib import Path


def home() -> Path:
    """Return the folder; it may not exist yet."""
    chosen = os.environ.get("NETWRIGHT_HOME")
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_data_path

    return user_data_path("netwright", appauthor=False)
