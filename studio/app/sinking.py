"""Sinking: the run under way is written into other programs' keeping too, as the settings say."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from studio.core.errors import RunError
from studio.runs.events import Progress

from .reading import Reading
from .session import SessionState

if TYPE_CHECKING:
    from studio.runs.clerk import Clerk

    from .studio import Studio


class Sinking:
    """Starts a process for every sink when a run begins, and tells when one cannot write."""

    def __init__(self, studio: "Studio") -> None:
        self._studio = studio
        self._clerks: list[Clerk] = []
        self._folder = ""
        studio.session.changed.connect(self._on_state)
        studio.session.progressed.connect(self._on_progress)

    def _on_state(self, state: SessionState) -> None:
        run = self._studio.trainer.run
        if state == "running" and run is not None and run.folder != self._folder:
            self._folder = run.folder
            self._begin(Path(run.folder))
        elif state == "ended":
            self._folder = ""
            self._gather(self._clerks)

    def _on_progress(self, _progress: Progress) -> None:
        self._gather([clerk for clerk in self._clerks if clerk.over])

    def _begin(self, folder: Path) -> None:
        words = self._studio.settings.values.text("sinks")
        if not words.strip():
            return
        from studio.runs.clerk import Clerk
        from studio.runs.sinks import targets_in

        try:
            targets = targets_in(words)
        except RunError as error:
            self._studio.notices.say(f"The run is kept here alone. {error}", "warning")
            return
        self._clerks += [Clerk(folder, target, live=True) for target in targets]

    def _gather(self, clerks: "list[Clerk]") -> None:
        """Hear of these what became of it, in a thread, for they may take a moment more."""
        self._clerks = [clerk for clerk in self._clerks if clerk not in clerks]
        for clerk in clerks:
            refuse = partial(self._studio.notices.say, level="warning")
            Reading(clerk.wait, _nothing, refuse).start(self._studio.front.beside)


def _nothing(_place: str) -> None:
    return None
