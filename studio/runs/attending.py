"""What attention maps come to: how spread each head looks, how far, and where all layers lead.

Maps are heads × queries × keys, and each row adds up to one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Maps = NDArray[np.floating]


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """Each head's means over its queries.

    Attributes:
        entropy: in nats; 0 looks at one key, the logarithm of their number at all alike.
        distance: steps between a query and what it looks at; NaN between two sequences.
        first: the share that the first key gets, where heads rest that find nothing.
    """

    entropy: NDArray[np.float64]
    distance: NDArray[np.float64]
    first: NDArray[np.float64]


def summary_of(maps: Maps) -> Summary:
    """Return what each head of a block does."""
    weights = np.asarray(maps, np.float64)
    _, queries, keys = weights.shape
    logs = np.log(np.where(weights > 0, weights, 1.0))
    entropy = -(weights * logs).sum(axis=2).mean(axis=1)
    apart = np.abs(np.arange(queries)[:, None] - np.arange(keys)[None])
    distance = (weights * apart).sum(axis=2).mean(axis=1)
    if queries != keys:
        distance = np.full(len(weights), np.nan)
    return Summary(entropy, distance, weights[:, :, 0].mean(axis=1))


def is_causal(maps: Maps) -> bool:
    """Tell whether no query looks at what comes after it."""
    return maps.shape[1] == maps.shape[2] and not np.triu(maps, 1).any()


def rollout(layers: Sequence[Maps]) -> NDArray[np.float64]:
    """Return how much of each input step reaches each output step, through all layers.

    Attention rollout (Abnar and Zuidema 2020): the mean over heads of each layer, half of it for
    the residual connection, multiplied from the first layer to the last. Rows add up to one.

    Raises:
        ValueError: the layers do not look from and at the same number of steps.
    """
    steps = layers[0].shape[1]
    reached = np.eye(steps)
    for maps in layers:
        if maps.shape[1:] != (steps, steps):
            raise ValueError(f"expected maps of {steps} × {steps}, received {maps.shape[1:]}")
        mixed = 0.5 * np.asarray(maps, np.float64).mean(axis=0) + 0.5 * np.eye(steps)
        reached = mixed / mixed.sum(axis=1, keepdims=True) @ reached
    return reached


def stacks(blocks: Sequence[tuple[str, Maps]]) -> list[list[str]]:
    """Return which blocks follow each other on one sequence, in the order they are given.

    Those are self-attention over equally many steps, causal or not alike, at one place of a
    drawing or its repeated layers (``encoder#1/attention1``, ``encoder#2/attention1``, …).
    """
    found: dict[tuple[str, int, bool], list[str]] = {}
    for id_, maps in blocks:
        _, queries, keys = maps.shape
        if queries == keys:
            outer = id_.partition("/")[0].partition("#")[0] if "/" in id_ else ""
            found.setdefault((outer, queries, is_causal(maps)), []).append(id_)
    return [ids for ids in found.values() if len(ids) > 1]


def pooled(weights: NDArray[np.floating], limit: int) -> NDArray[np.floating]:
    """Return a map of at most ``limit`` a side, in which every cell keeps its greatest weight."""
    for axis in (0, 1):
        size = weights.shape[axis]
        if size > limit:
            cuts = np.arange(limit) * size // limit
            weights = np.maximum.reduceat(weights, cuts, axis=axis)
    return weights
