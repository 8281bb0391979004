"""Comparing: every difference is told once, and nothing else."""

import json
from dataclasses import replace

from studio.cli import main
from studio.core.compare import as_data, compare
from studio.core.edits import Move, SetParam, SetText
from studio.core.experiment import Choice, Data, Objective, Training
from studio.core.fileio import save
from studio.core.folding import Fold
from studio.core.reworking import DeleteHealed
from studio.core.taking_part import SetMode
from tests.helpers.builders import lenet, mlp
from tests.helpers.composites import encoder_stack


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
