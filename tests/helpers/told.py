"""Told: an engine that does nothing and says what a test has it say."""

from collections.abc import Sequence

from studio.app.choosing import set_training
from studio.app.gallery import find_experiment
from studio.app.studio import Studio
from studio.runs.commands import Command
from studio.runs.events import Event, StateChanged


class Told:
    """Keeps what it is sent, and says each event once."""

    def __init__(self) -> None:
        self.alive = True
        self.sent: list[Command] = []
        self.closed: list[bool] = []
        """Whether at once, for each time it was closed."""
        self.left = False
        self._events: list[Event] = []

    def start(self) -> None:
        """Be ready at once."""
        self.alive = True

    def send(self, command: Command) -> None:
        """Keep what is asked."""
        self.sent.append(command)

    def poll(self) -> Sequence[Event]:
        """Say it once."""
        said, self._events = self._events, []
        return said

    def close(self, *, at_once: bool = False) -> None:
        """Remember that it was ended."""
        self.closed.append(at_once)

    def leave(self) -> None:
        """Remember that it was let go."""
        self.left = True

    def say(self, studio: Studio, *events: Event) -> None:
        """Have the studio hear this."""
        self._events += events
        studio.session.poll()


def running(studio: Studio, engine: Told, *, keeping_secs: int = 60) -> None:
    """Open an experiment, press Train, and let the engine say that it trains."""
    studio.open(find_experiment("spirals-mlp"))
    experiment = studio.workspace.document.experiment
    keeping = set_training(experiment, "keeping", "checkpoint_secs", keeping_secs)
    studio.filing.adopt(keeping(experiment), None)
    assert studio.run("train.start"), [notice.message for notice in studio.notices.open]
    engine.say(studio, StateChanged(state="running"))
