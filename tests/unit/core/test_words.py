"""Names, numbers, signals, shapes, addresses and wires, as people meet them."""

import gc
import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.app.gallery import published
from studio.core.addresses import set_at
from studio.core.check import check
from studio.core.errors import ParamError, ShapeError
from studio.core.graph import End, Wire
from studio.core.shapes import Shape, Shapes, broadcast, count, expect_float, expect_rank, size
from studio.core.signal import Signal
from studio.core.text import (
    class_name,
    duration,
    grouped,
    identifier,
    memory,
    percent,
    plural,
    scaled,
    unique,
)
from studio.core.wiring import free_input, input_ends, refusal
from tests.helpers.builders import CATALOG, Drawing, lenet


@given(st.text())
def test_every_title_gives_a_python_name(title: str) -> None:
    for name in (identifier(title), class_name(title)):
        assert name.isidentifier()
        assert name.isascii()
        assert not keyword.iskeyword(name)


@pytest.mark.parametrize(
    ("title", "name", "kind"),
    [
        ("Conv 3×3", "conv_3_3", "Conv33"),
        ("LeNet on digits", "lenet_on_digits", "LeNetOnDigits"),
        ("class", "class_", "Class"),
        ("none", "none", "NetworkNone"),
        ("3rd", "block_3rd", "Network3rd"),
        ("F", "f", "NetworkF"),
        ("网络", "block", "Network"),
        ("", "block", "Network"),
    ],
)
def test_names_stay_close_to_their_title(title: str, name: str, kind: str) -> None:
    assert (identifier(title), class_name(title)) == (name, kind)


def test_a_taken_name_gets_a_number() -> None:
    assert unique("x", []) == "x"
    assert unique("x", ["x", "x_2"]) == "x_3"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (grouped(61_706), "61,706"),
        (percent(0.678), "68 %"),
        (percent(0.9958, 1), "99.6 %"),
        (scaled(416_000), "416 k"),
        (scaled(999_960), "1 M"),
        (scaled(999.4), "999"),
        (scaled(999.6), "1 k"),
        (scaled(2.1e9, "MAC"), "2.1 GMAC"),
        (scaled(3e12), "3 T"),
        (scaled(5, "s"), "5 s"),
        (plural(1, "block"), "1 block"),
        (plural(3000, "block"), "3,000 blocks"),
        (plural(2, "axis", "axes"), "2 axes"),
        (duration(41), "0:41"),
        (duration(3725), "1:02:05"),
        (memory(900_000), "0.9 MB"),
        (memory(52_000_000), "52 MB"),
        (memory(1500), "1.5 kB"),
        (memory(3e9), "3.0 GB"),
    ],
)
def test_numbers_read_well(said: str, words: str) -> None:
    assert said == words


class Ear:
    def __init__(self) -> None:
        self.heard: list[int] = []

    def hear(self, value: int) -> None:
        self.heard.append(value)


def test_a_signal_forgets_a_listener_that_died() -> None:
    signal: Signal[int] = Signal()
    living, dying = Ear(), Ear()
    signal.connect(living.hear)
    signal.connect(dying.hear)
    heard = dying.heard

    del dying
    gc.collect()
    signal.tell(1)

    assert (living.heard, heard) == ([1], [])


def test_a_signal_keeps_functions_until_they_are_disconnected() -> None:
    signal: Signal[int] = Signal()
    heard: list[int] = []

    def hear(value: int) -> None:
        heard.append(value)

    signal.connect(hear)
    signal.tell(1)
    signal.disconnect(hear)
    signal.disconnect(hear)
    signal.tell(2)

    assert heard == [1]


@pytest.mark.parametrize(
    ("shape", "words", "kind", "axes"),
    [
        (Shape(("B", 32, 8, 8)), "B×32×8×8", "image", "BCHW"),
        (Shape(("B", 16, 8)), "B×16×8", "sequence", "BTD"),
        (Shape(("B", 8)), "B×8", "vector", "BD"),
        (Shape(("B", 16), "int", 9), "B×16", "tokens", "BT"),
        (Shape(("B",), "int", 9), "B", "classes", "B"),
        (Shape(()), "scalar", "scalar", ""),
        (Shape(("B", 1, 2, 3, 4, 5)), "B×1×2×3×4×5", "tensor", ""),
    ],
)
def test_a_shape_says_what_it_is(shape: Shape, words: str, kind: str, axes: str) -> None:
    assert (str(shape), shape.kind, shape.axes, shape.rank) == (words, kind, axes, len(shape.dims))


def test_shapes_stretch_along_axes_of_size_one() -> None:
    stretched = broadcast([Shape(("B", 1, 8)), Shape((4, 1)), Shape(("B", 4, 8))])

    assert stretched.dims == ("B", 4, 8)
    with pytest.raises(ShapeError, match="expected equal shapes, received B×3 and B×4"):
        broadcast([Shape(("B", 3)), Shape(("B", 4))])


def test_sizes_that_must_be_known_are_asked_for_in_words() -> None:
    assert size(3, "the width") == 3
    assert count(["B", 2, 3]) == 6
    with pytest.raises(ShapeError, match="expected a fixed size for the width, received the open"):
        size("W", "the width")
    with pytest.raises(ShapeError, match="expected an image, received B×3"):
        expect_rank(Shape(("B", 3)), 4, "an image")
    with pytest.raises(ShapeError, match="put an Embedding before it"):
        expect_float(Shape(("B", 3), "int"))


def test_slots_are_read_in_order() -> None:
    shapes = Shapes({f"x.{slot}": Shape((slot,)) for slot in (10, 2, 0)} | {"z": Shape(("B",))})

    assert [shape.dims for shape in shapes.many("x")] == [(0,), (2,), (10,)]
    assert (len(shapes), shapes["z"].dims) == (4, ("B",))


@pytest.mark.parametrize(
    ("assignment", "look"),
    [
        ("training.epochs=2", lambda e: e.training.settings.get("epochs") == 2),
        ("training.optimizer=sgd", lambda e: e.training.objectives[0].optimizer.kind == "sgd"),
        (
            "training.optimizer.lr=0.5",
            lambda e: e.training.objectives[0].optimizer.params.get("lr") == 0.5,
        ),
        (
            "training.main.clip_norm=1",
            lambda e: e.training.objectives[0].settings.get("clip_norm") == 1,
        ),
        (
            "training.schedule=cosine",
            lambda e: e.training.objectives[0].schedule.kind == "cosine",
        ),
        ("data.source=iris", lambda e: e.data.source.kind == "iris"),
        ("data.test=0.2", lambda e: e.data.split.get("test") == 0.2),
        (
            "blocks.conv2.kernel_size=5",
            lambda e: e.graph.nodes["conv2"].params["kernel_size"] == (5, 5),
        ),
    ],
)
def test_an_address_sets_one_setting(assignment: str, look) -> None:
    before = lenet("digits")

    after = set_at(before, assignment, CATALOG)

    assert look(after)
    assert not look(before)


def test_choosing_what_is_chosen_keeps_what_is_set_on_it() -> None:
    tuned = set_at(lenet(), "training.optimizer.lr=0.5", CATALOG)

    assert set_at(tuned, "training.optimizer=adamw", CATALOG) == tuned


def test_an_address_reaches_a_composite_its_stack_and_the_blocks_inside() -> None:
    before = next(one for one in published() if one.name == "gpt2").read()

    after = before
    for assignment in (
        "blocks.layers.d_model=64",
        "blocks.layers.repeat=2",
        "blocks.layers/norm1.eps=0.001",
        "blocks.layers/widen.out_features==2*d_model",
    ):
        after = set_at(after, assignment, CATALOG)

    assert after.graph.nodes["layers"].params["d_model"] == 64
    assert after.graph.nodes["layers"].repeat == 2
    inside = after.composites["decoder_layer"].graph.nodes
    assert inside["norm1"].params["eps"] == 0.001
    assert inside["widen"].params["out_features"] == "=2*d_model"
    with pytest.raises(ParamError, match="received d_modal"):
        set_at(before, "blocks.layers/widen.out_features==2*d_modal", CATALOG)


@pytest.mark.parametrize(
    ("assignment", "sentence"),
    [
        ("epochs", "expected address=value such as training.epochs=2"),
        ("epochs=2", "expected address=value"),
        ("model.x=2", "starts with training, data or blocks"),
        ("training.epoch=2", "expected one of clip_norm, clip_value, decay_all, l1,"),
        ("training.epochs=many", "expected a whole number from 1"),
        ("training.optimizer=magic", "optimizer: expected one of adadelta"),
        ("training.schedule=magic", "schedule: expected one of constant"),
        ("data.source=moon", "source: expected one of breast_cancer"),
        ("data.tests=1", "expected one of validation, test"),
        ("blocks.conv9.bias=off", "expected the id or title of a block, received conv9"),
        ("blocks.relu1.p=1", "relu1: expected one of no settings, received p"),
        ("blocks.relu1/conv1.p=1", "relu1/conv1: expected a composite at relu1, received a single"),
        ("blocks.relu1.repeat=0", "repeat: expected a whole number of at least 1, received 0"),
    ],
)
def test_an_address_that_leads_nowhere_is_explained(assignment: str, sentence: str) -> None:
    with pytest.raises(ParamError) as refused:
        set_at(lenet("digits"), assignment, CATALOG)

    assert sentence in str(refused.value)


def parts() -> Drawing:
    net = Drawing()
    net.chain("io.tokens", "nn.embedding", "nn.lstm")
    net.place("nn.conv2d")
    net.place("nn.add")
    return net


@pytest.mark.parametrize(
    ("source", "target", "sentence"),
    [
        ("embedding1", "add1.x.0", ""),
        ("lstm1", "embedding1.x", "embedding1 already leads to lstm1: the wire would make a loop"),
        ("lstm1", "lstm1.x", "lstm1 already leads to lstm1"),
        (
            "tokens1",
            "conv1.x",
            "Conv2d takes real numbers at x, this output gives tokens B×16; "
            "put an Embedding between",
        ),
        ("embedding1", "conv1.x", "Conv2d takes an image at x, this output gives sequence"),
        ("embedding1", "conv1.z", "conv1 has no input z"),
    ],
)
def test_a_wire_is_refused_with_the_reason(source: str, target: str, sentence: str) -> None:
    graph = parts().graph
    node, _, port = target.partition(".")

    said = refusal(
        graph,
        Wire(End(source, "y"), End(node, port)),
        CATALOG,
        check(parts().experiment(), CATALOG),
    )

    assert said.startswith(sentence)
    assert bool(said) == bool(sentence)


def test_a_port_for_several_wires_offers_its_next_slot() -> None:
    net, add = parts(), CATALOG.blocks["nn.add"]
    assert free_input(net.graph, "add1", add.inputs[0]) == End("add1", "x.0")

    net.wire("embedding1", "add1")
    net.wire("lstm1", "add1")

    assert free_input(net.graph, "add1", add.inputs[0]) == End("add1", "x.2")
    assert input_ends(net.graph, "add1", add) == ["x.0", "x.1", "x.2"]
    assert input_ends(net.graph, "add1", add, spare=False) == ["x.0", "x.1"]
    assert input_ends(net.graph, "conv1", CATALOG.blocks["nn.conv2d"]) == ["x"]
