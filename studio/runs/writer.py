"""Writer: which process writes a record, and whether it still does."""

import os
import socket
import sqlite3
from pathlib import Path
from time import time

SILENT_SECS = 120.0
"""After so long without a word, a writer on another machine counts as gone."""


def this_writer() -> str:
    """Return what names this process in a record."""
    return f"{socket.gethostname()}:{os.getpid()}"


def written_now(record: Path) -> bool:
    """Tell whether some process writes this record; a broken one nobody does."""
    if not record.is_file():
        return False
    base = sqlite3.connect(record)
    try:
        found = base.execute("SELECT value FROM meta WHERE name = 'writer'").fetchone()
    except sqlite3.Error:
        return False
    finally:
        base.close()
    return found is not None and at_work(str(found[0]), record)


def at_work(writer: str, record: Path) -> bool:
    """Tell whether the process of this name still has the record open.

    Clocks and reused process numbers do not matter: what counts is the open file. On another
    machine it cannot be asked; there, a record that grows counts as being written.
    """
    if not writer:
        return False
    host, _, number = writer.rpartition(":")
    if host != socket.gethostname():
        return time() - _changed_at(record) < SILENT_SECS
    return number.isdecimal() and holds_open(int(number), record)


def holds_open(process: int, path: Path) -> bool:
    """Tell whether a process has a file open; one that may not be asked counts as if."""
    import psutil

    try:
        files = psutil.Process(process).open_files()
    except psutil.NoSuchProcess:
        return False
    except (psutil.AccessDenied, OSError):
        return True
    wanted = os.path.realpath(path)
    return any(os.path.realpath(file.path) == wanted for file in files)


def _changed_at(record: Path) -> float:
    log = record.with_name(record.name + "-wal")
    return max((path.stat().st_mtime for path in (record, log) if path.exists()), default=0.0)
