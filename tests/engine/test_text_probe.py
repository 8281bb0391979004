"""Text while training: it is written from held-out beginnings, and leaves no trace."""

import pytest
import torch

from studio.app.gallery import find_experiment
from studio.compile.run import plan_run
from studio.core.addresses import set_at
from studio.core.fileio import open_file
from studio.engine.train import Training, train
from studio.runs.events import Ended, Event, Snapshot
from studio.runs.spec import RunSpec, Watch
from tests.engine import programs
from tests.helpers.builders import CATALOG

WATCH = Watch(probes={"text": {}})


def small(name: str, *settings: str, text: bool = True) -> RunSpec:
    experiment = open_file(find_experiment(name))
    for setting in ("training.epochs=2", "training.checkpoint_secs=0", *settings):
        experiment = set_at(experiment, setting, CATALOG)
    watch = WATCH if text else Watch(probes={})
    return plan_run(experiment, CATALOG, run_id="r", watch=watch)


def texts(events: list[Event]) -> list[Snapshot]:
    return [event for event in events if isinstance(event, Snapshot) and event.kind == "text"]


def test_a_language_model_goes_on_with_a_held_out_beginning() -> None:
    events = list(train(small("gpt-kjv", "data.source.windows=120")))

    first, last = texts(events)[0], texts(events)[-1]
    ended = next(event for event in events if isinstance(event, Ended))
    assert (first.step, last.step) == (0, ended.step)
    assert len(first.notes["prompt"]) == 24
    assert len(first.notes["right"]) == 40
    assert first.notes["prompt"] == last.notes["prompt"]
    assert first.notes["text"] != last.notes["text"]
    assert not first.notes.get("refused")


def test_an_encoder_and_decoder_answers_held_out_sources() -> None:
    events = list(train(small("transformer-phonemes", "data.source.samples=120")))

    notes = texts(events)[-1].notes
    assert {f"{what} {n}" for what in ("source", "answer", "right") for n in (1, 2, 3, 4)} == set(
        notes
    )
    assert notes["right 1"].isupper()
    assert notes["source 1"].islower()
    assert not any("<" in text for text in notes.values())


def test_a_network_that_does_not_write_says_once_what_it_would_need() -> None:
    events = list(train(programs.run(watch=WATCH)))

    (said,) = texts(events)
    assert "Text needs an input of tokens" in said.notes["refused"]


@pytest.mark.parametrize("name", ["gpt-kjv", "transformer-phonemes"])
def test_writing_changes_no_loss_by_a_bit(name: str) -> None:
    size = {"gpt-kjv": "data.source.windows=120"}.get(name, "data.source.samples=120")

    def losses(*, text: bool) -> tuple[float, ...]:
        torch.manual_seed(77)
        events = (
            list(train(small(name, size, "blocks.dropout.p=0.2", text=text)))
            if (name == "gpt-kjv")
            else list(train(small(name, size, text=text)))
        )
        return next(event for event in events if isinstance(event, Ended)).losses

    assert losses(text=True) == losses(text=False)


@pytest.mark.parametrize(
    ("name", "size", "prompt", "wanted"),
    [
        ("gpt-kjv", "windows", "Moses", {"prompt", "text"}),
        ("gpt-kjv", "windows", "\u00e9", {"unread"}),
        ("transformer-phonemes", "samples", "hello", {"source 1", "answer 1"}),
        ("transformer-phonemes", "samples", "h" * 40, {"unread"}),
    ],
)
def test_a_person_s_own_prompt_is_gone_on_from_or_answered(
    name: str, size: str, prompt: str, wanted: set[str]
) -> None:
    training = Training(small(name, f"data.source.{size}=60"))
    steps = training.steps()
    while training.step < 1:
        next(steps)

    (said,) = texts(
        list(training.look(Watch(probes={"attention": {}, "text": {"prompt": prompt}})))
    )

    assert said.block == prompt
    assert wanted == set(said.notes)
    steps.close()
