"""The fastest way to compute is tried without a trace, kept, written down and told."""

from collections.abc import Generator, Sequence
from pathlib import Path
from threading import Event

import pytest
import torch
from msgspec.structs import replace
from torch import Tensor

from studio.app.resuming import spec_of
from studio.engine import tuning
from studio.engine.data.load import load
from studio.engine.known_ways import Found, recall, remember
from studio.engine.session import Session
from studio.engine.train import Training
from studio.engine.worker import Worker
from studio.runs import events as told
from studio.runs.checkpoints import checkpoints_in
from studio.runs.commands import Start, encode
from studio.runs.events import Ended, Note, Started, decode
from studio.runs.spec import Computing, Keeping, RunSpec, Ways
from tests.engine import programs

PICTURES = """
import torch
from torch import nn
from torch.nn import functional as F


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 2, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 8, 2)
        self.fc = nn.Linear(32, 3)

    def forward(self, x):
        h = self.conv1(x.unflatten(1, (1, 2, 2)))  # conv1
        h = torch.relu(self.norm(h))  # norm
        h = F.dropout(self.conv2(h), 0.2, self.training)  # conv2
        logits = self.fc(h.flatten(1))  # fc
        return logits

    def losses(self, logits, target):
        return {"loss": F.cross_entropy(logits, target)}

    def metrics(self, logits, target):
        return {"accuracy": (logits.argmax(1) == target).float().mean()}
"""
LAST = Ways(channels_last=True)
FASTEST = Computing(speed="fastest")


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETWRIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(tuning, "FEWEST_STEPS", 0)
    monkeypatch.setattr(tuning, "ROUND_SECS", 0.0)


def pictures(folder: Path | None = None, **changes: object) -> RunSpec:
    fields: dict[str, object] = {
        "program": programs.program(PICTURES),
        "epochs": 3,
        "ema": 0.9,
        "keeping": Keeping(every_secs=0.0),
    }
    return programs.run(folder, **{**fields, **changes})


def trained(spec: RunSpec, checkpoint: str = "") -> tuple[list[told.Event], dict[str, Tensor]]:
    training = Training(spec, checkpoint=checkpoint)
    return [event for events in training.steps() for event in events], training.weights()


def losses(events: Sequence[told.Event]) -> tuple[float, ...]:
    ended = events[-1]
    assert isinstance(ended, Ended), ended
    assert ended.reason == "finished", events
    return ended.losses


def ways_of(events: Sequence[told.Event]) -> Ways:
    return next(event.ways for event in events if isinstance(event, Started))


def notes_in(events: Sequence[told.Event]) -> list[str]:
    return [event.message for event in events if isinstance(event, Note)]


def equal(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def _wins(steady: object, lane: object) -> Generator[list[told.Event], None, float]:
    yield []
    return 2.0


def test_unless_asked_for_nothing_is_tried() -> None:
    events, _ = trained(pictures())

    assert ways_of(events) == Ways()
    assert not notes_in(events)


def test_a_trial_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuning, "LEAST_GAIN", float("inf"))
    expected, expected_weights = trained(pictures())
    expected_random = torch.get_rng_state()

    events, weights = trained(pictures(computing=FASTEST))

    assert ways_of(events) == Ways()
    assert losses(events) == losses(expected)
    assert equal(weights, expected_weights)
    assert torch.equal(torch.get_rng_state(), expected_random)
    (note,) = notes_in(events)
    assert note.startswith("Computed the steady way")
    assert "channels last" in note


def test_what_is_faster_is_kept_told_and_the_same_as_if_it_had_been_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tuning, "_gain", _wins)

    events, weights = trained(pictures(computing=FASTEST))

    assert ways_of(events) == LAST
    assert "channels last, the fastest of what was tried: 2.00 times" in notes_in(events)[0]
    expected, expected_weights = trained(pictures(computing=Computing(ways=LAST)))
    assert losses(events) == losses(expected)
    assert equal(weights, expected_weights)


def test_laid_out_otherwise_it_learns_the_same_but_for_rounding() -> None:
    program = programs.program(PICTURES.replace("0.2, self.training", "0.0, self.training"))
    steady, _ = trained(pictures(program=program))

    events, _ = trained(pictures(program=program, computing=Computing(ways=LAST)))

    assert losses(events) == pytest.approx(losses(steady), rel=1e-3)


@pytest.mark.parametrize("step", [1, 7, 12])
def test_a_run_goes_on_the_way_it_was_computed_bit_for_bit(tmp_path: Path, step: int) -> None:
    asked = pictures(tmp_path, computing=Computing(ways=LAST))
    _, expected = trained(asked)
    training = Training(asked)
    running = training.steps()
    while training.step < step:
        next(running)
    training.keep()
    while not checkpoints_in(tmp_path):
        next(running)
    running.close()
    (checkpoint,) = checkpoints_in(tmp_path)

    # Its record does not say how it computed: the checkpoint does.
    events, weights = trained(pictures(tmp_path, computing=FASTEST), str(checkpoint.path))

    assert isinstance(events[-1], Ended)
    assert equal(weights, expected)


def test_a_run_made_again_from_its_record_computes_as_it_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tuning, "_gain", _wins)
    folder = tmp_path / "run"
    over = Event()
    worker = Worker(lambda data: over.set() if isinstance(decode(data)[-1], Ended) else None)
    worker.start()
    worker.tell(encode(Start(spec=pictures(folder, computing=FASTEST))))
    assert over.wait(60)
    worker.close()

    assert spec_of(folder).computing.ways == LAST


def test_the_next_run_takes_what_is_known_without_a_trial(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tuning, "_gain", _wins)
    trained(pictures(computing=FASTEST))
    monkeypatch.delattr(tuning, "_gain")

    events, _ = trained(pictures(computing=FASTEST, seed=5))

    assert ways_of(events) == LAST
    assert "as an earlier run found" in notes_in(events)[0]


def test_of_two_runs_that_try_at_once_both_take_what_is_kept_first() -> None:
    asked = pictures(computing=FASTEST)
    samples = Session(asked, load).samples
    first, second = Found(ways=LAST, gain=1.3), Found(ways=Ways(threads=1), gain=1.4)

    assert remember(asked, samples, first) == first
    assert remember(asked, samples, second) == first
    assert recall(asked, samples) == first
    assert recall(replace(asked, batch_size=asked.batch_size + 1), samples) is None


def test_a_way_that_this_network_cannot_take_is_left_out() -> None:
    awkward = PICTURES.replace("h.flatten(1)", "h.view(len(h), -1)")

    events, _ = trained(pictures(program=programs.program(awkward), computing=FASTEST))

    assert ways_of(events) == Ways()
    assert "channels last not possible" in notes_in(events)[0]
    assert losses(events)


def test_what_is_wrong_with_a_run_is_told_by_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = PICTURES.replace("nn.Linear(32, 3)", "nn.Linear(31, 3)")

    events, _ = trained(pictures(program=programs.program(broken), computing=FASTEST))

    (failed,) = (event for event in events if isinstance(event, told.Failed))
    assert failed.block == "fc"


def test_a_run_can_be_stopped_while_it_tries() -> None:
    training = Training(pictures(computing=FASTEST))
    running = training.steps()
    for _ in range(6):
        next(running)

    training.stop()
    ended = [event for events in running for event in events][-1]

    assert isinstance(ended, Ended)
    assert (ended.reason, ended.step) == ("stopped", 0)


def test_a_short_run_tries_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuning, "FEWEST_STEPS", 10_000)

    events, _ = trained(pictures(computing=FASTEST))

    assert ways_of(events) == Ways()
    assert notes_in(events) == ["Under 10000 steps, no faster way is looked for"]
