"""Summary: what a list of runs says of one, read from its record in a few milliseconds.

Of the events only the few that matter are decoded: a record holds pictures and rows of norms by
the thousand, and SQLite tells their kinds apart by the first bytes without reading the rest.
"""

import sqlite3
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec.structs import replace

from studio.core.errors import FileError

from .events import Began, Ended, EpochEnded, Failed, Points, Resumed, Started, decode
from .kinds import KIND
from .saved import opened
from .spec import Keeping, Origin, RunSpec, Struct, Watch
from .store import RECORD, last_step

Metrics = dict[str, dict[str, float]]
"""By part (train, validation, test), then by name (loss, accuracy, …)."""

WANTED = (b"\xa7sta", b"\xa7res", b"\xa5end", b"\xa5epo", b"\xa6fai", b"\xa5beg")
"""How the kinds started, resumed, ended, epoch, failed and began begin in MessagePack."""
_EVENTS = f"SELECT data FROM events WHERE {KIND} IN ({', '.join('?' * len(WANTED))})"
_NEWEST = """
SELECT first, stride, count, steps FROM chunks WHERE series =
  (SELECT id FROM series WHERE name = 'train/loss') ORDER BY seq DESC LIMIT 1
"""


class Summary(Struct, frozen=True, kw_only=True):
    """One run in figures. ``seconds`` is 0 without an end, and ``begun`` where nobody knows."""

    id: str
    title: str
    begun: float = 0.0
    reason: str = ""
    """How it ended: finished, early-stopped, stopped or failed; empty while it has no end."""
    failure: str = ""
    engine_died: bool = False
    writer: str = ""
    epoch: int = 0
    epochs: int = 0
    step: int = 0
    steps: int = 0
    seconds: float = 0.0
    device: str = ""
    seed: int = 0
    parameters: int = 0
    batch_size: int = 0
    source: str = ""
    samples: dict[str, int] = msgspec.field(default_factory=dict)
    final: Metrics = msgspec.field(default_factory=dict)
    best: Metrics = msgspec.field(default_factory=dict)
    """The best value of each metric at the end of any epoch."""
    higher: tuple[str, ...] = ()
    """Metrics of which more is better."""
    origin: Origin | None = None
    began: Began | None = None
    environment: dict[str, str] = msgspec.field(default_factory=dict)
    likeness: str = ""
    """The same for runs that differ in nothing but the seed and the device."""
    broken: str = ""
    """Why the record cannot be read."""


def summarise(folder: Path) -> Summary:
    """Return the summary of the run in a folder; of a broken one, what is wrong with it."""
    try:
        return _read(folder)
    except (FileError, OSError, sqlite3.Error, msgspec.MsgspecError, ValueError) as error:
        return Summary(id=folder.name, title=folder.name, broken=str(error))


def _read(folder: Path) -> Summary:
    path = folder / RECORD
    if not path.is_file():
        raise FileError("There is no record of a run in this folder")
    base = opened(path)
    try:
        meta = dict(base.execute("SELECT name, value FROM meta").fetchall())
        spec = msgspec.msgpack.decode(meta["spec"], type=RunSpec) if "spec" in meta else None
        rows = base.execute(_EVENTS, WANTED).fetchall()
        step = _step(base)
    finally:
        base.close()
    events = [event for (data,) in rows for event in decode(data)]
    told = _of_spec(folder, spec)
    for event in events:
        told = _told(told, event)
    return replace(
        told,
        best=_best([event for event in events if isinstance(event, EpochEnded)], told.higher),
        step=told.step if told.reason else max(step, told.step),
        writer=str(meta.get("writer") or ""),
        environment=msgspec.json.decode(meta.get("environment", b"{}"), type=dict[str, str]),
    )


def epochs_in(folder: Path) -> list[EpochEnded]:
    """Return what was known at the end of each epoch; nothing of a broken record."""
    try:
        base = opened(folder / RECORD)
    except (OSError, sqlite3.Error):
        return []
    try:
        rows = base.execute(_EVENTS, WANTED).fetchall()
        events = [event for (data,) in rows for event in decode(data)]
    except (sqlite3.Error, msgspec.MsgspecError):
        return []
    finally:
        base.close()
    return [event for event in events if isinstance(event, EpochEnded)]


def _step(base: sqlite3.Connection) -> int:
    """Return the last step of which the loss is known."""
    newest = base.execute(_NEWEST).fetchone()
    step = last_step(*newest) if newest else 0
    tables = {name for (name,) in base.execute("SELECT name FROM sqlite_schema")}
    tail = base.execute("SELECT data FROM tail ORDER BY seq") if "tail" in tables else ()
    for (data,) in tail:
        for event in decode(data):
            if isinstance(event, Points) and event.name == "train/loss" and event.steps:
                step = max(step, event.steps[-1])
    return step


def _of_spec(folder: Path, spec: RunSpec | None) -> Summary:
    if spec is None:
        return Summary(id=folder.name, title=folder.name)
    program = spec.program
    up = [one.name for one in program.measured if one.higher_is_better]
    up += [one.name for one in program.scores if one.higher_is_better]
    # What is not declared is a mean over samples, such as the accuracy of older records.
    known = {one.name for one in program.measured}
    up += [name for name in program.metrics if name not in known]
    return Summary(
        id=folder.name,
        title=spec.title,
        epochs=spec.epochs,
        seed=spec.seed,
        batch_size=spec.batch_size,
        source=spec.data.source,
        device=spec.device,
        higher=tuple(dict.fromkeys(up)),
        origin=spec.origin,
        likeness=likeness(spec),
    )


def likeness(spec: RunSpec) -> str:
    """Return a short text that is the same for runs that differ in seed and device alone."""
    bare = replace(
        spec,
        id="",
        title="",
        experiment="",
        folder="",
        seed=0,
        device="auto",
        watch=Watch(),
        keeping=Keeping(),
    )
    return sha256(msgspec.msgpack.encode(bare)).hexdigest()[:16]


def _told(known: Summary, event: object) -> Summary:
    match event:
        case Started() | Resumed():
            return _begun(known, event)
        case EpochEnded(epoch=epoch, step=step, values=values):
            return replace(known, epoch=epoch, step=step, final=by_part(values))
        case Failed(message=message, kind=kind):
            return replace(known, failure=message, engine_died=kind == "engine-died")
        case Began():
            return replace(known, began=event)
        case Ended():
            return replace(
                known,
                reason=event.reason,
                step=event.step,
                epoch=event.epoch,
                seconds=event.seconds,
                final=event.metrics or known.final,
            )
        case _:
            return known


def _begun(known: Summary, event: Started | Resumed) -> Summary:
    now = event.started if isinstance(event, Resumed) else event
    return replace(
        known,
        begun=known.begun or now.time,
        title=known.title if known.likeness else now.title,
        device=now.device_name or now.device,
        parameters=now.parameters,
        samples=dict(now.samples),
        epochs=now.epochs,
        steps=now.epochs * now.steps_per_epoch,
        reason="",
        failure="",
        engine_died=False,
    )


def by_part(values: dict[str, float]) -> Metrics:
    """Return values named ``part/metric`` by part, then by metric."""
    parts: Metrics = {}
    for name, value in values.items():
        part, _, metric = name.partition("/")
        parts.setdefault(part, {})[metric] = value
    return parts


def _best(epochs: list[EpochEnded], higher: tuple[str, ...]) -> Metrics:
    best: Metrics = {}
    for ended in epochs:
        for part, values in by_part(ended.values).items():
            known = best.setdefault(part, {})
            for name, value in values.items():
                choose = max if name in higher else min
                known[name] = choose(known.get(name, value), value)
    return best
