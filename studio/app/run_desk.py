"""RunDesk: the list of runs, which of them are chosen, and what a person notes on them."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from studio.core.errors import RunError, StudioError
from studio.core.signal import Signal
from studio.core.text import plural
from studio.runs.index import Run, RunIndex
from studio.runs.marks import Marks, write_marks

from . import folders
from .notices import Notices
from .reading import Beside, Reading
from .trash import Trash

FIRST_SECS, SLICE_SECS = 0.25, 1.0
"""How soon the first of many runs are shown, and how often then, while there are more to read."""


class RunDesk:
    """The runs of the home folder. Told: ``changed`` (the rows), ``chosen_changed``."""

    def __init__(self, notices: Notices) -> None:
        self.changed: Signal[None] = Signal()
        self.chosen_changed: Signal[tuple[Run, ...]] = Signal()
        self.runs: tuple[Run, ...] = ()
        self.complete = False
        self.trash = Trash(folders.trash())
        self._index = RunIndex(folders.runs(), folders.runs_index())
        self._notices = notices
        self._chosen: tuple[str, ...] = ()
        self._reading = False
        self._again = False

    @property
    def chosen(self) -> tuple[Run, ...]:
        """The runs that are chosen and still there, in the order of the list."""
        wanted = set(self._chosen)
        return tuple(run for run in self.runs if run.id in wanted)

    @property
    def one(self) -> Run | None:
        """The chosen run, if it is one."""
        chosen = self.chosen
        return chosen[0] if len(chosen) == 1 else None

    def choose(self, ids: Iterable[str]) -> None:
        """Choose these runs and no others."""
        chosen = tuple(ids)
        if chosen != self._chosen:
            self._chosen = chosen
            self.chosen_changed.tell(self.chosen)

    def look(self, beside: Beside, *, glance: bool = False) -> None:
        """Read what is new or changed, in a thread; the list grows while it is read.

        A ``glance`` looks at new runs and at those without an end, which is quick for thousands.
        """
        if self._reading:
            self._again = True
            return
        self._reading, self._again = True, False
        secs = SLICE_SECS if self.runs else FIRST_SECS
        read = partial(self._index.look, secs=secs, glance=glance and self.complete)
        Reading(read, partial(self._take, beside), self._refuse).start(beside)

    def mark(self, runs: Sequence[Run], **changes: object) -> None:
        """Note something on some runs: ``tags``, ``notes``, ``favourite``, ``let_be``.

        Raises:
            FileError: the folder of one cannot be written.
        """
        marked = {run.id: replace(run.marks, **changes) for run in runs}
        for run in runs:
            if marked[run.id] != run.marks:
                write_marks(run.folder, marked[run.id])
        self.runs = tuple(_marked(run, marked) for run in self.runs)
        self._again = True  # what is being read was read before
        self.changed.tell(None)

    def delete(self, runs: Sequence[Run]) -> None:
        """Move some runs to the trash, and offer to bring them back.

        Raises:
            RunError: one is being trained.
            FileError: one cannot be moved; those before it are in the trash.
        """
        for run in runs:
            if run.state == "running":
                raise RunError(f"{run.id} is being trained: stop it before you delete it")
        moved = [self.trash.put(run.folder) for run in runs]
        what = runs[0].summary.title if len(runs) == 1 else plural(len(runs), "run")
        self.take_away(runs, moved, f"Moved {what} to the trash")

    def take_away(self, runs: Sequence[Run], moved: Sequence[Path], words: str) -> None:
        """List these no more, which were moved to the trash; say so, and offer to undo it."""
        gone = {run.id for run in runs}
        self.runs = tuple(run for run in self.runs if run.id not in gone)
        self._again = True
        self.changed.tell(None)
        self.choose(id_ for id_ in self._chosen if id_ not in gone)
        answers = (("Undo", partial(self._undo, moved, runs)), ("Dismiss", _nothing))
        self._notices.say(words, answers=answers)

    def choose_among(self, runs: Sequence[Run]) -> None:
        """Choose these, which may not be listed yet."""
        known = {run.id: run for run in (*runs, *self.runs)}
        if len(known) > len(self.runs):
            self.runs = tuple(sorted(known.values(), key=_newest, reverse=True))
            self.changed.tell(None)
        self.choose(run.id for run in runs)

    def _undo(self, moved: Sequence[Path], runs: Sequence[Run]) -> None:
        try:
            for item in moved:
                self.trash.bring_back(item)
        except StudioError as error:
            self._notices.say(str(error), "warning")
            return
        known = {run.id: run for run in (*self.runs, *runs)}
        self.runs = tuple(sorted(known.values(), key=_newest, reverse=True))
        self.changed.tell(None)
        self.choose([run.id for run in runs])

    def _take(self, beside: Beside, told: tuple[list[Run], bool]) -> None:
        self._reading = False
        if self._again:  # something was noted meanwhile: what was read is old
            self.look(beside)
            return
        before, now = (self.runs, self.complete), (tuple(told[0]), told[1])
        self.runs, self.complete = now
        if before != now:
            self.changed.tell(None)
        if not self.complete:
            self.look(beside)

    def _refuse(self, sentence: str) -> None:
        self._reading = False
        self._notices.say(sentence, "warning")


def _marked(run: Run, marked: Mapping[str, Marks]) -> Run:
    return dataclasses.replace(run, marks=marked[run.id]) if run.id in marked else run


def _newest(run: Run) -> tuple[float, str]:
    return run.begun, run.id


def _nothing() -> None:
    return None
