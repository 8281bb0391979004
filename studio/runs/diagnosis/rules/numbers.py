"""Numbers that are none: NaN and infinity, and the block they come from."""

from collections.abc import Iterator

import numpy as np

from studio.runs.diagnosis.anatomy import spots
from studio.runs.diagnosis.case import LOSS, Case
from studio.runs.diagnosis.cures import clip_to, first_weights, slower
from studio.runs.diagnosis.words import Evidence, Remedy, Rule, Symptom


def _find(case: Case) -> Iterator[Symptom]:
    failed = case.record.failed
    if failed is not None and failed.kind == "nan":
        block = failed.block
        where = f"; the first is what {case.title(block)} gives" if block else ""
        step = failed.step or case.record.step
        yield Symptom(
            says=f"Numbers stopped being finite{where}",
            blocks=(block,) if block else (),
            evidence=(_at(case, step),),
        )
        return
    grid = case.record.layers.get("grad_norm")
    if grid is None or grid.layers != len(case.layers) or not len(grid):
        return
    bad = ~np.isfinite(grid.values)
    if bad.any():
        row = int(np.argmax(bad.any(axis=1)))
        blocks = tuple(layer.path for layer in case.layers if bad[row, layer.place])
        yield Symptom(
            says=f"The gradient of {case.titles(blocks)} is not finite",
            blocks=blocks,
            evidence=(
                Evidence(
                    panel="gradient-norm",
                    series="grad_norm",
                    step=int(grid.starts[row]),
                    says="the gradient norm is NaN or infinite",
                ),
            ),
        )


def _at(case: Case, step: int) -> Evidence:
    series = case.record.series.get(LOSS)
    finite = series.values[np.isfinite(series.values)] if series is not None else np.zeros(0)
    before = f"the last finite loss was {finite[-1]:.3g}" if len(finite) else "no loss was finite"
    return Evidence(panel="loss", series=LOSS, step=step, says=before)


def _cures(case: Case, _symptom: Symptom) -> Iterator[Remedy]:
    yield from first_weights(case, spots(case.experiment, {layer.kind for layer in case.layers}))
    yield from slower(case)
    yield clip_to(1.0, "Pascanu et al. 2013")


NOT_FINITE = Rule(
    id="numbers.not-finite",
    title="Not a number",
    rank=10,
    why="An overflow, a division by zero or the logarithm of nothing makes infinity or NaN, and "
    "every sum that takes one in becomes NaN, so that one step spoils all weights. Mostly steps "
    "are too long: the weights grow until a product overflows.",
    paper="Goodfellow, Bengio, Courville 2016: Deep Learning, chapters 4.1 and 10.11",
    find=_find,
    cures=_cures,
    explains=("start.loss", "gradients.exploding", "gradients.spikes", "gradients.vanishing",
              "units.dead", "units.saturated", "rate.too-high", "rate.too-low", "learning.none"),
)  # fmt: skip
