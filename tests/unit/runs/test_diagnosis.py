"""The diagnosis: each rule speaks when it should, keeps quiet when it should, and offers edits."""

from math import log
from typing import Any

import pytest

from studio.core.check import check
from studio.core.experiment import Choice, Experiment
from studio.core.taking_part import SetMode
from studio.runs.diagnosis.anatomy import plain
from studio.runs.diagnosis.case import Case
from studio.runs.diagnosis.figures import nice
from studio.runs.diagnosis.judging import declared_rules, diagnose, remedies
from studio.runs.events import Failed, LayerRow, Points
from studio.runs.targets import TargetFacts
from tests.helpers.builders import CATALOG, Drawing, lenet, mlp
from tests.helpers.sick import case_of, finished, found, told

SGD = Choice("sgd", {"lr": 0.01, "momentum": 0.0})
FLAT = [2.3] * 8
FALLING = [2.3, 1.5, 1.0, 0.7, 0.5, 0.4, 0.35, 0.3]


def three(kind: str = "nn.relu", **settings: Any) -> Experiment:
    """Return three layers with an activation between them, and ten classes."""
    net = Drawing("Three")
    scores = net.chain(
        ("io.vector", {"features": 8}),
        ("nn.linear", {"out_features": 16}), kind,
        ("nn.linear", {"out_features": 16}), kind,
        ("nn.linear", {"out_features": 10}),
    )  # fmt: skip
    net.loss(scores, classes=10)
    return net.experiment(optimizer=SGD, **settings)


def gradients(*values: float) -> dict[str, list[tuple[float, ...]]]:
    """Return the same gradient and weights in each of eight epochs."""
    return {"grad_norm": [values] * 8, "weight_norm": [(1.0,) * len(values)] * 8}


def the(case: Case, rule: str) -> Any:
    """Return the finding of a rule."""
    return next(finding for finding in diagnose(case) if finding.rule.id == rule)


def labels(case: Case, rule: str) -> list[str]:
    """Return the labels of the remedies that are offered for a finding."""
    return [remedy.label for remedy in remedies(case, the(case, rule))]


def test_every_rule_says_why_in_two_sentences_and_names_a_paper() -> None:
    for rule in declared_rules():
        assert rule.why.count(".") >= 2, rule.id
        assert any(digit in rule.paper for digit in "0123456789"), rule.id


def test_rules_are_ordered_by_how_deep_the_cause_lies() -> None:
    ids = [rule.id for rule in declared_rules()]

    order = ["numbers.not-finite", "start.loss", "gradients.vanishing", "learning.none"]
    assert [id_ for id_ in ids if id_ in order] == order
    assert ids.index("fitting.over") > ids.index("learning.none")


def test_what_a_rule_explains_is_a_rule() -> None:
    ids = {rule.id for rule in declared_rules()}

    assert {explained for rule in declared_rules() for explained in rule.explains} <= ids


def test_a_run_that_learns_is_left_alone() -> None:
    assert found(case_of(told(FALLING, rows=gradients(0.2, 0.3, 0.5)), three())) == []


def test_a_run_that_has_just_begun_is_left_alone() -> None:
    assert found(case_of(told([2.3, 2.3], epochs=20), three())) == []


def test_a_loss_that_is_no_number_names_the_block_it_came_from() -> None:
    failed = Failed(kind="nan", message="The loss is no number", block="fc2", step=40)
    case = case_of([*told([2.3, 9.0]), failed], three())

    assert found(case) == ["numbers.not-finite"]
    assert the(case, "numbers.not-finite").symptom.blocks == ("fc2",)
    assert the(case, "numbers.not-finite").step == 40
    assert "Lower the rate to 0.001" in labels(case, "numbers.not-finite")


def test_a_gradient_that_is_no_number_names_its_layers() -> None:
    rows = {"grad_norm": [(0.1, float("nan"), 0.2)] * 8}
    case = case_of(told(FALLING, rows=rows), three())

    assert the(case, "numbers.not-finite").symptom.blocks == ("fc2",)


@pytest.mark.parametrize(("first", "wrong"), [(2.4, False), (4.5, False), (4.7, True), (260, True)])
def test_a_first_loss_above_twice_ln_c_is_wrong(first: float, wrong: bool) -> None:
    case = case_of(told([2.4], first=first, epochs=20), three())

    assert ("start.loss" in found(case)) == wrong  # 2 ln 10 is 4.605


def test_a_wrong_first_loss_that_was_soon_undone_is_not_told_any_more() -> None:
    assert found(case_of(told(FALLING, first=260.0), three())) == []
    assert found(case_of(told([90.0, 40.0, 20.0, 9.0, 5.0], first=260.0), three())) == [
        "start.loss"
    ]


def test_a_regression_is_held_against_the_variance_of_its_target() -> None:
    net = Drawing("Regression")
    last = net.chain(("io.vector", {"features": 8}), ("nn.linear", {"out_features": 1}))
    net.loss(last, "loss.mse", form="value", width=1)
    target = (TargetFacts(column="y", variance=4.0),)
    well, ill = (
        case_of(told([6.0], first=first, layers=("fc1",), targets=target), net.experiment())
        for first in (7.9, 8.1)
    )

    assert "start.loss" not in found(well)
    assert "start.loss" in found(ill)


def test_a_gradient_that_vanishes_names_the_layers_it_does_not_reach() -> None:
    case = case_of(told(FLAT, rows=gradients(1e-8, 1e-6, 0.5)), three("nn.sigmoid"))

    assert found(case) == ["gradients.vanishing"]
    assert the(case, "gradients.vanishing").symptom.blocks == ("fc1", "fc2")
    assert labels(case, "gradients.vanishing") == [
        "Swap Sigmoid for ReLU in 2 blocks",
        "Insert BatchNorm1d behind 2 layers",
        "Add a residual around 1 layer",
    ]


@pytest.mark.parametrize("values", [(2e-4, 0.1, 0.5), (1e-5, 1e-4, 5e-3), (0.1, 0.1, 0.1)])
def test_a_small_gradient_alone_does_not_vanish(values: tuple[float, ...]) -> None:
    assert found(case_of(told(FALLING, rows=gradients(*values)), three())) == []


def test_a_frozen_first_layer_is_no_dead_one() -> None:
    experiment = three()
    frozen = SetMode(("fc1",), "freeze")(experiment)

    rows = gradients(0.0, 0.2, 0.5)
    assert found(case_of(told(FALLING, rows=rows), experiment)) == ["units.dead"]
    assert found(case_of(told(FALLING, rows=rows), frozen)) == []


def test_what_follows_from_a_deeper_cause_says_so() -> None:
    case = case_of(told(FLAT, rows=gradients(1e-8, 1e-6, 0.5)), three("nn.sigmoid"))

    follows = {finding.rule.id: finding.follows for finding in diagnose(case)}
    assert follows["learning.none"] == "gradients.vanishing"
    assert next(iter(follows)) == "gradients.vanishing"


def test_an_exploding_gradient_goes_with_a_loss_that_does_not_fall() -> None:
    rows = gradients(900.0, 30.0, 2.0)

    assert "gradients.exploding" in found(case_of(told(FLAT, rows=rows), three()))
    assert "gradients.exploding" not in found(case_of(told(FALLING, rows=rows), three()))


def test_dead_units_are_told_by_their_share() -> None:
    layers = (("relu1", "relu1"), ("relu2", "relu2"))
    rows = [
        LayerRow(name="dead", step=step, values=(0.8, 0.1), layers=layers) for step in (20, 40, 60)
    ]
    case = case_of([*told(FLAT), *rows], three())

    assert found(case) == ["units.dead"]
    assert found(case_of([*told(FALLING), *rows], three())) == []  # what learns may have some spare
    assert the(case, "units.dead").symptom.blocks == ("relu1",)
    assert "Swap ReLU for LeakyReLU in 2 blocks" in labels(case, "units.dead")


def test_half_of_the_units_dead_is_not_yet_told() -> None:
    layers = (("relu1", "relu1"),)
    rows = [LayerRow(name="dead", step=s, values=(0.5,), layers=layers) for s in (20, 40, 60)]

    assert "units.dead" not in found(case_of([*told(FLAT), *rows], three()))


def test_an_answer_at_the_end_of_its_range_is_not_saturated() -> None:
    """A sigmoid that gives pixels may well be black or white."""
    net = Drawing("Autoencoder")
    last = net.chain(
        ("io.vector", {"features": 8}), ("nn.linear", {"out_features": 4}), "nn.sigmoid",
        ("nn.linear", {"out_features": 8}), "nn.sigmoid",
    )  # fmt: skip
    net.loss(last, "loss.mse", form="value", width=8)
    layers = (("sigmoid1", "sigmoid1"), ("sigmoid2", "sigmoid2"))
    inner, outer = (
        [LayerRow(name="saturated", step=s, values=v, layers=layers) for s in (20, 40, 60)]
        for v in ((0.95, 0.1), (0.1, 0.95))
    )
    run = told(FALLING, layers=("fc1", "fc2"), targets=())

    assert "units.saturated" in found(case_of([*run, *inner], net.experiment()))
    assert "units.saturated" not in found(case_of([*run, *outer], net.experiment()))


def test_a_loss_that_rises_to_guessing_after_long_steps_means_too_high_a_rate() -> None:
    losses = [9.0, 4.0, 2.5, 2.4, 2.35, 2.33]
    rows = {"grad_norm": [(1.0,) * 3] * 6, "weight_norm": [(1.0,) * 3] * 6}
    events = told(losses, first=2.3, rows=rows)
    events.insert(2, Points(name="train/loss", steps=(2,), values=(50.0,)))
    case = case_of(events, three())

    assert "rate.too-high" in found(case)
    assert "Lower the rate to 0.001" in labels(case, "rate.too-high")


def test_a_loss_that_doubles_on_its_floor_is_no_sign_of_too_high_a_rate() -> None:
    floor = [1.0, 0.1, 0.01, 0.001, 0.003, 0.003, 0.003, 0.003, 0.003]

    assert found(case_of(told(floor), three())) == []


def test_steps_that_lead_nowhere_mean_too_low_a_rate() -> None:
    rows = gradients(0.1, 0.2, 0.3) | {"update_ratio": [(1e-6, 2e-6, 3e-6)] * 8}
    case = case_of(told([2.301, 2.3, 2.3, 2.299, 2.299, 2.298, 2.298, 2.298], rows=rows), three())

    assert found(case) == ["rate.too-low"]
    assert labels(case, "rate.too-low")[0] == "Raise the rate to 0.05"


def test_small_steps_after_all_is_learnt_are_right() -> None:
    rows = gradients(1e-3, 1e-3, 1e-3) | {"update_ratio": [(1e-6, 2e-6, 3e-6)] * 8}

    assert found(case_of(told(FALLING, rows=rows), three())) == []


def test_a_loss_that_stays_with_guessing_means_nothing_is_learnt() -> None:
    case = case_of(told(FLAT, rows=gradients(0.1, 0.2, 0.3)), three())

    assert found(case) == ["learning.none"]


def test_a_gap_between_the_accuracies_means_learnt_by_heart() -> None:
    def accuracies(train: float, held: float) -> dict[str, list[float]]:
        return {"train/accuracy": [train] * 8, "validation/accuracy": [held] * 8}

    wide = case_of(told(FALLING, extra=accuracies(0.99, 0.85)), three())
    narrow = case_of(told(FALLING, extra=accuracies(0.99, 0.95)), three())

    assert found(wide) == ["fitting.over"]
    assert labels(wide, "fitting.over")[0] == "Add dropout 0.2 behind 2 activations"
    assert found(narrow) == []


def test_a_gap_that_a_few_samples_may_make_by_chance_says_nothing() -> None:
    gap = {"train/accuracy": [0.97] * 8, "validation/accuracy": [0.87] * 8}

    assert found(case_of(told(FALLING, extra=gap, validation=30), three())) == []
    assert found(case_of(told(FALLING, extra=gap, validation=3000), three())) == ["fitting.over"]


def test_no_judgement_of_the_fit_is_made_in_the_first_third() -> None:
    gap = {"train/accuracy": [0.99] * 8, "validation/accuracy": [0.8] * 8}

    assert found(case_of(told(FALLING, extra=gap, epochs=40), three())) == []


def test_a_settled_loss_with_few_right_means_underfitting() -> None:
    poor = {"train/accuracy": [0.5] * 8, "validation/accuracy": [0.5] * 8}
    settled = [2.0, 1.5, 1.42, 1.41, 1.4, 1.4, 1.4, 1.4]
    case = case_of(finished(told(settled, extra=poor)), three())

    assert found(case) == ["fitting.under"]
    assert labels(case, "fitting.under") == ["Make 2 hidden layers 4 times as wide"]


def test_rare_classes_are_weighed_by_how_rare_they_are() -> None:
    counts = (970, 10, 10, 10)
    entropy = -(0.97 * log(0.97) + 3 * 0.01 * log(0.01))
    facts = (TargetFacts(column="class", classes=4, entropy=entropy, counts=counts),)
    experiment = mlp(8, 4)
    case = case_of(told([0.3, 0.2, 0.1, 0.1, 0.1], layers=("fc1",), targets=facts), experiment)

    (remedy,) = remedies(case, the(case, "balance.classes"))
    after = remedy.edit(experiment)
    weights = next(n for n in after.graph.nodes.values() if n.kind == "loss.cross_entropy")
    assert weights.params["class_weights"] == "0.258, 25, 25, 25"
    assert found(case_of(told([0.3] * 5, layers=("fc1",), targets=facts), after)) == []


@pytest.mark.parametrize("experiment", [three("nn.sigmoid"), three("nn.tanh"), lenet("digits")])
def test_every_remedy_that_is_offered_leaves_the_drawing_sound(experiment: Experiment) -> None:
    layers = [id_ for id_, node in experiment.graph.nodes.items() if id_[:2] in {"fc", "co"}]
    values = (1e-8, *(1e-6,) * (len(layers) - 2), 0.5)
    case = case_of(told(FLAT, rows=gradients(*values), layers=layers), experiment)
    before = len(check(experiment, CATALOG).problems)

    offered = [remedy for finding in diagnose(case) for remedy in remedies(case, finding)]

    assert len(offered) > 3
    for remedy in offered:
        after = remedy.edit(experiment)
        assert after != experiment, remedy.label
        assert remedy.edit.label == remedy.label
        assert len(check(after, CATALOG).problems) <= before, remedy.label


def test_a_block_inside_a_stack_is_found_without_its_number() -> None:
    assert plain("layers#3/linear") == "layers/linear"


@pytest.mark.parametrize(
    ("value", "rounded"), [(0.0005, 0.0003), (0.003, 0.003), (0.01, 0.01), (99.0, 30.0)]
)
def test_rates_are_offered_as_one_writes_them(value: float, rounded: float) -> None:
    assert nice(value) == pytest.approx(rounded)


def test_a_run_of_a_second_with_all_its_rows_at_the_beginning_is_seen_through() -> None:
    rows = [
        LayerRow(name="grad_norm", step=step, values=(1e-8, 1e-6, 0.5)) for step in (1, 2, 3, 9)
    ]

    assert found(case_of([*told(FLAT), *rows], three("nn.sigmoid"))) == ["gradients.vanishing"]
