"""Repeating a single block or a selection: one step, under its title, with its wires and values."""

from dataclasses import replace

import pytest

from studio.compile.source import compile_network
from studio.core.check import Checked, check
from studio.core.composites import composite_of
from studio.core.document import Document
from studio.core.edits import SetParam
from studio.core.errors import GraphError
from studio.core.experiment import Experiment, Objective, Training
from studio.core.fileio import dumps, loads
from studio.core.folding import Fold
from studio.core.params import Param
from studio.core.stacking import StackBlock, StackSelection, can_stack
from studio.core.taking_part import SetMode, SetRepeat
from studio.core.unfolding import Unfold
from tests.helpers.builders import CATALOG, chain, mlp
from tests.helpers.composites import encoder_stack, siamese, tied_model


def stacked(made: Experiment, id_: str, times: int | str = 3, where: str = "") -> Experiment:
    spec = CATALOG.block(made.graph_at(where).nodes[id_].kind)
    assert spec is not None
    return StackBlock(id_, spec, times, where)(made)


def sound(made: Experiment) -> Checked:
    checked = check(made, CATALOG)
    assert not checked.errors
    return checked


def test_a_repeated_block_keeps_id_title_place_and_wires() -> None:
    before = mlp(8, 8, 8, 3)

    made = stacked(before, "fc1")

    old, new = before.graph.nodes["fc1"], made.graph.nodes["fc1"]
    assert (new.title, new.x, new.y, new.params) == (old.title, old.x, old.y, old.params)
    assert new.repeat == 3
    assert made.graph.feeds == before.graph.feeds
    assert made.composites[composite_of(new.kind)].title == old.title


def test_a_repeated_block_counts_so_many_times() -> None:
    before, made = sound(mlp(8, 8, 8, 3)), sound(stacked(mlp(8, 8, 8, 3), "fc1"))

    one, three = before.blocks["fc1"], made.blocks["fc1"]
    assert (three.parameters, three.macs) == (3 * one.parameters, 3 * one.macs)
    assert three.outputs == one.outputs
    assert made.parameters == before.parameters + 2 * one.parameters


def test_the_parameters_of_a_repeated_block_are_still_set_from_outside() -> None:
    made = stacked(mlp(8, 8, 8, 3), "fc1")

    without_bias = SetParam(("fc1",), "bias", False)(made)

    assert sound(made).blocks["fc1"].parameters == 3 * (8 * 8 + 8)
    assert sound(without_bias).blocks["fc1"].parameters == 3 * 8 * 8


@pytest.mark.parametrize(
    ("parts", "id_"),
    [
        ([("io.vector", {"features": 6}), "nn.relu"], "relu1"),
        ([("io.vector", {"features": 6}), ("nn.dropout", {"p": 0.3})], "dropout1"),
        ([("io.vector", {"features": 6}), "nn.layer_norm"], "layer_norm1"),
        (
            [
                ("io.image", {"channels": 4, "height": 8, "width": 8}),
                ("nn.conv2d", {"out_channels": 4, "padding": (1, 1), "bias": False}),
            ],
            "conv1",
        ),
        (
            [
                ("io.tokens", {"length": 5, "vocabulary": 9}),
                ("nn.embedding", {"embedding_dim": 8}),
                ("nn.self_attention", {"num_heads": 2}),
            ],
            "attention1",
        ),
    ],
)
def test_blocks_of_all_families_are_repeated_saved_and_compiled(parts: list, id_: str) -> None:
    made = chain(*parts)
    id_ = made.graph.order[-1] if id_ not in made.graph.nodes else id_

    again = stacked(made, id_, 4)

    before, after = sound(made).blocks[id_], sound(again).blocks[id_]
    assert after.outputs == before.outputs
    assert (after.parameters, after.macs) == (4 * before.parameters, 4 * before.macs)
    assert loads(dumps(again)) == again
    assert compile_network(loads(dumps(again)), CATALOG) == compile_network(again, CATALOG)
    assert "range(4)" in compile_network(again, CATALOG).text


def test_a_block_that_takes_several_values_hands_its_first_on() -> None:
    made = stacked(siamese(), "concat1", 1)

    assert {end.port for end in made.graph.feeds if end.node == "concat1"} == {"x_0", "x_1"}
    assert sound(made).blocks["concat1"].outputs == sound(siamese()).blocks["concat1"].outputs


def test_unfolding_a_stack_gives_a_row_of_blocks_with_its_values() -> None:
    made = Unfold("fc1")(stacked(mlp(8, 8, 8, 3), "fc1"))

    fresh = made.graph.nodes.keys() - mlp(8, 8, 8, 3).graph.nodes.keys()
    linears = [made.graph.nodes[id_] for id_ in fresh | {"fc1"} if id_ in made.graph.nodes]
    assert {node.kind for node in linears} == {"nn.linear"}
    assert {node.params["out_features"] for node in linears} == {8}
    assert sound(made).parameters == sound(stacked(mlp(8, 8, 8, 3), "fc1")).parameters


def test_a_mode_stays_with_the_stack() -> None:
    made = stacked(SetMode(("fc1",), "freeze")(mlp(8, 8, 8, 3)), "fc1")

    assert made.graph.nodes["fc1"].mode == "freeze"
    assert sound(made).blocks["fc1"].trainable == 0


def test_turning_the_number_on_is_one_step_of_undo() -> None:
    document = Document(mlp(8, 8, 8, 3))
    start = document.experiment
    spec = CATALOG.blocks["nn.linear"]

    document.apply(StackBlock("fc1", spec, 2, label="Repeat fc1"))
    document.apply(SetRepeat(("fc1",), 3, label="Repeat fc1"))
    document.apply(SetRepeat(("fc1",), 12, label="Repeat fc1"))

    assert len(document.history) == 1
    document.undo()
    assert document.experiment is start
    document.redo()
    assert document.experiment.graph.nodes["fc1"].repeat == 12


def test_what_is_trained_by_an_objective_still_is() -> None:
    training = Training(objectives=(Objective(blocks=("fc1",)),))

    made = stacked(replace(mlp(8, 8, 8, 3), training=training), "fc1")

    assert made.training is training


def test_a_selection_is_folded_and_repeated_in_one_step() -> None:
    document = Document(mlp(8, 8, 8, 3))
    start = document.experiment
    before = sound(start).parameters

    document.apply(StackSelection(Fold(("fc1", "relu1"), "Layer"), 5))

    (made,) = (node for node in document.graph.nodes.values() if composite_of(node.kind))
    assert (made.title, made.repeat) == ("Layer", 5)
    assert document.undo_label == "Repeat Layer"
    assert sound(document.experiment).parameters == before + 4 * (8 * 8 + 8)
    document.undo()
    assert document.experiment is start


def test_a_block_inside_a_composite_is_repeated_by_an_expression() -> None:
    made = stacked(encoder_stack(2), "gelu1", "=heads", where="encoder_layer")

    assert made.composites["encoder_layer"].graph.nodes["gelu1"].repeat == "=heads"
    (encoder,) = (node.id for node in made.graph.nodes.values() if composite_of(node.kind))
    inside = sound(made).blocks[encoder].inside
    assert inside is not None
    assert inside.blocks["gelu1"].repeat == 4
    assert loads(dumps(made)) == made


@pytest.mark.parametrize(
    ("made", "id_", "times", "sentence"),
    [
        (mlp(8, 8, 3), "fc1", 0, "expected a whole number of at least 1"),
        (mlp(8, 8, 3), "fc1", "=n", "expected a whole number of at least 1"),
        (mlp(8, 8, 3), "io", 2, "expected a block that takes and gives a value"),
        (tied_model(), "embedding1", 2, "shares its weights with"),
        (mlp(8, 8, 3), "ghost", 2, "received ghost"),
    ],
)
def test_what_cannot_be_repeated_is_refused_and_why(
    made: Experiment, id_: str, times: int | str, sentence: str
) -> None:
    io = next(iter(made.graph.nodes.values()))
    id_ = io.id if id_ == "io" else id_
    kind = made.graph.nodes[id_].kind if id_ in made.graph.nodes else "nn.relu"

    with pytest.raises(GraphError, match=r".") as refusal:
        StackBlock(id_, CATALOG.blocks[kind], times)(made)

    assert sentence in str(refusal.value)


def test_a_parameter_that_is_on_is_not_the_number_one() -> None:
    assert Param("deep", True) != Param("deep", 1)
    assert Param("deep", 1) != Param("deep", 1.0)
    assert Param("deep", 1) == Param("deep", 1)
    assert len({Param("deep", True), Param("deep", 1), Param("deep", True)}) == 2


def test_losses_inputs_and_borrowed_weights_cannot_be_stacked() -> None:
    kinds = [kind for kind, spec in CATALOG.blocks.items() if can_stack(spec)]

    assert {"nn.linear", "nn.conv2d", "nn.self_attention", "nn.lstm"} <= set(kinds)
    assert not {"io.vector", "loss.cross_entropy", "nn.unembedding", "io.port_in"} & set(kinds)
