"""Composites as part of an experiment: ports, wires that follow them, files, copies, marks."""

from dataclasses import replace
from pathlib import Path

import pytest

from studio.core.composites import Composite, ports_in, used_by
from studio.core.copying import pasted, piece_of
from studio.core.document import Document, diff
from studio.core.edits import AddNodes, Connect, RemoveNodes, Rename, SetParam
from studio.core.errors import FileError, GraphError
from studio.core.experiment import Experiment
from studio.core.fileio import dumps, loads
from studio.core.graph import End, Graph, Node, Wire
from studio.core.marks import Frame, View
from studio.core.params import Param

GOLDEN = Path(__file__).parents[2] / "golden" / "files"


def wire(text: str) -> Wire:
    source, target = (End(*end.split(".", 1)) for end in text.split(" > "))
    return Wire(source, target)


def block_graph(inner: str = "nn.relu") -> Graph:
    nodes = (
        Node("in1", "io.port_in", "x"),
        Node("it", inner, "it"),
        Node("out1", "io.port_out", "y"),
    )
    return Graph().add(*nodes).connect(wire("in1.y > it.x"), wire("it.y > out1.x"))


def experiment() -> Experiment:
    graph = Graph().add(
        Node("a", "io.vector", "a"),
        Node("b", "composite:block", "b", {"width": 3}, repeat=2, mode="freeze"),
        Node("c", "composite:block", "c", shares="b"),
    )
    graph = graph.connect(wire("a.y > b.x"), wire("b.y > c.x"))
    graph = graph.mark(
        bends={End("b", "x"): ((1.0, 2.0), (3.0, 4.0))},
        frames={"f": Frame("f", "Stem", "why", colour="teal", collapsed=True)},
        bookmarks={"start": View(1.0, 2.0, 0.5)},
    )
    composite = Composite(
        "block", "Block", block_graph(), (Param("width", 8, help="Neurons"), Param("k", (3, 3)))
    )
    return Experiment(graph=graph, composites={"block": composite})


def test_composites_sharing_modes_and_marks_survive_the_file() -> None:
    again = loads(dumps(experiment()))

    assert again == experiment()
    assert dumps(again) == dumps(experiment())


def test_a_file_of_format_1_opens_and_is_written_as_format_2() -> None:
    text = (GOLDEN / "format1.netwright").read_text(encoding="utf-8")

    opened = loads(text)

    assert len(opened.graph.nodes) == 10
    assert opened.notes == "Grüße\nfrom format 1"
    assert opened.training.objectives[0].losses == {"loss1": 0.5}
    assert opened.dashboard.panels == {"loss": {"log": True, "smooth": 0.5}}
    assert dumps(opened) == text.replace('"format": 1', '"format": 2')


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"mode": "freeze"', '"mode": "melt"', "blocks.b: expected bypass, freeze or disable"),
        ('"repeat": 2', '"repeat": 0', "blocks.b: expected repeat as a whole number"),
        ('"repeat": 2', '"repeat": true', "blocks.b: expected repeat as a whole number"),
        ('"kind": "nn.relu"', '"kind": "composite:block"', "composites.block: expected others"),
        ('"zoom": 0.5', '"zoom": "much"', "bookmarks.start: expected zoom as a number"),
        ('"size": [', '"size": [1, ', "frames.f: expected a position of two numbers"),
        ('"name": "width"', '"name": 3', "composites.block.params: expected name as text"),
    ],
)
def test_a_broken_composite_is_named_by_place(old: str, new: str, sentence: str) -> None:
    text = dumps(experiment())
    assert old in text

    with pytest.raises(FileError) as refusal:
        loads(text.replace(old, new))

    assert sentence in str(refusal.value)


def test_an_edit_names_the_composite_that_it_changes() -> None:
    document = Document(experiment())

    document.apply(SetParam(("it",), "p", "=4*width", where="block"))

    inside = document.experiment.composites["block"].graph
    assert inside.nodes["it"].params == {"p": "=4*width"}
    assert document.graph is document.history[0].before.graph
    with pytest.raises(GraphError, match="expected a composite of this experiment, received no"):
        document.apply(RemoveNodes(("it",), where="no"))


def test_wires_at_instances_follow_a_renamed_port_and_leave_a_removed_one() -> None:
    document = Document(experiment())

    document.apply(Rename("in1", "image in", where="block"))
    renamed = document.experiment.graph
    document.apply(RemoveNodes(("out1",), where="block"))

    assert set(renamed.feeds) == {End("b", "image_in"), End("c", "image_in")}
    assert renamed.bends == {End("b", "image_in"): ((1.0, 2.0), (3.0, 4.0))}
    assert set(document.experiment.graph.feeds) == {End("b", "image_in")}
    document.undo()
    document.undo()
    assert document.experiment == experiment()


def test_ports_stand_by_their_order_then_from_top_to_bottom() -> None:
    graph = Graph().add(
        Node("p1", "io.port_in", "low", {}, 0.0, 9.0),
        Node("p2", "io.port_in", "last", {"order": 1}, 0.0, -9.0),
        Node("p3", "io.port_in", "high", {}, 0.0, 1.0),
    )

    assert [node.title for node in ports_in(graph, "io.port_in")] == ["high", "low", "last"]


def test_a_composite_never_contains_itself() -> None:
    document = Document(experiment())
    outer = Composite("outer", "Outer", block_graph("composite:block"))
    document.restart(
        document.experiment.with_composites({**document.experiment.composites, "outer": outer})
    )

    with pytest.raises(GraphError, match="would contain itself"):
        document.apply(AddNodes((Node("o", "composite:outer", "o"),), where="block"))


def test_a_diff_looks_into_the_composite_that_is_named() -> None:
    before = experiment()
    after = SetParam(("it",), "p", 1, where="block")(before)

    assert diff(before, after).changed == frozenset()
    assert diff(before, after).graph
    assert not diff(before, after).here
    assert diff(before, after, "block").changed == {"it"}
    assert diff(Experiment(), after, "block").added == {"in1", "it", "out1"}


def test_a_pasted_instance_brings_its_definitions_along() -> None:
    source = experiment()
    outer = Composite("outer", "Outer", block_graph("composite:block"))
    source = source.with_composites({**source.composites, "outer": outer})
    piece = Graph().add(Node("o", "composite:outer", "o"))
    other = Composite("block", "Another", block_graph("nn.gelu"))
    target = Experiment(composites={"block": other})

    edit = pasted(
        target.graph, piece, dx=0, dy=0, brought=source.composites, known=target.composites
    )
    after = edit(target)

    assert set(after.composites) == {"block", "block1", "outer"}
    assert after.composites["block"] is other
    assert after.composites["outer"].graph.nodes["it"].kind == "composite:block1"
    assert used_by(after.graph, after.composites) == ("block1", "outer")
    again = pasted(
        after.graph, piece, dx=0, dy=0, brought=source.composites, known=after.composites
    )
    assert again.composites == ()
    assert {node.kind for node in again(after).graph.nodes.values()} == {"composite:outer"}


def test_a_copy_keeps_sharing_and_bends_inside_it_and_drops_what_leads_out() -> None:
    graph = experiment().graph

    both = pasted(graph, piece_of(graph, {"b", "c"}, {"f"}), dx=1, dy=0)(experiment()).graph
    alone = pasted(graph, piece_of(graph, {"c"}), dx=1, dy=0)(experiment()).graph
    whole = pasted(graph, piece_of(graph, {"a", "b"}), dx=1, dy=0)(experiment()).graph

    assert both.nodes["c1"].shares == "b1"
    assert both.frames["f1"].x == 1.0
    assert alone.nodes["c1"].shares == ""
    assert whole.bends[End("b1", "x")] == ((2.0, 2.0), (4.0, 4.0))


def test_when_the_owner_of_weights_goes_the_first_that_shared_them_takes_over() -> None:
    graph = experiment().graph.add(Node("d", "composite:block", "d", shares="b"))

    left = graph.remove("b")

    assert left.nodes["c"] == replace(graph.nodes["c"], shares="", params={"width": 3}, repeat=2)
    assert left.nodes["d"].shares == "c"


def test_bends_belong_to_their_wire() -> None:
    nodes = [Node(id_, "nn.add", id_) for id_ in "abc"]
    graph = Graph().add(*nodes).connect(wire("a.y > c.x.0"), wire("b.y > c.x.1"))
    graph = graph.mark(bends={End("c", "x.1"): ((5.0, 5.0),), End("c", "x.7"): ((1.0, 1.0),)})

    assert graph.bends == {End("c", "x.1"): ((5.0, 5.0),)}
    assert graph.disconnect(End("c", "x.0")).bends == {End("c", "x.0"): ((5.0, 5.0),)}
    assert graph.connect(wire("a.y > c.x.1")).bends == {}
    assert Connect((wire("b.y > c.x.1"),))(Experiment(graph=graph)).graph.bends == graph.bends


def test_a_sharing_block_stands_after_the_owner_of_its_weights() -> None:
    graph = Graph().add(Node("a", "nn.linear", "a", shares="b"), Node("b", "nn.linear", "b"))

    assert graph.order == ("b", "a")
    assert graph.put(replace(graph.nodes["a"], shares="")).order == ("a", "b")
    looped = graph.connect(wire("a.y > b.x"))
    assert looped.order == ("a", "b")
