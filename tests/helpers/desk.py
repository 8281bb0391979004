"""A window on a table: opened for a test, closed without a question after it."""

from collections.abc import Iterator
from contextlib import contextmanager

from pytestqt.qtbot import QtBot

from studio.app.gallery import find_experiment
from studio.app.studio import Studio
from studio.ui.look import Look, load_fonts
from studio.ui.window import MainWindow


@contextmanager
def opened_window(qtbot: QtBot, file: str = "") -> Iterator[MainWindow]:
    """Open a window, on a file or an experiment of the gallery if one is named."""
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance()
    assert isinstance(app, QApplication)
    load_fonts()
    studio = Studio()
    look = Look(app, studio.settings)
    window = MainWindow(studio, look)
    if file:
        studio.open(find_experiment(file))
    window.show()
    qtbot.waitExposed(window)
    try:
        yield window
    finally:
        studio.workspace.document.mark_saved()
        studio.session.close()  # a run under way is not asked about
        window.close()
        window.deleteLater()
        look.take_off()
