"""Units that say nothing: dead ones behind a ReLU, saturated ones behind a sigmoid or tanh."""

from collections.abc import Iterator

from studio.core.text import percent
from studio.runs.diagnosis.anatomy import NORMS, RECTIFIERS, SATURATING, builds_on, spots
from studio.runs.diagnosis.case import Case
from studio.runs.diagnosis.cures import first_weights, normalise, slower, swap
from studio.runs.diagnosis.words import Evidence, Remedy, Rule, Symptom

DEAD, SATURATED = "dead", "saturated"
"""Rows in which the engine tells the share of such units of every block, where it is watched."""

MOST = 0.5
"""The share of a layer's units: SageMaker's DeadRelu, TheDeepChecker."""

NEARLY_ALL = 0.9
"""The share that is told whatever the loss says: of what learns, half a layer may be spare."""

HIGH = 0.7
"""Of the loss of ignorance: above it the network has not learnt what it could."""

PATIENCE = 3
"""Looks in a row that have to say the same."""


def _find_dead(case: Case) -> Iterator[Symptom]:
    told = _share(case, DEAD)
    if told is not None:
        yield _shares(case, told, "never answer to anything", DEAD)
        return
    yield from _find_cut_off(case)


def _find_cut_off(case: Case) -> Iterator[Symptom]:
    """Report layers that not the least gradient reaches, though those behind them have some."""
    steps, rows = case.rows("grad_norm", PATIENCE)
    compared = [layer for layer in case.layers if layer.learns and layer.kind not in NORMS]
    if len(steps) < PATIENCE or len(compared) < 2 or not case.plain_learning:
        return
    nothing = (rows == 0).all(axis=0)
    last = compared[-1]
    still = [layer.path for layer in compared if nothing[layer.place]]
    if not still or nothing[last.place]:
        return
    yield Symptom(
        says=f"No gradient at all reaches {case.titles(still)}: what lies behind is 0 for every "
        "sample",
        blocks=tuple(still),
        evidence=(
            Evidence(
                panel="gradient-norm",
                series="grad_norm",
                step=int(steps[0]),
                says=f"exactly 0 for {PATIENCE} looks, where {last.title} has "
                f"{float(rows[-1, last.place]):.2g}",
            ),
        ),
    )


def _find_saturated(case: Case) -> Iterator[Symptom]:
    told = _share(case, SATURATED)
    if told is not None:
        yield _shares(case, told, "stand at the flat end of their activation", SATURATED)


def _share(case: Case, name: str) -> dict[str, float] | None:
    """Return the least share of each block in the last rows; None where none is above the limit.

    What gives the answers may well stand at an end: only what other layers build on counts.
    """
    grid, blocks = case.record.layers.get(name), case.record.layers_of(name)
    if grid is None or len(grid) < PATIENCE or grid.layers != len(blocks):
        return None
    lasting = grid.values[-PATIENCE:].min(axis=0)
    limit = MOST if case.ignorant(HIGH) else NEARLY_ALL
    told = {
        path: float(lasting[place])
        for place, (path, _) in enumerate(blocks)
        if lasting[place] > limit and builds_on(case.experiment, path)
    }
    return told or None


def _shares(case: Case, told: dict[str, float], what: str, name: str) -> Symptom:
    most = max(told.values())
    return Symptom(
        says=f"{percent(most)} of the units of {case.titles(tuple(told))} {what}",
        blocks=tuple(told),
        evidence=(
            Evidence(
                panel="activations",
                series=name,
                step=int(case.record.layers[name].starts[-PATIENCE]),
                says=f"{percent(most)} in the last {PATIENCE} looks, above "
                f"{percent(MOST if case.ignorant(HIGH) else NEARLY_ALL)}",
            ),
        ),
    )


def _cure_dead(case: Case, _symptom: Symptom) -> Iterator[Remedy]:
    found = spots(case.experiment, {layer.kind for layer in case.layers})
    yield from first_weights(case, found)
    yield from swap(case, RECTIFIERS, "nn.leaky_relu", "its slope is nowhere 0")
    yield from normalise(case)
    yield from slower(case)


def _cure_saturated(case: Case, _symptom: Symptom) -> Iterator[Remedy]:
    found = spots(case.experiment, {layer.kind for layer in case.layers})
    yield from first_weights(case, found)
    yield from swap(case, SATURATING, "nn.relu", "it has no flat end on the right")
    yield from normalise(case)


DEAD_UNITS = Rule(
    id="units.dead",
    title="Dead units",
    rank=30,
    why="A ReLU whose input is negative for every sample gives 0 and passes no gradient, so that "
    "nothing ever brings it back. Too long a step, or a bias far below 0, kills many at once.",
    paper="Lu et al. 2019: Dying ReLU and initialization; Maas et al. 2013; limits: SageMaker "
    "Debugger DeadRelu, TheDeepChecker",
    find=_find_dead,
    cures=_cure_dead,
    explains=("learning.none", "gradients.vanishing", "rate.too-low", "fitting.under"),
)

SATURATED_UNITS = Rule(
    id="units.saturated",
    title="Saturated units",
    rank=31,
    why="Far from 0 a sigmoid or tanh is flat: its answer is the same for every sample, and its "
    "slope lets no gradient through. First weights or inputs that are too large put it there.",
    paper="Glorot, Bengio 2010; Rakitianskaia, Engelbrecht 2015: Measuring saturation in neural "
    "networks, ρ; limit 0.85: TheDeepChecker",
    find=_find_saturated,
    cures=_cure_saturated,
    explains=("learning.none", "gradients.vanishing", "fitting.under"),
)
