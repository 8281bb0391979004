"""The check: shapes, counts, and every problem in a sentence with its place."""

from dataclasses import replace

import pytest

from studio.core.blocks import BlockSpec, Inferred, Port, gives
from studio.core.catalog import Catalog
from studio.core.check import Checker, Problem, check
from studio.core.edits import Move, RemoveNodes, Rename, SetParam
from studio.core.errors import StudioError
from studio.core.experiment import Choice, Data, Experiment, Objective, Training
from studio.core.graph import End, Graph, Node, Wire
from studio.core.params import Params
from studio.core.shapes import Shapes
from studio.core.taking_part import SetMode
from tests.helpers.builders import CATALOG, Drawing, chain, lenet, mlp


def problems(experiment: Experiment) -> list[tuple[str | None, str | None, str]]:
    found = check(experiment, CATALOG).problems
    return [(problem.node, problem.port, problem.message) for problem in found]


def only(experiment: Experiment) -> Problem:
    (problem,) = check(experiment, CATALOG).problems
    return problem


def test_a_sound_drawing_has_shapes_and_counts() -> None:
    checked = check(lenet(), CATALOG)

    assert checked.problems == ()
    assert str(checked.shape_at(End("conv1", "y"))) == "B×6×8×8"
    assert str(checked.shape_at(End("conv1", "x"))) == "B×1×8×8"
    assert checked.blocks["conv1"].parameters == 6 * 25 + 6
    assert checked.blocks["conv1"].macs == 6 * 25 * 64
    assert checked.parameters == 19_850
    assert checked.macs == sum(facts.macs for facts in checked.blocks.values())


def test_an_unconnected_input_is_named() -> None:
    problem = only(chain("nn.relu"))

    assert (problem.node, problem.port) == ("relu1", "x")
    assert problem.message == "relu1: nothing is connected to x"
    assert problem.hint == "Draw a wire to x"


def test_an_empty_port_for_several_wires_points_at_its_first_slot() -> None:
    assert only(chain("nn.add")).port == "x.0"


def test_wrong_shapes_are_said_in_a_sentence() -> None:
    assert problems(chain(("io.vector", {"features": 3}), "nn.conv2d")) == [
        ("conv1", None, "conv1: expected an image B×C×H×W, received B×3")
    ]


def test_tokens_where_numbers_are_meant_point_to_the_way_out() -> None:
    problem = only(chain("io.tokens", "nn.linear"))

    assert problem.message == "fc1: expected real numbers, received tokens B×16"
    assert problem.hint == "Put an Embedding between"
    assert problem.port == "x"


def test_numbers_where_tokens_are_meant_are_refused() -> None:
    assert only(chain("io.vector", "nn.embedding")).message == (
        "embedding1: expected tokens or classes, received vector B×2"
    )


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        (
            [("io.image", {"height": 4}), ("nn.conv2d", {"kernel_size": (5, 5)})],
            "conv1: expected a height of at least 5 for the kernel, received 4 with its padding",
        ),
        (
            ["io.image", ("nn.conv2d", {"groups": 3})],
            "conv1: expected groups that divide 1 input and 16 output channels, received 3",
        ),
        (
            ["io.image", ("nn.max_pool2d", {"padding": (2, 2)})],
            "pool1: expected a padding of at most half the kernel, 1, received 2",
        ),
        (
            [("io.sequence", {"features": 6}), "nn.self_attention"],
            "attention1: expected a number of heads that divides 6, received 4",
        ),
        (
            ["io.image", ("nn.reshape", {"shape": (3, -1)})],
            "reshape1: expected sizes whose product is 784, received 3×-1",
        ),
        (
            ["io.image", "nn.permute"],
            "permute1: expected each of the axes 1, 2, 3 once for B×1×28×28, received 2, 1",
        ),
        (
            ["io.vector", ("nn.softmax", {"dim": 0})],
            "softmax1: expected an axis of B×2 behind the batch, received 0",
        ),
        (
            ["io.image", ("nn.conv2d", {"same_padding": True, "stride": (2, 2)})],
            "conv1: expected a stride of 1 when the size is kept, received 2×2",
        ),
    ],
)
def test_a_refusal_says_what_was_expected_and_received(parts, sentence: str) -> None:
    assert only(chain(*parts)).message == sentence


def test_scores_that_miss_a_class_are_refused() -> None:
    net = Drawing()
    net.loss(net.chain("io.vector", ("nn.linear", {"out_features": 9})), classes=10)

    assert problems(net.experiment()) == [
        ("loss1", "scores", "loss1: expected one score for each of 10 classes, received 9")
    ]


def test_sums_of_different_shapes_are_refused() -> None:
    net = Drawing()
    total = net.place("nn.add")
    net.wire(net.place("io.vector", features=3), total)
    net.wire(net.place("io.vector", features=4), total)

    assert only(net.experiment()).message == "add1: expected equal shapes, received B×3 and B×4"


def test_a_parameter_out_of_range_is_a_problem() -> None:
    problem = only(chain("io.vector", ("nn.linear", {"out_features": 0})))

    assert problem.message == (
        "fc1: outputs: expected a whole number from 1 to 10,000,000, received 0"
    )
    assert problem.hint == "Reset it to its default"


def test_a_value_from_a_file_is_read_as_its_parameter_keeps_it() -> None:
    checked = check(chain("io.image", ("nn.conv2d", {"kernel_size": 5})), CATALOG)

    assert str(checked.shape_at(End("conv1", "y"))) == "B×16×24×24"


def test_one_mistake_is_one_problem() -> None:
    experiment = chain("io.vector", "nn.conv2d", "nn.relu", "nn.max_pool2d", "nn.flatten")

    assert [node for node, _, _ in problems(experiment)] == ["conv1"]


def test_an_unknown_block_is_kept_and_reported() -> None:
    graph = Graph().add(Node("mix1", "plugin.mixer", "mix1"))

    assert only(Experiment(graph=graph)).message == (
        "mix1: the block plugin.mixer is not installed; it is kept as it was"
    )


def test_wires_to_ports_that_do_not_exist_are_reported() -> None:
    experiment = chain("io.vector", "nn.relu", "nn.tanh")
    wires = (
        Wire(End("vector1", "y"), End("relu1", "gate")),
        Wire(End("relu1", "z"), End("tanh1", "x")),
    )

    stray = replace(experiment, graph=experiment.graph.connect(*wires))

    assert [message for _, _, message in problems(stray)] == ["relu1: there is no input gate"]
    mended = replace(stray, graph=stray.graph.disconnect(End("relu1", "gate")))
    assert [message for _, _, message in problems(mended)] == ["tanh1: relu1 has no output z"]


def test_sizes_that_are_not_those_of_the_data_are_reported() -> None:
    experiment = lenet("digits")
    assert check(experiment, CATALOG).problems == ()

    wrong = SetParam(("image1",), "height", 9)(experiment)

    assert problems(wrong)[0][:2] == ("image1", None)
    assert check(wrong, CATALOG).problems[0].hint == "Take the sizes from the data"


def test_a_column_that_the_data_lack_is_reported() -> None:
    experiment = SetParam(("image1",), "column", "photo")(lenet("digits"))

    assert only(experiment).message == "image1: the data have no column for photo"


def test_data_that_are_not_installed_are_one_problem() -> None:
    experiment = lenet("moon")

    assert problems(experiment) == [(None, None, "The data moon are not installed")]


def test_unfit_parameters_of_the_data_are_reported() -> None:
    experiment = mlp(2, 2, source="spirals")
    name = CATALOG.sources["spirals"].params[0].name
    data = replace(experiment.data, source=Choice("spirals", {name: "x"}))

    messages = [message for _, _, message in problems(replace(experiment, data=data))]

    assert len(messages) == 1
    assert "received x" in messages[0]


def _broken(_: Shapes, __: Params) -> Inferred:
    raise ZeroDivisionError("division by zero")


def test_a_shape_rule_that_fails_is_a_problem_and_no_crash() -> None:
    catalog = Catalog([BlockSpec(id="bad", title="Bad", family="X", inputs=(), infer=_broken)])
    graph = Graph().add(Node("bad1", "bad", "bad1"))

    (problem,) = check(Experiment(graph=graph), catalog).problems

    assert problem.message == (
        "bad1: the shape rule of bad failed: ZeroDivisionError: division by zero"
    )


def test_only_what_changed_is_looked_at_again() -> None:
    looked: list[str] = []

    def watched(shapes: Shapes, params: Params) -> Inferred:
        looked.append(params.text("name"))
        return gives(shapes["x"])

    relu = CATALOG.blocks["nn.relu"]
    name = CATALOG.blocks["io.vector"].params[1].__class__("name", "")
    catalog = Catalog(
        [CATALOG.blocks["io.vector"], replace(relu, id="seen", infer=watched, params=(name,))]
    )
    net = Drawing(catalog=catalog)
    net.chain("io.vector", *(("seen", {"name": letter}) for letter in "abcd"))
    checker, experiment = Checker(catalog), net.experiment()
    checker.check(experiment)
    looked.clear()

    checker.check(SetParam(("relu3",), "name", "C")(experiment))

    assert looked == ["C"]


def test_an_incremental_check_finds_what_a_fresh_one_finds() -> None:
    experiment, checker = lenet(), Checker(CATALOG)
    checker.check(experiment)

    for edit in (
        SetParam(("conv1",), "out_channels", 7),
        SetParam(("conv1",), "kernel_size", (20, 20)),
        SetParam(("fc3",), "out_features", 3),
        Move({"conv1": (9.0, 9.0), "fc3": (0.0, 0.0)}),
        Rename("conv1", "first"),
        SetMode(("conv1", "relu1"), "bypass"),
        SetMode(("fc2",), "freeze"),
        RemoveNodes(("pool1",)),
    ):
        changed = edit(experiment)
        assert checker.check(changed) == check(changed, CATALOG)
        assert checker.check(experiment) == check(experiment, CATALOG)


def test_a_changed_catalog_is_noticed() -> None:
    catalog = Catalog([CATALOG.blocks["io.vector"]])
    checker, experiment = Checker(catalog), chain("io.vector", "nn.relu")
    assert len(checker.check(experiment).errors) == 1

    catalog.add(CATALOG.blocks["nn.relu"], owner="plugin")
    assert checker.check(experiment).errors == ()
    catalog.drop("plugin")

    assert len(checker.check(experiment).errors) == 1


def test_a_catalog_refuses_an_id_twice_and_finds_former_ids() -> None:
    relu = CATALOG.blocks["nn.relu"]
    catalog = Catalog([replace(relu, was=("old.relu",))])

    with pytest.raises(StudioError, match="expected a new id"):
        catalog.add(relu)

    assert catalog.block("old.relu") is catalog.blocks["nn.relu"]
    assert catalog.block("nothing") is None
    assert catalog.owner_of("nn.relu") == "studio"


def test_a_block_spec_finds_its_parts_by_name() -> None:
    add = CATALOG.blocks["nn.add"]

    assert add.input("x.3") == Port("x", "float", many=True, help="Any number of values")
    assert add.input("z") is None
    assert add.output("y") == Port("y")
    assert CATALOG.blocks["nn.conv2d"].param("stride") is not None
    assert CATALOG.blocks["nn.linear"].name_stem == "fc"


@pytest.mark.parametrize(
    ("objective", "sentence"),
    [
        (Objective(optimizer=Choice("magic")), "Training: the optimiser magic is not installed"),
        (Objective(schedule=Choice("moon")), "Training: the schedule moon is not installed"),
        (Objective(optimizer=Choice("")), "Training: the optimiser without a name is not"),
        (Objective(optimizer=Choice("adamw", {"lr": -1})), "Training: optimiser adamw: learning"),
        (Objective(settings={"clip_norm": "much"}), "Training: clip gradient norm: expected"),
    ],
)
def test_training_that_cannot_be_done_is_told_with_a_way_out(
    objective: Objective, sentence: str
) -> None:
    made = mlp(8, 4, 3)
    before = replace(made, training=replace(made.training, objectives=(objective,)))

    (problem,) = check(before, CATALOG).errors

    assert sentence in problem.message
    assert problem.hint
    assert not check(made, CATALOG).errors


def test_each_of_several_objectives_is_named_where_its_optimiser_is_unknown() -> None:
    made = mlp(8, 4, 3)
    two = (Objective("critic"), Objective("actor", Choice("magic")))

    (problem,) = check(replace(made, training=Training(objectives=two)), CATALOG).errors

    assert problem.message == "Objective actor: the optimiser magic is not installed"


def test_settings_of_a_run_that_do_not_fit_are_told() -> None:
    made = mlp(8, 4, 3, epochs=0)

    (problem,) = check(replace(made, data=Data(split={"test": 3.0})), CATALOG).errors[:1]

    assert "Training: epochs: expected a whole number from 1" in problem.message
    assert (
        "Data: test share"
        in check(replace(made, data=Data(split={"test": 3.0})), CATALOG).errors[1].message
    )
