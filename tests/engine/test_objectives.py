"""Several objectives: each has its turns, its weights and its optimiser, as one writes by hand."""

from pathlib import Path

import numpy as np
import pytest
import torch
from msgspec.structs import replace
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.nn import functional as F

from studio.engine.data.load import load
from studio.engine.session import Session
from studio.runs.spec import Argument, Computing, Keeping, ObjectiveJob, Program, RunSpec, Watch
from tests.engine import programs
from tests.engine.test_checkpoints import kept_at, losses_in, run_to_end

GAN = """
import torch
from torch import nn
from torch.nn import functional as F


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.generator = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 4))
        self.critic = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))

    def forward(self, x):
        noise = torch.randn(len(x), 2) if self.training else torch.zeros(len(x), 2)  # noise
        fake = self.generator(noise)  # generator
        judged = self.critic(fake)  # critic
        real = self.critic(x)  # critic2
        return judged, real

    def losses(self, judged, real):
        return {
            "real": F.softplus(-real).mean(),
            "fake": F.softplus(judged).mean(),
            "fool": F.softplus(-judged).mean(),
        }

    def metrics(self, judged, real):
        return {}
"""

CRITIC = ObjectiveJob(
    name="critic",
    optimizer="torch.optim.Adam(params, lr=lr)",
    lr=0.01,
    losses={"real": 1.0, "fake": 1.0},
    blocks=("critic",),
)
GENERATOR = ObjectiveJob(
    name="generator",
    optimizer="torch.optim.SGD(params, lr=lr, momentum=0.5)",
    lr=0.05,
    losses={"fool": 1.0},
    blocks=("generator",),
)


def gan_program() -> Program:
    return programs.program(
        GAN,
        outputs=("judged", "real"),
        loss_arguments=("judged", "real"),
        targets=(),
        losses=("real", "fake", "fool"),
        metrics=(),
        inputs=(Argument(name="x", column="x"),),
    )


def gan(folder: Path | None = None, **changes: object) -> RunSpec:
    fields: dict[str, object] = {
        "program": gan_program(),
        "objectives": (CRITIC, GENERATOR),
        "watch": Watch(probes={}),
        "keeping": Keeping(every_secs=0.0),
        "restore_best": False,
    }
    return programs.run(folder, **{**fields, **changes})


class Hand:
    """The same networks and optimisers, written by hand; fused, as a run has them."""

    def __init__(self, spec: RunSpec) -> None:
        torch.manual_seed(spec.seed)
        self.generator = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 4))
        self.critic = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
        self.of_critic = torch.optim.Adam(self.critic.parameters(), lr=0.01, fused=True)
        self.of_generator = torch.optim.SGD(
            self.generator.parameters(), lr=0.05, momentum=0.5, fused=True
        )

    def critic_turn(self, x: Tensor) -> float:
        with torch.no_grad():
            fake = self.generator(torch.randn(len(x), 2))
        judged, real = self.critic(fake), self.critic(x)
        loss = F.softplus(-real).mean() + F.softplus(judged).mean()
        self.of_critic.zero_grad()
        loss.backward()
        self.of_critic.step()
        return loss.item()

    def generator_turn(self, x: Tensor) -> float:
        loss = F.softplus(-self.critic(self.generator(torch.randn(len(x), 2)))).mean()
        self.of_generator.zero_grad()
        loss.backward()
        self.of_generator.step()
        return loss.item()

    def joint_turn(self, x: Tensor) -> tuple[float, float]:
        fake = self.generator(torch.randn(len(x), 2))
        judged = self.critic(fake)
        critical = (
            F.softplus(-self.critic(x)).mean() + F.softplus(self.critic(fake.detach())).mean()
        )
        fooling = F.softplus(-judged).mean()
        own = torch.autograd.grad(critical, list(self.critic.parameters()))
        fooled = torch.autograd.grad(fooling, list(self.generator.parameters()))
        for weight, grad in zip(self.critic.parameters(), own, strict=True):
            weight.grad = grad
        for weight, grad in zip(self.generator.parameters(), fooled, strict=True):
            weight.grad = grad
        self.of_critic.step()
        self.of_generator.step()
        return critical.item(), fooling.item()


def batches_of(spec: RunSpec) -> list[Tensor]:
    """Return the samples of every step, in the order in which a run sees them."""
    state = torch.get_rng_state()
    session = Session(spec, load)
    found = []
    for _ in range(spec.epochs):
        found += [session.samples.batch(rows)[0][0] for rows in session.batches()]
    torch.set_rng_state(state)
    return found


def told(spec: RunSpec) -> tuple[list[float], list[float], dict[str, Tensor]]:
    events, weights = run_to_end(spec)
    names = ("train/critic", "train/generator")
    critic, generator = (list(losses_in(events, name).values()) for name in names)
    return critic, generator, weights


def same_weights(hand: Hand, weights: dict[str, Tensor]) -> bool:
    kept = {f"generator.{name}": value for name, value in hand.generator.state_dict().items()}
    kept |= {f"critic.{name}": value for name, value in hand.critic.state_dict().items()}
    return kept.keys() == weights.keys() and all(
        torch.equal(kept[name], weights[name]) for name in weights
    )


def test_a_gan_learns_bit_for_bit_as_a_loop_by_hand() -> None:
    spec = gan()
    hand = Hand(spec)
    batches = batches_of(spec)
    expected = [(hand.critic_turn(x), hand.generator_turn(x)) for x in batches]

    critic, generator, weights = told(spec)

    assert list(zip(critic, generator, strict=True)) == expected
    assert same_weights(hand, weights)


def test_a_critic_that_learns_five_times_a_step_does() -> None:
    spec = gan(objectives=(replace(CRITIC, turns=5), GENERATOR))
    hand = Hand(spec)
    batches = batches_of(spec)
    expected = []
    for x in batches:
        last = [hand.critic_turn(x) for _ in range(5)][-1]
        expected.append((last, hand.generator_turn(x)))

    critic, generator, weights = told(spec)

    assert list(zip(critic, generator, strict=True)) == expected
    assert same_weights(hand, weights)


def test_a_generator_that_learns_at_every_third_step_rests_in_between() -> None:
    spec = gan(objectives=(CRITIC, replace(GENERATOR, every=3)))
    hand = Hand(spec)
    expected = {}
    for number, x in enumerate(batches_of(spec)):
        of_critic = hand.critic_turn(x)
        expected[number] = of_critic
        if number % 3 == 0:
            hand.generator_turn(x)

    critic, generator, weights = told(spec)

    assert critic == list(expected.values())
    assert len(generator) == len(critic)
    assert np.isfinite(generator).all()
    assert same_weights(hand, weights)


def test_objectives_that_share_a_pass_learn_from_the_same_values() -> None:
    spec = gan(objectives=(CRITIC, replace(GENERATOR, joint=True)))
    hand = Hand(spec)
    expected = [hand.joint_turn(x) for x in batches_of(spec)]

    critic, generator, weights = told(spec)

    np.testing.assert_allclose(list(zip(critic, generator, strict=True)), expected, rtol=1e-6)
    kept = hand.generator.state_dict() | {}
    for name, value in kept.items():
        torch.testing.assert_close(weights[f"generator.{name}"], value)
    for name, value in hand.critic.state_dict().items():
        torch.testing.assert_close(weights[f"critic.{name}"], value)


@pytest.mark.parametrize(("joint", "passes"), [(False, 2), (True, 1)])
def test_a_shared_pass_is_computed_once(joint: bool, passes: int) -> None:
    session = Session(gan(objectives=(CRITIC, replace(GENERATOR, joint=joint))), load)
    calls: list[object] = []
    session.network.module.register_forward_hook(lambda *_: calls.append(_))

    session.make_step(session.batches()[0])

    assert len(calls) == passes


def test_the_generator_leaves_no_graph_in_the_turn_of_the_critic() -> None:
    """Count what autograd keeps for going backward, turn by turn."""
    kept: dict[str, list[tuple[int, ...]]] = {}
    for name, job in (("critic", CRITIC), ("generator", GENERATOR)):
        session = Session(gan(objectives=(job,), data=programs.data(240)), load)
        shapes = kept.setdefault(name, [])

        def pack(tensor: Tensor, shapes: list[tuple[int, ...]] = shapes) -> Tensor:
            shapes.append(tuple(tensor.shape))
            return tensor

        with saved_tensors_hooks(pack, lambda tensor: tensor):
            session.make_step(session.batches()[0])

    # (32, 2) is the noise and (8, 4), transposed, the generator's last layer: only its own turn
    # keeps them. Only the critic's turn goes backward from the real samples (32, 4) as well.
    assert (32, 2) not in kept["critic"]
    assert (32, 2) in kept["generator"]
    assert len(kept["critic"]) < len(by_hand_without_no_grad())


def by_hand_without_no_grad() -> list[tuple[int, ...]]:
    """Return what the critic's turn would keep if the generator's weights wanted gradients."""
    spec = gan()
    hand, x = Hand(spec), batches_of(spec)[0]
    kept: list[tuple[int, ...]] = []

    def pack(tensor: Tensor) -> Tensor:
        kept.append(tuple(tensor.shape))
        return tensor

    with saved_tensors_hooks(pack, lambda tensor: tensor):
        fake = hand.generator(torch.randn(len(x), 2))
        (F.softplus(-hand.critic(x)).mean() + F.softplus(hand.critic(fake)).mean()).backward()
    return kept


def test_what_stands_before_all_that_is_updated_is_run_without_gradient() -> None:
    """The generator's outputs carry no history while the critic learns, and do in its own turn."""
    seen: list[bool] = []
    session = Session(gan(), load)
    generator = session.network.module.generator
    assert isinstance(generator, nn.Module)
    generator.register_forward_hook(lambda _, __, fake: seen.append(fake.grad_fn is not None))

    session.make_step(session.batches()[0])

    assert seen == [False, True]
    assert all(weight.requires_grad for weight in session.network.module.parameters())


@pytest.mark.parametrize("step", [1, 4, 6, 11])
@pytest.mark.parametrize("pieces", [1, 3])
def test_a_gan_goes_on_from_any_step_with_the_same_bits(
    tmp_path: Path, step: int, pieces: int
) -> None:
    jobs = (replace(CRITIC, turns=2), replace(GENERATOR, every=3, warm_ups={"fool": 0.5}))
    changes = {"objectives": jobs, "computing": Computing(accumulate=pieces)}
    whole, weights = run_to_end(gan(tmp_path / "whole", **changes))
    spec = gan(tmp_path / "cut", **changes)

    again, same = run_to_end(spec, str(kept_at(spec, step)))

    for name in ("train/loss", "train/critic", "train/generator"):
        later = {at: loss for at, loss in losses_in(whole, name).items() if at > step}
        assert losses_in(again, name) == later
    assert all(torch.equal(weights[name], same[name]) for name in weights)


def test_the_weight_of_a_loss_rises_from_0_over_its_share_of_the_steps() -> None:
    job = replace(CRITIC, losses={"real": 1.0, "fake": 4.0}, warm_ups={"fake": 0.5})
    session = Session(gan(objectives=(job,)), load)
    (objective,) = session.objectives
    losses = {"real": torch.tensor(1.0), "fake": torch.tensor(1.0), "fool": torch.tensor(9.0)}

    weights = []
    for step in range(0, 101, 10):
        objective.begin(step, 100)
        weights.append(objective.total(losses).item() - 1.0)

    expected = [0.0, 0.8, 1.6, 2.4, 3.2, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0]
    assert weights == pytest.approx(expected)
    assert objective.loss_weights == {"real": 1.0, "fake": 4.0}


def test_a_batch_in_pieces_teaches_both_objectives_the_same() -> None:
    spec = gan(objectives=(CRITIC, replace(GENERATOR, joint=True)), epochs=1)
    text = GAN.replace("torch.randn(len(x), 2)", "x[:, :2]")
    assert text != GAN
    spec = replace(spec, program=replace(spec.program, text=text))

    whole = told(spec)
    pieces = told(replace(spec, computing=Computing(accumulate=4)))

    np.testing.assert_allclose(whole[0], pieces[0], rtol=1e-5)
    np.testing.assert_allclose(whole[1], pieces[1], rtol=1e-5)
    for name, value in whole[2].items():
        torch.testing.assert_close(pieces[2][name], value, rtol=1e-3, atol=1e-5)
