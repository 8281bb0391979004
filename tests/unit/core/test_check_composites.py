"""The check looks into composites, follows sharing and modes, and stays quick."""

import json
from collections.abc import Callable
from dataclasses import replace
from time import process_time

import pytest

from studio.cli import main
from studio.core.check import Checker, check
from studio.core.edits import SetParam
from studio.core.errors import GraphError
from studio.core.experiment import Experiment
from studio.core.fileio import save
from studio.core.graph import End, Graph, Node, Wire
from tests.helpers.builders import CATALOG, Drawing, mlp
from tests.helpers.composites import (
    drawing,
    encoder_layer,
    encoder_stack,
    experiment,
    residual_net,
    siamese,
    tied_model,
    with_nodes,
)


def changed(made: Experiment, node: str, where: str = "", **fields: object) -> Experiment:
    graph = with_nodes(made.graph_at(where), {node: fields})
    return made.with_graph(graph, where)


def messages(made: Experiment) -> list[str]:
    return [problem.message for problem in check(made, CATALOG).problems]


@pytest.mark.parametrize("made", [encoder_stack, residual_net, tied_model, siamese])
def test_drawings_of_composites_are_sound(made: Callable[[], Experiment]) -> None:
    assert messages(made()) == []


def test_an_instance_takes_shapes_and_values_from_where_it_stands() -> None:
    checked = check(residual_net(), CATALOG)

    one, two = checked.at("stage_1/conv1"), checked.at("stage_2/conv1")
    assert one is not None
    assert two is not None
    assert (str(one.outputs["y"]), one.parameters) == ("B×8×16×16", 8 * 8 * 9)
    assert (str(two.outputs["y"]), two.parameters) == ("B×12×8×8", 12 * 12 * 9)
    assert checked.at("stage_1/no") is None
    assert checked.at("conv1/no") is None
    assert "stage_2/relu2" in dict(checked.listing())


def test_the_command_line_lists_what_stands_inside(tmp_path, capsys) -> None:
    path = tmp_path / "stack.netwright"
    save(changed(encoder_stack(), "encoder", mode="freeze"), path)

    assert main(["check", str(path)]) == 0
    words = capsys.readouterr().out
    assert main(["check", str(path), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)

    assert "composite:encoder_layer ×3" in words
    assert "\n  attention1 " in words
    assert "encoder/attention1" in [block["id"] for block in answer["blocks"]]
    assert answer["parameters"] - answer["trainable"] == answer["blocks"][4]["parameters"]
    with pytest.raises(GraphError):
        encoder_stack().node_at("fc1/no")


def test_counts_hold_for_every_instance_in_a_stack() -> None:
    one, many = check(encoder_stack(1), CATALOG), check(encoder_stack(80), CATALOG)

    inside = one.blocks["encoder"].parameters
    assert many.blocks["encoder"].parameters == 80 * inside
    assert many.parameters == one.parameters + 79 * inside
    assert many.macs == one.macs + 79 * one.blocks["encoder"].macs


def test_repeat_may_be_an_expression_inside_a_composite_and_nowhere_else() -> None:
    layer = encoder_layer()
    made = changed(encoder_stack(), "encoder", repeat="=layers")

    assert messages(made) == [
        "encoder: expected a whole number of at least 1 for repeat, received =layers"
    ]
    net = drawing("Outer", layer)
    x = net.place("io.port_in", title="x")
    stack = net.place(layer.kind, title="stack")
    net.wire(x, stack)
    net.wire(stack, net.place("io.port_out", title="y"))
    graph = with_nodes(net.graph, {stack: {"repeat": "=heads*3"}})
    outer = replace(layer, id="outer", graph=graph)
    whole = drawing("Whole", layer, outer)
    whole.chain(("io.sequence", {"length": 5, "features": 16}), outer.kind)
    found = check(experiment(whole, layer, outer), CATALOG).at("encoder_layer1/stack")
    assert found is not None
    assert found.repeat == 6


def test_a_stack_needs_equal_shapes() -> None:
    made = changed(residual_net(), "stage_2", repeat=3)
    inner = changed(made, "conv2", "residual", params={"out_channels": 1})

    assert messages(made) == []
    assert messages(inner) != []
    net = Drawing("Single")
    net.chain(("io.vector", {"features": 4}), "nn.linear")
    single = changed(net.experiment(), "fc1", repeat=2)
    assert messages(single) == ["fc1: expected a composite to repeat, received a single block"]
    tall = changed(siamese(), "tower1", repeat=2)
    assert "tower1: expected B×6 at code as at x1 to repeat it, received B×4" in messages(tall)


def test_a_problem_inside_names_its_path_and_every_block_on_the_way() -> None:
    made = changed(encoder_stack(), "encoder", params={"d_model": 16, "heads": 5})

    (problem,) = check(made, CATALOG).problems

    assert problem.node == "encoder"
    assert problem.path == "encoder/attention1"
    assert problem.message.startswith("encoder › attention1: expected a number of heads")
    (inside,) = Checker(CATALOG).inside(made, "encoder_layer").problems
    assert inside.node == "attention1"


def test_expressions_outside_a_composite_and_wrong_ones_inside_are_problems() -> None:
    outside = changed(mlp(4, 8, 2), "fc1", params={"out_features": "=4*2"})
    inside = changed(encoder_stack(), "fc1", "encoder_layer", params={"out_features": "=wide"})

    assert "received =4*2" in messages(outside)[0]
    assert messages(inside)[0].startswith("encoder › fc1: out features: expected one of the names")


def test_an_open_composite_shows_its_first_instance_or_nothing_of_its_values() -> None:
    made, checker = residual_net(), Checker(CATALOG)

    first = checker.inside(made, "residual")
    alone = checker.inside(replace(made, graph=Graph()), "residual")

    assert str(first.blocks["conv1"].outputs["y"]) == "B×8×16×16"
    assert alone.blocks["conv1"].outputs == {}
    assert alone.problems == ()


def test_ports_outside_and_data_inside_are_out_of_place() -> None:
    net = Drawing("Ports")
    net.chain("io.port_in", "nn.relu")
    made = encoder_stack()
    graph = made.composites["encoder_layer"].graph.add(Node("t", "io.target", "t"))

    assert "x1: ports belong inside a composite" in messages(net.experiment())
    assert "encoder › t: expected data outside the composite" in messages(
        made.with_graph(graph, "encoder_layer")
    )


def test_shared_weights_count_once_and_follow_their_owner() -> None:
    made = siamese()
    checked = check(made, CATALOG)

    assert checked.blocks["tower2"].parameters == 0
    assert checked.blocks["tower2"].params == {"width": 10}
    alone = changed(made, "tower2", shares="", params={"width": 10})
    assert check(alone, CATALOG).parameters == checked.parameters + (6 * 10 + 10 + 10 * 4 + 4)


def test_weights_that_do_not_fit_cannot_be_shared() -> None:
    net = Drawing("Shared")
    first = net.chain(("io.vector", {"features": 4}), ("nn.linear", {"out_features": 6}))
    net.chain(("nn.linear", {"out_features": 6}), after=first)
    made = changed(net.experiment(), "fc2", shares="fc1")
    tower = changed(siamese(), "vector2", params={"features": 5})

    assert messages(made) == [
        "fc2: expected weights of 6×4 as fc1 has them, received a value that needs 6×6"
    ]
    assert messages(tower) == [
        "tower2: expected weights of 10×6 as tower1 has them, received a value that needs 10×5"
    ]
    assert (
        "those of vector1, which is Vector" in messages(changed(made, "fc2", shares="vector1"))[0]
    )
    twice = changed(changed(siamese(), "tower1", shares="tower2"), "tower2", shares="tower1")
    assert "which shares them itself" in messages(twice)[0]


def test_a_tied_output_needs_its_embedding() -> None:
    alone = changed(tied_model(), "unembedding1", shares="")
    wide = changed(tied_model(), "fc1", params={"out_features": 9})

    assert messages(alone) == ["unembedding1: expected the weights of an Embedding, received none"]
    assert messages(wide) == [
        "unembedding1: expected 8 features as the Embedding has, received B×6×9"
    ]


def test_a_disabled_block_and_what_hangs_on_it_alone_take_no_part() -> None:
    net = Drawing("Two ways")
    image = net.place("io.vector", features=4)
    left, right = net.place("nn.linear", out_features=3), net.place("nn.linear", out_features=3)
    both, lone = net.place("nn.add"), net.place("nn.relu")
    for wire in ((image, left), (image, right), (left, both), (right, both), (left, lone)):
        net.wire(*wire)
    checked = check(changed(net.experiment(), left, mode="disable"), CATALOG)

    assert checked.problems == ()
    assert checked.blocks[left].absent
    assert checked.blocks[lone].absent
    assert str(checked.blocks[both].outputs["y"]) == "B×3"
    assert checked.parameters == 15


def test_a_bypassed_block_passes_its_input_on() -> None:
    made = mlp(4, 8, 2)
    checked = check(changed(made, "fc1", mode="bypass"), CATALOG)
    broken = changed(made, "fc1", params={"out_features": "no"}, mode="bypass")

    assert str(checked.blocks["fc1"].outputs["y"]) == "B×4"
    assert checked.parameters == 4 * 2 + 2
    assert messages(broken) == []


def test_what_cannot_pass_is_said() -> None:
    tied = changed(tied_model(), "embedding1", mode="bypass")
    start = changed(mlp(4, 8, 2), "vector1", mode="bypass")

    assert any(
        "embedding1: expected something that can pass as sequence B×6×8, received tokens B×6"
        in text
        for text in messages(tied)
    )
    assert messages(start)[0] == "vector1: it has no input whose value could pass"


def test_frozen_weights_are_counted_but_not_as_trainable() -> None:
    frozen = check(changed(encoder_stack(2), "encoder", mode="freeze"), CATALOG)
    inner = check(changed(encoder_stack(2), "fc1", "encoder_layer", mode="freeze"), CATALOG)

    assert frozen.parameters - frozen.trainable == frozen.blocks["encoder"].parameters
    assert inner.parameters - inner.trainable == 2 * (16 * 64 + 64)


def many_blocks(instances: int) -> Experiment:
    """Return 1,000 blocks in a row, some of them instances of two kinds."""
    layer = encoder_layer()
    nodes = [Node("x", "io.sequence", "x", {"length": 8, "features": 16})]
    nodes += [
        Node(
            f"n{place}",
            layer.kind if place % 10 == 0 else "nn.layer_norm",
            f"n{place}",
            {"heads": 2 + 2 * (place % 20 == 0)} if place % 10 == 0 else {},
        )
        for place in range(instances * 10)
    ]
    names = [node.id for node in nodes]
    ports = ["y"] * len(names)
    wires = [
        Wire(End(one, port), End(two, "x"))
        for one, two, port in zip(names, names[1:], ports, strict=False)
    ]
    graph = Graph().add(*nodes).connect(*wires)
    return Experiment(graph=graph, composites={layer.id: layer})


def quickest(action: Callable[[], object], times: int = 7) -> float:
    """Return the least time of several, in milliseconds: the others waited for the machine."""
    spent = []
    for _ in range(times):
        began = process_time()
        action()
        spent.append(1000 * (process_time() - began))
    return min(spent)


def test_editing_and_checking_1000_blocks_with_100_instances_fits_into_a_frame() -> None:
    made, checker = many_blocks(100), Checker(CATALOG)
    assert checker.check(made).problems == ()
    state = {"made": made, "count": 0}

    def edit_outside() -> None:
        state["count"] += 1
        edit = SetParam(("n999",), "eps", 1e-5 * state["count"])
        state["made"] = edit(state["made"])
        checker.check(state["made"])

    def edit_inside() -> None:
        state["count"] += 1
        edit = SetParam(("fc1",), "out_features", 16 + state["count"], where="encoder_layer")
        state["made"] = edit(state["made"])
        checker.check(state["made"])

    assert quickest(edit_outside) <= 16
    assert quickest(edit_inside) <= 16


def test_a_stack_of_80_layers_is_checked_as_quickly_as_one() -> None:
    one, many = encoder_stack(1), encoder_stack(80)

    assert quickest(lambda: check(many, CATALOG)) <= 2 * quickest(lambda: check(one, CATALOG)) + 1


def test_a_remembering_checker_finds_what_a_fresh_one_finds() -> None:
    checker = Checker(CATALOG)
    made = encoder_stack()
    for later in (
        made,
        changed(made, "fc1", "encoder_layer", params={"out_features": 9}),
        changed(made, "encoder", params={"d_model": 16, "heads": 1}),
        changed(made, "embedding1", params={"embedding_dim": 24}),
        made,
    ):
        assert checker.check(later) == check(later, CATALOG)
