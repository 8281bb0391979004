"""``netwright doctor``: what is installed, what is missing, and the line that installs it."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from .arguments import add_json, print_json
from .verb import Verb

_TIMEOUT_SECS = 120
"""How long a part may take to load before it counts as broken."""

_PACKAGES = (
    "PySide6-Essentials",
    "torch",
    "numpy",
    "pyqtgraph",
    "scikit-learn",
    "safetensors",
    "networkx",
    "msgspec",
    "platformdirs",
    "psutil",
)

_LIBRARIES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
}
"""What Qt needs of the system, with Debian's names."""

_X11_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
}
"""What a window on an X server needs in addition."""

_LOAD_LIBRARIES = """
import ctypes, sys
for name in sys.argv[1:]:
    try:
        ctypes.CDLL(name)
    except OSError:
        print(name)
"""

_LOAD_QT = """
from PySide6 import QtCore, QtGui, QtWidgets
app = QtWidgets.QApplication(["doctor", "-platform", "offscreen"])
print(QtCore.qVersion())
"""

_LOAD_TORCH = """
import torch
names = [torch.cuda.get_device_name(at) for at in range(torch.cuda.device_count())]
if torch.backends.mps.is_available():
    names.append("Apple graphics")
print(", ".join([*names, f"processor, {torch.get_num_threads()} threads"]))
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    part: str
    state: Literal["ok", "missing"]
    found: str
    remedy: str = ""


def run(options: Namespace) -> int:
    """Look at every part; 1 if one is missing."""
    findings: list[Finding] = []
    for finding in _look():
        findings.append(finding)
        if not options.json:
            sign = "ok     " if finding.state == "ok" else "missing"
            print(f"{sign}  {finding.part:<20} {finding.found}", flush=True)
            if finding.remedy:
                print(f"{'':31}{finding.remedy}", flush=True)
    healthy = all(finding.state == "ok" for finding in findings)
    if options.json:
        print_json({"healthy": healthy, "findings": [asdict(finding) for finding in findings]})
    return 0 if healthy else 1


def _look() -> Iterator[Finding]:
    from studio import __version__

    yield Finding("Netwright", "ok", f"{__version__} in {Path(__file__).parents[1]}")
    yield Finding("Python", "ok", f"{sys.version.split()[0]} in {sys.executable}")
    for package in _PACKAGES:
        yield _package(package)
    if sys.platform == "linux":
        yield _libraries()
    yield _loads("Qt loads", _LOAD_QT)
    yield _loads("Devices", _LOAD_TORCH)
    yield _folder()
    yield _resources()


def _package(name: str) -> Finding:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return Finding(name, "ok", version(name))
    except PackageNotFoundError:
        remedy = f"{sys.executable} -m pip install {name}"
        return Finding(name, "missing", "not installed", remedy)


def _libraries() -> Finding:
    import os

    wanted = {**_LIBRARIES, **(_X11_LIBRARIES if os.environ.get("DISPLAY") else {})}
    missing = _ask(_LOAD_LIBRARIES, *wanted)[1].split()
    if not missing:
        return Finding("System libraries", "ok", f"{len(wanted)} found")
    packages = " ".join(wanted[name] for name in missing)
    return Finding(
        "System libraries",
        "missing",
        ", ".join(missing),
        f"sudo apt-get install -y --no-install-recommends {packages}",
    )


def _loads(part: str, program: str) -> Finding:
    """Load something in a process of its own: a broken library may end the process."""
    works, said = _ask(program)
    last = (said.strip().splitlines() or ["no answer"])[-1]
    if works:
        return Finding(part, "ok", last)
    return Finding(part, "missing", last, remedy_for(last))


def remedy_for(message: str) -> str:
    """Return the line that mends what a failed import said."""
    library = message.partition(".so")[0].rpartition(" ")[2]
    for name, package in {**_LIBRARIES, **_X11_LIBRARIES}.items():
        if library and name.startswith(f"{library}.so"):
            return f"sudo apt-get install -y --no-install-recommends {package}"
    return f"{sys.executable} -m pip install --force-reinstall PySide6-Essentials torch"


def _ask(program: str, *arguments: str) -> tuple[bool, str]:
    """Run a small program; return whether it ended well, and what it said."""
    import subprocess

    try:
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_SECS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False, f"no answer in {_TIMEOUT_SECS} seconds"
    return done.returncode == 0, done.stdout if done.returncode == 0 else done.stderr


def _folder() -> Finding:
    import tempfile

    from studio.core.home import home

    folder = home()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Finding("Folder", "ok", f"{folder} can be written")
    except OSError as error:
        return Finding(
            "Folder",
            "missing",
            f"{folder} cannot be written: {error.strerror}",
            "Set NETWRIGHT_HOME to a folder that can be written",
        )


def _resources() -> Finding:
    from studio.app.gallery import exhibits
    from studio.resources import resource

    try:
        names = [exhibit.name for exhibit in exhibits()]
        resource("data")
    except FileNotFoundError as error:
        return Finding("Resources", "missing", str(error), "Install Netwright again")
    return Finding("Resources", "ok", f"gallery: {', '.join(names)}")


def _declare(parser: ArgumentParser) -> None:
    add_json(parser)


DOCTOR = Verb(
    "doctor",
    "Say what is installed, and what is missing with the line that installs it",
    "Exit code 0: all is there, 1: something is missing.",
    _declare,
    run,
)
