"""The short way of a plain step and the long way of any other come to the same, bit for bit."""

import pytest
import torch

from studio.engine.groups import Group
from studio.engine.optim import make_optimizer, step_of
from studio.engine.train import Training
from studio.runs.events import Ended, EpochEnded, Event
from studio.runs.spec import MetricInfo
from tests.engine import programs

WEIGHED = (
    programs.MLP
    + """
    def counts(self, logits, target):
        return {"loss": (target > 0).sum()}
"""
)


def told(**changes: object) -> tuple[list[Event], dict[str, torch.Tensor]]:
    training = Training(programs.run(epochs=3, **changes))
    return [event for events in training.steps() for event in events], training.weights()


@pytest.mark.parametrize(
    "program",
    [
        programs.program(),
        programs.program(WEIGHED, counts=("loss",)),
        programs.program(
            measured=(MetricInfo(name="perplexity", loss="loss", combine="exp"),),
        ),
    ],
    ids=["plain", "weighed", "exponential"],
)
def test_a_plain_step_is_what_the_long_way_makes_of_it(
    monkeypatch: pytest.MonkeyPatch, program: object
) -> None:
    short, weights = told(program=program)
    monkeypatch.setattr(Group, "alone", False)
    long, expected = told(program=program)

    assert _numbers(short) == _numbers(long)
    assert all(torch.equal(weights[name], expected[name]) for name in expected)


def _numbers(events: list[Event]) -> list[object]:
    ends = [event for event in events if isinstance(event, (Ended, EpochEnded))]
    return [event.values if isinstance(event, EpochEnded) else event.losses for event in ends]


@pytest.mark.parametrize("kind", ["SGD", "AdamW", "Adadelta"])
def test_a_step_without_torchs_mark_for_profilers_is_the_optimisers_own(kind: str) -> None:
    def stepped(*, marked: bool) -> torch.Tensor:
        torch.manual_seed(0)
        weight = torch.nn.Parameter(torch.randn(5, 3))
        job = programs.objective(optimizer=f"torch.optim.{kind}(params, lr=lr)")
        optimizer = make_optimizer(job, [weight])
        step = optimizer.step if marked else step_of(optimizer)
        for _ in range(3):
            weight.grad = weight.detach() * 2
            step()
        return weight.detach()

    assert torch.equal(stepped(marked=True), stepped(marked=False))


def test_what_an_optimiser_has_hooked_to_its_step_is_still_called() -> None:
    weight = torch.nn.Parameter(torch.ones(2))
    optimizer = make_optimizer(programs.objective(), [weight])
    called: list[str] = []
    optimizer.register_step_post_hook(lambda *_: called.append("hook"))
    weight.grad = torch.ones(2)

    step_of(optimizer)()

    assert called == ["hook"]
