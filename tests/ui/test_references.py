"""The Qt binding gives back what it borrows.

PySide6 6.12.0 on Python 3.11 drops a reference to True at every emit and one to None at every call
that returns nothing; some hundred signals later the interpreter aborts. From Python 3.12 on both
are immortal and the count says nothing.
"""

import sys

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

TIMES = 5000
NOISE = 200
"""References that other parts of the interpreter take or leave meanwhile."""

pytestmark = pytest.mark.skipif(sys.version_info >= (3, 12), reason="True and None are immortal")


class _Bell(QObject):
    rung = Signal(int)


def test_emitting_a_signal_keeps_true_alive(qtbot: QtBot) -> None:
    bell = _Bell()
    before = sys.getrefcount(True)

    for time in range(TIMES):
        bell.rung.emit(time)

    assert abs(sys.getrefcount(True) - before) < NOISE


def test_calling_a_setter_keeps_none_alive(qtbot: QtBot) -> None:
    label = QLabel()
    qtbot.addWidget(label)
    before = sys.getrefcount(None)

    for time in range(TIMES):
        label.setIndent(time)

    assert abs(sys.getrefcount(None) - before) < NOISE
