"""Loading: the parts of a plug-in go where there is a table for them, and out again whole."""

from dataclasses import replace

from studio.core.plugin_code import PACKAGE, forget_modules, plugin_finder

from .answers import Answers
from .discover import lacking
from .entry import Entry
from .giving import PROBES, given_by, parts_of
from .guard import guarded
from .manifest import Manifest, Part
from .memory import Memory
from .taking import Taker

LOAD_SECS = 15.0
"""How long a file may take to load: it may bring charts or SciPy with it."""


class Loading:
    """Fills the tables of this process."""

    def __init__(self, memory: Memory, answers: Answers) -> None:
        self.takers: list[Taker] = []
        self._memory = memory
        self._answers = answers

    def load(self, name: str, entry: Entry) -> None:
        """Load what there is a table for and was not loaded yet.

        Raises:
            StudioError: something of it cannot be; the rest is left for ``unload``.
        """
        manifest = entry.found.manifest
        assert manifest is not None
        entry.sentence = _left_out(manifest)
        if not entry.loaded:  # whatever was left of another host, or of a load that was cut off
            forget_modules(manifest.module)
        plugin_finder().folders[manifest.module] = entry.found.folder
        if not entry.loaded:  # another plug-in of this id may have been read before
            forget_modules(manifest.module)
        kinds = frozenset[str]().union(*(taker.kinds for taker in self.takers))
        risky = entry.found.origin != "shipped"
        if risky:  # whoever is ended by it finds it off at the next start
            self._memory.note_busy(entry.digest)
        try:
            for part in parts_of(manifest, entry.found.folder):
                fits = part.kind in {*kinds, PROBES, ""}
                if fits and part.path not in entry.loaded and not lacking(part.needs):
                    entry.loaded.add(part.path)
                    self._take(name, entry, manifest, part)
        finally:
            if risky:
                self._memory.note_busy("")

    def unload(self, name: str, entry: Entry) -> None:
        """Take out everything that it gave, and forget its code."""
        for taker in self.takers:
            taker.drop(name)
        entry.loaded.clear()
        entry.guard = None
        manifest, folders = entry.found.manifest, plugin_finder().folders
        if manifest is not None and folders.get(manifest.module) == entry.found.folder:
            del folders[manifest.module]
            forget_modules(manifest.module)
            self._answers.forget(f"{PACKAGE}.{manifest.module}.")

    def _take(self, name: str, entry: Entry, manifest: Manifest, part: Part) -> None:
        guard, folder = entry.guard, entry.found.folder
        assert guard is not None
        what = f"loading {part.path}"
        found = guard.run(what, given_by, manifest, folder, part, self._answers, secs=LOAD_SECS)
        told = {(kind, id_): title for kind, id_, title in entry.gives}
        for given in found:
            value = guarded(given.value, guard) if given.code else given.value
            taker = next((one for one in self.takers if given.kind in one.kinds), None)
            if taker is not None:
                taker.take(replace(given, value=value), name)
            told[given.kind, given.id] = given.title
        entry.gives = tuple((kind, id_, title) for (kind, id_), title in told.items())


def _left_out(manifest: Manifest) -> str:
    """Return which files lack a package, and how to have it; empty for none."""
    told = []
    for part in manifest.parts or ():
        missing = lacking(part.needs)
        if missing:
            told.append(f"{part.path} needs {', '.join(map(str, missing))}")
    return f"Left out: {'; '.join(told)}" if told else ""
