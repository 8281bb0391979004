"""Plugging in the window: panels, keys and themes of plug-ins, each under the guard of its own."""

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from tomllib import TOMLDecodeError, loads
from typing import Any

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QMainWindow

from studio.app.actions import Action
from studio.app.studio import Studio
from studio.core.errors import FileError, StudioError
from studio.core.plugin_code import PACKAGE
from studio.plugins.giving import Given
from studio.plugins.guard import Guard

from .dashboard.panel import Panel, PanelContext, PanelSpec
from .docks import Docks
from .look import Look
from .menus import Deed
from .theme import DARK, LIGHT, Tokens

POLL_MS = 200
_OVERRIDDEN = frozenset({"refresh", "forget", "set_record", "show_settings", "mark_stale"})
"""What of a panel the studio calls, beside the events of Qt."""


class PluginPulse(QObject):
    """Lets the studio take up, five times a second, what plug-ins did."""

    def __init__(self, studio: Studio, parent: QObject) -> None:
        super().__init__(parent)
        self._studio = studio
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Begin."""
        self._timer.start()

    def stop(self) -> None:
        """Beat no more."""
        self._timer.stop()

    @Slot()
    def _beat(self) -> None:
        self._studio.plugins.poll()


class PanelTaker:
    """Takes panels of plug-ins among the docks."""

    kinds = frozenset({"panels"})

    def __init__(self, studio: Studio, docks: Docks) -> None:
        self._studio = studio
        self._docks = docks
        self._given: dict[str, list[PanelSpec]] = {}

    def take(self, given: Given, plugin: str) -> None:
        """Make a panel and show it.

        Raises:
            StudioError: it cannot be made.
        """
        spec, guard = given.value, self._studio.plugins.host.guard_of(plugin)
        assert isinstance(spec, PanelSpec)
        assert guard is not None
        shown = replace(spec, make=_Making(spec, guard))
        self._docks.add_panel(shown)
        self._given.setdefault(plugin, []).append(shown)

    def drop(self, plugin: str) -> None:
        """Take the panels of a plug-in away."""
        for spec in self._given.pop(plugin, []):
            self._docks.remove_panel(spec)


class KeyTaker:
    """Gives the actions of plug-ins their keys."""

    kinds = frozenset[str]()  # the studio's own table takes them; this one follows it

    def __init__(self, studio: Studio, window: QMainWindow) -> None:
        self._studio = studio
        self._window = window
        self._deeds: list[Deed] = []
        studio.workspace.renewed.connect(self._on_renewed)

    def _on_renewed(self, _offer: object) -> None:
        for deed in self._deeds:
            self._window.removeAction(deed)
            deed.deleteLater()
        self._deeds = [
            Deed(row, self._studio, self._window)
            for rows in self._studio.plugins.rows.values()
            for row in rows
            if isinstance(row, Action)
        ]
        self._window.addActions(list(self._deeds))


class ThemeTaker:
    """Takes themes of plug-ins: tables of colours over the light or the dark one."""

    kinds = frozenset({"themes"})

    def __init__(self, look: Look) -> None:
        self._look = look
        self._owners: dict[str, str] = {}

    def take(self, given: Given, plugin: str) -> None:
        """Offer a theme.

        Raises:
            FileError: it is none.
        """
        assert isinstance(given.value, Path)
        self._owners[given.id] = plugin
        self._look.offer(theme_of(given.id, given.value))

    def drop(self, plugin: str) -> None:
        """Offer the themes of a plug-in no more."""
        for id_ in [id_ for id_, owner in self._owners.items() if owner == plugin]:
            del self._owners[id_]
            self._look.withdraw(id_)


def theme_of(id_: str, path: Path) -> Tokens:
    """Return the theme of a file.

    Raises:
        FileError: it cannot be read, or names a colour that is none.
    """
    try:
        content = loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, TOMLDecodeError) as error:
        raise FileError(f"{path.name} is no theme: {error}") from error
    base = {"light": LIGHT, "dark": DARK}.get(str(content.get("base")))
    colours = content.get("colours", {})
    if base is None or not isinstance(colours, dict):
        raise FileError(f'{path.name}: expected base = "light" or "dark", and a table [colours]')
    known = {field.name for field in fields(Tokens) if isinstance(getattr(base, field.name), str)}
    for name, colour in colours.items():
        if name not in known - {"name"}:
            told = ", ".join(sorted(known - {"name"}))
            raise FileError(f"{path.name}: there is no colour {name}; expected one of {told}")
        if not isinstance(colour, str) or not QColor.isValidColorName(colour):
            raise FileError(f"{path.name}, {name}: expected a colour such as #1B1F24")
    return replace(base, name=id_, **colours)


class _Making:
    """Makes the panel of a plug-in, whose own methods are put under guard first."""

    def __init__(self, spec: PanelSpec, guard: Guard) -> None:
        self._spec, self._guard = spec, guard

    def __call__(self, context: PanelContext) -> Panel:
        what = f"making the panel {self._spec.id}"
        panel = self._guard.run(what, self._spec.make, context)
        if not isinstance(panel, Panel):
            raise FileError(f"{self._spec.id}: expected a Panel, received {type(panel).__name__}")
        for kind in type(panel).__mro__:
            if kind.__module__.startswith(f"{PACKAGE}."):
                _shield(kind, self._guard)
        return panel


def _shield(kind: type, guard: Guard) -> None:
    """Put what Qt and the studio call of a class under guard: nothing it raises leaves it."""
    for name, function in list(vars(kind).items()):
        called = name in _OVERRIDDEN or name.endswith("Event")
        if called and callable(function):
            setattr(kind, name, _shielded(function, f"{name} of {kind.__name__}", guard))


def _shielded(function: Callable[..., Any], what: str, guard: Guard) -> Callable[..., Any]:
    def call(*args: Any) -> Any:
        try:
            return guard.run(what, function, *args)
        except StudioError:
            return None  # it was reported, and the panel will be gone in a moment

    return call
