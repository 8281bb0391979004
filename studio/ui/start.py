"""start: one application, one studio, one window; heavy parts come after the first paint."""

import faulthandler
import gc
import signal
import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from studio.app.gallery import find_experiment
from studio.app.looking_back import offer_to_go_on
from studio.app.studio import Studio
from studio.core.errors import FileError

from .bridge import Mishaps
from .demo import Demo
from .look import Look, load_fonts
from .window import MainWindow

SWITCH_SECS = 0.0005


def run(file: str | None = None, *, demo: Path | None = None, argv: list[str] | None = None) -> int:
    """Open the window and return the exit code once it is closed.

    With ``demo`` it opens the gallery's LeNet and trains at once; without a display it then leaves
    a picture, the metrics, the program and the weights in that folder, and ends.
    """
    faulthandler.enable()
    # A thread that reads thousands of records holds the interpreter for so long at most: the
    # window, which asks for it hundreds of times a frame, would wait five milliseconds each time.
    sys.setswitchinterval(SWITCH_SECS)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C ends it; unsaved work is recovered
    app = make_application([*sys.argv[:1], *(argv or [])])
    studio = Studio()
    mishaps = Mishaps(studio.notices)
    mishaps.blames = studio.plugins.blames
    mishaps.watch()
    look = Look(app, studio.settings)
    window = MainWindow(studio, look, bare=True)
    first = "lenet-digits" if demo else file
    _Later(window, first, demo, unseen=app.platformName() == "offscreen")
    if app.platformName() != "offscreen":  # its screen is smaller than any window
        window.restore_place()
    window.show()
    code = app.exec()
    mishaps.rest()
    studio.close(keep_copy=studio.filing.dirty)  # for an end that asked nobody
    return code


def make_application(argv: list[str]) -> QApplication:
    """Return the application, with its style and letters but without a window."""
    QApplication.setApplicationName("Netwright")
    QApplication.setApplicationDisplayName("Netwright")
    app = QApplication(argv)
    app.setStyle("Fusion")
    load_fonts()
    return app


def _open_first(studio: Studio, file: str | None) -> None:
    if file is not None:
        try:
            path = find_experiment(file)
        except FileError as error:
            studio.notices.say(str(error), "warning")
        else:
            studio.open(path)
    studio.recover(offer_only=file is not None)


class _Later(QObject):
    """What waits for the first paint."""

    def __init__(
        self, window: MainWindow, file: str | None, demo: Path | None, *, unseen: bool
    ) -> None:
        super().__init__(window)
        self._window = window
        self._file = file
        self._demo = demo
        self._unseen = unseen
        self._tour: Demo | None = None
        self._begun = False
        window.installEventFilter(self)

    @Slot()
    def go_on(self) -> None:
        """Make the pages, open the file, make the panels, then start the engine."""
        try:
            self._furnish()
        except Exception:
            if self._unseen:  # nobody would see the notice
                QCoreApplication.exit(1)
            raise

    def _furnish(self) -> None:
        studio = self._window.studio
        self._window.furnish()
        studio.plugins.start()
        _open_first(studio, self._file)
        self._window.docks.make_dashboard()
        self._window.plug_in()
        if studio.settings.values.flag("warm_engine") or self._demo:
            studio.session.warm_up()
        self._window.pages.build.canvas.fit()
        # What is loaded by now stays: without it a full collection beside 5,000 blocks takes 3 ms
        # instead of 27, and no gesture stumbles over it.
        gc.freeze()
        if not self._demo:
            offer_to_go_on(studio)
            studio.tidying.look()
        else:
            self._tour = Demo(self._window, self._demo, unseen=self._unseen)
            self._tour.begin()

    # Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and not self._begun:
            self._begun = True
            QTimer.singleShot(0, self.go_on)  # comes when this paint is on the screen
        return False
