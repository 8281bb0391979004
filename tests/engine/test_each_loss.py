"""Of several losses each is a curve of its own, before its weight, beside their sum."""

from collections import defaultdict
from pathlib import Path

import pytest
from msgspec.structs import replace

from studio.engine.means import loss_names
from studio.engine.train import train
from studio.runs.events import Ended, EpochEnded, Points
from studio.runs.spec import BlockInfo, Computing, RunSpec, Watch
from tests.engine import programs

TWO = programs.MLP.replace(
    'return {"loss": F.cross_entropy(logits, target)}',
    'return {"fit": F.cross_entropy(logits, target), "size": logits.square().mean()}',
).replace("F.dropout(torch.relu(h), 0.2, self.training)", "torch.relu(h)")
TITLED = tuple(BlockInfo(id=id_, title=id_.title(), kind="loss.any") for id_ in ("fit", "size"))


def run(**changes: object) -> RunSpec:
    program = programs.program(TWO, losses=("fit", "size"))
    spec = programs.run(
        program=replace(program, blocks=(*program.blocks, *TITLED)),
        objectives=(programs.objective(losses={"fit": 1.0, "size": 0.5}),),
        data=programs.data(samples=200, validation=0.2, test=0.2),
        watch=Watch(probes={}),
        epochs=3,
    )
    return replace(spec, **changes)


def curves_of(spec: RunSpec) -> tuple[dict[str, list[float]], list[dict[str, float]], Ended]:
    curves: dict[str, list[float]] = defaultdict(list)
    epochs, ended = [], None
    for event in train(spec):
        if isinstance(event, Points):
            curves[event.name] += event.values
        elif isinstance(event, EpochEnded):
            epochs.append(event.values)
        elif isinstance(event, Ended):
            ended = event
    assert ended is not None
    assert ended.reason == "finished"
    return curves, epochs, ended


@pytest.mark.parametrize("accumulate", [1, 3])
def test_the_losses_add_up_to_the_loss_by_their_weights(accumulate: int) -> None:
    curves, epochs, ended = curves_of(run(computing=Computing(accumulate=accumulate)))

    for part in ("train", "validation"):
        for means in epochs:
            each = means[f"{part}/loss/Fit"] + 0.5 * means[f"{part}/loss/Size"]
            assert each == pytest.approx(means[f"{part}/loss"], rel=1e-5)
    test = ended.metrics["test"]
    assert test["loss/Fit"] + 0.5 * test["loss/Size"] == pytest.approx(test["loss"], rel=1e-5)
    assert curves["train/loss/Fit"]
    assert len(curves["train/loss/Fit"]) == len(curves["train/loss/Size"])
    assert 3 == len(curves["validation/loss/Fit"])


def test_watching_each_loss_changes_none_of_them() -> None:
    apart, _, _ = curves_of(run())
    joined = TWO.replace(
        '{"fit": F.cross_entropy(logits, target), "size": logits.square().mean()}',
        '{"loss": F.cross_entropy(logits, target) + 0.5 * logits.square().mean()}',
    )
    one = run(program=programs.program(joined), objectives=(programs.objective(),))

    together, _, _ = curves_of(one)

    assert apart["train/loss"] == pytest.approx(together["train/loss"], rel=1e-5)
    assert not any(name.startswith("train/loss/") for name in together), "one is the whole"


def test_losses_of_one_title_are_told_apart_by_their_ids() -> None:
    program = programs.program()
    blocks = (
        BlockInfo(id="l1", title="Loss", kind="loss.any"),
        BlockInfo(id="l2", title="Loss", kind="loss.any"),
        BlockInfo(id="kl", title="Divergence", kind="loss.any"),
    )

    names = loss_names(replace(program, blocks=blocks), ["l1", "l2", "kl"])

    assert ["loss/Loss (l1)", "loss/Loss (l2)", "loss/Divergence"] == list(names.values())


def test_each_loss_is_a_curve_of_the_record(tmp_path: Path) -> None:
    from studio.runs.curves import curve_in, names_in
    from studio.runs.store import RunStore

    store = RunStore(tmp_path)
    store.append(list(train(run())))
    store.close()

    assert {"train/loss/Fit", "train/loss/Size", "validation/loss/Size"} <= set(names_in(tmp_path))
    assert len(curve_in(tmp_path, "train/loss/Size"))
