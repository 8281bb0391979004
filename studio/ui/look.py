"""Look: fonts, palette and style of the whole application, following the system as it changes."""

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QApplication

from studio.app.settings import Settings
from studio.resources import resource

from .style import style_sheet
from .theme import DARK, LIGHT, WORN, Tokens, palette_of


def load_fonts() -> None:
    """Make the bundled fonts known, so that pictures agree across machines."""
    for file in sorted(resource("fonts").iterdir()):
        if file.suffix in {".otf", ".ttf"}:
            QFontDatabase.addApplicationFont(str(file))


def text_font(size_px: int) -> QFont:
    """Return the font of the window, its figures all of one width."""
    font = QFont("Inter")
    font.setPixelSize(size_px)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def code_font(size_px: int) -> QFont:
    """Return the font of programs and formulas."""
    font = QFont("JetBrains Mono")
    font.setPixelSize(size_px)
    font.setFeature(QFont.Tag("calt"), 0)  # -> is two letters in a program
    return font


class Look(QObject):
    """Gives the application its colours and letters, and gives them anew when they change."""

    changed = Signal()

    def __init__(
        self, app: QApplication, settings: Settings, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._app = app
        self._settings = settings
        self._shown: tuple[str, int] | None = None
        self._more: dict[str, Tokens] = {}
        settings.changed.connect(self._on_setting)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_scheme)
        self.put_on()

    @property
    def theme(self) -> Tokens:
        """The theme that the settings, or else the system, ask for."""
        own = self._more.get(self._settings.values.text("own_theme"))
        if own is not None:
            return own
        match self._settings.values.text("theme"):
            case "dark":
                return DARK
            case "light":
                return LIGHT
            case _:
                scheme = QGuiApplication.styleHints().colorScheme()
                return DARK if scheme is Qt.ColorScheme.Dark else LIGHT

    def offer(self, theme: Tokens) -> None:
        """Let a theme of a plug-in be worn, by its name in the settings."""
        self._more[theme.name] = theme
        self.put_on()

    def withdraw(self, name: str) -> None:
        """Let a theme of a plug-in be worn no more."""
        self._more.pop(name, None)
        self.put_on()

    def put_on(self) -> None:
        """Apply theme and fonts; nothing happens if they are on already."""
        size = self._settings.values.whole("text_size")
        theme = self.theme
        if self._shown == (theme.name, size):
            return
        self._shown = (theme.name, size)
        self._app.setFont(text_font(size))
        self._app.setProperty(WORN, theme)
        self._app.setPalette(palette_of(theme))
        self._app.setStyleSheet(style_sheet(theme, size))
        self.changed.emit()

    def take_off(self) -> None:
        """Leave the application as it is from now on."""
        self._settings.changed.disconnect(self._on_setting)
        self._app.setProperty(WORN, None)
        self._app.setStyleSheet("")

    def _on_setting(self, name: str) -> None:
        if name in {"theme", "own_theme", "text_size"}:
            self.put_on()

    @Slot(Qt.ColorScheme)
    def _on_scheme(self, _scheme: Qt.ColorScheme) -> None:
        self.put_on()
