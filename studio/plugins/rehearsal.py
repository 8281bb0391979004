"""Rehearsal: what a plug-in contributes, found out where it can neither hang nor end the
program.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from studio.core.plugin_code import as_environment

REHEARSE = "studio.plugins"
SECS = 20.0
"""How long a plug-in may take to load; most of it is Python's own start."""


def rehearse(folder: Path, *, secs: float = SECS) -> Mapping[str, Any]:
    """Return ``gives`` (kind, id and title of everything), or ``wrong`` and ``details``."""
    paths = os.pathsep.join(path or os.getcwd() for path in sys.path)
    told = {**as_environment(), "PYTHONPATH": paths, "QT_QPA_PLATFORM": "offscreen"}
    try:
        child = subprocess.run(
            [sys.executable, "-m", REHEARSE, str(folder)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=secs,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **told},
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except subprocess.TimeoutExpired:
        return {"wrong": f"It did not load within {secs:g} seconds"}
    line = child.stdout.strip().rpartition("\n")[2]
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    if isinstance(found, dict) and ("gives" in found or "wrong" in found):
        return found
    return {
        "wrong": f"It ended the process that loaded it (exit code {child.returncode})",
        "details": child.stderr[-8000:],
    }
