"""Events: everything that can happen in a run, as one union that live views and replay share.

Scalars travel as columns (many steps of one name at once), arrays as raw bytes; ``encode`` and
``decode`` turn a batch of events into MessagePack and back.
"""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import msgspec

from .questions import Answer
from .spec import Adjustment, Array, Struct, Ways
from .targets import TargetFacts

State: TypeAlias = Literal["loading", "running", "paused"]
Reason: TypeAlias = Literal["finished", "early-stopped", "stopped", "failed"]


class Measure(Struct, frozen=True, kw_only=True):
    """What a metric is: a share has the unit ``%`` and lies between 0 and 1."""

    name: str
    unit: str = ""
    higher_is_better: bool = True


class Started(Struct, frozen=True, kw_only=True, tag="started"):
    """A run has its data, its weights and its device."""

    run: str
    title: str
    time: float
    device: str
    device_name: str
    seed: int
    parameters: int
    epochs: int
    steps_per_epoch: int
    samples: dict[str, int]
    """Number of samples by part: train, validation, test."""
    layers: tuple[tuple[str, str], ...] = ()
    """Block id and title of every block with weights, in the order of LayerRow.values."""
    attentions: tuple[tuple[str, str], ...] = ()
    """Block id and title of every attention block."""
    measures: tuple[Measure, ...] = ()
    """What is measured beside the losses, in any part."""
    targets: tuple[TargetFacts, ...] = ()
    """What the training part says of each target."""
    ways: Ways = Ways()
    """How its steps are computed."""


class Resumed(Struct, frozen=True, kw_only=True, tag="resumed"):
    """A run that had ended, or was cut off, goes on from a checkpoint."""

    step: int
    epoch: int
    started: Started
    """What the run tells of itself now: another device may have another name."""


class Began(Struct, frozen=True, kw_only=True, tag="began"):
    """A run took its first weights from a checkpoint: which fitted, by name."""

    run: str
    step: int
    kept: tuple[str, ...]
    reshaped: tuple[str, ...] = ()
    """Of another shape, and drawn anew."""
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


class Checkpointed(Struct, frozen=True, kw_only=True, tag="checkpoint"):
    """A checkpoint is on the disk; ``size`` in bytes."""

    step: int
    epoch: int
    file: str
    size: int
    seconds: float


class Adjusted(Struct, frozen=True, kw_only=True, tag="adjusted"):
    """A setting was changed while training; ``before`` is what it was."""

    step: int
    adjustment: Adjustment
    before: float


class StateChanged(Struct, frozen=True, kw_only=True, tag="state"):
    """The run began, paused or went on."""

    state: State


class Points(Struct, frozen=True, kw_only=True, tag="points"):
    """Values of one scalar at several steps, in order.

    Names: ``train/loss``, ``train/accuracy``, ``validation/loss``, ``test/…``, ``lr``,
    ``grad_norm``, ``throughput``, ``seconds`` (of training, without pauses); ``<part>/<metric>``
    for any metric.
    """

    name: str
    steps: tuple[int, ...]
    values: tuple[float, ...]


class LayerRow(Struct, frozen=True, kw_only=True, tag="layer-row"):
    """One number for every layer at a step.

    Names: ``grad_norm``, ``weight_norm``, ``update_ratio`` of the layers that have weights;
    ``activation_mean``, ``activation_std``, ``saturated``, ``dead`` of those in ``layers``, which
    are told with the first row, id and title.
    """

    name: str
    step: int
    values: tuple[float, ...]
    layers: tuple[tuple[str, str], ...] = ()


class Snapshot(Struct, frozen=True, kw_only=True, tag="snapshot"):
    """Arrays seen at a step.

    ``kind`` is ``attention`` (arrays ``weights``: heads × queries × keys, and ``queries`` and
    ``keys``, the tokens of the probe sample at both where they are known, with notes of the same
    names for their columns) or ``embedding`` (arrays ``points``: samples × 3 principal
    components in a frozen basis, ``labels``: samples; ``explained``: share of variance) or
    ``images`` (arrays ``images``: samples × channels × height × width in bytes, and ``inputs``
    alike where they are made of those; notes ``low`` and ``high``: what 0 and 255 stand for) or
    ``text`` (notes ``prompt``, ``text``, ``right``; for answers ``source 1``, ``answer 1``,
    ``right 1`` and so on; where the network cannot write, ``refused`` with the reason). The
    block of a text is the prompt that a person gave, empty for held-out samples. Statistics are
    ``histogram-weights``, ``histogram-gradients`` and ``histogram-activations`` (array ``counts``,
    see ``runs.histograms``), ``features`` (``engine.probes.features``), ``gates`` and
    ``through-time`` (``engine.probes.recurrent``).
    """

    kind: str
    block: str
    step: int
    arrays: dict[str, Array]
    notes: dict[str, str] = msgspec.field(default_factory=dict)


class EpochEnded(Struct, frozen=True, kw_only=True, tag="epoch"):
    """An epoch is complete."""

    epoch: int
    step: int
    values: dict[str, float]
    """Means over the epoch and the validation part, named like Points."""
    best: bool = False


class Progress(Struct, frozen=True, kw_only=True, tag="progress"):
    """How far and how fast, some times a second."""

    step: int
    epoch: int
    samples_per_sec: float
    seconds_left: float
    watching_share: float = 0.0
    """Measured share of the time that watching costs."""
    watching: dict[str, float] = msgspec.field(default_factory=dict)
    """The same by probe."""
    memory: int = 0
    """Bytes that the engine's process takes; 0 where nobody knows, as below."""
    device_memory: int = 0
    """Bytes in use on a device with a memory of its own."""
    device_peak: int = 0
    """The most that was in use there since the run began."""


class Beat(Struct, frozen=True, kw_only=True, tag="beat"):
    """The engine lives, though there was no other news for a second; no part of a run.

    ``work`` grows with every batch that is done, one that is only looked at included: while it
    stands still, so does the training.
    """

    work: int


class Note(Struct, frozen=True, kw_only=True, tag="note"):
    """A sentence for the person, such as the device that was taken instead of the one asked for."""

    message: str
    level: Literal["info", "warning"] = "info"


class Failed(Struct, frozen=True, kw_only=True, tag="failed"):
    """The run cannot go on: why, which block is to blame, and a way on."""

    kind: Literal["error", "out-of-memory", "nan", "data", "device", "engine-died"]
    message: str
    block: str = ""
    hint: str = ""
    details: str = ""
    step: int = 0


class Ended(Struct, frozen=True, kw_only=True, tag="ended"):
    """The last event of a run."""

    reason: Reason
    step: int
    epoch: int
    seconds: float
    metrics: dict[str, dict[str, float]] = msgspec.field(default_factory=dict)
    """By part (train, validation, test), then by name (loss, accuracy, …)."""
    losses: tuple[float, ...] = ()
    """The training loss of each of the first 1000 steps."""


class Ready(Struct, frozen=True, kw_only=True, tag="ready"):
    """The engine is warm: what it runs on."""

    devices: dict[str, str]
    """Device to the name to show, such as {"cpu": "AMD EPYC, 1 thread"}."""
    default: str
    torch: str


class Preview(Struct, frozen=True, kw_only=True, tag="preview"):
    """What was asked to be seen of the data before training."""

    request: int
    arrays: dict[str, Array]
    counts: dict[str, dict[str, int]] = msgspec.field(default_factory=dict)
    """By part, samples of each class (class number as text)."""
    samples: dict[str, int] = msgspec.field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """What is to be said of the file, such as rows that were passed over."""
    error: str = ""


Event: TypeAlias = (
    Started
    | Resumed
    | Began
    | Checkpointed
    | Adjusted
    | StateChanged
    | Points
    | LayerRow
    | Snapshot
    | EpochEnded
    | Progress
    | Beat
    | Note
    | Failed
    | Ended
    | Ready
    | Preview
    | Answer
)

Recorded: TypeAlias = (
    Points | LayerRow | Snapshot | EpochEnded | Began | Checkpointed | Adjusted | Beat
)
"""What only matters to those who read a record, or who listen for signs of life."""

_encoder = msgspec.msgpack.Encoder()
_decoder: "msgspec.msgpack.Decoder[list[Event]]" = msgspec.msgpack.Decoder(list[Event])


def encode(events: Sequence[Event]) -> bytes:
    """Return a batch of events as MessagePack."""
    return _encoder.encode(events)


def decode(data: bytes) -> list[Event]:
    """Return the events of a batch.

    Raises:
        msgspec.DecodeError: the bytes are not a batch of events.
    """
    return _decoder.decode(data)
