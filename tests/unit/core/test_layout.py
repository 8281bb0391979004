"""Layout: forwards, apart, straight, the same each time, and quick."""

from dataclasses import replace
from itertools import pairwise
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.arranging import CARD
from studio.core.composites import PORT_IN, PORT_OUT, ports_in
from studio.core.courses import Obstacles, Rect
from studio.core.experiment import Experiment
from studio.core.graph import End, Graph, Node, Wire
from studio.core.layout import laid_out
from studio.core.layout_layers import Layers, Ports
from studio.core.reworking import InsertOnWire
from tests.helpers.builders import attention_classifier, branching, chain, lenet


def applied(made: Experiment, **options: object) -> Graph:
    return laid_out(made.graph, **options)(made).graph


def overlapping(graph: Graph) -> list[tuple[str, str]]:
    nodes = list(graph.nodes.values())
    return [
        (a.id, b.id)
        for place, a in enumerate(nodes)
        for b in nodes[place + 1 :]
        if abs(a.x - b.x) < 160 and abs(a.y - b.y) < 64
    ]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    count = draw(st.integers(1, 25))
    coordinate = st.integers(-500, 500)
    nodes = [
        Node(f"n{place}", "nn.add", f"n{place}", {}, draw(coordinate), draw(coordinate))
        for place in range(count)
    ]
    wires = [
        Wire(End(f"n{source}", "y"), End(f"n{place}", f"x.{slot}"))
        for place in range(1, count)
        for slot, source in enumerate(draw(st.sets(st.integers(0, place - 1), max_size=3)))
    ]
    return Graph().add(*nodes).connect(*wires)


@given(graphs())
def test_wires_run_forwards_and_no_card_lies_on_another(graph: Graph) -> None:
    placed = applied(Experiment(graph=graph))

    for wire in placed.wires:
        assert placed.nodes[wire.source.node].x < placed.nodes[wire.target.node].x
    assert overlapping(placed) == []


@given(graphs())
@settings(max_examples=30)
def test_a_layout_is_the_same_however_the_graph_was_made(graph: Graph) -> None:
    other = replace(
        graph,
        nodes=dict(reversed(graph.nodes.items())),
        feeds=dict(reversed(graph.feeds.items())),
    )

    assert laid_out(graph).to == laid_out(other).to


@given(graphs())
@settings(max_examples=30)
def test_laying_out_twice_moves_little(graph: Graph) -> None:
    once = applied(Experiment(graph=graph))
    twice = applied(Experiment(graph=once))

    assert {id_: node.x for id_, node in once.nodes.items()} == {
        id_: node.x for id_, node in twice.nodes.items()
    }


def test_a_chain_is_a_straight_line() -> None:
    made = chain(("io.vector", {"features": 4}), *["nn.relu"] * 20)

    assert len({node.y for node in applied(made).nodes.values()}) == 1


@pytest.mark.parametrize("made", [lenet(), branching(), attention_classifier()])
def test_a_small_edit_moves_little(made: Experiment) -> None:
    before = applied(made)
    last = before.order[-1]
    node = Node("new", "nn.relu", "new", {}, before.nodes[last].x + 10, before.nodes[last].y)
    grown = before.add(node)

    after = applied(Experiment(graph=grown))

    moved = [abs(after.nodes[id_].y - before.nodes[id_].y) for id_ in before.nodes]
    assert max(moved) <= 32
    assert all(after.nodes[id_].x == before.nodes[id_].x for id_ in before.nodes)


def test_a_selection_is_laid_out_where_it_stands() -> None:
    made = branching()
    spread = made.graph.put(
        *(replace(node, x=500.0, y=700.0) for node in made.graph.nodes.values())
    )
    move = laid_out(spread, {"conv1", "bn1"})

    assert set(move.to) == {"conv1", "bn1"}
    assert min(x for x, _ in move.to.values()) == 496.0
    assert move.to["conv1"][0] < move.to["bn1"][0]
    assert move.to["conv1"][1] == move.to["bn1"][1]
    assert laid_out(spread, set()).to == {}


def rects(graph: Graph) -> dict[str, Rect]:
    return {
        id_: (node.x, node.y, node.x + CARD[0], node.y + CARD[1])
        for id_, node in graph.nodes.items()
    }


def behind(graph: Graph) -> list[str]:
    """Return the wires that run behind a card; ports stand in the middle of a side."""
    cards = Obstacles(rects(graph))
    found = []
    for target, source in graph.feeds.items():
        one, two = graph.nodes[source.node], graph.nodes[target.node]
        start, stop = (one.x + CARD[0], one.y + CARD[1] / 2), (two.x, two.y + CARD[1] / 2)
        hidden = cards.touched((start, *graph.bends.get(target, ()), stop), {one.id, two.id})
        found += [f"{source.node} to {target.node} behind {' and '.join(hidden)}"] * bool(hidden)
    return found


@given(graphs())
@settings(max_examples=60)
def test_no_wire_runs_behind_a_card(graph: Graph) -> None:
    assert behind(applied(Experiment(graph=graph))) == []


def test_what_runs_behind_a_card_is_found() -> None:
    row = Graph().add(*(Node(f"n{at}", "nn.add", f"n{at}", {}, 224.0 * at) for at in range(3)))
    skipping = row.connect(Wire(End("n0", "y"), End("n2", "x.0")))

    led_round = skipping.mark(bends={End("n2", "x.0"): ((224.0, -24.0), (384.0, -24.0))})

    assert behind(skipping) == ["n0 to n2 behind n1"]
    assert behind(led_round) == []


def test_the_wire_round_a_branch_is_level_and_has_no_bends() -> None:
    placed = applied(branching())

    assert behind(placed) == []
    assert not placed.bends


def skipping(count: int) -> Graph:
    """Return a chain with a wire round every three blocks."""
    graph = Graph().add(*(Node(f"n{at:03}", "nn.add", f"n{at:03}") for at in range(count)))
    ids = list(graph.nodes)
    wires = [Wire(End(a, "y"), End(b, "x.0")) for a, b in pairwise(ids)]
    wires += [Wire(End(ids[at], "y"), End(ids[at + 4], "x.1")) for at in range(0, count - 4, 4)]
    return graph.connect(*wires)


def test_a_long_drawing_is_broken_into_rows_as_wide_as_a_window() -> None:
    placed = applied(Experiment(graph=skipping(41)), wrapped=True)
    nodes = placed.nodes.values()
    across = max(node.x for node in nodes) + CARD[0] - min(node.x for node in nodes)
    down = max(node.y for node in nodes) + CARD[1] - min(node.y for node in nodes)

    assert 0.8 < across / down < 3.2
    assert behind(placed) == []
    assert overlapping(placed) == []


@given(graphs())
@settings(max_examples=40)
def test_in_rows_no_card_lies_on_another(graph: Graph) -> None:
    assert overlapping(applied(Experiment(graph=graph), wrapped=True)) == []


def test_a_short_drawing_stays_one_row() -> None:
    made = lenet()
    five = made.graph.order[:5]

    in_rows = laid_out(made.graph, five, wrapped=True)

    assert in_rows.to == laid_out(made.graph, five).to


def test_ports_of_a_composite_keep_their_order_and_stand_at_the_edges() -> None:
    names = ("first", "second", "third")
    ports = [Node(n, PORT_IN, n, {}, 0.0, 100.0 * at) for at, n in enumerate(names)]
    graph = Graph().add(*ports, *(Node(n, "nn.add", n) for n in ("a", "b")))
    graph = graph.add(Node("out", PORT_OUT, "y"))
    pairs = [
        ("third", "a", 0),
        ("first", "b", 0),
        ("second", "b", 1),
        ("a", "b", 2),
        ("b", "out", 0),
    ]
    graph = graph.connect(*(Wire(End(s, "y"), End(t, f"x.{slot}")) for s, t, slot in pairs))

    placed = applied(Experiment(graph=graph))

    assert [node.id for node in ports_in(placed, PORT_IN)] == list(names)
    assert len({placed.nodes[name].x for name in names}) == 1
    assert placed.nodes["out"].x == max(node.x for node in placed.nodes.values())


def columns_of(graph: Graph) -> list[list[str]]:
    """Return the blocks from left to right, and from top to bottom."""
    found: dict[float, list[str]] = {}
    for node in sorted(graph.nodes.values(), key=lambda node: (node.x, node.y)):
        found.setdefault(node.x, []).append(node.id)
    return list(found.values())


@given(graphs(), st.integers(0, 1000), st.booleans())
@settings(max_examples=60)
def test_a_block_or_a_wire_more_keeps_the_order_within_columns(
    graph: Graph, pick: int, wire: bool
) -> None:
    before = applied(Experiment(graph=graph))
    ids = before.order
    one = before.nodes[ids[pick % len(ids)]]
    if wire:
        fed = [End(id_, "x.9") for id_ in ids if before.nodes[id_].x > one.x]
        grown = before.connect(Wire(End(one.id, "y"), fed[-1])) if fed else before
    else:
        new = Node("new", "nn.relu", "new", {}, one.x + 224.0, one.y)
        grown = before.add(new).connect(Wire(End(one.id, "y"), End("new", "x")))
    least = Layers(grown, set(grown.nodes), Ports({}, dict.fromkeys(grown.nodes, 64.0)))

    after = applied(Experiment(graph=grown))

    if not least.crossings():  # nothing is to be gained by another order
        place = {id_: at for column in columns_of(after) for at, id_ in enumerate(column)}
        for column in columns_of(before):
            together = [id_ for id_ in column if after.nodes[id_].x == after.nodes[column[0]].x]
            assert [place[id_] for id_ in together] == sorted(place[id_] for id_ in together)


@pytest.mark.parametrize("made", [lenet(), branching(), attention_classifier()])
def test_a_block_put_on_any_wire_leaves_most_blocks_in_their_rows(made: Experiment) -> None:
    before = applied(made)

    for wire in before.wires:
        one, two = before.nodes[wire.source.node], before.nodes[wire.target.node]
        node = Node("new", "nn.relu", "new", {}, (one.x + two.x) / 2, (one.y + two.y) / 2)
        insert = InsertOnWire(node, wire.target, "x", "y")
        after = applied(insert(Experiment(graph=before)))

        moved = sorted(abs(after.nodes[id_].y - before.nodes[id_].y) for id_ in before.nodes)
        assert moved[(len(moved) - 1) // 2] <= 16, wire


@pytest.mark.parametrize(("count", "most"), [(1000, 0.5), (5000, 3.0)])
def test_large_drawings_are_laid_out_in_time(count: int, most: float) -> None:
    graph = skipping(count)
    assert graph.order

    began = process_time()
    laid_out(graph)

    assert process_time() - began < most


def test_a_drawing_with_a_wire_into_an_entrance_is_laid_out_too() -> None:
    nodes = (Node("a", "nn.relu", "a"), Node("p", PORT_IN, "p"), Node("q", PORT_IN, "q"))
    wires = (Wire(End("a", "y"), End("p", "x")), Wire(End("p", "y"), End("q", "x")))
    graph = Graph().add(*nodes).connect(*wires)

    to = laid_out(graph)(Experiment(graph=graph)).graph.nodes

    assert to["a"].x < to["p"].x < to["q"].x
