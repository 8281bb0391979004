"""Tidying: old runs go to the trash by a person's rule, once they have seen what it means."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from studio.core.text import plural
from studio.runs.index import Run, RunIndex
from studio.runs.store import RECORD
from studio.runs.writer import written_now

from . import folders
from .reading import Reading
from .retention import Excess, Rule, excess, rule_of
from .session import SessionState
from .trash import Trash

if TYPE_CHECKING:
    from .studio import Studio

_DAY_SECS = 86_400
_SETTINGS = frozenset({"keep_runs", "keep_gigabytes"})


@dataclass(frozen=True, slots=True)
class _Found:
    rule: Rule
    excess: Excess
    expired: int


class Tidying:
    """Looks after the number of runs when the program begins, a run ends or the rule changes."""

    def __init__(self, studio: "Studio") -> None:
        self._studio = studio
        self._looking = False
        studio.session.changed.connect(self._on_state)
        studio.settings.changed.connect(self._on_setting)

    def look(self) -> None:
        """See what the rule says now, in a thread; a new rule is asked about first."""
        settings = self._studio.settings.values
        rule, days = rule_of(settings), settings.whole("trash_days")
        if self._looking or not (rule or days):
            return
        self._looking = True
        run = self._studio.trainer.run
        spared = {Path(run.folder).name} if run is not None else set()
        read = partial(_found, self._studio.desk.trash, rule, spared, days)
        Reading(read, self._take, self._refuse).start(self._studio.front.beside)

    def _on_state(self, state: SessionState) -> None:
        if state == "ended":
            self.look()

    def _on_setting(self, name: str) -> None:
        if name in _SETTINGS:
            self.look()

    def _take(self, found: _Found) -> None:
        self._looking = False
        settings, gone = self._studio.settings, found.excess
        if found.expired:
            words = f"Removed {plural(found.expired, 'run')} for good that lay in the trash"
            self._studio.notices.say(words)
        if found.rule != rule_of(settings.values):
            self.look()  # it was changed meanwhile
        elif gone.runs and settings.agreed == str(found.rule):
            self._move(found.rule, gone)
        elif gone.runs:
            self._ask(found.rule, gone)

    def _ask(self, rule: Rule, gone: Excess) -> None:
        message = f"To keep {rule}, {gone} would go to the trash, and later ones as they age"
        answers = (
            ("Move them", partial(self._agree, rule, gone)),
            ("Show them", partial(self._show, rule, gone)),
            ("Not now", _nothing),
        )
        names = "\n".join(f"{run.id}  {run.summary.title}" for run in gone.runs)
        self._studio.notices.say(message, answers=answers, details=names)

    def _agree(self, rule: Rule, gone: Excess) -> None:
        if self._studio.attempt(partial(self._studio.settings.agree, str(rule))):
            self._move(rule, gone)

    def _show(self, rule: Rule, gone: Excess) -> None:
        self._studio.front.show_page("runs")
        self._studio.desk.choose_among(gone.runs)
        self._ask(rule, gone)

    def _move(self, rule: Rule, gone: Excess) -> None:
        read = partial(_moved, self._studio.desk.trash, gone.runs)
        then = partial(self._say_moved, rule, gone.size)
        Reading(read, then, self._refuse).start(self._studio.front.beside)

    def _say_moved(self, rule: Rule, size: int, moved: Sequence[tuple[Run, Path]]) -> None:
        if moved:
            gone = Excess(tuple(run for run, _ in moved), size)
            words = f"Moved {gone} to the trash, to keep {rule}"
            self._studio.desk.take_away(gone.runs, [place for _, place in moved], words)

    def _refuse(self, sentence: str) -> None:
        self._looking = False
        self._studio.notices.say(sentence, "warning")


def _found(trash: Trash, rule: Rule, spared: set[str], days: int) -> _Found:
    """Look at the runs and the trash; what lay there for too long is removed."""
    runs, _ = RunIndex(folders.runs(), folders.runs_index()).look() if rule else ([], True)
    expired = trash.empty(after_secs=days * _DAY_SECS) if days else 0
    return _Found(rule, excess(runs, rule, spared=spared), expired)


def _moved(trash: Trash, runs: Sequence[Run]) -> list[tuple[Run, Path]]:
    """Move runs to the trash, but for those that somebody went on with meanwhile."""
    idle = [run for run in runs if not written_now(run.folder / RECORD)]
    return [(run, trash.put(run.folder)) for run in idle]


def _nothing() -> None:
    return None
