"""Gradients that fade, grow or jump on their way from the loss to the first layers."""

from collections.abc import Iterator

import numpy as np

from studio.runs.diagnosis.anatomy import NORMS, RECURRENT, SATURATING, spots
from studio.runs.diagnosis.case import LOSS, Case
from studio.runs.diagnosis.cures import (
    clip_to,
    first_weights,
    he_weights,
    normalise,
    residuals,
    slower,
    swap,
)
from studio.runs.diagnosis.figures import TINY, Floats, Ints, nice, robust_z
from studio.runs.diagnosis.words import Evidence, Remedy, Rule, Symptom

LEAST_RATIO, LEAST_NORM = 1e-3, 1e-4
"""First against last layer, and first layer alone, both below: AutoTrainer's β₁ and β₂."""

GREATEST_RATIO = 70.0
"""First against last layer: AutoTrainer's β₃."""

LARGEST = 1e6
"""A gradient norm no network has: a hard stop, after TheDeepChecker."""

PATIENCE = 3
"""Looks in a row that have to say the same."""

Z, JUMP, SPIKES = 6.0, 2.0, 3
"""A spike stands so many deviations above the median, the loss then so many times its median."""

BEFORE = 20
"""Looks before a spike that say what is usual: of a whole run the first are all spikes."""


def _find_vanishing(case: Case) -> Iterator[Symptom]:
    steps, rows = case.rows("grad_norm", PATIENCE)
    compared = [layer for layer in case.layers if layer.learns and layer.kind not in NORMS]
    if len(steps) < PATIENCE or len(compared) < 3 or not case.plain_learning:
        return
    last = rows[:, [compared[-1].place]]
    small = (rows < LEAST_RATIO * last) & (rows < LEAST_NORM) & (rows > 0)
    lasting = np.asarray(small.all(axis=0))
    if not lasting[compared[0].place]:
        return
    blocks = tuple(layer.path for layer in compared if lasting[layer.place])
    first, end = rows[-1, compared[0].place], float(last[-1, 0])
    yield Symptom(
        says=f"Hardly any gradient reaches {case.titles(blocks)}: {first:.2g}, where "
        f"{compared[-1].title} has {end:.2g}",
        blocks=blocks,
        evidence=(
            Evidence(
                panel="gradient-norm",
                series="grad_norm",
                step=int(steps[0]),
                says=f"{first / end:.1g} of the last layer's for {PATIENCE} looks, below "
                f"{LEAST_RATIO:g}",
            ),
        ),
    )


def _cure_vanishing(case: Case, _symptom: Symptom) -> Iterator[Remedy]:
    yield from swap(case, SATURATING, "nn.relu", "its slope is 1 wherever it is not 0")
    yield from normalise(case)
    yield from residuals(case)
    yield from first_weights(case, spots(case.experiment, {layer.kind for layer in case.layers}))
    yield from swap(case, frozenset({"nn.rnn"}), "nn.lstm", "its cell carries the gradient on")


def _find_exploding(case: Case) -> Iterator[Symptom]:
    steps, rows = case.rows("grad_norm")
    compared = [layer for layer in case.layers if layer.learns and layer.kind not in NORMS]
    if len(compared) < 2 or not case.plain_learning or not len(steps):
        return
    first, last = rows[:, compared[0].place], rows[:, compared[-1].place]
    grown = (first > GREATEST_RATIO * last) & (first > 1.0)
    huge = (rows > LARGEST).any(axis=1)
    # A ratio alone is no harm: it has to go with a loss that does not fall.
    if not (huge.any() or (grown[:PATIENCE].all() and case.ignorant(0.95))):
        return
    at = int(np.argmax(huge if huge.any() else grown))
    blocks = (compared[0].path,)
    yield Symptom(
        says=f"The gradient grows on its way back: {first[at]:.2g} in {compared[0].title}, where "
        f"{compared[-1].title} has {last[at]:.2g}",
        blocks=blocks,
        evidence=(
            Evidence(
                panel="gradient-norm",
                series="grad_norm",
                step=int(steps[at]),
                says=f"{first[at] / max(last[at], 1e-30):.2g} times the last layer's, above "
                f"{GREATEST_RATIO:g}",
            ),
        ),
    )


def _find_spikes(case: Case) -> Iterator[Symptom]:
    """Report jumps of the gradient after which the loss jumps too, again and again."""
    grid, losses = case.record.layers.get("grad_norm"), case.record.series.get(LOSS)
    if grid is None or losses is None or len(grid) < 2 * BEFORE or not len(losses):
        return
    total = np.sqrt(np.square(grid.values.astype(np.float64)).sum(axis=1))
    harmed = [
        int(at)
        for at in np.flatnonzero(robust_z(np.log(total + TINY), BEFORE) > Z) + BEFORE
        if _harm(losses.steps, losses.values, int(grid.starts[at])) > JUMP
    ]
    if len(harmed) < SPIKES:
        return
    at = harmed[0]
    usual = float(np.median(total[at - BEFORE : at]))
    place = int(np.argmax(grid.values[at]))
    blocks = (case.layers[place].path,) if place < len(case.layers) else ()
    yield Symptom(
        says=f"The gradient jumped {len(harmed)} times, and the loss with it",
        blocks=blocks,
        evidence=(
            Evidence(
                panel="gradient-norm",
                series="grad_norm",
                step=int(grid.starts[at]),
                says=f"norm {total[at]:.2g}, where {usual:.2g} was usual before",
            ),
        ),
    )


def _harm(steps: Ints, values: Floats, step: int) -> float:
    """Return how many times as large the loss is within five steps of a spike as it was before."""
    begin = int(np.searchsorted(steps, step))
    before, near = values[max(begin - BEFORE, 0) : begin], values[begin : begin + 5]
    if not len(before) or not len(near):
        return 0.0
    return float(near.max() / max(float(np.median(before)), TINY))


def _cure_exploding(case: Case, _symptom: Symptom) -> Iterator[Remedy]:
    found = spots(case.experiment, {layer.kind for layer in case.layers})
    yield from first_weights(case, found)
    grid = case.record.layers.get("grad_norm")
    usual = 1.0
    if grid is not None and len(grid):
        total = np.sqrt(np.square(grid.values.astype(np.float64)).sum(axis=1))
        usual = nice(float(np.median(total[np.isfinite(total)])) or 1.0)
    yield clip_to(min(usual, 5.0), "Pascanu et al. 2013")
    yield from slower(case)
    yield from normalise(case)
    if not spots(case.experiment, RECURRENT):
        yield from he_weights(case, found)


VANISHING = Rule(
    id="gradients.vanishing",
    title="Vanishing gradient",
    rank=35,
    why="Going back, the gradient is multiplied at every layer with its weights and the slope of "
    "its activation; a sigmoid's slope is never above ¼, so that ten of them leave a millionth. "
    "The first layers then stand still, and all behind them work on noise.",
    paper="Hochreiter 1991; Glorot, Bengio 2010: Understanding the difficulty of training deep "
    "feedforward networks; thresholds: Zhang et al. 2021: AutoTrainer, β₁ and β₂",
    find=_find_vanishing,
    cures=_cure_vanishing,
    explains=("learning.none", "rate.too-low", "fitting.under", "units.saturated"),
)

EXPLODING = Rule(
    id="gradients.exploding",
    title="Exploding gradient",
    rank=32,
    why="Where weights or slopes are larger than 1, going back multiplies the gradient at every "
    "layer or step of a sequence until it dwarfs the weights. One such step throws the network "
    "far from where it was.",
    paper="Bengio, Simard, Frasconi 1994; Pascanu, Mikolov, Bengio 2013: On the difficulty of "
    "training recurrent neural networks; threshold: AutoTrainer, β₃",
    find=_find_exploding,
    cures=_cure_exploding,
    explains=("learning.none", "rate.too-high", "units.dead", "units.saturated"),
)

SPIKES_RULE = Rule(
    id="gradients.spikes",
    title="Gradient spikes",
    rank=33,
    why="A steep wall in the loss, common in recurrent nets, gives one gradient a hundred times as "
    "long as the others, and the step over it undoes what was learnt. Clipping the norm keeps the "
    "direction and takes the length away.",
    paper="Pascanu, Mikolov, Bengio 2013; Kumar et al. 2025: ZClip, with median and MAD",
    find=_find_spikes,
    cures=_cure_exploding,
)
