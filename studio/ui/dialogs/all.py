"""The program's own dialogs by name."""

from PySide6.QtWidgets import QMainWindow

from studio.app.studio import Studio

from .about import AboutDialog
from .commands import CommandPalette
from .keys import KeysDialog
from .plugins import PluginsDialog
from .preferences import PreferencesDialog


def open_dialog(name: str, studio: Studio, window: QMainWindow) -> None:
    """Open a dialog over a window; nothing waits for it."""
    match name:
        case "commands":
            CommandPalette(studio, window).open_up()
        case "keys":
            KeysDialog(studio, window).open()
        case "settings":
            PreferencesDialog(studio.settings, window, studio.plugins.themes).open()
        case "plugins":
            PluginsDialog(studio, window).open()
        case "about":
            AboutDialog(studio, window).open()
        case _:
            raise AssertionError(name)
