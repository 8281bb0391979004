"""Together: a training whose batches are shared by several processes.

    python -m studio.engine.together

is one of those that help the first; it is told over the wire what to train. The first alone judges
what is held out, writes and speaks.
"""

import signal
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from types import FrameType
from typing import Any

import msgspec
from torch import Tensor

from studio.core.text import plural
from studio.runs.commands import Start, decode, encode
from studio.runs.events import Ended, Event, Failed, Note
from studio.runs.spec import Keeping, RunSpec, Watch

from .checkpoint import Checkpoints
from .data.batches import Batch
from .data.load import Load, load
from .data.split import Part
from .distributed import Team, TeamFault
from .faults import NumberFault
from .scalars import LOSS
from .session import Session
from .synced import sync_norms
from .train import NOTHING, Events, Steps, Training
from .tuning import steadily
from .turns import Turns

UNSEEN = Watch(probes={}, budget=0.0)


class SharedSession(Session):
    """The network and the samples of one process, whose steps are those of all."""

    def __init__(self, spec: RunSpec, load: Load, team: Team) -> None:
        super().__init__(spec, load)
        team.share_threads()
        self._team = team
        self._norms = sync_norms(self.network.module, team)
        self._turns = Turns(
            self.network,
            self.calls,
            self.samples,
            self.watcher,
            pairs=self._skip_single,
            team=team,
        )

    def notes(self) -> list[Event]:
        """Return what there is to say of the choices made."""
        found = super().notes()
        found.append(
            Note(message=f"{plural(self._team.size, 'process', 'processes')} share every batch")
        )
        if self._norms:
            message = "Batch normalisation takes mean and variance over all processes"
            found.append(Note(message=message))
        elif self._skip_single:  # by a function in the program, which nobody can stand in for
            message = "Each process normalises its own share of a batch by that share alone"
            found.append(Note(message=message, level="warning"))
        if self.spec.computing.speed == "fastest" or self.spec.computing.compile:
            message = "Among processes no faster way is looked for, and nothing is compiled"
            found.append(Note(message=message))
        return found

    def make_step(self, rows: Tensor) -> None:
        """Train on this process's share of these rows."""
        self._team.draw_anew(self.spec.seed, self.step + 1)
        try:
            super().make_step(rows)
        finally:
            self._team.shares_all = False

    def collect(self) -> None:
        """Let the first process know what the others measured of their shares."""
        known: list[Mapping[str, Sequence[float]]] = self._team.gathered(self.scalars.sums)
        mine = {name: list(sums) for name, sums in known[0].items()}
        # A loss was added up in every step: the first process knows it whole.
        whole = {LOSS, *(f"train/{objective.name}" for objective in self.objectives)}
        for theirs in known[1:]:
            for name in theirs.keys() - whole:
                pairs = zip(mine.get(name, (0.0, 0.0)), theirs[name], strict=True)
                mine[name] = [ours + other for ours, other in pairs]
        self._have(mine)

    def means(self) -> dict[str, float]:
        """Return the means over the shares of all processes, and begin anew."""
        self.collect()
        means: dict[str, float] = self._team.from_first(super().means())
        return means

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from there."""
        super().restore(state)
        self._have(state["scalars"]["sums"])

    def _not_a_number(self, batch: Batch | None) -> NumberFault:
        self._team.shares_all = False  # from here on each process looks by itself
        return super()._not_a_number(batch)

    def _have(self, sums: Mapping[str, Sequence[float]]) -> None:
        kept = sums if self._team.first else {}
        self.scalars.restore({"sums": kept, "losses": self.scalars.losses})


class Agreed(Checkpoints):
    """Checkpoints for which all processes hand in what they know."""

    def due(self) -> bool:
        """Whether it is time for one: never without the others."""
        return False

    def wanted(self) -> bool:
        """Whether it is time to ask for one."""
        return super().due()


class Together(Training):
    """A run in one of its processes."""

    def __init__(self, start: Start, load: Load = load, team: Team | None = None) -> None:
        """``team`` is one that was joined already, in a process that helps."""
        super().__init__(start.spec, load, start.checkpoint)
        self._start = start
        self._team = team or Team()
        self.checkpoints: Agreed = Agreed(start.spec.folder, start.spec.keeping)
        self._judging = False

    def stop(self) -> None:
        """Let all end after the batch in which they hear of it."""
        self._team.wants_stop = True
        self._stopping = self._stopping or self._judging

    def steps(self) -> Steps:
        """Yield after every batch what has become known to this process."""
        yield from super().steps()
        self._team.leave()

    def _opened(self) -> Generator[Events, None, Session]:
        yield NOTHING
        return self._join(self._spec, self._load)

    def _join(self, spec: RunSpec, load: Load) -> Session:
        """Load the data in the first process first, which may have to fetch them."""
        if self._team.first:
            self._team.join()
        # What is fastest for one process is not what is for all of them.
        session = SharedSession(steadily(spec), load, self._team)
        if self._team.first:
            self._team.from_first(encode(self._start))
        self._team.gathered(None)  # the clock of the run starts when all are there
        return session

    def _tell(self, session: Session) -> Events:
        team, kept = self._team, list[Event]()
        assert isinstance(session, SharedSession), session
        self._stopping = self._stopping or team.stop
        if team.keep:
            kept += session.known(wait=True)
            session.collect()
            if team.first:
                kept += self._keep(session)
        team.keep, team.wants_keep = False, self.checkpoints.wanted()
        return [*kept, *super()._tell(session)]

    def _evaluate(self, session: Session, part: Part) -> Generator[Events, None, dict[str, float]]:
        """Let the first process judge, and all know what it found."""
        means: dict[str, float] = {}
        if self._team.first:
            self._judging, self._stopping = True, self._team.wants_stop
            means = yield from super()._evaluate(session, part)
            self._judging = False
        means, self._stopping = self._team.from_first((means, self._stopping))
        return means

    def _finish(self, session: Session) -> Steps:
        assert isinstance(session, SharedSession), session
        yield session.known(wait=True)
        session.collect()
        yield from super()._finish(session)


def assist(say: Callable[[str], object]) -> int:
    """Help the first process with one run; return 0, 1 after a failure, 130 if it was stopped.

    Nothing is written; ``say`` hears of what fails here.
    """
    team = Team()

    def stop(number: int, frame: FrameType | None) -> None:
        team.wants_stop = True

    signal.signal(signal.SIGINT, stop)
    try:
        team.join()
        start = decode(team.from_first())
    except TeamFault:
        return 1
    assert isinstance(start, Start), start
    spec = msgspec.structs.replace(
        start.spec, folder="", watch=UNSEEN, keeping=Keeping(every_secs=0)
    )
    training = Together(msgspec.structs.replace(start, spec=spec), team=team)
    reason = ""
    for events in training.steps():
        for event in events:
            if isinstance(event, Failed) and event.kind != "nan" and not team.deserted:
                say(f"Process {team.rank + 1} of {team.size}: {event.message}")
            elif isinstance(event, Ended):
                reason = event.reason
    return {"failed": 1, "stopped": 130}.get(reason, 0)


if __name__ == "__main__":
    sys.exit(assist(lambda line: sys.stdout.write(f"{line}\n")))
