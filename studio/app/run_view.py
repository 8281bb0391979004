"""RunView: which columns of the list of runs a person wants to see, kept in one small file."""

import json
from collections.abc import Sequence
from pathlib import Path

from studio.core.fileio import write_whole


def read_columns(path: Path) -> list[str]:
    """Return the chosen columns; none where nobody chose."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    columns = content.get("columns", []) if isinstance(content, dict) else []
    return [str(id_) for id_ in columns] if isinstance(columns, list) else []


def write_columns(path: Path, columns: Sequence[str]) -> None:
    """Keep the chosen columns.

    Raises:
        FileError: the file cannot be written.
    """
    write_whole(path, json.dumps({"columns": list(columns)}, indent=1).encode())
