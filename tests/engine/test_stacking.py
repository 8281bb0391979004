"""Repeated blocks and bound switches as programs: each repeat has weights and a path of its own."""

import pytest
import torch

from studio.compile.source import compile_network
from studio.core.check import check
from studio.core.composites import composite_of
from studio.core.experiment import Experiment
from studio.core.fileio import dumps, loads
from studio.core.params import Param, Value
from studio.core.stacking import StackBlock
from studio.core.unfolding import Unfold
from studio.engine.build import Network
from tests.helpers.builders import CATALOG, mlp
from tests.helpers.composites import composite, drawing, experiment
from tests.helpers.programs import arguments, built


def stacked(repeat: int = 3) -> Experiment:
    return StackBlock("fc1", CATALOG.blocks["nn.linear"], repeat)(mlp(8, 8, 8, 3))


def two_towers(**second: Value) -> Experiment:
    """Return two instances of one composite whose bias and activation are its parameters."""
    net = drawing("Tower")
    last = net.chain(
        "io.port_in",
        ("nn.linear", {"out_features": "=2*width", "bias": "=not plain"}),
        ("nn.gelu", {"approximate": "='tanh' if rough else 'none'"}),
        ("nn.linear", {"out_features": "=width", "bias": "=with_bias"}),
    )
    net.wire(last, net.place("io.port_out", title="y"))
    tower = composite(
        net,
        "tower",
        Param("width", 6),
        Param("plain", False),
        Param("rough", False),
        Param("with_bias", True),
    )
    net = drawing("Two towers", tower)
    first = net.chain(("io.vector", {"features": 6}), tower.kind)
    both = net.chain((tower.kind, dict(second)), after=first)
    net.loss(net.chain(("nn.linear", {"out_features": 2}), after=both), classes=2)
    return experiment(net, tower)


def test_every_repeat_of_a_block_has_weights_of_its_own_and_a_path() -> None:
    made = stacked()
    network = Network(compile_network(made, CATALOG), "test")
    network.module.eval()
    told: dict[str, object] = {}
    given = arguments(made, check(made, CATALOG))

    looked = network.look(given, told.__setitem__)

    torch.testing.assert_close(looked, network.module(*given))
    assert {"fc1", "fc1#1/fc1", "fc1#2/fc1", "fc1#3/fc1"} <= told.keys()
    weights = dict(network.weights())
    by_hand = given[0]
    for number in (1, 2, 3):
        weight, bias = weights[f"fc1#{number}/fc1"]
        by_hand = by_hand @ weight.T + bias
        torch.testing.assert_close(by_hand, told[f"fc1#{number}/fc1"])
    assert (
        sum(w.numel() for own in weights.values() for w in own) == check(made, CATALOG).parameters
    )


def test_a_stack_of_dropout_or_activation_needs_no_weights() -> None:
    made = StackBlock("relu1", CATALOG.blocks["nn.relu"], 2)(mlp(8, 8, 8, 3))
    checked = check(made, CATALOG)

    network = built(compile_network(made, CATALOG))

    assert network(*arguments(made, checked)).shape == (3, 3)
    assert checked.parameters == check(mlp(8, 8, 8, 3), CATALOG).parameters


@pytest.mark.parametrize(
    ("second", "classes"),
    [
        ({}, 1),
        ({"plain": True}, 2),
        ({"rough": True}, 2),
        ({"with_bias": False}, 2),
        ({"plain": True, "rough": True, "with_bias": False}, 2),
    ],
)
def test_instances_that_differ_in_a_switch_have_classes_that_say_so(
    second: dict[str, Value], classes: int
) -> None:
    made = two_towers(**second)
    checked = check(made, CATALOG)
    assert not checked.problems
    assert loads(dumps(made)) == made

    text = compile_network(made, CATALOG).text
    network = built(compile_network(made, CATALOG))

    assert text.count("class Tower") == classes
    assert "nn.Linear(width, 2 * width" in text
    assert ("bias=False" in text) == (not {"plain", "with_bias"}.isdisjoint(second))
    assert ('approximate="tanh"' in text) == ("rough" in second)
    assert sum(weight.numel() for weight in network.parameters()) == checked.parameters


def test_unfolding_puts_switches_and_choices_in() -> None:
    made = two_towers(plain=True, rough=True)
    ids = [node.id for node in made.graph.nodes.values() if composite_of(node.kind)]
    before = check(made, CATALOG).parameters

    for id_ in ids:
        made = Unfold(id_)(made)

    checked = check(made, CATALOG)
    assert not checked.problems
    assert checked.parameters == before
    values = [node.params for node in made.graph.nodes.values() if node.kind == "nn.gelu"]
    assert [known["approximate"] for known in values] == ["none", "tanh"]
