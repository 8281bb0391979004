"""Comparing: every difference is told once, and nothing else."""

import json
from dataclasses import replace

from hypothesis import given

from studio.cli import main
from studio.core.compare import as_data, compare
from studio.core.edits import Move, SetParam, SetText
from studio.core.experiment import Choice, Dashboard, Data, Experiment, Objective, Training
from studio.core.fileio import save
from studio.core.folding import Fold
from studio.core.graph import End
from studio.core.marks import Frame, View
from studio.core.reworking import DeleteHealed
from studio.core.taking_part import SetMode
from tests.helpers.builders import lenet, mlp
from tests.helpers.composites import encoder_stack

from .experiments import experiments


def test_equal_experiments_do_not_differ() -> None:
    assert not compare(lenet(), lenet())
    assert list(compare(lenet(), lenet()).lines()) == []


def test_blocks_wires_and_values_are_told() -> None:
    before = mlp(4, 8, 2)
    after = SetParam(("fc1",), "out_features", 16)(before)
    after = DeleteHealed(("relu1",))(SetMode(("fc2",), "freeze")(after))
    after = Move({"fc1": (5.0, 5.0)})(after)

    assert list(compare(before, after).lines()) == [
        "- relu1 (nn.relu)",
        "~ fc1.out_features: 8 → 16",
        "~ fc2.mode: none → freeze",
        "+ fc1.y -> fc2.x",
        "- fc1.y -> relu1.x",
        "- relu1.y -> fc2.x",
        "~ 1 block moved",
    ]


def marked() -> Experiment:
    made = mlp(4, 8, 2)
    frames = {
        "f1": Frame("f1", "Stem", colour="teal"),
        "n1": Frame("n1", text="Why so\nwide", kind="note"),
        "gone": Frame("gone"),
    }
    bends = {End("fc1", "x"): ((1.0, 2.0),), End("relu1", "x"): ((3.0, 4.0),)}
    views = {"start": View(1.0), "end": View(2.0)}
    graph = made.graph.mark(frames=frames, bends=bends, bookmarks=views)
    return replace(made, graph=graph, dashboard=Dashboard({"loss": {"log": True}}))


def test_frames_notes_bends_bookmarks_and_the_dashboard_are_told() -> None:
    before = marked()
    frames = {
        "f1": Frame("f1", "Trunk", x=9.0, width=400.0, collapsed=True),
        "n1": Frame("n1", text="Because", kind="note"),
        "f2": Frame("f2"),
    }
    bends = {End("fc1", "x"): ((5.0, 5.0),), End("fc2", "x"): ((7.0, 7.0), (8.0, 8.0))}
    graph = before.graph.mark(frames=frames, bends=bends, bookmarks={"end": View(3.0)})
    dashboard = Dashboard({"loss": {"log": False}, "metric": {"smooth": 0.5}}, layout="xyz")
    after = replace(before, graph=graph, dashboard=dashboard)

    assert list(compare(before, after).lines()) == [
        "~ frame Trunk: title Stem → Trunk; colour teal → none; collapsed; size; moved",
        "+ frame f2",
        "- frame gone",
        "~ note Because: text Why so wide → Because",
        "~ bends of vector1.y -> fc1.x: moved",
        "+ bends of relu1.y -> fc2.x: 0 points → 2",
        "- bends of fc1.y -> relu1.x: 1 point → 0",
        "~ bookmark end: another view",
        "- bookmark start",
        "~ dashboard.loss.log: on → off",
        "~ dashboard.metric.smooth: default → 0.5",
        "~ dashboard.layout: default → arranged otherwise",
    ]
    assert as_data(compare(before, after))["graphs"][0]["marks"][1] == {
        "kind": "frame", "name": "f2", "change": "added", "how": [],
    }  # fmt: skip
    assert not compare(before, marked())


@given(experiments(), experiments())
def test_two_experiments_differ_exactly_if_something_is_told(
    one: Experiment, two: Experiment
) -> None:
    assert bool(compare(one, two)) == bool([*compare(one, two).lines()])
    assert not compare(one, one)


def test_composites_and_settings_are_told() -> None:
    before = encoder_stack()
    after = Fold(("fc1", "gelu1", "fc2"), "Feed forward", where="encoder_layer")(before)
    after = SetText(title="Other", notes="one\ntwo")(after)
    objective = Objective(
        optimizer=Choice("sgd", {"lr": 0.1}), losses={"loss1": 2.0}, blocks=("fc1",)
    )
    after = replace(
        after,
        data=Data(Choice("digits"), {"test": 0.2}),
        training=Training({"epochs": 3}, (objective, Objective("second"))),
    )
    lines = list(compare(before, after).lines())

    assert "+ Encoder layer › Feed forward (composite:feed_forward)" in lines
    assert "- Encoder layer › gelu1 (nn.gelu)" in lines
    assert "+ Feed forward › gelu1 (nn.gelu)" in lines
    for line in (
        "title: Encoder stack → Other",
        "notes: 0 lines → 2 lines",
        "composites.feed_forward: none → Feed forward",
        "data.source: none → digits",
        "data.test: default → 0.2",
        "training.epochs: default → 3",
        "training.main.optimizer: adamw → sgd",
        "training.main.losses.loss1: default → 2",
        "training.main.blocks: none → fc1",
        "training.second: none → second",
    ):
        assert f"~ {line}" in lines


def test_differences_are_plain_data_too() -> None:
    before = mlp(4, 8, 2)
    after = SetParam(("fc1",), "out_features", 16)(before)

    told = json.loads(json.dumps(as_data(compare(before, after))))

    assert told["graphs"][0]["changed"] == {
        "fc1": [{"name": "out_features", "before": "8", "after": "16"}]
    }
    assert told["settings"] == []


def test_the_command_line_compares_two_files(tmp_path, capsys) -> None:
    one, two = tmp_path / "one.netwright", tmp_path / "two.netwright"
    save(mlp(4, 8, 2), one)
    save(SetParam(("fc1",), "out_features", 16)(mlp(4, 8, 2)), two)

    assert main(["diff", str(one), str(one)]) == 0
    assert capsys.readouterr().out == "No difference\n"
    assert main(["diff", str(one), str(two)]) == 1
    assert "~ fc1.out_features: 8 → 16" in capsys.readouterr().out
    assert main(["diff", str(one), str(two), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["equal"] is False
    assert main(["diff", str(one), str(tmp_path / "no.netwright")]) == 2
