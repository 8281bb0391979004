"""Entropy, distance and rollout are what their definitions say, computed another way."""

import math

import numpy as np
import pytest

from studio.runs.attending import is_causal, rollout, stacks, summary_of


def maps(heads: int, queries: int, keys: int, *, causal: bool = False) -> np.ndarray:
    weights = np.random.default_rng(heads + keys).random((heads, queries, keys))
    if causal:
        weights *= np.tril(np.ones((queries, keys)))
    return weights / weights.sum(axis=2, keepdims=True)


def test_entropy_and_distance_are_those_of_each_row() -> None:
    weights = maps(2, 5, 5, causal=True)

    found = summary_of(weights)

    for head in range(2):
        entropies, distances = [], []
        for query in range(5):
            row = weights[head, query].tolist()
            entropies.append(-sum(p * math.log(p) for p in row if p > 0))
            distances.append(sum(p * abs(query - key) for key, p in enumerate(row)))
        assert found.entropy[head] == pytest.approx(sum(entropies) / 5)
        assert found.distance[head] == pytest.approx(sum(distances) / 5)
    assert found.first == pytest.approx(weights[:, :, 0].mean(axis=1))


def test_a_head_that_looks_at_all_alike_has_the_greatest_entropy() -> None:
    even = np.full((1, 4, 8), 1 / 8)
    sharp = np.zeros((1, 4, 8))
    sharp[:, :, 3] = 1.0

    assert summary_of(even).entropy[0] == pytest.approx(math.log(8))
    assert summary_of(sharp).entropy[0] == 0.0
    assert np.isnan(summary_of(sharp).distance[0])


def test_rollout_is_abnar_and_zuidemas() -> None:
    layers = [maps(3, 4, 4), maps(2, 4, 4), maps(3, 4, 4, causal=True)]

    found = rollout(layers)

    product = np.eye(4)
    for layer in layers:  # their code: (A + I) normalised by row, times what came before
        augmented = layer.mean(axis=0) + np.eye(4)
        product = (augmented / augmented.sum(axis=-1)[..., None]) @ product
    assert found == pytest.approx(product)
    assert found.sum(axis=1) == pytest.approx(np.ones(4))


def test_rollout_through_maps_of_other_lengths_is_refused() -> None:
    with pytest.raises(ValueError, match="4 × 4"):
        rollout([maps(1, 4, 4), maps(1, 4, 6)])


def test_layers_that_follow_each_other_are_told_from_the_others() -> None:
    blocks = [
        ("encoder#1/attention1", maps(2, 6, 6)), ("encoder#2/attention1", maps(2, 6, 6)),
        ("decoder#1/attention1", maps(2, 6, 6, causal=True)), ("decoder#1/cross", maps(2, 6, 8)),
        ("decoder#2/attention1", maps(2, 6, 6, causal=True)), ("alone", maps(1, 3, 3)),
    ]  # fmt: skip

    assert stacks(blocks) == [
        ["encoder#1/attention1", "encoder#2/attention1"],
        ["decoder#1/attention1", "decoder#2/attention1"],
    ]
    assert is_causal(blocks[2][1])
    assert not is_causal(blocks[0][1])
