"""Quick fixes: what is offered really removes the problem."""

from dataclasses import replace

import pytest

from studio.core.check import Checker, check
from studio.core.edits import Move
from studio.core.experiment import Choice, Data, Experiment
from studio.core.fixes import Fix, fixes_for
from studio.core.params import Value
from studio.core.taking_part import SetMode, Share
from tests.helpers.builders import CATALOG, Drawing
from tests.helpers.composites import encoder_stack, tied_model, with_nodes


def offered(made: Experiment, place: int = 0) -> dict[str, Fix]:
    checked = check(made, CATALOG)
    return {fix.label: fix for fix in fixes_for(made, checked, checked.problems[place], CATALOG)}


def row(*parts: str | tuple[str, dict[str, Value]], source: str = "") -> Experiment:
    net = Drawing("Row")
    net.chain(*parts)
    return net.experiment(source)


def added(left: int, right: int) -> Experiment:
    net = Drawing("Added")
    start = net.place("io.vector", features=4)
    add = net.place("nn.add")
    for width in (left, right):
        net.wire(net.chain(("nn.linear", {"out_features": width}), after=start), add)
    return net.experiment()


def scored(outputs: int, classes: int, *, flat: bool = True) -> Experiment:
    net = Drawing("Scored")
    last = net.chain(("io.image", {"channels": 1, "height": 4, "width": 4}))
    last = net.chain("nn.flatten", after=last) if flat else last
    net.loss(net.chain(("nn.linear", {"out_features": outputs}), after=last), classes=classes)
    return net.experiment()


def images_added() -> Experiment:
    net = Drawing("Images")
    start = net.place("io.image", channels=3, height=8, width=8)
    add = net.place("nn.add")
    net.wire(net.chain(("nn.conv2d", {"out_channels": 8, "padding": (1, 1)}), after=start), add)
    net.wire(start, add)
    return net.experiment()


def untargeted(loss: str, source: str = "", outputs: int = 10) -> Experiment:
    net = Drawing("Untargeted")
    last = net.chain(("io.image", {"channels": 1, "height": 8, "width": 8}), "nn.flatten")
    net.chain(("nn.linear", {"out_features": outputs}), (loss, {}), after=last)
    return net.experiment(source)


BROKEN: dict[str, Experiment] = {
    "Add a Target": untargeted("loss.cross_entropy", "digits"),
    "Insert Flatten": scored(10, 10, flat=False),
    "Insert Embedding": row(("io.tokens", {"length": 6, "vocabulary": 9}), "nn.linear"),
    "Project to 7 with Linear": added(4, 7),
    "Project to 8 with 1×1 convolution": images_added(),
    "Set outputs to 7": added(4, 7),
    "Set outputs to 10": scored(8, 10),
    "Set heads to 4": row(
        ("io.sequence", {"length": 5, "features": 8}), ("nn.self_attention", {"num_heads": 5})
    ),
    "Reset outputs": row(("io.vector", {"features": 3}), ("nn.linear", {"out_features": "many"})),
    "Take the sizes from the data": row(("io.image", {"channels": 3}), source="digits"),
    "Use the weights of embedding1": tied_model().with_graph(
        with_nodes(tied_model().graph, {"unembedding1": {"shares": ""}})
    ),
    "Use own weights": Share(("fc2",), "fc1")(added(4, 4)).with_graph(
        with_nodes(Share(("fc2",), "fc1")(added(4, 4)).graph, {"fc2": {"shares": "vector1"}})
    ),
    "Do not bypass": SetMode(("embedding1",), "bypass")(tied_model()),
}


@pytest.mark.parametrize("label", BROKEN)
def test_a_fix_removes_the_problem_for_which_it_is_offered(label: str) -> None:
    made = BROKEN[label]
    before = check(made, CATALOG).problems
    places = range(len(before))

    (fix,) = [fix for place in places for fix in [offered(made, place).get(label)] if fix][:1]

    after = check(fix.edit(made), CATALOG).problems
    assert len(after) < len(before)
    assert fix.preview


@pytest.mark.parametrize(
    ("loss", "source", "params"),
    [
        ("loss.cross_entropy", "digits", {"form": "class", "classes": 10}),
        ("loss.cross_entropy", "", {"form": "class", "classes": 10}),
        ("loss.mse", "", {"form": "value", "width": 10}),
    ],
)
def test_a_target_fits_the_data_or_else_the_scores(
    loss: str, source: str, params: dict[str, Value]
) -> None:
    made = untargeted(loss, source)

    fix = offered(made)["Add a Target"]
    graph = fix.edit(made).graph

    (target,) = (node for node in graph.nodes.values() if node.kind == "io.target")
    assert target.params == params
    assert check(fix.edit(made), CATALOG).problems == ()
    cards = [(node.x, node.y) for node in graph.nodes.values() if node is not target]
    assert all(abs(x - target.x) >= 200 or abs(y - target.y) >= 100 for x, y in cards)


def test_a_target_that_no_column_fits_is_not_offered() -> None:
    assert "Add a Target" not in offered(untargeted("loss.mse", "digits"))


def unwired() -> Experiment:
    """An image at the left, one far below, and a convolution that nothing feeds."""
    net = Drawing("Unwired")
    near, far = net.place("io.image"), net.place("io.image")
    conv = net.place("nn.conv2d")
    made = net.experiment()
    at = {near: (0.0, 0.0), far: (0.0, 900.0), conv: (232.0, 0.0)}
    return Move(at)(made)


def test_an_input_without_a_wire_is_offered_the_loose_outputs_the_nearest_first() -> None:
    made = unwired()

    fixes = offered(made)

    assert list(fixes) == ["Wire image1 to x", "Wire image2 to x"]
    assert fixes["Wire image1 to x"].preview == "x of conv1 takes image B×1×28×28"
    assert check(fixes["Wire image1 to x"].edit(made), CATALOG).problems == ()


def test_no_wire_is_offered_that_would_make_a_loop_or_carries_what_does_not_fit() -> None:
    net = Drawing("Loop")
    net.chain("nn.relu", "nn.tanh")
    net.place("io.tokens")

    assert offered(net.experiment()) == {}


def test_a_sequence_is_turned_where_channels_come_first() -> None:
    net = Drawing("Turned")
    start = net.place("io.sequence", length=6, features=4)
    add = net.place("nn.add")
    net.wire(start, add)
    net.wire(net.chain(("nn.permute", {"order": (2, 1)}), after=start), add)

    fixes = offered(net.experiment())

    assert "Permute B×T×C → B×C×T" in fixes
    assert fixes["Permute B×T×C → B×C×T"].preview == "B×6×4 becomes B×4×6"


def test_a_problem_inside_a_composite_is_fixed_in_it() -> None:
    made = encoder_stack()
    graph = made.composites["encoder_layer"].graph
    graph = with_nodes(graph, {"attention1": {"params": {"num_heads": 5}}})
    made = made.with_graph(graph, "encoder_layer")
    inside = Checker(CATALOG).inside(made, "encoder_layer")

    fixes = fixes_for(made, inside, inside.problems[0], CATALOG, where="encoder_layer")

    assert [fix.label for fix in fixes] == ["Set heads to 4"]
    assert check(fixes[0].edit(made), CATALOG).problems == ()
    whole = check(made, CATALOG)
    assert fixes_for(made, whole, whole.problems[0], CATALOG) == []


def test_where_nothing_helps_nothing_is_offered() -> None:
    made = row("nn.linear")
    other = replace(made, data=Data(Choice("no such data")))

    assert offered(made) == {}
    assert offered(other) == {}
