"""What a person types finds the block that was meant."""

import pytest

from studio.app.catalogue import builtin_catalog
from studio.app.search import found_blocks, score


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("conv", "Conv2d"),
        ("relu", "ReLU"),
        ("max pool", "MaxPool2d"),
        ("maxpool", "MaxPool2d"),
        ("lstm", "LSTM"),
        ("dense", "Linear"),
        ("cross entropy", "Cross-entropy"),
        ("attention", "Self-attention"),
        ("bn", "BatchNorm1d"),
    ],
)
def test_typing_finds_the_block_first(typed: str, title: str) -> None:
    found = found_blocks(typed, builtin_catalog().blocks.values())

    assert title == found[0].title


def test_every_word_typed_must_be_found() -> None:
    assert [] == found_blocks("conv zebra", builtin_catalog().blocks.values())


def test_nothing_typed_finds_everything_the_common_blocks_first() -> None:
    specs = list(builtin_catalog().blocks.values())
    found = found_blocks("  ", specs)

    assert sorted(spec.id for spec in specs) == sorted(spec.id for spec in found)
    assert [spec.common for spec in found] == sorted((s.common for s in found), reverse=True)
    assert [s.id for s in specs if s.common] == [s.id for s in found if s.common]


def test_the_start_counts_more_than_a_word_and_a_word_more_than_a_piece() -> None:
    ranked = [score("pool", text) for text in ("pooling", "max pool", "maxpool2d", "conv")]

    assert sorted(ranked, reverse=True) == ranked
    assert [1.0, 0.0, 0.0] == [score("pool", "Pool"), score("", "pool"), ranked[-1]]


def test_a_single_letter_is_looked_for_at_the_start_of_words_only() -> None:
    assert score("c", "global channel") > 0
    assert 0.0 == score("c", "vector")


def test_a_piece_of_a_title_counts_more_than_a_word_of_a_synonym() -> None:
    found = [spec.title for spec in found_blocks("relu", builtin_catalog().blocks.values())]

    assert ["ReLU", {"LeakyReLU", "PReLU"}] == [found[0], {*found[1:3]}]
    assert {"Softplus", "Mish"} & {*found}
