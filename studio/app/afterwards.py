"""Afterwards: what panels want to know of the network when its run is over."""

from pathlib import Path
from typing import TypeAlias

from studio.runs.checkpoints import newest_checkpoint
from studio.runs.events import Snapshot
from studio.runs.questions import Answer, Glance, Glanced
from studio.runs.spec import Watch
from studio.runs.store import WEIGHTS

from .notices import Notices
from .session import SessionState, TrainingSession
from .trainer import Trainer

TEXT = "text"
Wanted: TypeAlias = tuple[Path, str]
"""The folder of a run, and a prompt."""


class Afterwards:
    """Asks the engine, with the weights that the run left, what a network writes on a prompt.

    While a run is under way the engine looks by itself at whatever is watched.
    """

    def __init__(self, session: TrainingSession, trainer: Trainer, notices: Notices) -> None:
        self._session, self._trainer, self._notices = session, trainer, notices
        self._asked: dict[int, Wanted] = {}
        self._in_vain: set[Wanted] = set()
        session.answered.connect(self._on_answer)
        session.died.connect(self._on_died)
        trainer.live.changed.connect(self._on_live)

    def look(self) -> None:
        """Ask for what is watched, if the run that is shown is over and never told it."""
        run, prompt = self._trainer.run, self._prompt
        if not prompt or run is None or self._session.busy:
            return
        folder, record = Path(run.folder), self._session.record
        if record.started is None or record.started.run != run.id:
            return  # another one is being read
        weights = _weights(folder)
        wanted = (folder, prompt)
        if weights is None or (TEXT, prompt) in record.snapshots:
            return
        if wanted in self._in_vain or wanted in self._asked.values():
            return
        watch = Watch(probes={TEXT: {"prompt": prompt}})
        question = Glance(
            request=0, folder=str(folder), weights=str(weights), step=record.step, watch=watch
        )
        self._asked[self._session.ask(question)] = wanted

    @property
    def _prompt(self) -> str:
        return str(self._trainer.watching.probes.get(TEXT, {}).get("prompt", ""))

    def _on_live(self, _nothing: None) -> None:
        """A run may have ended, or another is looked back at."""
        self.look()

    def _on_died(self, _was: SessionState) -> None:
        self._asked.clear()

    def _on_answer(self, answer: Answer) -> None:
        if not isinstance(answer, Glanced):
            return
        wanted, run = self._asked.pop(answer.request, None), self._trainer.run
        if wanted is None:
            return
        folder, prompt = wanted
        if all(one.block != prompt for one in answer.seen):
            self._in_vain.add(wanted)
        if run is None or folder != Path(run.folder) or self._session.busy:
            return
        if answer.error:
            self._notices.say(f"The network could not be asked: {answer.error}", "warning")
        self._session.record.feed(
            Snapshot(
                kind=one.kind, block=one.block, step=answer.step, arrays=one.arrays, notes=one.notes
            )
            for one in answer.seen
        )


def _weights(folder: Path) -> Path | None:
    """Return the file of the weights that a run ended with, else its newest checkpoint."""
    if (folder / WEIGHTS).is_file():
        return folder / WEIGHTS
    newest = newest_checkpoint(folder)
    return newest.path if newest else None
