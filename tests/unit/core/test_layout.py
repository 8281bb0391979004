"""Layout: forwards, apart, straight, the same each time, and quick."""

from dataclasses import replace
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.experiment import Experiment
from studio.core.graph import End, Graph, Node, Wire
from studio.core.layout import laid_out
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
    graph = Graph().add(*nodes)
    for place in range(1, count):
        for slot, source in enumerate(draw(st.sets(st.integers(0, place - 1), max_size=3))):
            graph = graph.connect(Wire(End(f"n{source}", "y"), End(f"n{place}", f"x.{slot}")))
    return graph


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


def test_1000_blocks_are_laid_out_within_a_second() -> None:
    nodes = [Node(f"n{place}", "nn.add", f"n{place}") for place in range(1000)]
    wires = [Wire(End(f"n{p}", "y"), End(f"n{p + 1}", "x.0")) for p in range(999)]
    wires += [Wire(End(f"n{p}", "y"), End(f"n{p + 5}", "x.1")) for p in range(0, 990, 5)]
    graph = Graph().add(*nodes).connect(*wires)

    began = process_time()
    laid_out(graph)

    assert process_time() - began < 1.0
