"""The kind of an event is told from its first bytes, however many fields it has."""

import sqlite3

import pytest
from msgspec.structs import replace

from studio.runs.computing import Ways
from studio.runs.events import Ended, Event, Measure, Note, encode
from studio.runs.kinds import KIND
from studio.runs.targets import TargetFacts
from tests.helpers.a_run import started


@pytest.mark.parametrize(
    ("event", "begins"),
    [
        (Note(message="a sentence"), b"\xa4not"),
        (Ended(reason="finished", step=1, epoch=1, seconds=1.0, metrics={}), b"\xa5end"),
        (started(), b"\xa7sta"),
    ],
)
def test_the_kind_of_an_event_is_read_without_decoding_it(event: Event, begins: bytes) -> None:
    assert _kind(event) == begins


def test_a_start_with_all_its_fields_is_still_found() -> None:
    full = replace(
        started(),
        measures=(Measure(name="accuracy"),),
        targets=(TargetFacts(column="class"),),
        ways=Ways(channels_last=True),
    )

    assert encode([full])[1] == 0xDE, "it has no more than fifteen fields: nothing is tried here"
    assert _kind(full) == b"\xa7sta"


def _kind(event: Event) -> object:
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE events (data BLOB)")
    base.execute("INSERT INTO events VALUES (?)", (encode([event]),))
    (found,) = base.execute(f"SELECT {KIND} FROM events").fetchone()
    base.close()
    return found
