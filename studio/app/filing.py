"""Filing: which file the open experiment belongs to, and whether it differs from it."""

from dataclasses import replace
from pathlib import Path

from studio.core.carrying import PICTURES
from studio.core.document import Diff
from studio.core.experiment import Experiment
from studio.core.fileio import SUFFIX, open_file, save
from studio.core.signal import Signal

from .settings import Settings
from .workspace import Workspace


class Filing:
    """New, open, save: the document's relation to the disk."""

    def __init__(self, workspace: Workspace, settings: Settings) -> None:
        self.changed: Signal[None] = Signal()
        self._workspace = workspace
        self._document = workspace.document
        self._settings = settings
        self._path: Path | None = None
        self._was_dirty = False
        self._document.changed.connect(self._on_changed)

    @property
    def path(self) -> Path | None:
        """The file of the document; None while it has none."""
        return self._path

    @property
    def dirty(self) -> bool:
        """Whether there is something to lose."""
        return self._document.dirty

    @property
    def suggestion(self) -> Path:
        """Where Save as would put a document that has no file yet."""
        name = "".join(c for c in self._document.experiment.title if c not in '<>:"/\\|?*').strip()
        return self._path or self.folder / f"{name or 'Untitled'}{SUFFIX}"

    @property
    def folder(self) -> Path:
        """Where a person looks for files first: beside the open one, else the last one used."""
        for path in (*filter(None, [self._path]), *self._settings.recent):
            if path.parent.is_dir():
                return path.parent
        return Path.home()

    def new(self) -> None:
        """Start with an empty canvas."""
        self.adopt(Experiment(), None)

    def open(self, path: Path) -> None:
        """Read a file and work on it; the experiment of a picture has no file of its own yet.

        Raises:
            FileError: it cannot be read; the document stays what it was.
        """
        carried = path.suffix.lower() in PICTURES
        self.adopt(open_file(path), None if carried else path)
        self._settings.remember(path)

    def adopt(self, experiment: Experiment, path: Path | None, *, saved: bool = True) -> None:
        """Work on another experiment from here on, as saved at ``path`` or not at all."""
        self._workspace.select(())
        self._path = path
        self._document.restart(experiment)
        if not saved:
            self._document.mark_unsaved()
        self._tell()

    def save(self, path: Path | None = None) -> None:
        """Write the document to ``path``, or to the file it came from.

        Raises:
            FileError: it cannot be written; what was there before is untouched.
        """
        target = path or self._path
        assert target is not None, "a document without a file is saved to a path"
        if target.suffix != SUFFIX:
            target = target.with_name(target.name + SUFFIX)
        experiment = self._document.experiment
        save(experiment, target)
        self._path = target
        self._document.mark_saved()
        self._settings.remember(target)
        self._tell()

    def _on_changed(self, _change: Diff) -> None:
        if self._document.dirty != self._was_dirty:
            self._tell()

    def _tell(self) -> None:
        self._was_dirty = self._document.dirty
        self.changed.tell(None)


def titled(experiment: Experiment, path: Path) -> Experiment:
    """Return the experiment named after its file if nobody named it yet."""
    return replace(experiment, title=path.stem) if experiment.title == "Untitled" else experiment
