"""Several processes train as one does: the same losses, one record, and one end."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from msgspec.structs import replace

from studio.engine.distributed import Team
from studio.engine.together import Together
from studio.engine.train import Training
from studio.runs.checkpoints import checkpoints_in
from studio.runs.commands import Start
from studio.runs.events import Ended, EpochEnded, Event, Failed
from studio.runs.spec import Computing, Keeping, ObjectiveJob, RunSpec, Watch
from tests.engine import programs, test_counting, test_objectives

BLIND = Watch(probes={}, budget=0.0)
PLAIN = """
import torch
from torch import nn
from torch.nn import functional as F


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(4, 16)
        self.fc2 = nn.Linear(16, 3)
        self.spare = nn.Linear(2, 2)

    def forward(self, x):
        h = torch.tanh(self.fc1(x))  # fc1
        logits = self.fc2(h)  # fc2
        return logits

    def losses(self, logits, target):
        return {"loss": F.cross_entropy(logits, target)}

    def metrics(self, logits, target):
        return {"accuracy": (logits.argmax(1) == target).float().mean()}
"""
RECURRENT = PLAIN.replace("self.fc1 = nn.Linear(4, 16)", "self.fc1 = nn.LSTM(1, 16)").replace(
    "torch.tanh(self.fc1(x))", "self.fc1(x.t().unsqueeze(2))[0][-1]"
)
NORMAL = PLAIN.replace("nn.Linear(4, 16)", "nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16))")
PLAIN_STEPS = programs.objective(optimizer="torch.optim.SGD(params, lr=lr)", lr=0.1)
"""Adam would make steps of the rounding of a gradient that is 0, as a bias before a norm has."""
NOISY = PLAIN.replace("torch.tanh(self.fc1(x))", "F.dropout(self.fc1(x), 0.5, self.training)")


def run(text: str = PLAIN, **changes: object) -> RunSpec:
    """Return a run of more than 50 steps, whose last batch of an epoch is a single sample."""
    fields: dict[str, object] = {
        "program": programs.program(text),
        "data": programs.data(samples=190, validation=0.15, test=0.0),
        "watch": BLIND,
        "epochs": 5,
        "batch_size": 16,
    }
    return programs.run(**{**fields, **changes})


def rivals(critic: ObjectiveJob, **changes: object) -> RunSpec:
    """Return a run of two objectives, whose noise is a column so that both see the same."""
    text = test_objectives.GAN.replace("torch.randn(len(x), 2)", "x[:, :2]")
    program = replace(test_objectives.gan_program(), text=text, tapped=text)
    generator = replace(test_objectives.GENERATOR, **changes)
    return run(objectives=(critic, generator), program=program)


@contextmanager
def helper(monkeypatch: pytest.MonkeyPatch) -> "Iterator[subprocess.Popen[str]]":
    """Make this process the first of two, and start the other."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    told = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    for name, value in {**told, "RANK": "0", "LOCAL_RANK": "0"}.items():
        monkeypatch.setenv(name, value)
    other = subprocess.Popen(
        [sys.executable, "-m", "studio.engine.together"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "RANK": "1", "LOCAL_RANK": "1"},
    )
    try:
        yield other
    finally:
        other.kill()
        other.communicate()


def by_two(
    spec: RunSpec, monkeypatch: pytest.MonkeyPatch, checkpoint: Path | str = ""
) -> list[Event]:
    start = Start(spec=spec, checkpoint=str(checkpoint))
    with helper(monkeypatch) as other:
        events = [event for some in Together(start).steps() for event in some]
        assert other.wait(20) == (1 if any(isinstance(e, Failed) for e in events) else 0)
        return events


def alone(spec: RunSpec) -> list[Event]:
    return [event for some in Training(spec).steps() for event in some]


def ended(events: Sequence[Event]) -> Ended:
    last = events[-1]
    assert isinstance(last, Ended)
    return last


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param(run(), id="mlp"),
        pytest.param(run(RECURRENT), id="lstm"),
        # 160 samples in batches of 31: the last one is too small to be shared
        pytest.param(
            run(NORMAL, batch_size=31, epochs=9, objectives=(PLAIN_STEPS,)), id="batch-norm"
        ),
        pytest.param(
            run(
                NORMAL,
                batch_size=33,
                epochs=11,
                objectives=(replace(PLAIN_STEPS, clip_norm=0.1),),
            ),
            id="batch-norm-of-uneven-shares",
        ),
        pytest.param(
            run(
                objectives=(programs.objective(clip_norm=0.1),),
                computing=Computing(accumulate=3),
            ),
            id="clipped-and-accumulated",
        ),
        pytest.param(
            rivals(replace(test_objectives.CRITIC, turns=2), every=3), id="objectives-that-rest"
        ),
        pytest.param(rivals(test_objectives.CRITIC, joint=True), id="objectives-of-one-pass"),
    ],
)
def test_two_processes_have_the_losses_of_one(
    spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = alone(spec), by_two(spec, monkeypatch)

    losses = ended(one).losses
    assert len(losses) >= 50
    # Near 0 the sums of 32-bit floats differ by their last bit, that of a loss near 1.
    assert ended(two).losses == pytest.approx(losses, rel=1e-6, abs=1e-7)
    epochs = [[e.values for e in events if isinstance(e, EpochEnded)] for events in (one, two)]
    for ours, theirs in zip(*epochs, strict=True):
        assert theirs == pytest.approx(ours, rel=1e-5)
    for part, means in ended(one).metrics.items():
        assert ended(two).metrics[part] == pytest.approx(means, rel=1e-5)


def test_a_mean_over_tokens_stays_one_over_the_tokens_of_the_batch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spec = test_counting.run(ignore=True)

    one, two = alone(spec), by_two(spec, monkeypatch)

    assert ended(two).losses == pytest.approx(ended(one).losses, rel=1e-6)
    (ours,), (theirs,) = (
        [event.values for event in events if isinstance(event, EpochEnded)] for events in (one, two)
    )
    assert theirs == pytest.approx(ours, rel=1e-5)


@pytest.mark.parametrize("network", [PLAIN, NORMAL], ids=["plain", "batch-norm"])
def test_two_processes_end_with_the_weights_of_one(
    network: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = run(network, batch_size=31, objectives=(PLAIN_STEPS,))

    one = Training(spec)
    for _ in one.steps():
        pass
    with helper(monkeypatch) as other:
        two = Together(Start(spec=spec))
        for _ in two.steps():
            pass
        assert 0 == other.wait(20)

    ours, theirs = one.weights(), two.weights()
    assert ours.keys() == theirs.keys()
    for name, weight in ours.items():  # running means and variances are among them
        torch.testing.assert_close(theirs[name], weight, rtol=1e-4, atol=1e-6, msg=name)


def test_a_loss_that_is_no_number_ends_all_and_is_told_by_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wild = programs.objective(optimizer="torch.optim.SGD(params, lr=lr)", lr=1e30)

    events = by_two(run(NOISY, objectives=(wild,)), monkeypatch)

    (failed,) = (event for event in events if isinstance(event, Failed))
    assert failed.kind == "nan"
    assert "no longer a number" in failed.message


def test_two_processes_go_on_from_the_middle_of_an_epoch_as_if_nothing_had_happened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = run(NOISY, folder=str(tmp_path), keeping=Keeping(every_secs=0.001, last=1000))
    whole = by_two(spec, monkeypatch)
    kept = [found for found in checkpoints_in(tmp_path) if 11 < found.step < 44 and found.step % 11]
    assert kept, "checkpoints are kept while the run goes on"

    later = by_two(spec, monkeypatch, kept[0].path)

    assert ended(later).losses == ended(whole).losses
    assert ended(later).metrics == ended(whole).metrics
    epochs = {event.epoch: event.values for event in whole if isinstance(event, EpochEnded)}
    again = {event.epoch: event.values for event in later if isinstance(event, EpochEnded)}
    assert list(again) == list(range(kept[0].step // 11 + 1, 6))
    for epoch, means in again.items():  # an accuracy is gathered by the clock: its last bit varies
        assert means == pytest.approx(epochs[epoch], rel=1e-6)


def test_a_stop_reaches_all_after_the_same_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    with helper(monkeypatch) as other:
        training = Together(Start(spec=run(NOISY, epochs=1000)))
        events = []
        for some in training.steps():
            events += some
            if training.step == 20:
                training.stop()
        assert ended(events).reason == "stopped"
        assert ended(events).step in {20, 21, 22}
        assert other.wait(20) == 130


def test_a_process_that_dies_ends_the_run_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with helper(monkeypatch) as other:
        training = Together(Start(spec=run(epochs=100_000)))
        events, killed_at = [], 0.0
        for some in training.steps():
            events += some
            if training.step >= 20 and not killed_at:
                other.kill()
                killed_at = time.monotonic()
        assert time.monotonic() < killed_at + 10
    (failed,) = (event for event in events if isinstance(event, Failed))
    assert failed.message.startswith("Another process of this training is gone")
    assert "netwright resume" in failed.hint
    assert ended(events).reason == "failed"


@pytest.mark.parametrize("rows", [1, 2, 3, 5, 16])
@pytest.mark.parametrize("pairs", [False, True])
@pytest.mark.parametrize("pieces", [1, 2])
@pytest.mark.parametrize("alike", [False, True])
def test_every_sample_of_a_batch_belongs_to_one_process(
    rows: int, pairs: bool, pieces: int, alike: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "3")
    taken, joined = [], []
    for rank in range(3):
        monkeypatch.setenv("RANK", str(rank))
        team = Team()
        taken.append(team.pieces(torch.arange(rows), pieces, pairs=pairs, alike=alike))
        joined.append(team.shares_all)

    assert [row for own in taken for piece in own for row in piece.tolist()] == list(range(rows))
    assert taken[0], "the first process always has some"
    if alike:
        assert 1 == len(set(joined)), "all know alike whether they talk"
        assert joined[0] == (1 == len({len(own) for own in taken}))
    sizes = [sum(map(len, own)) for own in taken]
    assert max(sizes) - min(size for size in sizes if size) <= 1
    if pairs and rows > 1:
        assert all(len(piece) > 1 for own in taken for piece in own)
