"""The generative exhibits learn what their stories say, and only where it is theirs to learn."""

from collections.abc import Callable

import pytest
import torch
from msgspec.structs import replace

from studio.app.catalogue import builtin_catalog
from studio.app.gallery import find_experiment
from studio.compile.run import plan_run
from studio.core.fileio import open_file
from studio.engine.data.load import load
from studio.engine.session import Session
from studio.engine.train import train
from studio.runs.events import Ended, Snapshot
from studio.runs.spec import RunSpec, Watch

CATALOG = builtin_catalog()


def planned(name: str, **changes: object) -> RunSpec:
    spec = plan_run(open_file(find_experiment(name)), CATALOG, run_id="test")
    return replace(spec, device="cpu", **changes)


def session_of(name: str) -> Session:
    return Session(planned(name, watch=Watch(probes={})), load)


def test_each_turn_of_the_gan_moves_its_own_network_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = session_of("gan-digits")
    critic, generator = session.objectives
    assert (critic.turns, generator.turns) == (1, 2)
    module = session.network.module
    parts = {"critic": module.critic, "generator": module.generator}
    moved: list[tuple[str, ...]] = []

    for objective in (critic, generator):
        end = objective.end

        def watched(end: Callable[[], None] = end) -> None:
            before = {name: weights_of(part) for name, part in parts.items()}
            end()
            after = {name: weights_of(part) for name, part in parts.items()}
            moved.append(tuple(n for n in parts if not torch.equal(before[n], after[n])))

        monkeypatch.setattr(objective, "end", watched)

    session.make_step(session.batches()[0])

    assert moved == [("critic",), ("generator",), ("generator",)]


def weights_of(part: torch.nn.Module) -> torch.Tensor:
    return torch.cat([weight.detach().flatten() for weight in part.parameters()])


def test_the_decoder_of_the_prior_is_the_one_that_learns() -> None:
    session = session_of("vae-digits")
    blocks = {block.id: block.attribute for block in session.spec.program.blocks}
    assert blocks["from_the_prior"] == blocks["decoder"]

    (objective,) = session.objectives
    objective.begin(0, 100)
    losses = {"reconstruction": torch.tensor(0.0), "divergence": torch.tensor(5.0)}

    assert objective.total(losses).item() == 0.0, "the divergence begins without weight"
    objective.begin(20, 100)
    assert objective.total(losses).item() == 5.0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "metric", "most"),
    [
        ("autoencoder-digits", "loss", 0.04),
        ("vae-digits", "Root mean squared error", 0.22),
    ],
)
def test_digits_appear_within_a_few_epochs(name: str, metric: str, most: float) -> None:
    watch = Watch(probes={"images": {"blocks": ("decoder",)}})
    events = list(train(planned(name, epochs=14, watch=watch)))

    ended = next(event for event in events if isinstance(event, Ended))
    pictures = [event for event in events if isinstance(event, Snapshot)]
    assert ended.metrics["test"][metric] < most
    assert pictures[-1].step == ended.step
    assert set(pictures[-1].arrays) == {"images", "inputs"}
