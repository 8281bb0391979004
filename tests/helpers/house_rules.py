"""What holds in every test, ours and the plug-ins': a home of its own, and nothing left behind.

`tests/conftest.py` and `plugins/conftest.py` take these names over; importing this module sets the
environment, so it must come before the first import of Qt.
"""

import gc
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

os.environ["QT_QPA_PLATFORM"] = os.environ.get("NETWRIGHT_TEST_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("LC_ALL", "C.UTF-8")

settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

ENOUGH_SECS = 2.0
"""How long a thread that was told to end may take to do so."""
FADING_SECS = 0.6
"""How long a tool tip or a menu that was told to go may be there; a tip takes 0.3 s."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of settings, runs and autosaves: new and empty for every test."""
    folder = tmp_path / "home"
    monkeypatch.setenv("NETWRIGHT_HOME", str(folder))
    return folder


def pytest_runtest_setup(item: pytest.Item) -> None:
    if "pyqtgraph" in sys.modules:
        # WORKAROUND pyqtgraph keeps every scene alive through its exit handler, and closing them
        # after Qt has gone may crash: https://github.com/biolab/orange-widget-base/issues/61
        sys.modules["pyqtgraph"].setConfigOption("exitCleanup", False)
    item.stash[_THREADS_BEFORE] = set(threading.enumerate())
    item.stash[_WINDOWS_BEFORE] = {address(window) for window in _windows()}


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """No window and no thread may outlive the test that opened it."""
    result = yield  # pytest-qt has closed its widgets by now
    left = windows_left(item.stash.get(_WINDOWS_BEFORE, set()))
    left += _threads_left(item.stash.get(_THREADS_BEFORE, set()))
    if left:
        pytest.fail(
            f"left behind: {', '.join(left)}. Use qtbot.addWidget, or close what you opened.",
            pytrace=False,
        )
    return result


_THREADS_BEFORE = pytest.StashKey[set[threading.Thread]]()
_WINDOWS_BEFORE = pytest.StashKey[set[int]]()


def _threads_left(before: set[threading.Thread]) -> list[str]:
    started = [t for t in threading.enumerate() if t not in before and not t.daemon]
    for thread in started:
        thread.join(ENOUGH_SECS)
    return [f"thread {t.name!r}" for t in started if t.is_alive()]


def _windows() -> "list[QWidget]":
    """Return every window there is, tool tips and menus included; none while Qt is not in use."""
    if "PySide6.QtWidgets" not in sys.modules:
        return []
    from PySide6.QtWidgets import QApplication

    return QApplication.topLevelWidgets() if QApplication.instance() is not None else []


def address(window: "QWidget") -> int:
    """Return where in memory a window is, by which it is known again."""
    from shiboken6 import getCppPointer

    return int(getCppPointer(window)[0])


def windows_left(before: set[int]) -> list[str]:
    """Close every window, and name those that were not there before the test."""
    if "PySide6.QtWidgets" not in sys.modules:
        return []
    _drain()
    until = time.perf_counter() + FADING_SECS
    while _windows() and time.perf_counter() < until:
        time.sleep(0.02)
        _drain()
    windows = _windows()
    mine = [window for window in windows if address(window) not in before]
    left = [f"{type(w).__name__} {w.objectName()!r}" for w in mine]
    for window in windows:  # so that the next test is judged by its own windows
        window.close()
        window.deleteLater()
    if windows:
        del windows, mine, window
        _drain()
    return left


def _drain() -> None:
    """Deliver what deleteLater has posted, which processEvents alone does not."""
    from PySide6.QtCore import QCoreApplication, QEvent

    if QCoreApplication.instance() is None:
        return
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()
    gc.collect()
