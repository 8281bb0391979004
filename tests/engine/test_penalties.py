"""Penalties: the losses of the loop that a person would write, to the last bit."""

from collections.abc import Callable, Iterable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from studio.compile.run import plan_run
from studio.core.experiment import Choice, Data, Experiment, Objective, Training
from studio.engine.data.load import load
from studio.engine.data.split import split
from studio.engine.train import train
from studio.runs.events import Ended, EpochEnded
from studio.runs.spec import RunSpec, Watch
from tests.engine import programs
from tests.helpers.builders import CATALOG, Drawing

BLIND = Watch(probes={}, budget=0.0)
SGD = "torch.optim.SGD(params, lr=lr, momentum=0.9)"


def matrices(net: nn.Module) -> list[nn.Parameter]:
    return [weight for weight in net.parameters() if weight.ndim > 1]


def absolute(net: nn.Module) -> Tensor:
    return 0.01 * sum((weight.abs().sum() for weight in matrices(net)), torch.zeros(()))


def squared(net: nn.Module) -> Tensor:
    return 0.03 * sum((weight.square().sum() for weight in matrices(net)), torch.zeros(()))


def shorten(net: nn.Module) -> None:
    """Scale every row of a matrix to a length of at most one."""
    with torch.no_grad():
        for weight in matrices(net):
            weight.copy_(torch.renorm(weight, 2, 0, 1.0))


def nothing(net: nn.Module) -> None:
    return None


@pytest.mark.parametrize("clip_norm", [0.0, 0.5])
@pytest.mark.parametrize(
    ("settings", "penalties", "after"),
    [
        ({"l1": 0.01}, [absolute], nothing),
        ({"l2": 0.03}, [squared], nothing),
        ({"max_norm": 1.0}, [], shorten),
        ({"l2": 0.03, "max_norm": 1.0}, [squared], shorten),
    ],
    ids=["l1", "l2", "max-norm", "l2 and max-norm"],
)
def test_penalties_train_as_the_loop_that_a_person_would_write(
    settings: dict[str, float],
    penalties: list[Callable[[nn.Module], Tensor]],
    after: Callable[[nn.Module], None],
    clip_norm: float,
) -> None:
    job = programs.objective(optimizer=SGD, lr=0.05, clip_norm=clip_norm, **settings)
    spec = programs.run(objectives=(job,), epochs=3, watch=BLIND)

    expected = _by_hand(spec, penalties, after, clip_norm)

    assert tuple(expected) == ended(spec).losses
    plain = programs.run(objectives=(programs.objective(optimizer=SGD, lr=0.05),), epochs=3)
    assert tuple(expected) != ended(plain).losses


def _by_hand(
    spec: RunSpec,
    penalties: Iterable[Callable[[nn.Module], Tensor]],
    after: Callable[[nn.Module], None],
    clip_norm: float,
) -> list[float]:
    """Train on the same rows in the same order, with torch alone; return the losses themselves."""
    arrays = load(spec.data)
    rows = torch.from_numpy(split(arrays, spec.data)["train"])
    x, y = torch.from_numpy(arrays["x"]), torch.from_numpy(arrays["class"])
    torch.manual_seed(spec.seed)
    names: dict[str, type[nn.Module]] = {"__name__": "by_hand"}
    exec(spec.program.text, names)
    net = names["Small"]()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, fused=True)
    order = torch.Generator().manual_seed(spec.seed)
    seen = []
    for _ in range(spec.epochs):
        for batch in rows[torch.randperm(len(rows), generator=order)].split(spec.batch_size):
            optimizer.zero_grad()
            loss = total = F.cross_entropy(net(x[batch]), y[batch])
            for penalty in penalties:
                total = total + penalty(net)
            total.backward()
            if clip_norm:
                nn.utils.clip_grad_norm_(net.parameters(), clip_norm)
            optimizer.step()
            after(net)
            seen.append(loss.item())
    return seen


def ended(spec: RunSpec) -> Ended:
    last = list(train(spec))[-1]
    assert isinstance(last, Ended)
    return last


def test_penalties_are_set_on_an_objective() -> None:
    net = Drawing("Wine")
    scores = net.chain(("io.vector", {"features": 13}), ("nn.linear", {"out_features": 3}))
    net.loss(scores, form="class", classes=3)
    settings = {"l1": 0.1, "l2": 0.2, "max_norm": 3.0}
    training = Training(objectives=(Objective(settings=settings),))
    experiment = Experiment(
        title="Wine", graph=net.experiment().graph, data=Data(Choice("wine")), training=training
    )

    (job,) = plan_run(experiment, CATALOG, run_id="r").objectives

    assert (job.l1, job.l2, job.max_norm) == (0.1, 0.2, 3.0)


def test_a_strong_l1_penalty_leaves_little_of_the_weights() -> None:
    def kept(l1: float) -> float:
        from studio.engine.train import Training as Run

        spec = programs.run(
            objectives=(programs.objective(optimizer=SGD, lr=0.01, l1=l1),), epochs=20, watch=BLIND
        )
        run = Run(spec)
        events = [event for step in run.steps() for event in step]
        assert any(isinstance(event, EpochEnded) for event in events)
        return float((run.weights()["fc1.weight"].abs() > 0.02).float().mean())

    assert kept(0.0) > 0.9
    assert kept(0.1) < 0.5
