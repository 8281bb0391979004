"""A small twin is the drawing of a published network with other numbers, never another drawing."""

import pytest

from studio.app.gallery import find_experiment
from studio.core.experiment import Experiment
from studio.core.fileio import open_file
from studio.core.graph import Graph

TWINS = {"gpt-kjv": "gpt2", "gpt-songci": "gpt2", "llama-kjv": "llama-7b"} | {
    "transformer-phonemes": "transformer-base"
}


def _structure(graph: Graph) -> tuple[dict[str, tuple[str, str]], set[str]]:
    """Return kind and sharing of every block, and the wires."""
    blocks = {node.id: (node.kind, node.shares) for node in graph.nodes.values()}
    return blocks, {str(wire) for wire in graph.wires}


def _drawings(experiment: Experiment) -> dict[str, Graph]:
    inside = {known.id: known.graph for known in experiment.composites.values()}
    return {"": experiment.graph, **inside}


@pytest.mark.parametrize(("small", "large"), TWINS.items())
def test_a_small_twin_is_drawn_like_the_published_network(small: str, large: str) -> None:
    twin, published = (
        {name: _structure(graph) for name, graph in _drawings(opened).items()}
        for opened in (open_file(find_experiment(small)), open_file(find_experiment(large)))
    )

    assert twin == published
