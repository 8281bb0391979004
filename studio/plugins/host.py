"""Host: the plug-ins of this process, from found to at work, and out again.

Whatever a plug-in gives goes to a ``Taker``, the catalog first of all; a window brings takers for
panels and actions, and their code is loaded then. Nothing here waits: ``poll`` takes up answers,
rehearsals and changed files, and is where a plug-in that went wrong is taken out, never in the
middle of a check.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from studio.api import Catalog, FileError, StudioError
from studio.core.plugin_code import PACKAGE
from studio.core.signal import Signal

from .answers import Answers
from .deciding import Deciding
from .discover import Found, discovered
from .entry import Entry, Plugin
from .guard import Guard
from .loading import Loading
from .memory import Memory
from .rehearsing import Rehearsing
from .taking import CatalogTaker, Taker
from .watchdog import Watchdog
from .words import traced

_WAYS = {
    "off": "Enable the plug-in {}",
    "untrusted": "Trust the plug-in {}",
    "trying": "Wait until the plug-in {} was tried",
}


class Host:
    """All plug-ins of this process.

    Told: ``changed`` (one of them is something else now), ``failed`` (one was switched off),
    ``answered`` (shapes are known that were asked for).
    """

    def __init__(
        self,
        catalog: Catalog,
        memory: Memory,
        answers: Answers,
        *,
        own: Path,
        shipped: Path | None = None,
        rehearsing: Rehearsing | None = None,
    ) -> None:
        self.changed: Signal[str] = Signal()
        self.failed: Signal[Plugin] = Signal()
        self.answered: Signal[None] = Signal()
        self.own = own
        self.catalog = catalog
        self._memory = memory
        self._answers = answers
        self._shipped = shipped
        self._rehearsing = rehearsing or Rehearsing()
        self._deciding = Deciding(memory, self._rehearsing)
        self._watchdog = Watchdog()
        self._loading = Loading(memory, answers)
        self._loading.takers.append(CatalogTaker(catalog))
        self._entries: dict[str, Entry] = {}

    @property
    def plugins(self) -> tuple[Plugin, ...]:
        """All that were found, in the order they were."""
        return tuple(entry.told(name) for name, entry in self._entries.items())

    def plugin(self, id_: str) -> Plugin:
        """Return a plug-in.

        Raises:
            FileError: there is none of this id.
        """
        return self._entry(id_).told(id_)

    def guard_of(self, id_: str) -> Guard | None:
        """Return what watches a plug-in that is on."""
        return self._entry(id_).guard

    def start(self) -> None:
        """Look for plug-ins, and load those that are on and trusted."""
        for found in discovered(self._shipped, self.own):
            self._add(found)
        self._memory.note_busy("")

    def attach(self, taker: Taker) -> None:
        """Give a table what the plug-ins that are on have for it."""
        self._loading.takers.append(taker)
        for name, entry in self._entries.items():
            if entry.state == "on":
                self._load(name, entry)

    # What a person decides

    def trust(self, id_: str) -> None:
        """Load it from now on, as long as its files stay as they are."""
        entry = self._entry(id_)
        self._memory.trust(entry.digest)
        self._memory.switch(id_, on=True)
        self._settle(id_)

    def trusts_changes(self, id_: str) -> bool:
        """Tell whether a person trusts whatever becomes of it."""
        return self._memory.trusts_folder(str(self._entry(id_).found.folder))

    def trust_changes(self, id_: str) -> None:
        """Trust it and whatever becomes of it: for whoever writes it."""
        self._memory.trust_folder(str(self._entry(id_).found.folder))
        self.trust(id_)

    def enable(self, id_: str) -> None:
        """Load it again, also after it failed."""
        entry = self._entry(id_)
        self._memory.switch(id_, on=True)
        self._memory.note_fault(entry.digest, "")
        if not (self._memory.rehearsed(entry.digest) or {}).get("gives"):
            self._memory.forget_rehearsal(entry.digest)
        self.reload(id_)

    def disable(self, id_: str) -> None:
        """Take out everything that it gave."""
        self._entry(id_)
        self._memory.switch(id_, on=False)
        self._settle(id_)

    def reload(self, id_: str) -> None:
        """Read its files anew."""
        entry = self._entry(id_)
        self._loading.unload(id_, entry)
        folder = entry.found.folder
        found = [one for one in discovered(self._shipped, self.own) if one.folder == folder]
        if not found:
            del self._entries[id_]
            self.catalog.touch()
            self.changed.tell(id_)
        else:
            self._entries[id_] = Entry(found[0])
            self._settle(id_)

    def look_again(self) -> None:
        """Find what was installed or removed since."""
        there = discovered(self._shipped, self.own)
        folders = {found.folder for found in there}
        for name in [
            name for name, one in self._entries.items() if one.found.folder not in folders
        ]:
            self.reload(name)
        known = {entry.found.folder for entry in self._entries.values()}
        for found in there:
            if found.folder not in known:
                self._add(found)

    # What happens by itself

    def poll(self) -> None:
        """Take up answers and rehearsals, and take out what went wrong."""
        for reference, sentence in self._answers.take().items():
            self._blame_class(reference, sentence)
        for name, entry in list(self._entries.items()):
            if entry.broken is not None:
                self._fail(name, entry, *entry.broken)
        if self._answers.news():
            self.catalog.touch()
            self.answered.tell(None)
        for digest in self._deciding.take():
            for name in [name for name, one in self._entries.items() if one.digest == digest]:
                self._settle(name)

    @property
    def busy(self) -> bool:
        """Whether something was asked or is being tried."""
        return self._answers.waiting or self._rehearsing.busy

    def wait(self) -> None:
        """Wait until everything that is being tried was tried."""
        while self._rehearsing.busy:
            self._rehearsing.wait()
            self.poll()

    def changed_files(self) -> tuple[str, ...]:
        """Return the plug-ins of a person whose files are others than when they were read."""
        return tuple(name for name, entry in self._entries.items() if entry.changed)

    def beat(self) -> None:
        """Say that the window lives, so that a plug-in that keeps it from that is noticed."""
        self._watchdog.beat(self._is_plugins)

    def blamed(self, files: Iterable[str]) -> str:
        """Return the plug-in to which the last of these files belongs; empty for none."""
        folders = {f"{entry.found.folder}{os.sep}": name for name, entry in self._entries.items()}
        for file in reversed(list(files)):
            for folder, name in folders.items():
                if file.startswith(folder):
                    return name
        return ""

    def blame(self, id_: str, sentence: str, error: BaseException | None = None) -> None:
        """Switch a plug-in off that went wrong, at the next poll."""
        entry = self._entries.get(id_)
        if entry is not None and entry.state == "on" and entry.broken is None:
            details = traced(error, entry.found.folder) if error is not None else ""
            entry.broken = (sentence, details)
            if entry.guard is not None:
                entry.guard.broken = sentence

    def close(self) -> None:
        """End what was begun."""
        self._rehearsing.close()
        self._answers.close()
        self._watchdog.close()

    def _add(self, found: Found) -> None:
        name = found.name if found.name not in self._entries else str(found.folder)
        self._entries[name] = entry = Entry(found)
        was_busy = self._deciding.was_busy(entry)
        if was_busy:
            sentence = "The program ended without a word while it was being loaded"
            self._memory.note_fault(self._memory.busy, sentence)
        self._settle(name)
        if was_busy and entry.state == "failed":
            self.failed.tell(entry.told(name))

    def _settle(self, name: str) -> None:
        """Bring a plug-in where it belongs."""
        entry = self._entries[name]
        self._loading.unload(name, entry)
        entry.look()
        entry.details = ""
        entry.state, entry.sentence = self._deciding.due(name, entry)
        if entry.state == "on":
            entry.guard = Guard(self._watchdog, _Report(self, name))
            self._load(name, entry)
        self._tell_way(name, entry)
        self.changed.tell(name)

    def _load(self, name: str, entry: Entry) -> None:
        try:
            self._loading.load(name, entry)
        except StudioError as error:
            self._fail(name, entry, *(entry.broken or (str(error), "")))

    def _fail(self, name: str, entry: Entry, sentence: str, details: str) -> None:
        self._loading.unload(name, entry)
        entry.state, entry.sentence, entry.details = "failed", sentence, details
        entry.broken = None
        self._memory.note_fault(entry.digest, sentence)
        self._tell_way(name, entry)
        self.failed.tell(entry.told(name))
        self.changed.tell(name)

    def _blame_class(self, reference: str, sentence: str) -> None:
        for name, entry in self._entries.items():
            manifest = entry.found.manifest
            if manifest is not None and reference.startswith(f"{PACKAGE}.{manifest.module}."):
                kind = reference.rpartition(":")[2]
                self.blame(name, f"torch was asked for the shapes of {kind}, and {sentence}")

    def _tell_way(self, name: str, entry: Entry) -> None:
        """Say on placeholders what can be done about them."""
        self.catalog.ways.pop(name, None)
        if entry.state != "on":
            way = _WAYS.get(entry.state, "See in the list of plug-ins why {} is off")
            self.catalog.ways[name] = way.format(entry.title)
        self.catalog.touch()

    def _is_plugins(self, file: str) -> bool:
        return bool(self.blamed([file]))

    def _entry(self, id_: str) -> Entry:
        if id_ not in self._entries:
            known = ", ".join(self._entries) or "none"
            raise FileError(f"There is no plug-in {id_}; there are {known}")
        return self._entries[id_]


@dataclass(frozen=True, slots=True)
class _Report:
    host: Host
    plugin: str

    def __call__(self, sentence: str, error: BaseException | None) -> None:
        self.host.blame(self.plugin, sentence, error)
