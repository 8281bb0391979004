"""The drawing as a value: order, loops, slots, and changes that leave the old one as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.errors import GraphError
from studio.core.graph import End, Graph, Node, Wire, fresh_ids


def blocks(*ids: str) -> Graph:
    return Graph().add(*(Node(id_, "nn.relu", id_) for id_ in ids))


def wire(source: str, target: str) -> Wire:
    """Read ``a -> b``: the port ``y`` of a, the port ``x`` of b, or its slot."""
    node, dot, slot = target.partition(".")
    return Wire(End(source, "y"), End(node, f"x.{slot}" if dot else "x"))


def test_blocks_stand_behind_what_feeds_them() -> None:
    graph = blocks("c", "a", "b").connect(wire("b", "c"), wire("a", "b"))

    assert graph.order == ("a", "b", "c")


def test_conv2_stands_before_conv10() -> None:
    assert blocks("conv10", "conv2", "conv1").order == ("conv1", "conv2", "conv10")


def test_a_branch_is_followed_to_its_end() -> None:
    graph = blocks("a", "left1", "left2", "right1", "right2", "z").connect(
        wire("a", "left1"),
        wire("left1", "left2"),
        wire("a", "right1"),
        wire("right1", "right2"),
        wire("left2", "z.0"),
        wire("right2", "z.1"),
    )

    assert graph.order == ("a", "left1", "left2", "right1", "right2", "z")


@given(st.permutations(list("abcdefgh")), st.randoms(use_true_random=False))
def test_equal_graphs_have_the_same_order(ids: list[str], random) -> None:
    wires = [wire(a, b) for a in "abcdefgh" for b in "abcdefgh" if a < b and random.random() < 0.3]
    shuffled = random.sample(wires, len(wires))

    one = blocks(*"abcdefgh").connect(*({w.target: w for w in wires}.values()))
    other = blocks(*ids).connect(*(w for w in shuffled if w.source == one.feeds[w.target]))

    assert one == other
    assert one.order == other.order
    for place, id_ in enumerate(one.order):
        assert {end.node for end in one.inputs_of[id_].values()} <= set(one.order[:place])


@pytest.mark.parametrize("closing", [wire("c", "a"), wire("b", "a"), wire("a", "a")])
def test_a_loop_is_refused_and_changes_nothing(closing: Wire) -> None:
    graph = blocks("a", "b", "c").connect(wire("a", "b"), wire("b", "c"))

    with pytest.raises(GraphError, match="loop through a"):
        graph.connect(closing)

    assert graph.order == ("a", "b", "c")


def test_an_input_that_was_taken_is_taken_over() -> None:
    graph = blocks("a", "b", "c").connect(wire("a", "c")).connect(wire("b", "c"))

    assert list(graph.wires) == [wire("b", "c")]


def test_slots_close_up_when_one_is_freed() -> None:
    graph = blocks("a", "b", "c", "sum").connect(
        wire("a", "sum.0"), wire("b", "sum.1"), wire("c", "sum.2")
    )

    freed = graph.disconnect(End("sum", "x.1"))

    assert {port: end.node for port, end in freed.inputs_of["sum"].items()} == {
        "x.0": "a",
        "x.1": "c",
    }


def test_slots_close_up_when_a_block_goes() -> None:
    graph = blocks("a", "b", "sum").connect(wire("a", "sum.0"), wire("b", "sum.1"))

    assert list(graph.remove("a").wires) == [wire("b", "sum.0")]


def test_ten_slots_stay_in_order() -> None:
    ids = [f"n{number}" for number in range(12)]
    graph = blocks(*ids, "sum").connect(*(wire(id_, f"sum.{n}") for n, id_ in enumerate(ids)))

    assert [end.node for end in graph.inputs_of["sum"].values()] == ids


def test_removing_a_block_removes_its_wires() -> None:
    graph = blocks("a", "b", "c").connect(wire("a", "b"), wire("b", "c"))

    assert list(graph.remove("b").wires) == []
    assert graph.wires_of(["c"]) == [wire("b", "c")]


def test_replacing_a_block_keeps_what_is_known_of_the_wiring() -> None:
    graph = blocks("a", "b").connect(wire("a", "b"))
    order = graph.order

    renamed = graph.rename("a", "first")

    assert renamed.order is order
    assert renamed.nodes["a"].title == "first"
    assert graph.nodes["a"].title == "a"


def test_reaching_follows_wires_forward_only() -> None:
    graph = blocks("a", "b", "c", "d").connect(wire("a", "b"), wire("b", "c"), wire("a", "d"))

    assert graph.reaches("a", "c")
    assert graph.reaches("b", "b")
    assert not graph.reaches("c", "a")
    assert not graph.reaches("d", "c")


def test_consumers_are_the_inputs_that_an_output_feeds() -> None:
    graph = blocks("a", "b", "c").connect(wire("a", "c"), wire("a", "b"))

    assert graph.consumers_of["a"] == (End("b", "x"), End("c", "x"))


@pytest.mark.parametrize(
    "change",
    [
        lambda graph: graph.remove("ghost"),
        lambda graph: graph.put(Node("ghost", "nn.relu", "ghost")),
        lambda graph: graph.rename("ghost", "spirit"),
        lambda graph: graph.connect(wire("a", "ghost")),
    ],
)
def test_a_block_that_is_not_there_is_named(change) -> None:
    with pytest.raises(GraphError, match="received ghost"):
        change(blocks("a"))


def test_a_taken_id_is_refused() -> None:
    twin = Node("b", "nn.relu", "b")

    with pytest.raises(GraphError, match="received a again"):
        blocks("a").add(Node("a", "nn.relu", "a"))
    with pytest.raises(GraphError, match="received b again"):
        blocks("a").add(twin, twin)


@pytest.mark.parametrize("id_", ["", "a.b", "a b", "a/b", "a#2", "a=b", "a\0"])
def test_an_id_that_no_address_can_hold_is_refused(id_: str) -> None:
    with pytest.raises(GraphError, match="without spaces, dots"):
        blocks(id_)


def test_fresh_ids_are_the_lowest_that_are_free() -> None:
    assert fresh_ids("conv", ["conv1", "conv3"], number=3) == ["conv2", "conv4", "conv5"]


def test_wires_read_as_in_the_file() -> None:
    assert str(wire("a", "sum.1")) == "a.y -> sum.x.1"
