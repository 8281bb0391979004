"""A step computed in pieces, in other numbers or twice over learns the same; averages are kept."""

from pathlib import Path

import pytest
import torch
from msgspec.structs import replace
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from studio.compile.source import compile_network
from studio.engine.build import Network
from studio.engine.data.load import load
from studio.engine.recomputing import recompute_stacks
from studio.engine.session import Session
from studio.engine.train import Training
from studio.runs.events import Ended, EpochEnded, Event
from studio.runs.spec import Computing, RunSpec
from tests.engine import programs, test_counting
from tests.engine.test_checkpoints import a_run, epochs_in, kept_at, losses_in, run_to_end
from tests.helpers import composites
from tests.helpers.builders import CATALOG

PLAIN = (
    programs.MLP.replace("        self.norm = nn.BatchNorm1d(16)\n", "")
    .replace("        h = self.norm(h)  # norm\n", "")
    .replace("F.dropout(torch.relu(h), 0.2, self.training)", "torch.relu(h)")
)
"""Without what sees the batch as a whole, or draws numbers."""
SGD = programs.objective(optimizer="torch.optim.SGD(params, lr=lr, momentum=0.9)", lr=0.05)
HALVES = [("bfloat16", 0.05), ("float16", 0.02)]


def plain(folder: Path, **changes: object) -> RunSpec:
    fields = {"program": programs.program(PLAIN), "objectives": (SGD,), "epochs": 2}
    return a_run(folder, **{**fields, **changes})


def expect_close(ours: dict[str, Tensor], theirs: dict[str, Tensor]) -> None:
    for name, weight in theirs.items():
        torch.testing.assert_close(ours[name], weight, rtol=1e-4, atol=1e-6)


# Pieces


@pytest.mark.parametrize("pieces", [2, 3, 7, 1000])
def test_a_batch_in_pieces_makes_the_step_of_the_whole(tmp_path: Path, pieces: int) -> None:
    whole, weights = run_to_end(plain(tmp_path / "whole"))

    spec = plain(tmp_path / "pieces", computing=Computing(accumulate=pieces))
    events, same = run_to_end(spec)

    assert losses_in(events) == pytest.approx(losses_in(whole), rel=1e-4)
    assert losses_in(events) != losses_in(whole)
    for epoch, values in epochs_in(whole).items():
        assert epochs_in(events)[epoch] == pytest.approx(values, rel=1e-4)
    expect_close(same, weights)


def test_a_mean_over_words_is_one_over_the_words_of_all_pieces() -> None:
    spec = replace(test_counting.run(ignore_index=0), epochs=2, batch_size=16)
    whole, weights = run_to_end(spec)

    events, same = run_to_end(replace(spec, computing=Computing(accumulate=4)))

    assert losses_in(events) == pytest.approx(losses_in(whole), rel=1e-4)
    expect_close(same, weights)


def test_no_piece_is_of_one_sample_where_batches_are_normalised(tmp_path: Path) -> None:
    spec = a_run(tmp_path, epochs=1, batch_size=5, computing=Computing(accumulate=5))

    events, _ = run_to_end(spec)

    assert next(event for event in events if isinstance(event, Ended)).reason == "finished"


# Precision


@pytest.mark.parametrize(("precision", "tolerance"), HALVES)
def test_16_bit_numbers_learn_nearly_the_same(
    tmp_path: Path, precision: str, tolerance: float
) -> None:
    whole, _ = run_to_end(plain(tmp_path / "whole"))

    computing = Computing(precision=precision)
    events, weights = run_to_end(plain(tmp_path / "half", computing=computing))

    assert losses_in(events) != losses_in(whole)
    assert losses_in(events) == pytest.approx(losses_in(whole), rel=tolerance, abs=tolerance)
    assert {weight.dtype for weight in weights.values()} == {torch.float32}


def test_products_are_16_bit_and_losses_32() -> None:
    spec = replace(plain(Path(), computing=Computing(precision="bfloat16")), folder="")
    session = Session(spec, load)
    seen: list[torch.dtype] = []
    session.network.module.fc1.register_forward_hook(
        lambda _module, _given, value: seen.append(value.dtype)
    )

    arguments = session.calls.arguments(*session.samples.batch(torch.arange(8)))
    losses = session.calls.losses(arguments)

    assert seen == [torch.bfloat16]
    assert arguments[0].dtype == losses["loss"].dtype == torch.float32


def test_a_step_whose_scaled_gradients_overflow_is_left_out(tmp_path: Path) -> None:
    huge = replace(SGD, losses={"loss": 1e30})
    session = Session(
        plain(tmp_path, objectives=(huge,), computing=Computing(precision="float16")), load
    )
    before = session.weights()
    scale = session.objectives[0].state()["scaler"]["scale"]

    session.make_step(session.batches()[0])

    assert session.objectives[0].state()["scaler"]["scale"] < scale
    assert all(torch.equal(weight, before[name]) for name, weight in session.weights().items())


# Recomputing


def a_stack() -> Network:
    torch.manual_seed(0)
    return Network(compile_network(composites.encoder_stack(3), CATALOG), "stack")


def gradients_of(network: Network) -> tuple[Tensor, list[Tensor]]:
    torch.manual_seed(1)
    tokens = torch.randint(0, 8, (4, 12))
    loss = network.module.train()(tokens).square().mean()
    loss.backward()
    return loss.detach(), [w.grad.clone() for w in network.module.parameters()]


def test_layers_that_compute_again_have_the_same_gradients_dropout_included() -> None:
    network, again = a_stack(), a_stack()
    for one in (network, again):
        for part in one.module.modules():
            if isinstance(part, torch.nn.Dropout):
                part.p = 0.3
    passes: list[int] = []
    for layer in again.module.encoder:
        next(layer.children()).register_forward_hook(lambda *_: passes.append(1))

    assert recompute_stacks(again) == 3

    loss, grads = gradients_of(network)
    same, grads_again = gradients_of(again)
    assert torch.equal(loss, same)
    assert all(map(torch.equal, grads, grads_again))
    assert len(passes) == 6
    with torch.no_grad():
        again.module(torch.zeros(1, 12, dtype=torch.long))
    assert len(passes) == 9


def test_layers_that_normalise_batches_do_not_compute_again() -> None:
    network = Network(compile_network(composites.residual_net(), CATALOG), "residual")

    assert recompute_stacks(network) == 0


# Averages


def averaged(folder: Path, **changes: object) -> RunSpec:
    return a_run(folder, ema=0.9, **changes)


def test_averages_are_those_of_torch_and_judge_the_held_out_part(tmp_path: Path) -> None:
    spec = plain(tmp_path, ema=0.8, restore_best=False)
    session = Session(spec, load)
    theirs = AveragedModel(session.network.module, multi_avg_fn=get_ema_multi_avg_fn(0.8))
    for rows in session.batches():
        session.make_step(rows)
        theirs.update_parameters(session.network.module)
    raw = session.weights()

    assert session.take_best() is False

    kept = session.weights()
    expected = theirs.module.state_dict()
    assert not torch.equal(raw["fc1.weight"], kept["fc1.weight"])
    for name, weight in kept.items():
        torch.testing.assert_close(weight, expected[name])


def test_a_run_ends_with_the_averages_that_were_best(tmp_path: Path) -> None:
    spec = averaged(tmp_path, epochs=5)
    events, weights = run_to_end(spec)

    ended = next(event for event in events if isinstance(event, Ended))
    judged = judge(spec, weights)
    best = min(values["validation/loss"] for values in epochs_in(events).values())
    assert ended.metrics["validation"]["loss"] == best
    assert judged == pytest.approx(best, rel=1e-5)


def test_a_run_without_best_weights_ends_with_the_averages(tmp_path: Path) -> None:
    spec = averaged(tmp_path, restore_best=False, epochs=3)
    events, weights = run_to_end(spec)

    last = epochs_in(events)[3]["validation/loss"]
    assert judge(spec, weights) == pytest.approx(last, rel=1e-5)


def judge(spec: RunSpec, weights: dict[str, Tensor]) -> float:
    """Return the validation loss of weights that a run ended with."""
    from studio.engine.evaluate import evaluate

    session = Session(replace(spec, ema=0.0, folder=""), load)
    session.network.module.load_state_dict(weights)
    running = evaluate(session, part="validation", batch_size=256)
    while True:
        try:
            next(running)
        except StopIteration as done:
            return done.value["loss"]


# Going on from a checkpoint

WAYS: list[dict[str, object]] = [
    {"ema": 0.9},
    {"ema": 0.9, "restore_best": False},
    {"computing": Computing(precision="float16")},
    {"computing": Computing(precision="bfloat16", accumulate=3), "ema": 0.5},
    {"batch_size": 0, "epochs": 24},
]


@pytest.mark.parametrize("step", [5, 12, 14])
@pytest.mark.parametrize("way", WAYS, ids=str)
def test_a_run_goes_on_to_the_same_bits_however_it_computes(
    tmp_path: Path, step: int, way: dict[str, object]
) -> None:
    whole, weights = run_to_end(a_run(tmp_path / "whole", **way))
    spec = a_run(tmp_path / "cut", **way)

    again, same = run_to_end(spec, str(kept_at(spec, step)))

    assert losses_in(again) == {at: loss for at, loss in losses_in(whole).items() if at > step}
    for epoch, values in epochs_in(again).items():
        assert values["validation/loss"] == epochs_in(whole)[epoch]["validation/loss"]
    assert all(torch.equal(weights[name], same[name]) for name in weights)
    ended = [event for event in (*whole, *again) if isinstance(event, Ended)]
    assert ended[0].metrics["validation"] == ended[1].metrics["validation"]


def test_early_stopping_counts_on_behind_a_checkpoint_and_keeps_the_best_averages(
    tmp_path: Path,
) -> None:
    # A rate so high that averages soon get worse.
    hasty = replace(SGD, lr=3.0, optimizer="torch.optim.SGD(params, lr=lr)")
    way: dict[str, object] = {
        "ema": 0.5, "early_stopping": 2, "epochs": 60, "objectives": (hasty,),
    }  # fmt: skip
    whole, weights = run_to_end(a_run(tmp_path / "whole", **way))
    spec = a_run(tmp_path / "cut", **way)
    ends = [event for event in whole if isinstance(event, EpochEnded)]
    best = max(event.epoch for event in ends if event.best)

    again, same = run_to_end(spec, str(kept_at(spec, 6 * best + 1)))

    ended = _ended(whole, again)
    assert [event.reason for event in ended] == ["early-stopped"] * 2
    assert ended[0].epoch == ended[1].epoch == best + 2
    assert all(torch.equal(weights[name], same[name]) for name in weights)
    assert judge(spec, same) == pytest.approx(epochs_in(whole)[best]["validation/loss"], rel=1e-5)


def _ended(*runs: list[Event]) -> list[Ended]:
    return [event for events in runs for event in events if isinstance(event, Ended)]


def test_the_whole_part_is_one_batch(tmp_path: Path) -> None:
    training = Training(a_run(tmp_path, batch_size=0, epochs=3))
    events = [event for batch in training.steps() for event in batch]

    assert training.step == 3
    assert sorted(losses_in(events)) == [1, 2, 3]
