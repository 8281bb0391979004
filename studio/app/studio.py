"""Studio: the whole program without its window; the place where all parts are put together."""

from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from studio.core.carrying import PICTURES
from studio.core.catalog import Catalog
from studio.core.composites import Composite
from studio.core.document import Diff
from studio.core.errors import StudioError
from studio.core.experiment import Experiment
from studio.core.fileio import SUFFIX

from . import folders
from .actions import Action, declared_actions, run_action
from .autosave import Autosave, Recovered, find_recovered
from .catalogue import builtin_catalog
from .comparing import Comparison
from .diagnosis import Diagnosis
from .engine_hold import EngineHold
from .filing import Filing
from .front import STORY, Answer, Front, NoFront
from .gallery import Exhibit
from .leaving import Leaving
from .library import Library, bring_back, keep, read_library, set_aside
from .notices import Notices
from .overlaid import Overlaid
from .own_data import OwnData
from .plugging import Plugging
from .promise import Promise
from .refusals import Refusals
from .run_desk import RunDesk
from .session import TrainingSession
from .settings import Settings
from .shelf import Shelf
from .sinking import Sinking
from .tidying import Tidying
from .trainer import Trainer
from .troubles import Troubles
from .try_out import TryOut
from .trying import Trying
from .workspace import Workspace

if TYPE_CHECKING:
    from studio.runs.record import Record


class Studio:
    """One document, one engine, and everything a person can do to them.

    ``front`` is what only a window can do; until one takes its place there is none.
    """

    def __init__(
        self, catalog: Catalog | None = None, new_engine: Callable[[], EngineHold] | None = None
    ) -> None:
        self.catalog = catalog or builtin_catalog()
        self.settings = Settings(folders.settings_file())
        self.notices = Notices()
        self.workspace = Workspace(self.catalog)
        self.comparison = Comparison(self.workspace)
        self.filing = Filing(self.workspace, self.settings)
        delay_secs = self.settings.values.real("autosave_seconds")
        self.autosave = Autosave(folders.recovery(), delay_secs=delay_secs, warn=self.notices.warn)
        self._new_engine = new_engine or _engine
        self.session = TrainingSession(self._new_engine)
        self._on_setting("window_gone")
        self.shelf = Shelf(self.catalog)
        self.promise = Promise(self.workspace, self.session)
        self.trainer = Trainer(self.workspace, self.session, self.notices)
        self._troubles = self._tell_troubles()
        self._sinking = Sinking(self)
        self.leaving = Leaving(self.session, self.trainer, self.notices)
        self.desk = RunDesk(self.notices)
        self.tidying = Tidying(self)
        self.own = OwnData(self.workspace, self.session, self.notices)
        self.trying = Trying(self.workspace, self.trainer, self.session)
        self.overlaid = Overlaid(self._beside)
        self.actions = declared_actions()
        self.front: Front = NoFront()
        self.workspace.document.changed.connect(self._on_changed)
        self.refusals = Refusals(self.workspace, self.notices)
        self.filing.changed.connect(self._on_filed)
        self.settings.changed.connect(self._on_setting)
        self.library = Library()
        self.read_library()

    def _tell_troubles(self) -> Troubles:
        def show(block: str) -> None:
            self.front.center_on(block)  # whichever front there is by then

        return Troubles(self.workspace, self.session, self.trainer, self.notices, show)

    @cached_property
    def plugins(self) -> Plugging:
        """The plug-ins, which are looked for once the window stands."""
        return Plugging(self)

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """What is wrong with the run on screen."""
        told = (self.workspace, self.session, self.trainer)
        return Diagnosis(*told, TryOut(*told, self.overlaid, self._new_engine))

    @property
    def record(self) -> "Record":
        """What is known of the run under way, or of the last one."""
        return self.session.record

    def run(self, id_: str) -> bool:
        """Do the action of this id, if it can be done now.

        Returns:
            Whether it was done.
        """
        row = self.actions.rows[id_]
        assert isinstance(row, Action), id_
        return run_action(row, self)

    # Files

    def open(self, path: Path) -> None:
        """Open a file, of the gallery a copy; one that cannot be read is told."""
        shown = next((exhibit for exhibit in self.shelf.exhibits if exhibit.path == path), None)
        if shown is not None:
            self.open_exhibit(shown)
        elif path.suffix.lower() not in (SUFFIX, *PICTURES) and path.exists():
            self.attempt(partial(self.own.open, path, self.adopt_new))
        elif self.attempt(partial(self.filing.open, path)):
            self.front.look("fit")

    def adopt_new(self, experiment: Experiment) -> None:
        """Work on an experiment that is in no file yet."""
        self.filing.adopt(experiment, None, saved=False)
        self.front.look("fit")

    def open_exhibit(self, exhibit: Exhibit) -> None:
        """Open a copy of an experiment of the gallery, with its story; saving asks where to."""
        if self.attempt(partial(self._adopt, exhibit)):
            if self.workspace.document.experiment.notes:
                self.front.show_panel(STORY, shown=True)
            self.front.look("fit")

    def save(self, then: Callable[[], None] | None = None) -> None:
        """Save, asking where to if the document has no file; ``then`` follows a success."""
        after = partial(self._save_and, then)
        if self.filing.path is None:
            self.front.ask_save(self.filing.suggestion, after)
        else:
            after(self.filing.path)

    def save_to(self, path: Path) -> None:
        """Save to a file; a failure is told."""
        self._save_and(None, path)

    def when_safe(self, then: Callable[[], None]) -> None:
        """Go on once nothing can be lost: at once, or after asking about unsaved changes."""
        if not self.filing.dirty:
            then()
            return
        title = self.workspace.document.experiment.title
        self.front.ask_unsaved(title, partial(self._on_answer, then))

    def export_to(self, folder: Path) -> None:
        """Write the Python program into a folder; a failure is told."""
        self.attempt(partial(self.trainer.export_to, folder))

    # Library

    def keep_in_library(self, composite: Composite) -> None:
        """Keep a composite for other experiments; a failure is told."""
        known = self.workspace.document.experiment.composites
        if self.attempt(partial(keep, composite, known, folders.library())):
            self.read_library()
            self.notices.say(f"Saved {composite.title} to the library")

    def remove_from_library(self, path: Path) -> None:
        """Offer a composite of the library no more; experiments that have it keep it."""
        title = self.library.own[path]
        aside: list[Path] = []
        if self.attempt(lambda: aside.append(set_aside(path))):
            self.read_library()
            answers = (("Undo", partial(self._bring_back, aside[0])), ("Dismiss", _nothing))
            self.notices.say(f"Removed {title} from the library", answers=answers)

    def _bring_back(self, aside: Path) -> None:
        if self.attempt(partial(bring_back, aside)):
            self.read_library()

    def read_library(self) -> None:
        """Offer what lies in the library; files that cannot be read are told."""
        self.library = library = read_library(folders.library(), more=self.plugins.composites)
        self.workspace.take_library(library)
        for sentence in library.wrong:
            self.notices.say(sentence, "warning")

    # Recovery

    def recover(self, *, offer_only: bool = False) -> bool:
        """Bring back what a killed program left behind, newest first; nothing is asked.

        With ``offer_only`` (a file was asked for) the work on screen stays, and the recovered is
        offered in a notice.

        Returns:
            Whether recovered work is now on screen.
        """
        found = find_recovered(folders.recovery())
        if not found:
            return False
        newest = found[0]
        if offer_only and newest.path != self.filing.path:
            message = f"Unsaved work on {newest.experiment.title} from {newest.clock} was found"
            answers = (("Open", partial(self._open_found, newest)), ("Discard", newest.discard))
            self.notices.say(message, answers=answers)
            return False
        self._take_over(newest)
        return True

    def close(self, *, keep_copy: bool = False) -> None:
        """End the engine and the autosave; the recovery copy goes, unless it is kept."""
        self.session.close()
        self.diagnosis.try_out.close()
        self.plugins.close()
        self.autosave.close(keep_copy=keep_copy)

    def _beside(self, work: Callable[[], None], then: Callable[[], None]) -> None:
        self.front.beside(work, then)

    def _open_found(self, recovered: Recovered) -> None:
        self.when_safe(partial(self._take_over, recovered))

    def _take_over(self, recovered: Recovered) -> None:
        self.filing.adopt(recovered.experiment, recovered.path, saved=False)
        self.front.look("fit")
        self.autosave.keep(recovered.experiment, recovered.path)
        recovered.discard()
        message = f"Recovered unsaved work from {recovered.clock}"
        answers = (("Keep", _nothing), ("Discard", partial(self._discard, recovered.path)))
        self.notices.say(message, answers=answers)

    def _discard(self, path: Path | None) -> None:
        if path is not None and path.exists():
            self.open(path)
        else:
            self.filing.new()

    def _adopt(self, exhibit: Exhibit) -> None:
        self.filing.adopt(exhibit.read(), None)

    def _on_answer(self, then: Callable[[], None], answer: Answer) -> None:
        if answer == "save":
            self.save(then)
        elif answer == "discard":
            then()

    def _save_and(self, then: Callable[[], None] | None, path: Path) -> None:
        if self.attempt(partial(self.filing.save, path)) and then is not None:
            then()

    def attempt(self, deed: Callable[[], object]) -> bool:
        """Do something; a refusal becomes a notice.

        Returns:
            Whether it was done.
        """
        try:
            deed()
        except StudioError as error:
            self.refusals.say(str(error))
            return False
        return True

    def _on_changed(self, change: Diff) -> None:
        if self.filing.dirty:
            self.autosave.keep(change.after, self.filing.path)
        else:
            self.autosave.clear()

    def _on_filed(self, _nothing: None) -> None:
        if not self.filing.dirty:
            self.autosave.clear()

    def _on_setting(self, name: str) -> None:
        if name == "window_gone":
            self.session.unattended = self.settings.values.text(name) == "go on training"
        elif name == "autosave_seconds":
            self.autosave.delay_secs = self.settings.values.real(name)


def _engine() -> EngineHold:
    from studio.runs.handle import Engine  # brings multiprocessing: not before the first paint

    return Engine()


def _nothing() -> None:
    return None
