"""Trying: what the trained network of the open experiment says of new samples, and of the test."""

from pathlib import Path
from typing import TYPE_CHECKING

from studio.core.errors import RunError
from studio.core.signal import Signal
from studio.runs.questions import Answer, Predict, Predicted
from studio.runs.spec import Array
from studio.runs.store import WEIGHTS

from . import folders
from .looks import Looks
from .session import SessionState, TrainingSession
from .trainer import Trainer
from .workspace import Workspace

if TYPE_CHECKING:
    from studio.runs.spec import RunSpec


class Trying:
    """Asks the engine with the weights of the last run; ``answered`` tells what it says."""

    def __init__(
        self,
        workspace: Workspace,
        trainer: Trainer,
        session: TrainingSession,
        looks: Looks | None = None,
    ) -> None:
        self.answered: Signal[Predicted] = Signal()
        self._workspace = workspace
        self._trainer = trainer
        self._session = session
        self._looks = looks or Looks(folders.test_looks())
        self._asked = 0
        self._testing = False
        session.answered.connect(self._on_answer)
        session.changed.connect(self._on_state)

    @property
    def why_not(self) -> str:
        """Why nothing can be tried yet; empty if it can."""
        run = self._trainer.run
        if self._session.busy:
            return "The network is learning: stop or wait, then try it"
        if run is None or not (Path(run.folder) / WEIGHTS).is_file():
            return "There is no trained network yet: press Train, then come back"
        return ""

    @property
    def looks(self) -> int:
        """How often the test part of these data was looked at."""
        return self._looks.at(self._workspace.document.experiment.data)

    def on_file(self, path: Path, *, to: Path | None = None) -> None:
        """Let the network answer for another file, or write the answers to a table.

        Raises:
            RunError: there is no trained network.
        """
        self._ask(Predict(request=0, folder=self._folder, path=str(path), to=str(to or "")))

    def on_rows(self, names: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> None:
        """Let the network answer for typed cells.

        Raises:
            RunError: there is no trained network.
        """
        self._ask(Predict(request=0, folder=self._folder, names=names, rows=rows))

    def on_picture(self, picture: Array) -> None:
        """Let the network answer for a drawn picture.

        Raises:
            RunError: there is no trained network.
        """
        self._ask(Predict(request=0, folder=self._folder, picture=picture))

    def on_test(self) -> None:
        """Let the network answer for the test part, which is counted.

        Raises:
            RunError: there is no trained network.
        """
        self._testing = True
        self._ask(Predict(request=0, folder=self._folder, part="test"))

    @property
    def _folder(self) -> str:
        reason = self.why_not
        if reason:
            raise RunError(reason)
        run: RunSpec | None = self._trainer.run
        assert run is not None
        return run.folder

    def _ask(self, question: Predict) -> None:
        self._asked = self._session.ask(question)

    def _on_state(self, state: SessionState) -> None:
        """A run whose test part was not locked has looked at it, too."""
        ended = self._session.ended
        if state == "ended" and ended is not None and "test" in ended.metrics:
            self._looks.add(self._workspace.document.experiment.data)

    def _on_answer(self, answer: Answer) -> None:
        if not isinstance(answer, Predicted) or answer.request != self._asked:
            return
        if self._testing and not answer.error:
            self._looks.add(self._workspace.document.experiment.data)
        self._testing = False
        self.answered.tell(answer)
