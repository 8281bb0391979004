"""Plugin news: what a person is told and asked of plug-ins while the window is open."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from studio.plugins.entry import Plugin
from studio.plugins.host import Host

from .notices import Notice, Notices


class Front(Protocol):
    """Where news leads to."""

    def open_list(self) -> None:
        """Show the list of plug-ins."""

    def attempt(self, deed: Callable[[], object]) -> bool:
        """Do something, and say what was wrong with it."""


class PluginNews:
    """Asks for trust, and says once what became of a plug-in and of a change of its files.

    What was said of a plug-in is taken back when it is another thing now: nobody reads of an
    error that was mended, or is asked for trust twice.
    """

    def __init__(self, host: Host, notices: Notices, front: Front) -> None:
        self._host = host
        self._notices = notices
        self._front = front
        self._known: dict[str, tuple[str, str]] = {}
        self._said: dict[str, Notice] = {}
        self._reread: set[str] = set()
        self.silent = False
        """Whether what is found is only noted: faults of old are no news at the start."""

    def look(self, name: str) -> None:
        """Say what is new about a plug-in."""
        plugin = next((one for one in self._host.plugins if one.id == name), None)
        if plugin is None:
            self._forget(name)
            return
        before, now = self._known.get(name), (plugin.state, plugin.sentence)
        self._known[name] = now
        if before == now and plugin.state != "on":
            return
        self._take_back(name)
        if plugin.state == "untrusted":
            self._ask(plugin)
        elif plugin.state in {"failed", "wrong"} and not self.silent:
            self.tell_off(plugin)
        elif plugin.state == "on" and name in self._reread:
            self._said[name] = self._notices.say(f"Read {plugin.title} anew: its files changed")
        if plugin.state != "trying":
            self._reread.discard(name)

    def reread(self, name: str) -> None:
        """Note that files changed; what became of it is said when it was tried."""
        self._reread.add(name)

    def tell_off(self, plugin: Plugin) -> None:
        """Say that a plug-in is off, why, and what can be done."""
        self._take_back(plugin.id)
        self._known[plugin.id] = (plugin.state, plugin.sentence)
        message = f"The plug-in {plugin.title} was switched off: {plugin.sentence}"
        answers = (
            ("Plug-ins", self._front.open_list),
            ("Try again", partial(self._attempt, self._host.enable, plugin.id)),
        )
        said = self._notices.say(message, "error", answers=answers, details=plugin.details)
        self._said[plugin.id] = said

    def _ask(self, plugin: Plugin) -> None:
        if plugin.manifest is None:
            return
        message = (
            f"Do you trust the plug-in {plugin.title} {plugin.manifest.version}? "
            "Its code runs with all your rights"
        )
        answers = (
            ("Trust", partial(self._attempt, self._host.trust, plugin.id)),
            ("Leave off", partial(self._attempt, self._host.disable, plugin.id)),
            ("Plug-ins", self._front.open_list),
        )
        self._said[plugin.id] = self._notices.say(message, answers=answers)

    def _forget(self, name: str) -> None:
        self._take_back(name)
        self._known.pop(name, None)
        self._reread.discard(name)

    def _take_back(self, name: str) -> None:
        if name in self._said:
            self._notices.dismiss(self._said.pop(name))

    def _attempt(self, deed: Callable[[str], None], name: str) -> None:
        self._known.pop(name, None)  # the same answer as before is worth saying, too
        self._front.attempt(partial(deed, name))
