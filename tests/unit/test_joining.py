"""Where a loose wire may land, and which new blocks would take it."""

from studio.app.joining import Loose, carried_over, inserted, landing, offers, open_ends
from studio.app.search import found_blocks
from studio.core.graph import End, Node, Wire
from tests.helpers.drawing import chain, placed

IMAGE = Loose(End("image", "y"), from_output=True)


def test_a_block_with_one_input_takes_the_wire_over() -> None:
    workspace = chain("nn.relu", "nn.tanh")

    wire, reason = landing(workspace, "tanh", Loose(End("relu", "y"), from_output=True))

    assert (Wire(End("relu", "y"), End("tanh", "x")), "") == (wire, reason)


def test_of_several_inputs_the_first_free_one_that_fits_is_taken() -> None:
    workspace = placed("io.target", "nn.linear", "loss.cross_entropy")

    wire, _ = landing(workspace, "cross_entropy", Loose(End("target", "y"), from_output=True))

    assert Wire(End("target", "y"), End("cross_entropy", "target")) == wire


def test_a_block_that_cannot_take_the_wire_says_why() -> None:
    workspace = placed("io.image", "nn.embedding", "io.tokens")

    refused = landing(workspace, "embedding", IMAGE)
    without = landing(workspace, "tokens", IMAGE)

    assert refused[0] is None
    assert "Embedding takes tokens or classes" in refused[1]
    assert (None, "tokens has no input") == without


def test_a_block_of_several_shows_its_spare_input() -> None:
    assert [End("add", "x.0")] == open_ends(placed("io.image", "nn.add"), "add", IMAGE)


def test_a_placeholder_has_no_ends() -> None:
    workspace = placed("io.image", "no.such")

    assert [] == open_ends(workspace, "such", IMAGE)


def test_offers_are_the_kinds_that_take_what_the_wire_carries() -> None:
    found = offers(placed("io.image"), IMAGE)

    assert {"nn.conv2d": "x", "nn.add": "x.0"}.items() <= found.items()
    assert not {"io.image", "nn.embedding", "nn.lstm"} & found.keys()


def test_a_loss_is_not_offered_to_take_an_answer_of_the_network_for_the_truth() -> None:
    workspace = chain("io.image", "nn.conv2d")

    said = offers(workspace, Loose(End("conv2d", "y"), from_output=True))
    given = offers(placed("io.target"), Loose(End("target", "y"), from_output=True))

    assert "loss.bce_with_logits" not in said
    assert "target" == given["loss.cross_entropy"]


def test_what_label_noise_makes_of_a_target_is_offered_for_the_truth() -> None:
    workspace = chain("io.target", "nn.label_noise")
    (noise,) = (id_ for id_, node in workspace.graph.nodes.items() if "noise" in node.kind)

    given = offers(workspace, Loose(End(noise, "y"), from_output=True))

    assert "target" == given["loss.cross_entropy"]


def test_offers_for_an_input_are_the_kinds_with_an_output() -> None:
    found = offers(placed("nn.relu"), Loose(End("relu", "x"), from_output=False))

    assert "y" == found["io.image"]


def test_a_block_is_inserted_by_two_wires_or_not_at_all() -> None:
    workspace = chain("io.image", "nn.relu")
    wire = Wire(End("image", "y"), End("relu", "x"))

    fits = inserted(workspace, Node("new", "nn.tanh", "new"), wire)
    misfits = [
        inserted(workspace, Node("new", kind, "new"), wire)
        for kind in ("nn.embedding", "io.image", "no.such")
    ]

    assert (Wire(wire.source, End("new", "x")), Wire(End("new", "y"), wire.target)) == fits
    assert [(), (), ()] == misfits


def test_carrying_to_a_later_slot_counts_the_slot_that_closes_up() -> None:
    edit = carried_over(End("add", "x.0"), Wire(End("image", "y"), End("add", "x.2")))

    assert (Wire(End("image", "y"), End("add", "x.1")),) == edit.wires


def test_what_an_image_most_often_goes_into_is_offered_first() -> None:
    specs = placed("io.image").offer.specs
    first = found_blocks("", [specs[kind] for kind in offers(placed("io.image"), IMAGE)])[0]
    workspace = chain("io.image", "nn.conv2d")
    after = offers(workspace, Loose(End("conv2d", "y"), from_output=True))
    then = found_blocks("", [specs[kind] for kind in after])

    assert "nn.conv2d" == first.id
    assert ["nn.batch_norm2d", "nn.relu"] == [
        next(s.id for s in then if s.family == family) for family in ("Normalisation", "Activation")
    ]
    assert [True, True] == [then.index(s) < then.index(first) for s in then[:2]]
