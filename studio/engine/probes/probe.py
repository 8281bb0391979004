"""Probe: one way of looking at a network while it learns.

A probe is declared by a ``ProbeSpec`` in a file of this package, and found by being there; a
plug-in's is named by import string (``my_plugin.probes:SPEC``).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from time import thread_time
from typing import Literal, TypeAlias

from studio.engine.build import Network
from studio.engine.data.batches import Samples
from studio.engine.scalars import Scalars
from studio.runs.events import Event
from studio.runs.spec import Option

Options: TypeAlias = Mapping[str, Option]

PICTURE_SECS = 4.0
CALIBRATION, FEWEST = 16, 128


@dataclass(frozen=True, slots=True)
class Sight:
    """What a probe may look at.

    Attributes:
        scalars: takes rows and numbers of a step, which are read without waiting for the device.
    """

    network: Network
    samples: Samples
    scalars: Scalars


class Probe:
    """Looks at one run, with options that may change; used from one thread.

    One that looks at a *step* is asked three times at each step it is due: before it, while its
    gradients are there, and after its weights have moved. One that looks *between* steps is asked
    quietly (``quiet``). Nothing that a probe does may change what is learnt.
    """

    def __init__(self, sight: Sight) -> None:
        self.sight = sight
        self.options: Options = {}
        self.share = 0.0
        """The share of the training's time that it may cost."""

    def set(self, options: Options) -> None:
        """Look so from now on."""
        self.options = options

    @property
    def blind(self) -> bool:
        """Whether this network has nothing for it to see; it is not asked again, and costs none."""
        return False

    def before_step(self, step: int) -> Sequence[Event]:
        """Look before a step."""
        return ()

    def after_backward(self, step: int) -> Sequence[Event]:
        """Look while the gradients of a step are there."""
        return ()

    def after_step(self, step: int) -> Sequence[Event]:
        """Look after the weights have moved."""
        return ()

    def between(self, step: int) -> Sequence[Event]:
        """Look between two steps."""
        return ()

    def affordable(self, most: int, *, fewest: int = FEWEST) -> int:
        """Return at how many held samples to look so that a look is worth it every few seconds.

        Measured on a few, to be asked once: later looks must show the same samples.
        """
        inputs, _ = self.sight.samples.held(CALIBRATION)
        self.sight.network.look(inputs, _ignore)
        before = thread_time()
        self.sight.network.look(inputs, _ignore)
        cost = (thread_time() - before) / max(len(inputs[0]), 1)
        return min(most, max(fewest, int(self.share * PICTURE_SECS / max(cost, 1e-9))))

    def text(self, name: str) -> str:
        """Return an option that is text; empty where it is not given."""
        value = self.options.get(name, "")
        return value if isinstance(value, str) else ""

    def whole(self, name: str, default: int) -> int:
        """Return an option that is a whole number."""
        value = self.options.get(name, default)
        return int(value) if isinstance(value, int | float) else default

    def names(self, name: str) -> tuple[str, ...]:
        """Return an option that is a list of names."""
        value = self.options.get(name, ())
        return tuple(value) if isinstance(value, tuple | list) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeSpec:
    """A probe that can be asked for.

    Attributes:
        id: what a ``Watch`` calls it.
        title: what it looks at, as in "Attention is no longer watched".
        at: when it looks.
        per_sec: how often at most; its share of the time may make it less.
    """

    id: str
    title: str
    make: Callable[[Sight], Probe]
    at: Literal["step", "between"] = "between"
    per_sec: float = 2.0


def probe_spec(id_: str) -> ProbeSpec:
    """Return the declaration of a probe by its id, or by the import string of a plug-in's.

    Raises:
        LookupError: there is none of that name.
    """
    place, _, name = id_.partition(":")
    if not name:
        try:
            return _declared()[id_]
        except KeyError:
            raise LookupError(f"there is no probe {id_}") from None
    found = getattr(import_module(place), name, None)
    if not isinstance(found, ProbeSpec):
        raise LookupError(f"{place} declares no probe {name}")  # noqa: TRY004 - it is not there
    return found


def _ignore(block: str, value: object) -> None:
    """See nothing: the time is what counts."""


@cache
def _declared() -> Mapping[str, ProbeSpec]:
    return {spec.id: spec for spec in _found()}


def _found() -> Iterator[ProbeSpec]:
    package = import_module(__package__ or "")
    for module in iter_modules(package.__path__):
        for value in vars(import_module(f"{package.__name__}.{module.name}")).values():
            if isinstance(value, ProbeSpec):
                yield value
