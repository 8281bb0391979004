"""Leaving: the window is to be closed while a run is under way, which nothing may be lost of."""

from collections.abc import Callable

from studio.core.signal import Signal
from studio.runs.events import Failed

from .notices import Notices
from .session import SessionState, TrainingSession
from .trainer import Trainer


class Leaving:
    """Stops the run under way, with a checkpoint to go on from, and then goes on.

    ``begun`` tells that it has begun to; a run that fails instead is not left, but told.
    """

    def __init__(self, session: TrainingSession, trainer: Trainer, notices: Notices) -> None:
        self.begun: Signal[None] = Signal()
        self._session = session
        self._trainer = trainer
        self._notices = notices
        self._then: Callable[[], None] | None = None
        session.changed.connect(self._on_state)
        session.failed.connect(self._on_failed)

    @property
    def waiting(self) -> bool:
        """Whether a run is being stopped, to leave."""
        return self._then is not None

    @property
    def asks(self) -> bool:
        """Whether there is a run to ask about."""
        return self._session.busy and not self.waiting

    def stop_run(self, then: Callable[[], None]) -> None:
        """Write a checkpoint, stop the run, and go on with ``then`` once that is done."""
        if not self._session.busy:
            then()
            return
        self._then = then
        run = self._trainer.run
        if run is not None and run.keeping.every_secs <= 0 and self._session.state != "loading":
            self._session.keep()  # at the end none is written
        self._session.stop()
        message = "The run is being stopped and its checkpoint written; then the window closes"
        self._notices.say(message, answers=(("Close at once", self.leave_now),))
        self.begun.tell(None)

    @property
    def can_go_on(self) -> bool:
        """Whether the run can go on without a window, and be met again."""
        from studio.runs.door import CAN_LISTEN  # with multiprocessing: not before the first paint

        return CAN_LISTEN

    def go_on_alone(self, then: Callable[[], None]) -> None:
        """Let the run go on without a window, and go on with ``then``."""
        self._session.leave()
        then()

    def leave_now(self) -> None:
        """Wait no longer."""
        then, self._then = self._then, None
        if then is not None:
            then()

    def _on_state(self, _state: SessionState) -> None:
        if not self._session.busy:
            self.leave_now()

    def _on_failed(self, _failure: Failed) -> None:
        self._then = None  # what went wrong is to be read
