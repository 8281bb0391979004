"""Interventions: what was done to a run while it trained, and what it said, read from its record.

Like a summary it decodes only the rows that matter, in a few milliseconds.
"""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

import msgspec

from .events import (
    Adjusted,
    Began,
    Checkpointed,
    Ended,
    Event,
    Failed,
    Note,
    Resumed,
    Started,
    decode,
)
from .kinds import KIND
from .saved import opened
from .spec import Adjustment, Ways
from .store import RECORD

Told: TypeAlias = Began | Adjusted | Checkpointed | Resumed | Note | Failed | Ended
"""What a journal lists."""

_WANTED = (
    b"\xa5beg", b"\xa8adj", b"\xaache", b"\xa7res", b"\xa4not", b"\xa6fai", b"\xa5end", b"\xa7sta",
)  # fmt: skip
"""How the kinds of Told, and started, begin in MessagePack."""
_EVENTS = f"SELECT data FROM events WHERE {KIND} IN ({', '.join('?' * len(_WANTED))}) ORDER BY seq"


def told_in(folder: Path) -> list[Told]:
    """Return what the record of a run tells of it, in order; nothing of a broken record."""
    return told_of(_events_in(folder))


def _events_in(folder: Path) -> list[Event]:
    try:
        base = opened(folder / RECORD)
    except (OSError, sqlite3.Error):
        return []
    try:
        rows = base.execute(_EVENTS, _WANTED).fetchall()
        return [event for (data,) in rows for event in decode(data)]
    except (sqlite3.Error, msgspec.MsgspecError):
        return []
    finally:
        base.close()


def told_of(events: Iterable[Event]) -> list[Told]:
    """Return what a journal lists; what a run that goes on says again is left out."""
    told: list[Told] = []
    for event in events:
        if isinstance(event, Started):
            told = [one for one in told if isinstance(one, Note)]  # a record begins anew
        if isinstance(event, Told) and not _said_before(event, told):
            told.append(event)
    return told


def adjustments_in(folder: Path) -> tuple[Adjustment, ...]:
    """Return how a run was adjusted while it trained, by step."""
    made = [event.adjustment for event in told_in(folder) if isinstance(event, Adjusted)]
    return tuple(sorted(made, key=lambda one: one.step))


def ways_in(folder: Path) -> Ways | None:
    """Return how the steps of a run were computed; None where no record says it."""
    for event in _events_in(folder):
        if isinstance(event, (Started, Resumed)):
            return (event if isinstance(event, Started) else event.started).ways
    return None


def _said_before(event: Told, told: list[Told]) -> bool:
    if isinstance(event, Adjusted):
        made = [one.adjustment for one in told if isinstance(one, Adjusted)]
        return event.adjustment in made
    if isinstance(event, Checkpointed):
        return event.file in [one.file for one in told if isinstance(one, Checkpointed)]
    return False
