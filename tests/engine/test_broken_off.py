"""What goes wrong beside the steps of a run is told at once, and a failure comes with its end."""

import time
from collections.abc import Iterator

import pytest

from studio.engine.train import Training
from studio.engine.worker import Worker
from studio.runs.commands import Keep, Look, Start
from studio.runs.events import Ended, Event, Failed, Note, Points, StateChanged, decode
from studio.runs.handle import Engine
from studio.runs.spec import Watch
from tests.engine import programs

PATIENCE_SECS = 60.0
SOON_SECS = 5.0
NAN = programs.MLP.replace(
    "F.cross_entropy(logits, target)", "F.cross_entropy(logits, target).log()*0/0"
)


@pytest.fixture
def own() -> Iterator[Engine]:
    with Engine(in_process=True) as engine:
        yield engine


def heard(engine: Engine, kind: type[Event], secs: float = PATIENCE_SECS) -> list[Event]:
    told: list[Event] = []
    end = time.monotonic() + secs
    while not any(isinstance(event, kind) for event in told):
        told += engine.wait(1.0)
        assert time.monotonic() < end, [type(event).__name__ for event in told]
    return told


@pytest.mark.parametrize("place", ["look", "keep", "__init__"])
def test_an_error_in_what_was_asked_of_a_run_is_told_at_once_and_the_engine_serves_on(
    own: Engine, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("the camera is upside down")

    with monkeypatch.context() as patched:
        patched.setattr(Training, place, broken)
        own.send(Start(spec=programs.run(epochs=100_000)))
        if place != "__init__":
            heard(own, Points)
            own.send(Look(watch=Watch()) if place == "look" else Keep())
        told = heard(own, Ended, SOON_SECS if place != "__init__" else PATIENCE_SECS)
    own.send(Start(spec=programs.run()))

    failures = [event for event in told if isinstance(event, Failed)]
    assert ["the camera is upside down"] == [event.message for event in failures]
    assert "ZeroDivisionError" in failures[0].details
    assert isinstance(told[-1], Ended)
    assert ("failed", "finished") == (told[-1].reason, heard(own, Ended)[-1].reason)


def test_a_failure_and_its_end_come_in_one_batch() -> None:
    batches: list[list[Event]] = []
    worker = Worker(lambda data: batches.append(decode(data)))
    worker.start()
    worker.tell(encoded(Start(spec=programs.run(program=programs.program(NAN)))))
    end = time.monotonic() + PATIENCE_SECS
    while not any(isinstance(event, Ended) for batch in batches for event in batch):
        assert time.monotonic() < end
        time.sleep(0.01)
    worker.close()
    (with_failure,) = [batch for batch in batches if any(isinstance(e, Failed) for e in batch)]

    assert isinstance(with_failure[-1], Ended)
    assert not any(isinstance(event, Note | StateChanged) for event in with_failure[-2:])


def encoded(command: Start) -> bytes:
    from studio.runs.commands import encode

    return encode(command)
