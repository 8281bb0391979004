"""The drawings that come with the program: no wire runs behind a card, and no card on another."""

from itertools import combinations
from pathlib import Path

import pytest

from studio.app.catalogue import builtin_catalog
from studio.app.gallery import exhibits, published
from studio.core.cards import cards_of
from studio.core.courses import Obstacles, Rect
from studio.core.experiment import Experiment
from studio.core.fileio import open_file
from studio.core.graph import Graph
from studio.core.layout import laid_out, tidied
from studio.core.scope import Scope
from studio.resources import resource

CATALOG = builtin_catalog()
SHIPPED = sorted(
    {
        *(exhibit.path for exhibit in (*exhibits(), *published())),
        *resource("library").glob("*/*.netwright"),
    }
)

every_drawing = pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)


def drawings(experiment: Experiment) -> list[tuple[Graph, Scope]]:
    graphs = [experiment.graph, *(known.graph for known in experiment.composites.values())]
    return [(graph, Scope(CATALOG, experiment.composites)) for graph in graphs]


def rects(graph: Graph, scope: Scope) -> dict[str, Rect]:
    sizes = cards_of(graph, scope).sizes
    return {
        id_: (node.x, node.y, node.x + sizes[id_][0], node.y + sizes[id_][1])
        for id_, node in graph.nodes.items()
    }


def behind(graph: Graph, scope: Scope) -> list[str]:
    """Return the wires that run behind a card which is not their end."""
    around, ports = rects(graph, scope), cards_of(graph, scope).ports
    obstacles = Obstacles(around)
    found = []
    for target, source in graph.feeds.items():
        start = around[source.node][2], around[source.node][1] + ports[source, True]
        stop = around[target.node][0], around[target.node][1] + ports[target, False]
        points = (start, *graph.bends.get(target, ()), stop)
        hidden = obstacles.touched(points, {source.node, target.node})
        found += [f"{source.node} to {target.node} behind {card}" for card in sorted(hidden)]
    return found


def touching(graph: Graph, scope: Scope) -> list[tuple[str, str]]:
    around = rects(graph, scope)
    return [
        (one, other)
        for (one, a), (other, b) in combinations(around.items(), 2)
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]


@every_drawing
def test_no_wire_of_a_shipped_drawing_runs_behind_a_card(path: Path) -> None:
    for graph, scope in drawings(open_file(path)):
        assert behind(graph, scope) == []
        assert touching(graph, scope) == []


@every_drawing
def test_laying_a_shipped_drawing_out_keeps_wires_clear_of_cards(path: Path) -> None:
    for graph, scope in drawings(tidied(open_file(path), CATALOG)):
        assert behind(graph, scope) == []
        assert touching(graph, scope) == []


@every_drawing
def test_in_rows_wires_stay_clear_of_cards_too(path: Path) -> None:
    made = open_file(path)
    cards = cards_of(made.graph, Scope(CATALOG, made.composites))

    placed = laid_out(made.graph, None, cards.sizes, ports=cards.ports, wrapped=True)(made)

    assert behind(*drawings(placed)[0]) == []
    assert touching(*drawings(placed)[0]) == []


@every_drawing
def test_laying_out_again_changes_nothing(path: Path) -> None:
    once = tidied(open_file(path), CATALOG)

    assert tidied(once, CATALOG) == once


@every_drawing
def test_laying_out_changes_places_and_bends_only(path: Path) -> None:
    before = open_file(path)
    after = tidied(before, CATALOG)

    pairs = zip(drawings(before), drawings(after), strict=True)
    for (old, _), (new, scope) in pairs:
        assert old.feeds == new.feeds
        assert {id_: (node.kind, node.params) for id_, node in old.nodes.items()} == {
            id_: (node.kind, node.params) for id_, node in new.nodes.items()
        }
        assert Scope(CATALOG, before.composites).blocks == scope.blocks
