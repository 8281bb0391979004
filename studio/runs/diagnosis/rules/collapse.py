"""Collapse: heads that all look at one place, codes that nobody uses, generators that lose."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from studio.core.experiment import Objective
from studio.core.text import percent
from studio.runs.arrays import array_to_numpy
from studio.runs.diagnosis.anatomy import spots
from studio.runs.diagnosis.case import Case
from studio.runs.diagnosis.cures import clip_to, slower
from studio.runs.diagnosis.edits import SetOn
from studio.runs.diagnosis.words import Evidence, Remedy, Rule, Symptom

LOW = 0.05
"""Mean entropy of a head against that of even attention, below which it looks at one place."""

PATIENCE = 3
"""Looks in a row that have to say the same."""

UNLEARNT = 0.95
"""Of the loss of ignorance: sharp attention in a network that learns is what it has learnt."""

WON = 0.98
"""Share of real samples and of fakes that a discriminator has to tell apart, nearly all of both."""

EPOCHS = 5
"""Epochs in a row in which it has won."""

CODES, USED = "codes_used", 0.1
"""Rows that tell the share of each codebook in use, and the share below which it is wasted."""


def _find_attention(case: Case) -> Iterator[Symptom]:
    if not case.ignorant(UNLEARNT) or len(case.losses) < PATIENCE:
        return
    for (kind, block), history in case.record.snapshots.items():
        shots = history.snapshots[-PATIENCE:]
        if kind != "attention" or len(shots) < PATIENCE:
            continue
        entropies = [_entropy(array_to_numpy(shot.arrays["weights"])) for shot in shots]
        worst = max(entropies)
        if worst < LOW:
            yield Symptom(
                says=f"Every head of {case.title(block)} looks at one place only, wherever it "
                "looks from, and nothing is learnt",
                blocks=(block,),
                evidence=(
                    Evidence(
                        panel="attention",
                        series="attention",
                        step=shots[0].step,
                        says=f"entropy {percent(worst, 1)} of that of even attention, "
                        f"below {percent(LOW)}",
                    ),
                ),
            )


def _entropy(weights: NDArray[np.generic]) -> float:
    """Return the largest mean entropy of a head, against even attention; maps are H × Q × K."""
    shares = np.clip(weights.astype(np.float64), 1e-12, None)
    entropies = -(shares * np.log(shares)).sum(axis=-1).mean(axis=-1)
    return float(entropies.max() / np.log(max(shares.shape[-1], 2)))


def _cure_attention(case: Case, _symptom: Symptom) -> Iterator[Remedy]:
    yield from slower(case)
    yield clip_to(1.0, "Wortsman et al. 2023")


def _find_gan(case: Case) -> Iterator[Symptom]:
    """Report a discriminator that tells nearly all real samples and fakes apart, for long."""
    graph = case.experiment.graph
    kinds = {id_: node for id_, node in graph.nodes.items() if node.kind == "loss.gan"}
    epochs = len(case.record.epochs)
    objectives = case.experiment.training.objectives
    if len(kinds) < 3 or len(objectives) < 2 or epochs < EPOCHS:
        return
    judge, maker = _sides(objectives, tuple(kinds))
    if judge is None or maker is None:
        return
    told = [
        _taken(case, id_) for id_ in (*judge.losses, *maker.losses) if id_ in kinds
    ]  # fmt: skip
    if any(values is None for values in told):
        return
    shares = np.array([values[-EPOCHS:] for values in told if values is not None])
    right, fooled = shares[: len(judge.losses)], shares[len(judge.losses) :]
    if (right > WON).all() and (fooled < 1 - WON).all():
        yield Symptom(
            says=f"The discriminator has won: it tells {percent(right.min())} of all samples "
            "apart, and the generator learns nothing from it any more",
            evidence=(
                Evidence(
                    panel="loss",
                    series=f"train/{maker.name}",
                    step=int(case.steps_of_epochs[-EPOCHS]),
                    says=f"at least {percent(WON)} right for {EPOCHS} epochs",
                ),
            ),
        )


def _sides(
    objectives: tuple[Objective, ...], losses: tuple[str, ...]
) -> tuple[Objective | None, Objective | None]:
    """Return the objective with two adversarial losses, and the one with a single one."""
    counts = {one.name: sum(id_ in losses for id_ in one.losses) for one in objectives}
    judge = next((one for one in objectives if counts[one.name] == 2), None)
    maker = next((one for one in objectives if counts[one.name] == 1), None)
    return judge, maker


def _taken(case: Case, loss: str) -> NDArray[np.floating] | None:
    """Return the share that was taken as wanted in each epoch, under the name it has there."""
    title = case.experiment.graph.nodes[loss].title
    for name in (f"train/taken as wanted of {title}", "train/taken as wanted"):
        values = case.metric(name)
        if len(values) and np.isfinite(values).all():
            return values
    return None


def _cure_gan(case: Case, _symptom: Symptom) -> Iterator[Remedy]:
    found = spots(case.experiment, {"loss.gan"})
    graph = case.experiment.graph
    if any(graph.nodes[spot.id].params.get("form") != "least squares" for spot in found):
        label = "Judge by least squares"
        edit = SetOn(found, (("form", "least squares"),), label)
        yield Remedy(label=label, edit=edit, why="keeps a gradient where the judge is sure")
    yield from slower(case)


def _find_codes(case: Case) -> Iterator[Symptom]:
    """Report a codebook of which hardly a code is in use, once it has had time to spread."""
    grid, books = case.record.layers.get(CODES), case.record.layers_of(CODES)
    if grid is None or len(grid) < PATIENCE or grid.layers != len(books) or not case.settled:
        return
    most = grid.values[-PATIENCE:].max(axis=0)
    for place, (path, _) in enumerate(books):
        if most[place] < USED:
            yield Symptom(
                says=f"{case.title(path)} uses {percent(most[place], 1)} of its codes",
                blocks=(path,),
                evidence=(
                    Evidence(
                        panel="gradient-norm",
                        series=CODES,
                        step=int(grid.starts[-PATIENCE]),
                        says=f"below {percent(USED)} in the last {PATIENCE} looks",
                    ),
                ),
            )


def _cure_codes(case: Case, _symptom: Symptom) -> Iterator[Remedy]:
    found = spots(case.experiment, {"nn.vector_quantize"})
    label = "Halve the pull of vectors to their codes"
    graph = case.experiment.graph_at(found[0].where) if found else None
    beta = graph.nodes[found[0].id].params.get("beta", 0.25) if graph else 0.0
    if isinstance(beta, (int, float)) and beta:
        yield Remedy(label=label, edit=SetOn(found, (("beta", beta / 2),), label))
    yield from slower(case)


ATTENTION = Rule(
    id="collapse.attention",
    title="Collapsed attention",
    rank=36,
    why="Where the scores before the softmax grow without bound, a head puts all its weight on one "
    "key: the softmax is then flat, and no gradient tells it to look elsewhere. Entropy near 0 "
    "goes before training becomes unstable.",
    paper="Zhai et al. 2023: Stabilizing Transformer training by preventing attention entropy "
    "collapse; Wortsman et al. 2023: Small-scale proxies for large-scale Transformer training "
    "instabilities",
    find=_find_attention,
    cures=_cure_attention,
    explains=("learning.none",),
)

GAN = Rule(
    id="collapse.gan",
    title="Discriminator has won",
    rank=37,
    why="The generator learns only from where the discriminator still hesitates. A discriminator "
    "that is always right has a flat loss there, and what it says of fakes has no slope.",
    paper="Goodfellow et al. 2014; Arjovsky, Bottou 2017: Towards principled methods for training "
    "generative adversarial networks; Mao et al. 2017: Least squares GAN",
    find=_find_gan,
    cures=_cure_gan,
)

CODEBOOK = Rule(
    id="collapse.codebook",
    title="Collapsed codebook",
    rank=38,
    why="Only the nearest code learns, so that one which is far from all vectors stays where it "
    "is, for ever unused. The network then has to say everything with the few that are left.",
    paper="van den Oord, Vinyals, Kavukcuoglu 2017; Łańcucki et al. 2020: Robust training of "
    "vector quantized bottleneck models",
    find=_find_codes,
    cures=_cure_codes,
    level="hint",
)
