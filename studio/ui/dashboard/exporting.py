"""Exporting: the dashboard, or one panel of it, as an animation; its run as a report."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QRect, Slot
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QMainWindow

from studio.app.animation import FORMS, Animation
from studio.app.notices import capital
from studio.app.reading import Reading
from studio.app.report.page import write_report
from studio.app.studio import Studio
from studio.ui.dialogs import files

from .docks import DashboardDocks
from .film import Film


class Exporting(QObject):
    """Asks where to, and does it."""

    def __init__(self, studio: Studio, docks: DashboardDocks, window: QMainWindow) -> None:
        super().__init__(window)
        self._studio = studio
        self._docks = docks
        self._window = window
        self._film: Film | None = None
        docks.time_bar.panels = self.seen
        docks.time_bar.export_asked.connect(self._ask)

    @property
    def busy(self) -> bool:
        """Whether a film is being made."""
        return self._film is not None

    def seen(self) -> list[tuple[str, str]]:
        """Return id and title of the panels that can be seen now."""
        docks = [(id_, dock) for id_, dock in self._docks.docks.items() if dock.isVisible()]
        return [(i, dock.windowTitle()) for i, dock in docks if not dock.visibleRegion().isEmpty()]

    @Slot(str, str)
    def _ask(self, form: str, panel: str) -> None:
        started = self._docks.record.started
        title = started.title if started else self._studio.workspace.document.experiment.title
        name = f"{title} {panel}".strip().replace("/", "-")
        suggestion = self._studio.filing.folder / f"{name}.{form}"
        then = self.report if form == "html" else partial(self.film, form, panel)
        files.ask_film(self._window, suggestion, then)

    def report(self, file: Path) -> None:
        """Write the run that is shown as one web page, beside the window."""
        run = self._studio.trainer.run
        if run is None or not run.folder:
            self._studio.notices.say("This run keeps no record to report on", "warning")
            return
        from studio.ui.offscreen import drawing_of

        folder = Path(run.folder)
        read = partial(write_report, folder, file, drawing_of(folder))
        say = partial(self._studio.notices.say, level="warning")
        Reading(read, self._say_written, say).start(self._studio.front.beside)

    def film(self, form: str, panel: str, file: Path) -> None:
        """Write what is shown at each moment; ``panel`` is the id of one, empty for all."""
        if self._film is not None:
            self._studio.notices.say("An animation is being written; wait for its end", "warning")
            return
        bar = self._docks.time_bar
        bar.stop()
        begin = partial(_begin, form, file, bar.moments_per_sec)
        take = partial(self._picture, panel)
        self._film = Film(self._docks.cursor, bar.moments, take, begin, self)
        self._film.advanced.connect(self._on_advanced)
        self._film.ended.connect(partial(self._on_ended, file))
        self._film.start()

    def _picture(self, panel: str) -> QPixmap:
        shown = [self._docks.docks[id_] for id_, _ in self.seen()]
        if panel:
            return self._docks.panels[panel].grab()
        frame = QRect()
        for dock in shown:
            if not dock.isFloating():
                frame |= dock.geometry()
        return self._window.grab(frame) if frame.isValid() else shown[0].grab()

    @Slot(int, int)
    def _on_advanced(self, done: int, of: int) -> None:
        self._docks.time_bar.say(f"frame {done} of {of}")

    def _on_ended(self, file: Path, sentence: str) -> None:
        film, self._film = self._film, None
        if film is not None:
            film.deleteLater()
        self._docks.time_bar.say("")
        if sentence:
            self._studio.notices.say(capital(sentence), "warning")
        else:
            self._say_written(file)

    def _say_written(self, file: Path) -> None:
        self._studio.notices.say(f"Exported {file}")


def _begin(form: str, file: Path, per_sec: int, size: tuple[int, int]) -> Animation:
    return FORMS[form](file, size, float(per_sec))
