"""Watcher: all probes of a run, each under its governor, none of which changes a loss by a bit."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from time import perf_counter, thread_time

from studio.engine.build import Network
from studio.engine.data.batches import Samples
from studio.engine.faults import sentence
from studio.engine.scalars import Scalars
from studio.runs.events import Event, Note
from studio.runs.spec import Watch

from .governor import Governor
from .probe import Options, Probe, ProbeSpec, Sight, probe_spec
from .quiet import quietly

FIRST_SECS = 0.1
"""What the first looks may cost before anything was earned."""
FIRST_LOOK_SECS = 0.5
"""A probe has its first look at the latest so long after the one before it."""
PATIENCE_SECS = 0.05


@dataclass(slots=True)
class _Looking:
    """A probe that is in use."""

    id: str
    spec: ProbeSpec
    probe: Probe
    governor: Governor
    latest: float
    """When it looks for the first time at the latest, whatever the others cost."""


class Watcher:
    """Looks at steps and between them; what a probe learnt stays with it while others look."""

    def __init__(self, network: Network, samples: Samples, scalars: Scalars, watch: Watch) -> None:
        self._sight = Sight(network, samples, scalars)
        self._probes: dict[str, Probe] = {}
        self._failed: dict[str, Options] = {}
        """With which options a probe failed: it is not asked so again."""
        self._looking: dict[str, _Looking] = {}
        self._at_steps: list[_Looking] = []
        self._stepping: list[_Looking] = []
        self._between: list[_Looking] = []
        self._untold: list[Event] = []
        self._next_step = self._next_between = 0.0
        self._began = thread_time()
        self._spent_before: defaultdict[str, float] = defaultdict(float)
        self._set(watch)

    def look(self, watch: Watch, step: int) -> Sequence[Event]:
        """Watch this instead, and return what can be seen of it at once."""
        self._set(watch)
        return self._see(step, at_any_price=True)

    def look_again(self, step: int) -> Sequence[Event]:
        """Return what is watched as it is now, whatever was seen a moment ago."""
        return self.look(self._watch, step)

    def before_step(self, step: int) -> None:
        """Choose who looks at a step, and let them look before its first gradient."""
        now = perf_counter()
        if now < self._next_step:
            return
        due = [looking for looking in self._at_steps if looking.governor.due(now)]
        self._stepping = [looking for looking in due if self._affords(looking)]
        for looking in tuple(self._stepping):
            with looking.governor.look(step):
                self._attempt(looking, looking.probe.before_step, step)
        if not self._stepping:
            self._next_step = max(_next(self._at_steps), now + PATIENCE_SECS if due else now)

    def after_backward(self, step: int) -> None:
        """Look at the same step while its gradients are there."""
        for looking in tuple(self._stepping):
            with looking.governor.look_on():
                self._attempt(looking, looking.probe.after_backward, step)

    def after_step(self, step: int) -> None:
        """Look at the same step after its weights have moved."""
        if self._stepping:
            for looking in tuple(self._stepping):
                with looking.governor.look_on():
                    self._attempt(looking, looking.probe.after_step, step)
            self._stepping = []
            self._next_step = _next(self._at_steps)

    def due(self) -> bool:
        """Whether there is something to look at between two steps."""
        return bool(self._untold) or perf_counter() >= self._next_between

    def between(self, step: int) -> list[Event]:
        """Return what those probes see that are due and can be afforded."""
        return self._see(step)

    def _see(self, step: int, *, at_any_price: bool = False) -> list[Event]:
        now, refused = perf_counter(), False
        waiting = sorted(self._between, key=lambda looking: looking.governor.due_at)
        for looking in waiting:
            if not looking.governor.due(now):
                continue
            if at_any_price or self._affords(looking):
                with looking.governor.look(step), self._quietly():
                    self._attempt(looking, looking.probe.between, step)
            else:
                refused = True
        # What could not be afforded is asked for again after a moment, what is due again at once.
        self._next_between = max(_next(self._between), now + PATIENCE_SECS if refused else now)
        events, self._untold = self._untold, []
        return events

    def _affords(self, looking: _Looking) -> bool:
        """Whether all looks together have left something of what they may cost.

        Each probe keeps to its own share, in the long run; this spreads the first looks of many,
        none of which has to wait for ever.
        """
        if not looking.governor.looked and perf_counter() >= looking.latest:
            return True
        spent = sum(self._spent_before.values())
        spent += sum(other.governor.spent_secs for other in self._looking.values())
        earned = self._watch.budget * (thread_time() - self._began)
        return spent < FIRST_SECS + earned

    def share(self) -> float:
        """Return the share of the thread's time that went into watching."""
        return sum(self.shares().values())

    def shares(self) -> Mapping[str, float]:
        """Return the share of the thread's time by probe."""
        whole = max(thread_time() - self._began, 1e-9)
        spent = self._spent_before.copy()
        for id_, looking in self._looking.items():
            spent[id_] += looking.governor.spent_secs
        return {id_: secs / whole for id_, secs in spent.items()}

    def _set(self, watch: Watch) -> None:
        for id_, looking in self._looking.items():
            self._spent_before[id_] += looking.governor.spent_secs
        self._watch = watch
        self._looking, self._stepping = {}, []
        wanted = self._wanted(watch)
        share = watch.budget / max(len(wanted), 1)
        now = perf_counter()
        for place, (id_, (spec, probe)) in enumerate(wanted.items(), 1):
            probe.share = share
            governor = Governor(per_sec=spec.per_sec, share=share)
            latest = now + place * FIRST_LOOK_SECS
            self._looking[id_] = _Looking(id_, spec, probe, governor, latest)
        self._sort()

    def _wanted(self, watch: Watch) -> dict[str, tuple[ProbeSpec, Probe]]:
        """Return the probes that are asked for and have something to see."""
        found: dict[str, tuple[ProbeSpec, Probe]] = {}
        for id_, options in watch.probes.items():
            if self._failed.get(id_) == options:
                continue
            try:
                spec = probe_spec(id_)
                probe = self._probes.get(id_)
                if probe is None:
                    probe = self._probes[id_] = spec.make(self._sight)
                probe.set(options)
                if not probe.blind:
                    found[id_] = (spec, probe)
            except Exception as error:  # noqa: BLE001 - a look must never end a run
                self._give_up(id_, id_, error)
        return found

    def _sort(self) -> None:
        every = list(self._looking.values())
        self._next_step = self._next_between = 0.0
        self._at_steps = [looking for looking in every if looking.spec.at == "step"]
        self._between = [looking for looking in every if looking.spec.at == "between"]

    def _attempt(
        self, looking: _Looking, look: Callable[[int], Sequence[Event]], step: int
    ) -> None:
        """Let a probe look; one that fails, or sees nothing any more, is not asked again."""
        try:
            self._untold += look(step)
            gone = looking.probe.blind
        except Exception as error:  # noqa: BLE001 - a look must never end a run
            self._give_up(looking.id, looking.spec.title, error)
            gone = True
        if gone:
            self._stepping = [other for other in self._stepping if other is not looking]
            self._spent_before[looking.id] += looking.governor.spent_secs
            del self._looking[looking.id]
            self._sort()

    def _quietly(self) -> AbstractContextManager[None]:
        return quietly(self._sight.network.module, self._sight.samples.device)

    def _give_up(self, id_: str, title: str, error: Exception) -> None:
        self._failed[id_] = self._watch.probes[id_]
        message = f"{title} is no longer watched: {sentence(error)}"
        self._untold.append(Note(message=message, level="warning"))


def _next(some: Sequence[_Looking]) -> float:
    """Return when the first of these is due."""
    return min((looking.governor.due_at for looking in some), default=float("inf"))
