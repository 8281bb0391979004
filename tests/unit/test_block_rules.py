"""What blocks promise of sizes and counts, and what they say where something does not fit."""

import pytest

from studio.core.check import BlockFacts, check
from studio.core.params import Value
from tests.helpers.builders import CATALOG, Drawing

IMAGE = ("io.image", {"channels": 4, "height": 8, "width": 8})
SERIES = ("io.sequence", {"length": 6, "features": 8})
SHORT = ("io.sequence", {"length": 5, "features": 8})
VECTOR = ("io.vector", {"features": 8})
TOKENS = ("io.tokens", {"length": 6, "vocabulary": 11})


def facts_of(kind: str, *sources, **params: Value) -> BlockFacts:
    """Return what the check finds of a block behind inputs."""
    net = Drawing()
    block = net.place(kind, title="it", **params)
    for source, sizes in sources:
        net.wire(net.place(source, **sizes), block)
    return check(net.experiment(), CATALOG).blocks["it"]


@pytest.mark.parametrize(
    ("kind", "sources", "params", "sentence"),
    [
        (
            "nn.conv1d",
            [SERIES],
            {"kernel_size": (9,)},
            "expected a length of at least 9 for the kernel, received 8 with its padding",
        ),
        (
            "nn.conv_transpose2d",
            [IMAGE],
            {"output_padding": (2, 2)},
            "expected an output padding below 2, the larger of stride and dilation, received 2",
        ),
        (
            "nn.patch_embedding",
            [IMAGE],
            {"patch_size": 3},
            "expected a height and width that 3 divides, received 8×8",
        ),
        (
            "nn.bilinear",
            [SERIES, SHORT],
            {},
            "expected values that differ in the last axis only, received B×6×8 and B×5×8",
        ),
        (
            "nn.grouped_attention",
            [SERIES],
            {"num_kv_heads": 3},
            "expected key heads that divide 4 heads, received 3",
        ),
        (
            "nn.cross_attention",
            [SERIES, SHORT],
            {"num_heads": 3},
            "expected a number of heads that divides 8, received 3",
        ),
        (
            "nn.segment_embedding",
            [SERIES, TOKENS],
            {},
            "expected at most 2 segments, received 11",
        ),
        (
            "nn.learned_position",
            [SERIES],
            {"max_length": 5},
            "expected at most 5 steps, received 6",
        ),
        (
            "nn.mixture_of_experts",
            [SERIES],
            {"top_k": 5},
            "expected at most 4 experts for a step, received 5",
        ),
        (
            "nn.matmul",
            [SERIES, SHORT],
            {},
            "expected 8 rows to multiply B×6×8 with, received B×5×8",
        ),
        ("nn.split3", [SERIES], {}, "expected a size that 3 divides, received 8"),
        ("nn.mean", [SERIES], {"dim": 0}, "expected an axis of B×6×8 behind the batch, received 0"),
        (
            "nn.slice",
            [SERIES],
            {"start": 8},
            "expected a start and stop that leave something of 8",
        ),
        (
            "nn.reparameterise",
            [SERIES, SHORT],
            {},
            "expected a variance for each mean of B×6×8, received B×5×8",
        ),
        (
            "nn.group_norm",
            [IMAGE],
            {"num_groups": 3},
            "expected groups that divide 4 channels, received 3",
        ),
        ("loss.triplet", [VECTOR, SERIES, VECTOR], {}, "expected B×8 as anchor, received B×6×8"),
        ("loss.term", [VECTOR], {}, "expected one number, received B×8"),
    ],
)
def test_a_rule_says_what_it_expects(kind: str, sources, params, sentence: str) -> None:
    (problem,) = facts_of(kind, *sources, **params).problems

    assert problem.message == f"it: {sentence}"


def test_class_weights_must_be_as_many_as_the_classes() -> None:
    net = Drawing()
    scores = net.chain(("io.vector", {"features": 3}))
    block = net.place("loss.cross_entropy", title="it", class_weights="1, two, 3")
    net.wire(scores, block)
    net.wire(net.place("io.target", classes=3), block)

    (problem,) = check(net.experiment(), CATALOG).problems

    assert problem.message == "it: expected 3 class weights such as 1, 2.5, received 1, two, 3"


@pytest.mark.parametrize(
    ("width", "params", "hidden"),
    [
        (4096, {"multiple_of": 256}, 11008),
        (5120, {"multiple_of": 256}, 13824),
        (8192, {"multiple_of": 4096, "multiplier": 1.3}, 28672),
        (12, {}, 32),
        (12, {"hidden_features": 20, "multiple_of": 256}, 20),
    ],
)
def test_swiglu_is_as_wide_as_in_llama(width: int, params, hidden: int) -> None:
    facts = facts_of("nn.swiglu", ("io.vector", {"features": width}), **params)

    assert facts.parameters == 3 * width * hidden


@pytest.mark.parametrize(
    ("kind", "params", "count"),
    [
        ("nn.lstm_gates", {"hidden_size": 5}, 4 * (5 * (8 + 5) + 2 * 5)),
        ("nn.gru_gates", {"hidden_size": 5}, 3 * (5 * (8 + 5) + 2 * 5)),
        ("nn.gru_reset_before", {"hidden_size": 5}, 3 * (5 * (8 + 5) + 5)),
        ("nn.grouped_attention", {"num_heads": 4, "num_kv_heads": 1}, 2 * 8 * 8 + 2 * 2 * 8),
        ("nn.lora_linear", {"out_features": 9, "rank": 3}, 3 * (8 + 9)),
        ("nn.low_rank_linear", {"out_features": 9, "rank": 3}, 3 * (8 + 9) + 9),
        ("nn.feed_forward", {}, 2 * 8 * 32 + 32 + 8),
        ("nn.mixture_of_experts", {"experts": 3, "hidden_features": 5}, 3 * (8 + 3 * 8 * 5)),
        ("nn.additive_attention", {"hidden_size": 7}, 7 * 8 + 7 * 8 + 7 + 7),
    ],
)
def test_weights_are_as_many_as_the_formula_says(kind: str, params, count: int) -> None:
    sources = [SERIES] * sum(not port.optional for port in CATALOG.blocks[kind].inputs)

    assert facts_of(kind, *sources, **params).parameters == count


def test_a_separable_convolution_costs_a_fraction_of_a_full_one() -> None:
    whole = facts_of("nn.conv2d", IMAGE, out_channels=64)
    parts = facts_of("nn.separable_conv2d", IMAGE, out_channels=64)

    assert whole.macs == 36 * 64 * 4 * 9
    assert parts.macs == 36 * 4 * (9 + 64)


def test_the_patches_of_vit_b_16_are_196() -> None:
    photo = ("io.image", {"channels": 3, "height": 224, "width": 224})

    facts = facts_of("nn.patch_embedding", photo, patch_size=16, embedding_dim=768)

    assert str(facts.outputs["y"]) == "B×196×768"
    assert facts.parameters == 768 * 3 * 16 * 16 + 768


def test_a_sequence_can_be_convolved_as_it_is() -> None:
    facts = facts_of("nn.conv1d", SERIES, features_last=True, out_channels=7, kernel_size=(5,))

    assert str(facts.outputs["y"]) == "B×2×7"
