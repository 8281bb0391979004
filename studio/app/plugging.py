"""Plugging: the plug-ins of this program, found where they lie and put into its tables."""

from collections.abc import Callable, Iterable
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any

from studio.core.catalog import Catalog
from studio.core.plugin_code import plugin_finder
from studio.plugins.answers import Answers
from studio.plugins.containing import contain
from studio.plugins.entry import Plugin
from studio.plugins.giving import Given
from studio.plugins.host import Host
from studio.plugins.memory import Memory
from studio.plugins.watchdog import Overran
from studio.plugins.words import told
from studio.resources import shipped_plugins

from . import folders
from .actions import Action, ActionList, Row
from .catalogue import builtin_catalog
from .gallery import Exhibit
from .plugin_news import PluginNews

if TYPE_CHECKING:
    from .studio import Studio

LOOK_SECS = 1.0
"""How often changed files of a person's own plug-ins are looked for."""
_OF_THE_ENGINE = frozenset({"sources", "schedules", "probes", "transforms", "metrics"})
"""What the engine imports by name; of blocks and optimisers it is told the text."""


def new_host(catalog: Catalog, *, patient: bool = False) -> Host:
    """Return a host that has not looked for plug-ins yet; a ``patient`` one waits for torch."""
    return Host(
        catalog,
        Memory(folders.plugins_file()),
        Answers(folders.shapes_file(), patient=patient),
        own=folders.plugins(),
        shipped=shipped_plugins(),
    )


def started_host() -> Host:
    """Return a host over everything, for programs that have time."""
    host = new_host(builtin_catalog(), patient=True)
    host.start()
    host.wait()
    return host


def full_catalog() -> Catalog:
    """Return a catalog of what ships with the studio and of the plug-ins that are on."""
    return started_host().catalog


def exhibits_of_plugins() -> tuple[Exhibit, ...]:
    """Return the experiments that the plug-ins that are on add to the gallery."""
    host, taker = started_host(), _GalleryTaker()
    try:
        host.attach(taker)
        return tuple(_exhibit(given, host.plugin(name).title) for name, given in taker.given)
    finally:
        host.close()


class Plugging:
    """The plug-ins beside an open document: what changes with them is looked at anew."""

    kinds = frozenset({"actions", "gallery", "composites"})

    def __init__(self, studio: "Studio") -> None:
        self.host = new_host(studio.catalog)
        self.rows: dict[str, list[Row]] = {}
        """What plug-ins add to what a person can do, by plug-in."""
        self._studio = studio
        self._news = PluginNews(self.host, studio.notices, self)
        self._started = False
        self._files: dict[str, list[Given]] = {}
        self._stale = self._engine_stale = False
        self._engines: dict[str, tuple[object, ...]] = {}
        self._looked = 0.0
        self._read: tuple[tuple[Path, str], ...] = ()

    def start(self) -> None:
        """Find and load plug-ins; once."""
        if self._started:
            return
        self._started = True
        host = self.host
        host.changed.connect(self._on_changed)
        host.failed.connect(self._on_failed)
        host.answered.connect(self._on_answered)
        host.attach(self)
        plugin_finder().rewrite = contain
        self._news.silent = True
        host.start()
        self._news.silent = False
        self._engines = {plugin.id: _for_engine(plugin) for plugin in host.plugins}
        self._engine_stale = False
        self._refresh()

    def poll(self) -> None:
        """Take up what happened; the window calls this from its timer."""
        if not self._started:
            return
        self.host.beat()
        self.host.poll()
        if monotonic() - self._looked > LOOK_SECS:
            self._looked = monotonic()
            for name in self.host.changed_files():
                self._news.reread(name)
                self.host.reload(name)
        self._refresh()

    def reload_all(self) -> None:
        """Read all plug-ins anew, and find new ones; the drawing stays as it is."""
        self.host.look_again()
        for plugin in self.host.plugins:
            self.host.reload(plugin.id)
        on = sum(plugin.state == "on" for plugin in self.host.plugins)
        self._refresh()
        self._studio.notices.say(f"Read the plug-ins anew: {on} on")

    def blames(self, error: BaseException, trace: TracebackType | None) -> bool:
        """Tell whether an exception came out of a plug-in, which is then switched off."""
        files = []
        while trace is not None:
            files.append(trace.tb_frame.f_code.co_filename)
            trace = trace.tb_next
        plugin = self.host.blamed(files) if self._started else ""
        if plugin:
            late = isinstance(error, Overran)
            self.host.blame(plugin, "it kept the window waiting" if late else told(error), error)
        return bool(plugin)

    def close(self) -> None:
        """End what was begun."""
        if self._started:
            self.host.close()

    @property
    def exhibits(self) -> tuple[Exhibit, ...]:
        """Experiments that plug-ins add to the gallery."""
        return tuple(_exhibit(given, self._title(plugin)) for plugin, given in self._all("gallery"))

    @property
    def composites(self) -> tuple[tuple[Path, str], ...]:
        """Files of composites that plug-ins add to the library, with their family."""
        return tuple(
            (Path(str(given.value)), self._title(plugin))
            for plugin, given in self._all("composites")
        )

    @property
    def themes(self) -> tuple[str, ...]:
        """The ids of the themes that can be worn now."""
        return tuple(
            id_
            for plugin in self.host.plugins
            if plugin.state == "on"
            for kind, id_, _ in plugin.gives
            if kind == "themes"
        )

    # As a table that plug-ins add to

    def take(self, given: Given, plugin: str) -> None:
        """Add an action, or note an experiment."""
        if isinstance(given.value, Action | ActionList):
            self.rows.setdefault(plugin, []).append(given.value)
        else:
            self._files.setdefault(plugin, []).append(given)

    def drop(self, plugin: str) -> None:
        """Forget what a plug-in gave."""
        self.rows.pop(plugin, None)
        self._files.pop(plugin, None)

    def _all(self, kind: str) -> Iterable[tuple[str, Given]]:
        for plugin, files in self._files.items():
            yield from ((plugin, given) for given in files if given.kind == kind)

    def _title(self, plugin: str) -> str:
        return self.host.plugin(plugin).title

    # What plug-ins do

    def _on_changed(self, name: str) -> None:
        self._stale = True
        known = [plugin for plugin in self.host.plugins if plugin.id == name]
        now = _for_engine(known[0]) if known else ()
        if self._engines.get(name, ()) != now:
            self._engines[name], self._engine_stale = now, True
        self._news.look(name)

    def _on_answered(self, _: None) -> None:
        self._stale = True

    def _on_failed(self, plugin: Plugin) -> None:
        self._news.tell_off(plugin)

    def _refresh(self) -> None:
        """Look at the drawing anew if plug-ins changed; restart an engine that is idle."""
        studio = self._studio
        if self._stale:
            self._stale = False
            studio.shelf.take(self.exhibits)
            if self._read != self.composites:
                self._read = self.composites
                studio.read_library()
            studio.workspace.recheck()
        if self._engine_stale and studio.session.state in {"cold", "ready", "ended"}:
            self._engine_stale = False
            if studio.session.state != "cold":
                studio.session.restart_engine()

    # Where its news leads to

    def open_list(self) -> None:
        """Show the list of plug-ins."""
        self._studio.front.open_dialog("plugins")

    def attempt(self, deed: Callable[[], object]) -> bool:
        """Do something, and say what was wrong with it."""
        return self._studio.attempt(deed)


class _GalleryTaker:
    """Collects the experiments of plug-ins, with the id of who gives them."""

    kinds = frozenset({"gallery"})

    def __init__(self) -> None:
        self.given: list[tuple[str, Given]] = []

    def take(self, given: Given, plugin: str) -> None:
        """Note an experiment."""
        self.given.append((plugin, given))

    def drop(self, plugin: str) -> None:
        """Forget what a plug-in gave."""
        self.given = [(name, given) for name, given in self.given if name != plugin]


def _exhibit(given: Given, title: str) -> Exhibit:
    path = Path(str(given.value))
    return Exhibit(path.stem, path, title)


def _for_engine(plugin: Plugin) -> tuple[Any, ...]:
    """Return what of a plug-in the engine has to know; another value means another engine."""
    kinds = {kind for kind, _, _ in plugin.gives}
    if plugin.state != "on" or not kinds & _OF_THE_ENGINE:
        return ()
    return (str(plugin.folder), plugin.digest)
