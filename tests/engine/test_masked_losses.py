"""Losses over values: a mask keeps entries, and the mean is over those of the whole part."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from studio.compile.source import compile_network
from studio.core.check import check
from studio.core.params import Value
from studio.engine.data.load import load
from studio.engine.evaluate import evaluate
from studio.engine.session import Session
from studio.runs.spec import Argument, ColumnInfo, DataJob, Program, Watch
from tests.engine import programs
from tests.helpers.builders import CATALOG, Drawing
from tests.helpers.programs import built

LENGTH, WIDTH = 5, 3
LOSSES: list[tuple[str, dict[str, Value], Callable[[Tensor, Tensor], Tensor], str]] = [
    ("loss.mse", {}, nn.MSELoss(), "mae"),
    ("loss.l1", {}, nn.L1Loss(), "mse"),
    ("loss.smooth_l1", {"beta": 0.4}, nn.SmoothL1Loss(beta=0.4), "mae"),
    ("loss.huber", {"delta": 0.4}, nn.HuberLoss(delta=0.4), "mae"),
]


def drawing(kind: str, **params: Value) -> Drawing:
    """Return a network that repeats a series, judged where there is a step."""
    net = Drawing("Series")
    series = net.place("io.sequence", title="series", length=LENGTH, features=WIDTH)
    marks = net.place("io.tokens", title="marks", length=LENGTH, vocabulary=3)
    loss = net.place(kind, title="loss", **params)
    answer = net.place("nn.linear", title="answer", out_features=WIDTH)
    mask = net.place("nn.padding_mask", title="mask")
    net.wire(series, answer)
    net.wire(marks, mask)
    net.wire(answer, f"{loss}.prediction")
    net.wire(series, f"{loss}.target")
    net.wire(mask, f"{loss}.mask")
    return net


@pytest.mark.parametrize(("kind", "params", "by_hand", "metric"), LOSSES, ids=lambda v: str(v)[:20])
def test_a_masked_loss_is_that_of_the_entries_kept(
    kind: str,
    params: dict[str, Value],
    by_hand: Callable[[Tensor, Tensor], Tensor],
    metric: str,
) -> None:
    torch.manual_seed(0)
    prediction, target = torch.randn(2, 4, LENGTH, WIDTH)
    mask = torch.rand(4, LENGTH) > 0.5
    program = compile_network(drawing(kind, **params).experiment(), CATALOG)
    order = {"answer": prediction, "series": target, "mask": mask}
    given = [
        next(value for stem, value in order.items() if name.startswith(stem))
        for name in program.loss_arguments
    ]
    module = built(program)

    loss, told = module.losses(*given)["loss"], module.metrics(*given)[metric]

    torch.testing.assert_close(loss, by_hand(prediction[mask], target[mask]))
    error = prediction[mask] - target[mask]
    torch.testing.assert_close(told, (error.abs() if metric == "mae" else error.square()).mean())
    assert module.counts(*given)["loss"] == mask.sum()


def load_series(params: Mapping[str, int]) -> dict[str, np.ndarray]:
    """Return series of any length, marked where there is a step."""
    random = np.random.default_rng(0)
    lengths = np.sort(random.integers(0, LENGTH + 1, size=params["samples"]))
    marks = (np.arange(LENGTH) < lengths[:, None]).astype(np.int64)
    series = random.normal(size=(len(lengths), LENGTH, WIDTH)).astype(np.float32)
    return {"series": series, "marks": marks}


@pytest.mark.parametrize("batch_size", [1, 7, 1000])
def test_an_evaluation_weighs_batches_by_what_their_masks_keep(batch_size: int) -> None:
    program = compile_network(drawing("loss.mse").experiment(), CATALOG)
    job = DataJob(
        source="Series",
        load=f"{__name__}:load_series",
        params={"samples": 60},
        columns=(
            ColumnInfo(name="series", role="input", shape=(LENGTH, WIDTH)),
            ColumnInfo(name="marks", role="input", shape=(LENGTH,), dtype="int", limit=3),
        ),
        validation=0.5,
        test=0.0,
    )
    blind = Watch(probes={}, budget=0.0)
    session = Session(programs.run(program=_fed(program), data=job, watch=blind), load)
    running = evaluate(session, part="validation", batch_size=batch_size)

    said = _result(running)

    ((_, (inputs, _)),) = session.samples.in_order("validation", batch_size=10**6)
    columns = [argument.column for argument in session.spec.program.inputs]
    by_column = dict(zip(columns, inputs, strict=True))
    series, marks = by_column["series"], by_column["marks"]
    with torch.no_grad():
        outputs = session.network.module(*inputs)
    (place,) = [
        place
        for place, name in enumerate(session.spec.program.outputs)
        if name.startswith("answer")
    ]
    answer = outputs[place]
    error = (answer - series)[marks > 0]
    assert said["loss"] == pytest.approx(float(error.square().mean()), rel=1e-5)
    assert said["mae"] == pytest.approx(float(error.abs().mean()), rel=1e-5)


def _fed(program: Program) -> Program:
    import msgspec

    inputs = tuple(
        Argument(name=one.name, column="series" if "series" in one.name else "marks")
        for one in program.inputs
    )
    return msgspec.structs.replace(program, inputs=inputs)


def _result(running: object) -> dict[str, float]:
    while True:
        try:
            next(running)
        except StopIteration as done:
            return dict(done.value)


def test_a_mask_of_other_steps_is_refused() -> None:
    net = Drawing("Wrong")
    series = net.place("io.sequence", length=LENGTH, features=WIDTH)
    marks = net.place("io.tokens", length=LENGTH + 1, vocabulary=3)
    loss = net.place("loss.mse", title="loss")
    net.wire(net.chain("nn.relu", after=series), f"{loss}.prediction")
    net.wire(series, f"{loss}.target")
    net.wire(net.chain("nn.padding_mask", after=marks), f"{loss}.mask")

    (problem,) = check(net.experiment(), CATALOG).errors

    assert problem.message == "loss: expected a mask for B×5×3, received B×6"
