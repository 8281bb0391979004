"""Collapse: attention on one place, codes nobody uses, a discriminator that has won."""

from dataclasses import replace

import numpy as np
import pytest

from studio.core.experiment import Choice, Experiment, Objective, Training
from studio.runs.arrays import array_from_numpy
from studio.runs.diagnosis.judging import diagnose, remedies
from studio.runs.events import LayerRow, Snapshot
from tests.helpers.builders import Drawing, attention_classifier
from tests.helpers.sick import case_of, found, told

FLAT, FALLING = [2.08] * 8, [2.08, 1.5, 1.0, 0.7, 0.5, 0.4, 0.3, 0.2]


def looks(sharp: float, *, heads: int = 2, size: int = 12) -> list[Snapshot]:
    """Return three maps in which every query gives one key this share, the rest evenly."""
    weights = np.full((heads, size, size), (1 - sharp) / (size - 1), np.float32)
    weights[:, :, 0] = sharp
    arrays = {"weights": array_from_numpy(weights)}
    return [
        Snapshot(kind="attention", block="attention1", step=step, arrays=arrays)
        for step in (20, 40, 60)
    ]


def test_heads_that_look_at_one_place_while_nothing_is_learnt_have_collapsed() -> None:
    events = [*told(FLAT, layers=("embedding1",), targets=()), *looks(0.999)]
    case = case_of(events, attention_classifier())

    assert "collapse.attention" in found(case)
    finding = next(one for one in diagnose(case) if one.rule.id == "collapse.attention")
    assert finding.symptom.blocks == ("attention1",)
    assert "Clip the gradient norm at 1" in [one.label for one in remedies(case, finding)]


@pytest.mark.parametrize(("losses", "sharp"), [(FALLING, 0.999), (FLAT, 1 / 12), (FLAT, 0.5)])
def test_sharp_heads_that_learn_and_even_heads_are_left_alone(
    losses: list[float], sharp: float
) -> None:
    events = [*told(losses, layers=("embedding1",), targets=()), *looks(sharp)]

    assert "collapse.attention" not in found(case_of(events, attention_classifier()))


@pytest.mark.parametrize(("used", "collapsed"), [(0.02, True), (0.09, True), (0.11, False)])
def test_a_codebook_of_which_hardly_a_code_is_used_has_collapsed(
    used: float, collapsed: bool
) -> None:
    net = Drawing("Codes")
    last = net.chain(
        ("io.vector", {"features": 8}), ("nn.linear", {"out_features": 4}),
        ("nn.vector_quantize", {"codes": 128}), ("nn.linear", {"out_features": 3}),
    )  # fmt: skip
    net.loss(last, classes=3)
    layers = (("vq1", "vq1"),)
    rows = [
        LayerRow(name="codes_used", step=s, values=(used,), layers=layers) for s in (20, 40, 60)
    ]
    case = case_of([*told(FALLING, targets=()), *rows], net.experiment())

    assert ("collapse.codebook" in found(case)) == collapsed


def gan() -> Experiment:
    """Return a discriminator and a generator over vectors, each with an objective."""
    net = Drawing("GAN")
    real = net.place("io.vector", features=8)
    fake = net.chain(("nn.noise", {"features": 4}), ("nn.linear", {"out_features": 8}), after=real)
    for name, judged in (("real", real), ("fake", fake), ("fool", fake)):
        scores = net.place("nn.linear", title=f"judge {name}", out_features=1)
        net.wire(judged, scores)
        wanted = "fake" if name == "fake" else "real"
        net.wire(scores, net.place("loss.gan", title=name, wanted=wanted))
    adam = Choice("adam", {"lr": 2e-4})
    objectives = (
        Objective("critic", adam, losses={"real": 1.0, "fake": 1.0}),
        Objective("generator", adam, losses={"fool": 1.0}),
    )
    return replace(net.experiment(), training=Training({}, objectives))


def shares(real: float, fake: float, fool: float) -> dict[str, list[float]]:
    """Return how often each loss's samples were taken as it wanted them, for eight epochs."""
    told_ = {"real": real, "fake": fake, "fool": fool}
    return {f"train/taken as wanted of {name}": [share] * 8 for name, share in told_.items()}


@pytest.mark.parametrize(
    ("taken", "won"),
    [((1.0, 0.99, 0.0), True), ((0.8, 0.75, 0.25), False), ((1.0, 0.99, 0.3), False)],
)
def test_a_discriminator_that_is_always_right_has_won(
    taken: tuple[float, float, float], won: bool
) -> None:
    events = told([1.4] * 8, layers=(), targets=(), extra=shares(*taken))
    case = case_of(events, gan())

    assert ("collapse.gan" in found(case)) == won
    if won:
        finding = next(one for one in diagnose(case) if one.rule.id == "collapse.gan")
        assert "Judge by least squares" in [one.label for one in remedies(case, finding)]
