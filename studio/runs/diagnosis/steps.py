"""Steps: how far an update moves the weights of each layer, against their size."""

import numpy as np

from .case import Case
from .figures import TINY, Floats

MEASURED = "update_ratio"
"""The rows in which the engine tells it, where it is watched."""

_SIGNED = frozenset({"adam", "adamw", "adamw-llama", "rmsprop"})
"""Optimisers whose step is about the rate for every weight, whatever the gradient's size."""

_PLAIN = frozenset({"sgd"})


FIRST = 20
"""Steps that count as the first ones."""


def update_ratios(case: Case) -> Floats:
    """Return looks × layers that learn: ‖Δw‖ / ‖w‖; nothing where it cannot be known.

    As measured; else reckoned from the rate: plain descent moves by rate × gradient, further with
    momentum, and Adam's kin by about the rate in every weight.
    """
    learning = [layer.place for layer in case.layers if layer.learns]
    _, measured = case.rows(MEASURED)
    if len(measured):
        return np.asarray(measured[:, learning])
    _, weights = case.rows("weight_norm")
    _, gradients = case.rows("grad_norm")
    if len(weights) != len(gradients):
        return np.zeros((0, len(learning)))
    return _reckoned(case, gradients, weights)[:, learning]


def first_updates(case: Case) -> float:
    """Return by how much of its size the median layer was moved by one of the first steps."""
    learning = [layer.place for layer in case.layers if layer.learns]
    measured = _first_rows(case, MEASURED)
    if not len(measured):
        weights, gradients = _first_rows(case, "weight_norm"), _first_rows(case, "grad_norm")
        if len(weights) != len(gradients):
            return 0.0
        measured = _reckoned(case, gradients, weights)
    if not len(measured) or not learning:
        return 0.0
    return float(np.median(measured[:, learning].max(axis=0)))


def _first_rows(case: Case, name: str) -> Floats:
    grid = case.record.layers.get(name)
    if grid is None or grid.layers != len(case.layers):
        return np.zeros((0, len(case.layers)))
    return np.asarray(grid.values[grid.starts <= FIRST])


def _reckoned(case: Case, gradients: Floats, weights: Floats) -> Floats:
    kind = case.objective.optimizer.kind
    if kind in _PLAIN:
        momentum = case.optimizer_params.get("momentum", 0.0)
        kept = float(momentum) if isinstance(momentum, (int, float)) else 0.0
        far = case.rate / max(1.0 - kept, 1e-3) * gradients
    elif kind in _SIGNED:
        counts = np.array([max(case.parameters(layer.path), 1) for layer in case.layers])
        far = np.broadcast_to(case.rate * np.sqrt(counts), weights.shape)
    else:
        return np.zeros((0, len(case.layers)))
    return np.asarray(far / np.maximum(weights, TINY))
