"""What a mean is over: tokens that are no padding, however a part is cut into batches."""

from collections.abc import Iterator, Mapping

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from studio.compile.source import compile_network
from studio.core.params import Value
from studio.engine.data.load import load
from studio.engine.evaluate import evaluate
from studio.engine.session import Session
from studio.engine.train import Training
from studio.runs.events import Ended, EpochEnded
from studio.runs.spec import ColumnInfo, DataJob, RunSpec, Watch
from tests.engine import programs
from tests.helpers.builders import CATALOG, Drawing

LENGTH, WORDS = 6, 5
BLIND = Watch(probes={}, budget=0.0)
WEIGHTS = [0.2, 1.0, 2.0, 0.5, 3.0]


def load_texts(params: Mapping[str, int]) -> dict[str, np.ndarray]:
    """Return texts of any length up to the whole, filled up with zeros; some are empty."""
    random = np.random.default_rng(0)
    words = random.integers(1, WORDS, size=(params["samples"], LENGTH))
    lengths = random.integers(0, LENGTH + 1, size=params["samples"])
    # Long texts come late, so that no two batches hold about as many words.
    lengths.sort()
    words[np.arange(LENGTH) >= lengths[:, None]] = 0
    return {"text": words, "next": np.where(words > 0, words % (WORDS - 1) + 1, 0)}


def texts(samples: int = 90) -> DataJob:
    column = {"shape": (LENGTH,), "dtype": "int", "limit": WORDS}
    return DataJob(
        source="Texts",
        load=f"{__name__}:load_texts",
        params={"samples": samples},
        columns=(
            ColumnInfo(name="text", role="input", **column),
            ColumnInfo(name="next", role="target", **column),
        ),
        validation=0.3,
        test=0.0,
    )


def run(kind: str = "loss.cross_entropy", **loss: Value) -> RunSpec:
    """Return a run that guesses a word for every word."""
    net = Drawing("Texts")
    text = ("io.tokens", {"length": LENGTH, "vocabulary": WORDS, "column": "text"})
    last = net.chain(text, ("nn.embedding", {"size": 4}), ("nn.linear", {"out_features": WORDS}))
    if kind == "loss.nll":
        last = net.chain("nn.log_softmax", after=last)
    here = net.place(kind, title="loss", **loss)
    wanted = {"form": "tokens", "length": LENGTH, "classes": WORDS, "column": "next"}
    net.wire(last, here)
    net.wire(net.place("io.target", **wanted), f"{here}.target")
    program = compile_network(net.experiment(), CATALOG)
    program = _fed(program)
    return programs.run(program=program, data=texts(), batch_size=8, epochs=1, watch=BLIND)


def _fed(program: object) -> object:
    import msgspec

    from studio.runs.spec import Argument, Program

    assert isinstance(program, Program)
    return msgspec.structs.replace(
        program,
        inputs=(Argument(name=program.inputs[0].name, column="text"),),
        targets=(Argument(name=program.targets[0].name, column="next"),),
    )


def judged(session: Session, batch_size: int) -> dict[str, float]:
    """Return what an evaluation in batches of this size says of the validation part."""
    running = evaluate(session, part="validation", batch_size=batch_size)
    while True:
        try:
            next(running)
        except StopIteration as done:
            return dict(done.value)


def whole(session: Session) -> tuple[Tensor, Tensor]:
    """Return the scores and targets of the whole validation part, a row for every token."""
    ((_, (inputs, targets)),) = session.samples.in_order("validation", batch_size=10**6)
    with torch.no_grad():
        return session.network.module(*inputs).flatten(0, 1), targets[0].flatten()


@pytest.mark.parametrize("batch_size", [1, 4, 7, 1000])
def test_an_evaluation_counts_every_word_once_and_no_padding(batch_size: int) -> None:
    session = Session(run(ignore_index=0), load)

    said = judged(session, batch_size)

    scores, targets = whole(session)
    counted = targets != 0
    loss = F.cross_entropy(scores.double()[counted], targets[counted])
    right = (scores.argmax(1) == targets)[counted].double().mean()
    assert said["loss"] == pytest.approx(float(loss), rel=1e-6)
    assert said["accuracy"] == pytest.approx(float(right), rel=1e-6)
    assert said["perplexity"] == pytest.approx(float(loss.exp()), rel=1e-6)
    assert list(said) == ["loss", "accuracy", "perplexity"]


@pytest.mark.parametrize(
    ("given", "by_hand"),
    [
        ({"label_smoothing": 0.2}, {"label_smoothing": 0.2}),
        ({"class_weights": "0.2 1 2 0.5 3"}, {"weight": torch.tensor(WEIGHTS).double()}),
        (
            {"class_weights": "0.2 1 2 0.5 3", "label_smoothing": 0.1},
            {"weight": torch.tensor(WEIGHTS).double(), "label_smoothing": 0.1},
        ),
    ],
)
@pytest.mark.parametrize("ignored", [0, 3, -100])
def test_a_weighed_loss_is_that_of_the_whole_part(
    given: dict[str, Value], by_hand: dict[str, object], ignored: int
) -> None:
    session = Session(run(ignore_index=ignored, **given), load)

    said = judged(session, 4)

    scores, targets = whole(session)
    loss = F.cross_entropy(scores.double(), targets, ignore_index=ignored, **by_hand)
    counted = targets != ignored
    right = (scores.argmax(1) == targets)[counted].double().mean()
    assert said["loss"] == pytest.approx(float(loss), rel=1e-6)
    assert said["accuracy"] == pytest.approx(float(right), rel=1e-6)
    assert "perplexity" not in said, "such a loss is not how surprising a word is"


def test_the_log_likelihood_counts_as_cross_entropy_does() -> None:
    plain = judged(Session(run(ignore_index=0), load), 7)

    assert judged(Session(run("loss.nll", ignore_index=0), load), 7) == pytest.approx(plain)


def test_without_padding_every_token_counts() -> None:
    session = Session(run(), load)

    said = judged(session, 4)

    scores, targets = whole(session)
    assert session.spec.program.counts == ()
    assert said["loss"] == pytest.approx(float(F.cross_entropy(scores, targets)), rel=1e-6)
    assert said["perplexity"] == pytest.approx(float(F.cross_entropy(scores, targets).exp()))


def test_the_figures_of_an_epoch_are_over_its_words() -> None:
    spec = run(ignore_index=0)
    # Nothing is learned, so that the epoch's figures are those of one network.
    still = programs.objective(optimizer="torch.optim.SGD(params, lr=lr)", lr=0.0)
    training = Training(_with(spec, still))
    events = [event for step in training.steps() for event in step]

    session = training._session
    assert session is not None
    inputs, targets = session.samples.batch(session.samples._rows["train"])
    with torch.no_grad():
        scores = session.network.module(*inputs).flatten(0, 1)
    counted = targets[0].flatten() != 0
    loss = float(F.cross_entropy(scores[counted], targets[0].flatten()[counted]))
    right = (scores.argmax(1) == targets[0].flatten())[counted].float().mean()
    (epoch,) = [event for event in events if isinstance(event, EpochEnded)]
    assert epoch.values["train/loss"] == pytest.approx(loss, rel=1e-5)
    assert epoch.values["train/perplexity"] == pytest.approx(np.exp(loss), rel=1e-5)
    assert epoch.values["train/accuracy"] == pytest.approx(float(right), rel=1e-5)
    assert not [name for name in epoch.values if " of " in name]


def _with(spec: RunSpec, job: object) -> RunSpec:
    import msgspec

    return msgspec.structs.replace(spec, objectives=(job,))


def test_stopping_before_the_first_batch_ends_with_no_figures() -> None:
    training = Training(run(ignore_index=0))
    steps = training.steps()
    events = []
    for found in steps:
        events += found
        training.stop()

    (end,) = [event for event in events if isinstance(event, Ended)]
    assert end.reason == "stopped"
    assert end.metrics["train"] == {}


SCALAR_BESIDE = """
import torch
from torch import nn
from torch.nn import functional as F


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 3)

    def forward(self, x):
        logits = self.fc(x)  # fc
        return logits, logits.square().mean()

    def losses(self, logits, size, target):
        return {"loss": F.cross_entropy(logits, target), "size": 0.1 * size}

    def metrics(self, logits, size, target):
        return {"accuracy": (logits.argmax(1) == target).float().mean(), "size": size}
"""


def test_a_number_beside_the_samples_keeps_the_means_over_all_batches() -> None:
    program = programs.program(
        SCALAR_BESIDE,
        outputs=("logits", "size"),
        loss_arguments=("logits", "size", "target"),
        losses=("loss", "size"),
        metrics=("accuracy", "size"),
    )
    still = programs.objective(
        optimizer="torch.optim.SGD(params, lr=lr)", lr=0.0, losses={"loss": 1.0, "size": 1.0}
    )
    spec = programs.run(program=program, objectives=(still,), epochs=1, batch_size=50, watch=BLIND)
    training = Training(spec)
    values = dict(_epoch(training))

    session = training._session
    assert session is not None
    inputs, targets = session.samples.batch(session.samples._rows["train"])
    with torch.no_grad():
        logits, size = session.network.module(*inputs)
    right = (logits.argmax(1) == targets[0]).float().mean()
    assert values["train/accuracy"] == pytest.approx(float(right), rel=1e-5)
    assert values["train/size"] == pytest.approx(float(size), rel=1e-5)


def _epoch(training: Training) -> Iterator[tuple[str, float]]:
    for step in training.steps():
        for event in step:
            if isinstance(event, EpochEnded):
                yield from event.values.items()
