"""Rehearsal: what is tried before a run is begun, and what came of it."""

import msgspec

from .spec import RunSpec, Struct
from .targets import TargetFacts


class Rehearse(Struct, frozen=True, kw_only=True, tag="rehearse"):
    """Try on a copy what a run would do, and answer with Rehearsed; nothing is recorded."""

    request: int
    spec: RunSpec
    samples: int = 16
    """Samples of the one batch that is learnt by heart."""
    steps: int = 400
    seconds: float = 15.0
    """How long that may take at most."""


class Rehearsed(Struct, frozen=True, kw_only=True, tag="rehearsed"):
    """What was seen; losses are those that training minimises."""

    request: int
    first_losses: tuple[float, ...] = ()
    """Of some batches, before anything was learnt."""
    batch: int = 0
    """How many samples each of them had."""
    targets: tuple[TargetFacts, ...] = ()
    unreached: tuple[tuple[str, str], ...] = ()
    """Block and name of every tensor that is to be learnt and gets no gradient."""
    learnable: int = 0
    """How many tensors are to be learnt."""
    one_batch: tuple[float, ...] = ()
    """The loss while a single batch of ``one_batch_of`` samples was trained on."""
    one_batch_of: int = 0
    one_batch_failed: str = ""
    samples: dict[str, int] = msgspec.field(default_factory=dict)
    leaked: dict[str, int] = msgspec.field(default_factory=dict)
    """Held-out samples, by part, with the same inputs as one that is trained on."""
    memory: int = 0
    """Bytes that the engine takes after a whole batch went forward and back."""
    free: int = 0
    """Bytes that are left on the device, or in the machine."""
    block: str = ""
    """The block to blame for ``error``."""
    hint: str = ""
    error: str = ""
