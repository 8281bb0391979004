"""Bridge: the one place where other threads, other processes and the event loop meet."""

import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import TypeAlias

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from studio.app.notices import Notices
from studio.app.session import SessionState, TrainingSession

Blames: TypeAlias = Callable[[BaseException, TracebackType | None], bool]

BUSY_MS = 33
IDLE_MS = 100


class Pulse(QObject):
    """Takes up the engine's events thirty times a second, ten times while nothing is trained."""

    def __init__(self, session: TrainingSession, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._timer = QTimer(self, interval=IDLE_MS)
        self._timer.timeout.connect(self._beat)
        session.changed.connect(self._on_state)
        self._on_state(session.state)

    def stop(self) -> None:
        """Beat no more."""
        self._timer.stop()

    def _on_state(self, state: SessionState) -> None:
        if state == "cold":
            self._timer.stop()
            return
        self._timer.setInterval(IDLE_MS if state in {"ready", "ended", "paused"} else BUSY_MS)
        self._timer.start()

    @Slot()
    def _beat(self) -> None:
        self._session.poll()


class Beside(QObject):
    """Does work in threads of its own, and goes on in the event loop's."""

    _done = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._done.connect(self._go_on)

    def start(self, work: Callable[[], None], then: Callable[[], None]) -> None:
        """Return at once; ``then`` is called when the work is done, unless it raised."""

        def run() -> None:
            work()
            with suppress(RuntimeError):  # the window was closed meanwhile
                self._done.emit(then)

        threading.Thread(target=run, name="beside", daemon=True).start()

    @Slot(object)
    def _go_on(self, then: Callable[[], None]) -> None:
        then()


class Mishaps(QObject):
    """Turns exceptions that nobody caught, of any thread, into notices; the document stays."""

    _happened = Signal(str, str)

    def __init__(self, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._notices = notices
        self._happened.connect(self._say)
        self.blames: Blames = _nobody
        """Tells whether somebody else is to blame, who then says so."""
        self._before = (sys.excepthook, threading.excepthook)

    def watch(self) -> None:
        """Listen from now on."""
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception

    def rest(self) -> None:
        """Give the hooks back."""
        sys.excepthook, threading.excepthook = self._before

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._before[0](kind, error, trace)
            return
        details = "".join(traceback.format_exception(kind, error, trace))
        sys.stderr.write(details)
        if self.blames(error, trace):
            return
        self._happened.emit(str(error) or kind.__name__, details)

    def _on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self._on_exception(args.exc_type, args.exc_value, args.exc_traceback)

    @Slot(str, str)
    def _say(self, message: str, details: str) -> None:
        sentence = f"Something in the program went wrong: {message}. Your work is intact"
        self._notices.say(sentence, "error", details=details)


def _nobody(_error: BaseException, _trace: TracebackType | None) -> bool:
    return False
