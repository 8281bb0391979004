"""The Qt binding gives back what it borrows.

PySide6 6.12.0 on Python 3.11 drops a reference to True at every emit and one to None at every call
that returns nothing; some hundred signals later the interpreter aborts, which is why an interpreter
of its own is asked. From Python 3.12 on both are immortal and the count says nothing.
"""

import subprocess
import sys

import pytest

PROBE = """
import sys
from PySide6.QtCore import QCoreApplication, QObject, Signal

class Bell(QObject):
    rung = Signal(int)

app = QCoreApplication([])
bell = Bell()
before = sys.getrefcount(True), sys.getrefcount(None)
for time in range(5000):
    bell.rung.emit(time)
    bell.setObjectName("bell")
print(sys.getrefcount(True) - before[0], sys.getrefcount(None) - before[1])
"""
NOISE = 200
"""References that other parts of the interpreter take or leave meanwhile."""


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="True and None are immortal")
def test_signals_and_setters_keep_true_and_none_alive() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", PROBE], capture_output=True, text=True, check=False
    )

    assert answer.returncode == 0, answer.stderr
    assert all(abs(int(change)) < NOISE for change in answer.stdout.split()), answer.stdout
