"""Edits of composites, modes, sharing, marks and wiring: each does what its words say."""

from dataclasses import replace

import pytest

from studio.core.arranging import align, distribute
from studio.core.check import check
from studio.core.composites import Composite
from studio.core.document import Document
from studio.core.edits import AddNodes
from studio.core.errors import GraphError
from studio.core.experiment import Experiment, Objective, Training
from studio.core.folding import Fold
from studio.core.graph import End, Graph, Node, Wire
from studio.core.library import AddComposites, RemoveComposite, SetComposite, import_composites
from studio.core.marking import AddFrame, RemoveFrame, SetBends, SetBookmark, SetFrame
from studio.core.marks import Frame, View
from studio.core.params import Param
from studio.core.reworking import DeleteHealed, InsertOnWire, replacing
from studio.core.taking_part import SetMode, SetRepeat, Share, Unshare
from studio.core.unfolding import Unfold, substituted
from tests.helpers.builders import CATALOG, Drawing, branching, lenet, mlp
from tests.helpers.composites import encoder_stack, residual_net, siamese, tied_model


def summary(made: Experiment) -> tuple[int, int, list[str]]:
    checked = check(made, CATALOG)
    return checked.parameters, checked.macs, [problem.message for problem in checked.problems]


def test_folding_makes_ports_of_the_wires_that_cross() -> None:
    made = Fold(("bn1", "relu1", "conv2", "residual"), "Residual block")(branching())

    inside = made.composites["residual_block"].graph
    titles = {node.title for node in inside.nodes.values() if node.kind.startswith("io.port")}
    assert titles == {"x", "y"}
    (instance,) = (node for node in made.graph.nodes.values() if "composite" in node.kind)
    assert list(made.graph.inputs_of[instance.id]) == ["x"]
    assert summary(made) == summary(branching())


def test_several_crossing_values_are_named_after_their_blocks() -> None:
    made = Fold(("both_sides", "gap1"), "Head")(branching())

    spec = {node.title for node in made.composites["head"].graph.nodes.values()}
    assert {"pool1", "conv3", "y"} <= spec
    assert summary(made) == summary(branching())


def test_what_does_not_stand_together_cannot_be_folded() -> None:
    with pytest.raises(GraphError, match="others between them; select those too"):
        Fold(("conv1", "conv2"), "Apart")(branching())
    with pytest.raises(GraphError, match="expected blocks and a title"):
        Fold((), "None")(branching())
    with pytest.raises(GraphError, match="fold both or neither"):
        Fold(("unembedding1",), "Out")(tied_model())


def test_a_loose_output_becomes_a_port_and_an_objective_follows() -> None:
    net = Drawing("Loose")
    net.chain(("io.vector", {"features": 3}), "nn.linear", "nn.relu")
    made = replace(net.experiment(), training=Training({}, (Objective(blocks=("fc1",)),)))

    folded = Fold(("fc1", "relu1"), "Body", loose=(End("relu1", "y"),))(made)
    unfolded = Unfold("body1")(folded)

    assert folded.training.objectives[0].blocks == ("body1",)
    assert "y" in folded.composites["body"].graph.nodes
    assert unfolded.training.objectives[0].blocks == ("fc1", "relu1")
    assert unfolded.graph.feeds == made.graph.feeds


def test_folding_inside_a_composite_hands_its_parameters_on() -> None:
    made = encoder_stack(2)
    before = summary(made)

    folded = Fold(("fc1", "gelu1", "fc2"), "Feed forward", where="encoder_layer")(made)

    inner = folded.composites["encoder_layer"].graph.nodes["feed_forward1"]
    assert inner.params == {"d_model": "=d_model"}
    assert [param.name for param in folded.composites["feed_forward"].params] == ["d_model"]
    assert summary(folded) == before
    again = Unfold("feed_forward1", where="encoder_layer")(folded)
    assert again.composites["encoder_layer"].graph.nodes["fc1"].params == {
        "out_features": "=4*d_model"
    }
    assert summary(again) == before


@pytest.mark.parametrize(
    ("made", "ids"), [(encoder_stack(3), ["encoder"]), (residual_net(), ["stage_1", "stage_2"])]
)
def test_unfolding_keeps_what_is_computed(made: Experiment, ids: list[str]) -> None:
    unfolded = made
    for id_ in ids:
        unfolded = Unfold(id_)(unfolded)

    assert not any("composite" in node.kind for node in unfolded.graph.nodes.values())
    assert summary(unfolded) == summary(made)


def test_what_shares_or_is_bypassed_cannot_be_unfolded() -> None:
    with pytest.raises(GraphError, match="tower1 shares its weights with tower2"):
        Unfold("tower1")(siamese())
    with pytest.raises(GraphError, match="is bypassed"):
        Unfold("encoder")(SetMode(("encoder",), "bypass")(encoder_stack()))
    with pytest.raises(GraphError, match="expected a composite to unfold"):
        Unfold("fc1")(encoder_stack())


def test_values_are_put_into_expressions() -> None:
    assert substituted("=4*d", {"d": 16}) == 64
    assert substituted("=4*d", {"d": "=2*w+1"}) == "=4 * (2 * w + 1)"
    assert substituted("=d", {"d": "=w"}) == "=w"
    assert substituted("=flag", {"flag": True}) is True
    assert substituted("=no", {"d": 1}) == "=no"
    assert substituted(3, {"d": 1}) == 3


def test_sharing_goes_to_the_owner_and_ends_with_the_values_that_counted() -> None:
    made = mlp(4, 4, 4, 4)
    made = Share(("fc2",), "fc1")(made)
    made = Share(("fc3",), "fc2")(made)

    assert made.graph.nodes["fc3"].shares == "fc1"
    with pytest.raises(GraphError, match="uses those weights already"):
        Share(("fc1",), "fc2")(made)
    wide = made.with_graph(
        made.graph.put(replace(made.graph.nodes["fc1"], params={"out_features": 9}))
    )
    alone = Unshare(("fc3",))(wide)
    assert alone.graph.nodes["fc3"].params == {"out_features": 9}
    taken_over = Share(("fc1",), "relu1")(made)
    assert {node.shares for node in taken_over.graph.nodes.values()} == {"", "relu1"}


def test_repeats_are_whole_numbers_or_expressions_inside() -> None:
    made = SetRepeat(("encoder",), 7)(encoder_stack())

    assert made.graph.nodes["encoder"].repeat == 7
    with pytest.raises(GraphError, match="expected a whole number"):
        SetRepeat(("encoder",), 0)(made)
    with pytest.raises(GraphError, match="expected a whole number"):
        SetRepeat(("encoder",), "=n")(made)


def test_composites_change_and_go() -> None:
    made = encoder_stack()
    changed = SetComposite("encoder_layer", " Layer ", (Param("d_model", 8),))(made)

    assert changed.composites["encoder_layer"].title == "Layer"
    for params in ((Param("a b", 1),), (Param("a", 1), Param("a", 2))):
        with pytest.raises(GraphError, match="parameters of different names"):
            SetComposite("encoder_layer", params=params)(made)
    with pytest.raises(GraphError, match="still stands in the drawing"):
        RemoveComposite("encoder_layer")(made)
    gone = RemoveComposite("encoder_layer")(replace(made, graph=Graph()))
    assert gone.composites == {}


def test_a_library_brings_all_that_is_needed_once() -> None:
    source = Fold(("fc1", "gelu1", "fc2"), "Feed forward", where="encoder_layer")(encoder_stack())

    edit = import_composites(Experiment(), source.composites, ["encoder_layer"])
    made = edit(Experiment())

    assert [known.id for known in edit.composites] == ["feed_forward", "encoder_layer"]
    assert import_composites(made, source.composites, ["encoder_layer"]) == AddComposites(())


def test_marks_are_set_changed_and_taken_away() -> None:
    document = Document(lenet())
    before = document.experiment
    frame = Frame("f", "Stem")

    document.apply(AddFrame(frame))
    document.apply(SetFrame(replace(frame, collapsed=True)))
    document.apply(SetBends(End("conv1", "x"), ((1, 2), (3, 4))))
    document.apply(SetBookmark("start", View(1.0, 1.0, 2.0)))

    graph = document.graph
    assert graph.frames["f"].collapsed
    assert graph.bends == {End("conv1", "x"): ((1.0, 2.0), (3.0, 4.0))}
    document.apply(RemoveFrame(("f",)))
    document.apply(SetBookmark("start", None))
    document.apply(SetBends(End("conv1", "x"), ()))
    assert document.experiment == before
    for edit in (
        AddFrame(frame),
        SetFrame(frame),
        RemoveFrame(("g",)),
        SetBends(End("a", "x"), ()),
    ):
        with pytest.raises(GraphError):
            edit(document.experiment if edit.label != "Add frame" else replace(before, graph=graph))
    assert frame.holds(10, 10)
    assert not frame.holds(-1, 10)


def test_another_kind_takes_the_place_with_wires_and_equal_parameters() -> None:
    made = branching()
    edit = replacing(made.graph, "conv1", CATALOG.blocks["nn.linear"])
    changed = edit(made).graph

    assert changed.nodes["conv1"].kind == "nn.linear"
    assert changed.inputs_of["conv1"] == made.graph.inputs_of["conv1"]
    assert changed.consumers_of["conv1"] == made.graph.consumers_of["conv1"]
    pooled = replacing(made.graph, "pool1", CATALOG.blocks["nn.avg_pool2d"])(made).graph
    assert pooled.nodes["pool1"].params == made.graph.nodes["pool1"].params
    merged = replacing(made.graph, "both_sides", CATALOG.blocks["nn.relu"])(made).graph
    assert list(merged.inputs_of["both_sides"]) == ["x"]
    summed = replacing(made.graph, "bn1", CATALOG.blocks["nn.add"])(made).graph
    assert list(summed.inputs_of["bn1"]) == ["x.0"]


def test_a_block_stands_in_a_wire_and_leaves_it_healed() -> None:
    made = mlp(4, 8, 2)
    node = Node("drop1", "nn.dropout", "drop1")

    inside = InsertOnWire(node, End("fc2", "x"), "x", "y")(made)

    assert inside.graph.feeds[End("fc2", "x")] == End("drop1", "y")
    assert inside.graph.feeds[End("drop1", "x")] == End("relu1", "y")
    assert DeleteHealed(("drop1",))(inside) == made
    both = DeleteHealed(("fc1", "relu1"))(made).graph
    assert both.feeds[End("fc2", "x")] == End("vector1", "y")


def test_blocks_line_up_and_spread() -> None:
    nodes = [
        Node("a", "k", "a", {}, 0, 0),
        Node("b", "k", "b", {}, 50, 90),
        Node("c", "k", "c", {}, 400, 10),
    ]
    sizes = {"a": (100.0, 50.0), "b": (20.0, 10.0), "c": (100.0, 50.0)}

    assert align(nodes, "right", sizes).to == {"a": (400, 0), "b": (480, 90), "c": (400, 10)}
    assert align(nodes, "middle", sizes).to["b"] == (50, 45)
    assert distribute(nodes, "x", sizes).to == {"a": (0, 0), "b": (240, 90), "c": (400, 10)}
    assert distribute(nodes[:2], "y", sizes).to == {"a": (0, 0), "b": (50, 90)}


def test_edits_inside_reach_every_instance() -> None:
    made = residual_net()
    extra = AddNodes((Node("d", "nn.dropout", "d"),), where="residual")(made)

    assert "d" in extra.composites["residual"].graph.nodes
    assert extra.graph is made.graph
    spare = Composite("spare", "Spare")
    assert AddNodes((Node("s", spare.kind, "s"),), composites=(spare,))(made).composites["spare"]
    wire = Wire(End("stage_1", "y"), End("s", "x"))
    with pytest.raises(GraphError):
        AddNodes((), (wire,))(made)
