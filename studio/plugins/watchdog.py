"""Watchdog: code of plug-ins that does not come back is interrupted where it is.

Decision: the window's thread cannot be left by others' code that runs in it, so a thread of ours
asks Python to raise ``Overran`` there once a call has taken too long. That reaches loops in Python
at once, and a wait such as ``time.sleep`` with the next signal; a call into C that never ends is
not reached, which is why modules are first tried in a process of their own. A helper for every
call would be safer still, and would make each shape rule an answer that comes later.
"""

import ctypes
import signal
import sys
import threading
from collections.abc import Callable
from time import monotonic
from types import FrameType
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

LIMIT_SECS = 2.0
"""How long a call may take."""
SILENCE_SECS = 5.0
"""How long the window may be without a beat while a plug-in's code is what keeps it."""
_LOOK_SECS = 0.1
_NUDGE = getattr(signal, "SIGUSR2", None)


class Overran(BaseException):
    """Raised in code that took too long; no ``except Exception`` of a plug-in stops it."""


class Watchdog:
    """Watches the thread that makes it."""

    def __init__(
        self, *, limit_secs: float = LIMIT_SECS, silence_secs: float = SILENCE_SECS
    ) -> None:
        self._limit = limit_secs
        self._silence = silence_secs
        self._watched = threading.get_ident()
        self._until: list[float] = []
        self._beat: float | None = None
        self._is_plugins: Callable[[str], bool] = _nothing
        self._bitten = False
        self._quit = threading.Event()
        self._thread: threading.Thread | None = None

    def call(self, secs: float, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what a function gives.

        Raises:
            Overran: it took longer than ``secs`` (0: the usual limit).
        """
        if threading.get_ident() != self._watched:
            return function(*args, **kwargs)
        self._start()
        self._until.append(monotonic() + (secs or self._limit))
        try:
            return function(*args, **kwargs)
        finally:
            self._until.pop()
            if self._bitten:
                self._let_go()

    def beat(self, is_plugins: Callable[[str], bool]) -> None:
        """Note that the window lives; ``is_plugins`` tells whether a file is a plug-in's."""
        self._is_plugins = is_plugins
        self._beat = monotonic()
        if self._bitten:
            self._let_go()
        self._start()

    def close(self) -> None:
        """Watch no more."""
        self._quit.set()
        if self._thread is not None:
            self._thread.join()

    def _start(self) -> None:
        if self._thread is not None:
            return
        main = threading.current_thread() is threading.main_thread()
        if _NUDGE is not None and main and signal.getsignal(_NUDGE) is signal.SIG_DFL:
            signal.signal(_NUDGE, _nudged)
        self._thread = threading.Thread(target=self._watch, name="netwright-watchdog", daemon=True)
        self._thread.start()

    def _let_go(self) -> None:
        """Take back an exception that was asked for and has not been raised yet."""
        self._bitten = False
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._watched), None)

    # The thread

    def _watch(self) -> None:
        while not self._quit.wait(_LOOK_SECS):
            if self._overdue():
                self._bite()

    def _overdue(self) -> bool:
        now, until = monotonic(), self._until
        if until and now > min(until):
            return True
        beat = self._beat
        if beat is None or now - beat < self._silence:
            return False
        frame = sys._current_frames().get(self._watched)
        while frame is not None:
            if self._is_plugins(frame.f_code.co_filename):
                return True
            frame = frame.f_back
        return False

    def _bite(self) -> None:
        self._bitten = True
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(self._watched), ctypes.py_object(Overran)
        )
        main = self._watched == threading.main_thread().ident
        if main and _NUDGE is not None and signal.getsignal(_NUDGE) is _nudged:
            signal.pthread_kill(self._watched, _NUDGE)


def _nudged(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: it is enough that Python runs again."""


def _nothing(_file: str) -> bool:
    return False
