"""A network whose run is over is looked at as it was at its end, and nothing of it lasts."""

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event as Happened

import pytest
import torch
from msgspec.structs import replace

from studio.engine.data.load import load
from studio.engine.glancing import glance
from studio.engine.train import Training
from studio.engine.weights import save_weights
from studio.engine.worker import Worker
from studio.runs.checkpoints import checkpoints_in
from studio.runs.commands import Start, encode
from studio.runs.events import Ended, Event, Snapshot, decode
from studio.runs.questions import Glance, Glanced
from studio.runs.spec import RunSpec, Watch
from studio.runs.store import WEIGHTS, RunStore
from tests.engine.test_text_probe import small

PROMPT = {"prompt": "And Moses said"}
WATCH = Watch(probes={"text": dict(PROMPT)})


def asked(folder: Path, weights: Path | None = None, watch: Watch = WATCH) -> Glance:
    weights = weights or folder / WEIGHTS
    return Glance(request=7, folder=str(folder), weights=str(weights), step=31, watch=watch)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Snapshot]]:
    """Train a while, looking at the same prompt; return the folder and what was seen."""
    folder = tmp_path_factory.mktemp("run")
    spec = replace(small("gpt-kjv", "data.source.windows=120"), folder=str(folder), watch=WATCH)
    store = RunStore(folder)
    store.describe(spec)
    store.close()
    training = Training(spec)
    told = [event for events in training.steps() for event in events]
    assert isinstance(told[-1], Ended)
    assert not save_weights(training.weights(), str(folder))
    return folder, [event for event in told if isinstance(event, Snapshot)]


def test_it_writes_what_it_wrote_at_the_end_of_its_run(
    trained: tuple[Path, list[Snapshot]],
) -> None:
    folder, seen = trained

    told = glance(asked(folder), load)

    assert told.error == ""
    (one,) = told.seen
    assert (told.request, told.step, one.kind, one.block) == (7, 31, "text", PROMPT["prompt"])
    assert one.notes == seen[-1].notes


def test_a_prompt_it_cannot_read_says_why(trained: tuple[Path, list[Snapshot]]) -> None:
    told = glance(asked(trained[0], watch=Watch(probes={"text": {"prompt": "@@"}})), load)

    assert "@" in told.seen[0].notes["unread"]


def test_a_checkpoint_serves_where_the_run_left_no_weights(tmp_path: Path) -> None:
    spec = replace(small("gpt-kjv", "data.source.windows=120"), folder=str(tmp_path))
    store = RunStore(tmp_path)
    store.describe(spec)
    store.close()
    training = Training(spec)
    steps = training.steps()
    while training.step < 2:
        next(steps)
    training.keep()
    while not checkpoints_in(tmp_path):
        next(steps)
    steps.close()
    (checkpoint,) = checkpoints_in(tmp_path)

    told = glance(asked(tmp_path, checkpoint.path), load)

    assert told.error == ""
    assert told.seen[0].notes["text"]


@pytest.mark.parametrize("broken", ["weights", "record"])
def test_what_is_missing_is_told_in_a_sentence(tmp_path: Path, broken: str) -> None:
    if broken == "weights":
        store = RunStore(tmp_path)
        store.describe(small("gpt-kjv", "data.source.windows=120"))
        store.close()

    told = glance(asked(tmp_path), load)

    assert told.seen == ()
    assert str(tmp_path) in told.error


def losses_of(spec: RunSpec, ask: Callable[[Worker], None]) -> tuple[Sequence[float], list[Event]]:
    """Return the losses of a run in a worker of which something was asked before."""
    told: list[Event] = []
    over = Happened()

    def hear(data: bytes) -> None:
        told.extend(decode(data))
        if any(isinstance(event, Ended) for event in told):
            over.set()

    worker = Worker(hear)
    worker.start()
    ask(worker)
    worker.tell(encode(Start(spec=spec)))
    assert over.wait(60)
    worker.close()
    return next(event.losses for event in told if isinstance(event, Ended)), told


def test_the_next_run_learns_the_same_to_the_last_bit(
    trained: tuple[Path, list[Snapshot]],
) -> None:
    spec = small("gpt-kjv", "data.source.windows=120", "blocks.dropout.p=0.2", text=False)
    torch.manual_seed(5)
    expected, _ = losses_of(spec, lambda _worker: None)

    losses, told = losses_of(spec, lambda worker: worker.tell(encode(asked(trained[0]))) and None)

    assert losses == expected
    (answer,) = (event for event in told if isinstance(event, Glanced))
    assert answer.error == ""
