"""Metrics of a whole part: what the libraries say of all of it, however it is cut into batches."""

import json

import numpy as np
import pytest
import torch
from sklearn import metrics
from torch import Tensor
from torch.nn import functional as F

from studio.compile.run import plan_run
from studio.compile.source import compile_network
from studio.core.check import check
from studio.core.experiment import Choice, Data, Experiment
from studio.core.params import Params, Value, complete
from studio.engine.data.load import load
from studio.engine.evaluate import evaluate
from studio.engine.faults import BlockFault
from studio.engine.scoring import expect_installed
from studio.engine.session import Session
from studio.engine.train import train
from studio.runs.events import Ended, EpochEnded
from studio.runs.spec import ScoreJob, Watch
from tests.helpers.builders import CATALOG, Drawing
from tests.helpers.programs import built

BLIND = Watch(probes={}, budget=0.0)


def wine(*kinds: tuple[str, dict[str, Value]], loss: str = "loss.cross_entropy") -> Experiment:
    """Return a small network that tells wines apart, and metrics beside its loss."""
    net = Drawing("Wine")
    scores = net.chain(("io.vector", {"features": 13}), ("nn.linear", {"out_features": 3}))
    target = net.place("io.target", form="class", classes=3)
    for number, (kind, params) in enumerate(((loss, {}), *kinds)):
        here = net.place(kind, title=f"m{number}", **params)
        net.wire(scores, f"{here}.scores")
        net.wire(target, f"{here}.target")
    data = Data(Choice("wine"), {"validation": 0.4, "test": 0.2})
    made = net.experiment()
    return Experiment(title=made.title, graph=made.graph, data=data)


def judged(session: Session, batch_size: int) -> dict[str, float]:
    running = evaluate(session, part="validation", batch_size=batch_size)
    while True:
        try:
            next(running)
        except StopIteration as done:
            return dict(done.value)


AVERAGES = ("macro", "micro", "weighted")


@pytest.mark.parametrize("batch_size", [1, 7, 1000])
def test_metrics_of_classes_are_those_of_scikit_learn_over_the_whole_part(batch_size: int) -> None:
    kinds = [
        (f"metric.{kind}", {"average": average})
        for kind in ("f1", "precision", "recall")
        for average in AVERAGES
    ]
    experiment = wine(*kinds, ("metric.top_k", {"k": 2}), ("metric.auc", {}))
    session = Session(plan_run(experiment, CATALOG, run_id="r", watch=BLIND), load)

    said = judged(session, batch_size)

    scores, right = whole(session)
    guess = scores.argmax(1)
    functions = (metrics.f1_score, metrics.precision_score, metrics.recall_score)
    wanted = [
        function(right, guess, average=average, zero_division=0.0)
        for function in functions
        for average in AVERAGES
    ]
    wanted.append(metrics.top_k_accuracy_score(right, scores, k=2))
    shares = torch.tensor(scores).softmax(1).numpy()
    wanted.append(metrics.roc_auc_score(right, shares, multi_class="ovr"))
    names = [job.name for job in session.spec.program.scores]
    assert [said[name] for name in names] == pytest.approx(wanted)
    assert names[:2] == ["F1 of m1", "F1 of m2"]
    assert names[-2:] == ["Top-k accuracy", "AUC"]
    assert said["loss"] == pytest.approx(
        F.cross_entropy(torch.tensor(scores), torch.tensor(right)).item(), rel=1e-5
    )


def whole(session: Session) -> tuple[np.ndarray, np.ndarray]:
    ((_, (inputs, targets)),) = session.samples.in_order("validation", batch_size=10**6)
    with torch.no_grad():
        outputs = session.network.module(*inputs)
    return outputs.numpy(), targets[0].numpy()


def test_a_run_tells_them_of_what_is_held_out_and_at_the_end_of_all() -> None:
    experiment = wine(("metric.f1", {}))
    events = list(train(plan_run(experiment, CATALOG, run_id="r", watch=BLIND)))

    (end,) = [event for event in events if isinstance(event, Ended)]
    assert all(0.0 <= part["F1"] <= 1.0 for part in end.metrics.values())
    assert end.metrics.keys() == {"train", "validation", "test"}
    epochs = [event for event in events if isinstance(event, EpochEnded)]
    assert all("validation/F1" in epoch.values for epoch in epochs)
    assert not any("train/F1" in epoch.values for epoch in epochs), "batches are not judged by it"


def test_a_metric_changes_no_loss_by_a_bit() -> None:
    def losses(experiment: Experiment) -> tuple[float, ...]:
        events = list(train(plan_run(experiment, CATALOG, run_id="r", watch=BLIND)))
        (end,) = [event for event in events if isinstance(event, Ended)]
        return end.losses

    assert losses(wine()) == losses(wine(("metric.f1", {}), ("metric.auc", {})))


def test_a_metric_without_losses_or_data_of_its_own_kind_is_told() -> None:
    net = Drawing("Wrong")
    scores = net.chain(("io.vector", {"features": 13}), ("nn.linear", {"out_features": 4}))
    here = net.place("metric.f1", title="F1")
    net.wire(scores, f"{here}.scores")
    net.wire(net.place("io.target", form="class", classes=3), f"{here}.target")

    (problem,) = check(net.experiment(), CATALOG).errors

    assert problem.message == "F1: expected one score for each of 3 classes, received 4"


def test_a_missing_package_is_told_before_anything_is_trained() -> None:
    job = ScoreJob(
        name="BLEU", block="bleu1", function="no:where", requires=("no_such_package", "metrics")
    )

    with pytest.raises(BlockFault, match="computed by the package no_such_package") as caught:
        expect_installed([job])

    assert caught.value.hint == "Install netwright[metrics], or delete the block"
    assert caught.value.block == "bleu1"


def told(kind: str, *arrays: object, **params: Value) -> float | None:
    """Return what a metric says of these arrays."""
    spec = CATALOG.blocks[kind]
    assert spec.scoring is not None
    module, _, name = spec.scoring.function.partition(":")
    function = getattr(__import__(module, fromlist=[name]), name)
    value = function([np.asarray(array) for array in arrays], Params(complete(spec.params, params)))
    assert value is None or isinstance(value, float)
    return value


def test_two_classes_make_one_curve_whether_by_one_score_or_two() -> None:
    random = np.random.default_rng(0)
    right = random.integers(0, 2, 40)
    one = random.normal(size=(40, 1)) + right[:, None]
    two = np.concatenate([-one, one], axis=1)

    wanted = metrics.roc_auc_score(right, one[:, 0])

    assert told("metric.auc", one, right) == pytest.approx(wanted)
    assert told("metric.auc", one, right[:, None].astype(np.float32)) == pytest.approx(wanted)
    assert told("metric.auc", two, right) == pytest.approx(wanted)


def test_a_part_with_one_class_has_no_curve() -> None:
    assert told("metric.auc", np.ones((3, 2)), np.zeros(3, int)) is None
    scores = np.array([[0.9, 0.1, 0.0], [0.2, 0.8, 0.0], [0.7, 0.3, 0.0]])
    assert told("metric.auc", scores, np.array([0, 1, 0])) == 1.0, "class 2 is left out"


def test_metrics_of_values_are_those_of_scikit_learn() -> None:
    random = np.random.default_rng(0)
    prediction, target = random.normal(size=(2, 30, 2))

    assert told("metric.r2", prediction, target) == pytest.approx(
        metrics.r2_score(target, prediction)
    )
    assert told("metric.mae", prediction, target) == pytest.approx(
        metrics.mean_absolute_error(target, prediction)
    )
    assert told("metric.rmse", prediction, target) == pytest.approx(
        np.sqrt(((prediction - target) ** 2).mean())
    )
    assert told("metric.r2", prediction[:1], target[:1]) is None


def test_the_distance_of_two_crowds_is_that_of_normal_distributions() -> None:
    random = np.random.default_rng(0)
    real = random.normal(size=(400, 3)) @ random.normal(size=(3, 3))
    made = random.normal(size=(300, 3)) @ random.normal(size=(3, 3)) + 0.5
    one, two = np.cov(made, rowvar=False), np.cov(real, rowvar=False)
    # Along both: tr √(ΣΣ') by the eigenvalues of a matrix that is not symmetric.
    mixed = np.sqrt(np.linalg.eigvals(one @ two).real).sum()
    wanted = ((made.mean(0) - real.mean(0)) ** 2).sum() + np.trace(one) + np.trace(two) - 2 * mixed

    assert told("metric.frechet", made, real) == pytest.approx(wanted)
    assert told("metric.frechet", real, real) == pytest.approx(0.0, abs=1e-9)
    assert told("metric.frechet", real + 2.0, real) == pytest.approx(12.0)
    assert told("metric.frechet", made[:1], real[:1]) is None
    same = np.repeat(real[:1], 400, axis=0)
    far = float(np.trace(two) + ((real[0] - real.mean(0)) ** 2).sum())
    assert told("metric.frechet", same, real) == pytest.approx(far), "who makes one has no variance"


PAD, END = 0, 9
RIGHT = [[1, 2, 3, 4, 5, END], [2, 3, END, PAD, PAD, PAD], [4, 5, 6, 7, END, PAD]]
SAID = [[1, 2, 3, 4, 5, END], [2, 3, END, 7, 7, 7], [4, 5, 7, 7, END, PAD]]


@pytest.mark.parametrize("end", [-1, END])
def test_an_exact_match_ignores_what_stands_behind_the_end(end: int) -> None:
    found = told("metric.exact_match", SAID, RIGHT, ignore_index=PAD, end=end)

    assert found == pytest.approx(2 / 3)


def test_answers_of_another_length_are_judged_to_their_own_end() -> None:
    longer = [[*row, 8] for row in RIGHT]

    assert told("metric.exact_match", longer, RIGHT, ignore_index=PAD, end=END) == 1.0
    later = [[1, 2, 3, 4, 5, 6, END], *longer[1:]]
    assert told("metric.exact_match", later, RIGHT, ignore_index=PAD, end=END) == pytest.approx(
        2 / 3
    )


def test_bleu_is_counted_over_the_whole_part() -> None:
    said, right = [[1, 2, 3, 4, 5], [1, 2, 3, 9, 9]], [[1, 2, 3, 4, 6], [1, 2, 3, 4, 0]]
    # Runs of one to four: hits and how many there are, over both sentences (4 of 9 tokens count
    # in the second, whose last is padding).
    hits, all_ = (4 + 3, 3 + 2, 2 + 1, 1 + 0), (5 + 4, 4 + 3, 3 + 2, 2 + 1)
    wanted = 100 * float(np.prod([hit / n for hit, n in zip(hits, all_, strict=True)])) ** 0.25

    assert told("metric.bleu", said, right, ignore_index=0) == pytest.approx(wanted)
    assert told("metric.bleu", right, right, ignore_index=0) == pytest.approx(100)


def test_rouge_is_the_longest_chain_in_order() -> None:
    said, right = [[1, 7, 2, 3], [5, 5, 5, 5]], [[1, 2, 3, 8], [6, 6, 6, 6]]

    chain = 3 / 4  # 1 2 3, of four tokens on both sides

    assert told("metric.rouge_l", said, right) == pytest.approx(chain / 2)


def test_a_span_counts_only_whole() -> None:
    # O 0, B-1 1, I-1 2, B-2 3, I-2 4
    right = [[1, 2, 0, 3, 4, 4], [0, 1, 1, 2, 0, 0]]
    said = [[1, 2, 0, 3, 4, 0], [0, 1, 2, 2, 0, 0]]

    # Right: (0-1), (3-5); (1-1), (2-3). Said: (0-1), (3-4); (1-3). One is right.
    assert told("metric.span_f1", said, right) == pytest.approx(2 * 1 / (3 + 4))
    assert told("metric.span_f1", [[2, 2, 0]], [[1, 2, 0]]) == 1.0, "an I may begin a span"
    assert told("metric.span_f1", [[0, 0]], [[0, 0]]) is None
    assert told("metric.span_f1", [[1, 3]], [[1, -100]], ignore_index=-100) == 1.0


def kept(kind: str, scores: Tensor, target: Tensor, **params: Value) -> list[np.ndarray]:
    """Return what the program keeps of a batch for a metric."""
    net = Drawing("Kept")
    port = "answer" if CATALOG.blocks[kind].input("answer") else "scores"
    here = net.place(kind, title="it", **params)
    source = net.place("io.sequence", length=scores.shape[1], features=scores.shape[2])
    net.wire(net.chain("nn.relu", after=source), f"{here}.{port}")
    wanted = {"form": "tokens", "length": target.shape[1], "classes": scores.shape[2]}
    net.wire(net.place("io.target", **wanted), f"{here}.target")
    module = built(compile_network(net.experiment(), CATALOG))
    return [tensor.numpy() for tensor in module.scored(scores.relu(), target)["it"]]


def test_padding_is_left_out_of_what_is_kept() -> None:
    torch.manual_seed(0)
    scores, target = torch.rand(4, 5, 6), torch.randint(0, 6, (4, 5))
    counted = target != 0

    guess, right = kept("metric.f1", scores, target, ignore_index=0)
    assert guess.tolist() == scores.argmax(-1)[counted].tolist()
    assert right.tolist() == target[counted].tolist()

    (surprises,) = kept("metric.perplexity", scores, target, ignore_index=0)
    loss = F.cross_entropy(scores[counted], target[counted])
    assert told("metric.perplexity", surprises) == pytest.approx(float(loss.exp()))

    answer, right = kept("metric.exact_match", scores, target)
    assert answer.tolist() == scores.argmax(-1).tolist()
    assert right.tolist() == target.tolist()


@pytest.mark.parametrize(
    ("title", "name"),
    [("metric 1", "metric 1"), ("Accuracy", "Accuracy"), ("accuracy", "F1"), ("a/b", "a b")],
)
def test_a_metric_is_called_as_its_block_else_as_its_kind(title: str, name: str) -> None:
    net = Drawing("Named")
    scores = net.chain(("io.vector", {"features": 13}), ("nn.linear", {"out_features": 3}))
    target = net.place("io.target", form="class", classes=3)
    for kind, called in (("loss.cross_entropy", "loss1"), ("metric.f1", title)):
        here = net.place(kind, title=called)
        net.wire(scores, f"{here}.scores")
        net.wire(target, f"{here}.target")

    (job,) = compile_network(net.experiment(), CATALOG).scores

    assert job.name == name
    assert json.loads(json.dumps(job.params))["average"] == "macro"
