"""Cures: the remedies that several rules offer, each made for one case."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from studio.core.experiment import Training
from studio.core.params import Value
from studio.core.text import plural

from .anatomy import (
    ACTIVATIONS,
    MATRICES,
    NORMS,
    Spot,
    heads,
    kind_at,
    next_of,
    spots,
)
from .case import Case
from .edits import GoAround, InsertBehind, Retrained, SetOn, Several, Swap
from .figures import in_words, nice
from .words import Remedy

LONGEST = 64
"""So many blocks at most are changed by one remedy of a kind that adds blocks."""


def rate_to(case: Case, rate: float, why: str = "") -> Remedy:
    """Return the change of every objective's rate in the proportion that takes the first there."""
    scale = rate / case.rate if case.rate else 1.0
    word = "Lower" if rate < case.rate else "Raise"
    label = f"{word} the rate to {in_words(rate)}"

    def change(training: Training) -> Training:
        objectives = []
        for objective in training.objectives:
            spec = case.catalog.optimizers.get(objective.optimizer.kind)
            default = next((p.default for p in spec.params if p.name == "lr"), 0.0) if spec else 0.0
            known = objective.optimizer.params.get("lr", default)
            before = float(known) if isinstance(known, (int, float)) else 0.0
            params = {**objective.optimizer.params, "lr": float(f"{before * scale:.3g}")}
            optimizer = replace(objective.optimizer, params=params)
            objectives.append(replace(objective, optimizer=optimizer))
        return replace(training, objectives=tuple(objectives))

    return Remedy(label=label, edit=Retrained(change, label), why=why)


def usual_rate(case: Case) -> float:
    """Return what the optimiser's rate is when nobody sets it; 0 where that is unknown."""
    spec = case.catalog.optimizers.get(case.objective.optimizer.kind)
    default = next((p.default for p in spec.params if p.name == "lr"), 0.0) if spec else 0.0
    return float(default) if isinstance(default, (int, float)) else 0.0


def slower(case: Case) -> Iterator[Remedy]:
    """Yield lower rates: the optimiser's usual one where that is lower by far, and a tenth."""
    tenth = nice(case.rate / 10) if case.rate else 0.0
    if 0 < usual_rate(case) < tenth:
        yield rate_to(case, usual_rate(case), "the optimiser's usual one")
    if tenth:
        yield rate_to(case, tenth)


def clip_to(norm: float, why: str = "") -> Remedy:
    """Return the change that clips the norm of the gradient."""
    label = f"Clip the gradient norm at {in_words(norm)}"
    return Remedy(label=label, edit=_of_objective(label, clip_norm=norm), why=why)


def stop_early(case: Case, epochs: int) -> Remedy:
    """Return the change that ends a run when the validation loss does not improve."""
    label = f"Stop {plural(epochs, 'epoch')} after the best, and keep the best weights"

    def change(training: Training) -> Training:
        settings = {**training.settings, "early_stopping": epochs, "restore_best": True}
        return replace(training, settings=settings)

    del case
    return Remedy(label=label, edit=Retrained(change, label), why="Prechelt 1998")


def decay(case: Case, value: float) -> Iterator[Remedy]:
    """Yield more weight decay, where the optimiser has any and less is set."""
    known = case.optimizer_params.get("weight_decay")
    if not isinstance(known, (int, float)) or known >= value:
        return
    label = f"Raise the weight decay to {in_words(value)}"

    def change(training: Training) -> Training:
        first, *rest = training.objectives
        params = {**first.optimizer.params, "weight_decay": value}
        changed = replace(first, optimizer=replace(first.optimizer, params=params))
        return replace(training, objectives=(changed, *rest))

    yield Remedy(label=label, edit=Retrained(change, label))


def swap(case: Case, kinds: frozenset[str], into: str, why: str = "") -> Iterator[Remedy]:
    """Yield the swap of every block of some kinds for another kind, if there is any."""
    found = spots(case.experiment, kinds)
    spec = case.catalog.block(into)
    if found and spec is not None:
        before = {case.catalog.blocks[kind_at(case.experiment, spot)].title for spot in found}
        label = f"Swap {' and '.join(sorted(before))} for {spec.title}{_in_blocks(found)}"
        yield Remedy(label=label, edit=Swap(found, spec, label), why=why)


def first_weights(case: Case, spots_: Sequence[Spot]) -> Iterator[Remedy]:
    """Yield the usual first weights for those of some blocks that have others."""
    odd = tuple(spot for spot in spots_ if _drawn_otherwise(case, spot))
    if odd:
        label = f"Take the usual first weights{_in_blocks(odd)}"
        values: tuple[tuple[str, Value | None], ...] = (
            ("initial", None), ("spread", None), ("gain", None),
        )  # fmt: skip
        yield Remedy(label=label, edit=SetOn(odd, values, label, weights=True))


def he_weights(case: Case, spots_: Sequence[Spot]) -> Iterator[Remedy]:
    """Yield He's first weights for layers before rectifiers."""
    found = tuple(s for s in spots_ if kind_at(case.experiment, s) in MATRICES)
    if found:
        label = f"Draw first weights after He{_in_blocks(found)}"
        edit = SetOn(found, (("initial", "He normal"),), label, weights=True)
        yield Remedy(label=label, edit=edit, why="keeps the variance through ReLU")


def normalise(case: Case) -> Iterator[Remedy]:
    """Yield a norm behind every hidden layer that has none."""
    for kinds, into in (
        (frozenset({"nn.linear"}), "nn.batch_norm1d"),
        (frozenset({"nn.conv2d"}), "nn.batch_norm2d"),
    ):
        found = _hidden(case, kinds, NORMS)
        spec = case.catalog.block(into)
        if found and spec is not None:
            label = f"Insert {spec.title} behind {plural(len(found), 'layer')}"
            edit = InsertBehind(found, spec, (), label)
            yield Remedy(label=label, edit=edit, why="keeps the scale from layer to layer")


def residuals(case: Case) -> Iterator[Remedy]:
    """Yield a way around every hidden layer that keeps its shape."""
    add = case.catalog.block("nn.add")
    pairs = []
    graph = case.experiment.graph
    for spot in _hidden(case, MATRICES, frozenset()):
        facts = case.checked.blocks.get(spot.id) if not spot.where else None
        last = next_of(graph, spot.id, ACTIVATIONS) if facts else ""
        same = facts is not None and len({*facts.inputs.values(), *facts.outputs.values()}) == 1
        if last and same:
            pairs.append((spot, last))
    if pairs and add is not None:
        label = f"Add a residual around {plural(len(pairs), 'layer')}"
        yield Remedy(
            label=label,
            edit=GoAround(tuple(pairs), add, label),
            why="gives the gradient a way past them",
        )


def drop_out(case: Case, share: float = 0.2) -> Iterator[Remedy]:
    """Yield dropout behind the hidden activations, or a greater share where there is some."""
    there = spots(case.experiment, frozenset({"nn.dropout"}))
    if there:
        label = f"Raise dropout to 0.5{_in_blocks(there)}"
        yield Remedy(label=label, edit=SetOn(there, (("p", 0.5),), label))
        return
    spec = case.catalog.block("nn.dropout")
    heads_ = {spot.id for spot in heads(case.experiment)}
    found = tuple(
        spot
        for spot in spots(case.experiment, ACTIVATIONS)
        if spot.id not in heads_ and _feeds_on(case, spot)
    )[:LONGEST]
    if found and spec is not None:
        label = f"Add dropout {share:g} behind {plural(len(found), 'activation')}"
        yield Remedy(label=label, edit=InsertBehind(found, spec, (("p", share),), label))


def widen(case: Case, times: int = 4) -> Iterator[Remedy]:
    """Yield hidden layers that are so many times as wide."""
    edits = []
    for spot in _hidden(case, frozenset({"nn.linear"}), frozenset()):
        width = case.experiment.graph_at(spot.where).nodes[spot.id].params.get("out_features")
        if isinstance(width, int):
            edits.append(SetOn((spot,), (("out_features", width * times),), ""))
    if edits:
        label = f"Make {plural(len(edits), 'hidden layer')} {times} times as wide"
        yield Remedy(label=label, edit=Several(tuple(edits), label))


def add_hidden(case: Case, width: int = 64) -> Iterator[Remedy]:
    """Yield a hidden layer with a non-linearity before the head of a network without any."""
    linear, relu = case.catalog.block("nn.linear"), case.catalog.block("nn.relu")
    if linear is None or relu is None or spots(case.experiment, ACTIVATIONS):
        return
    edits = []
    for head in heads(case.experiment):
        entering = next(iter(case.experiment.graph.inputs_of[head.id].values()), None)
        if entering is not None:
            before = (Spot("", entering.node),)
            edits += [
                InsertBehind(before, relu, (), ""),
                InsertBehind(before, linear, (("out_features", width),), ""),
            ]
    if edits:
        label = f"Add a hidden layer of {width} with ReLU"
        yield Remedy(label=label, edit=Several(tuple(edits), label))


def _of_objective(label: str, **values: Value) -> Retrained:
    def change(training: Training) -> Training:
        objectives = (
            replace(one, settings={**one.settings, **values}) for one in training.objectives
        )
        return replace(training, objectives=tuple(objectives))

    return Retrained(change, label)


def _hidden(case: Case, kinds: frozenset[str], without: frozenset[str]) -> tuple[Spot, ...]:
    """Return hidden layers of some kinds that have none of the kinds ``without`` behind them."""
    last = set(heads(case.experiment))
    return tuple(
        spot
        for spot in spots(case.experiment, kinds)
        if spot not in last
        and _feeds_on(case, spot)
        and not (
            without and next_of(case.experiment.graph_at(spot.where), spot.id, without, within=1)
        )
    )[:LONGEST]


def _feeds_on(case: Case, spot: Spot) -> bool:
    return bool(case.experiment.graph_at(spot.where).consumers_of[spot.id])


def _drawn_otherwise(case: Case, spot: Spot) -> bool:
    weights = case.experiment.graph_at(spot.where).nodes[spot.id].weights
    return bool({"initial", "spread", "gain"} & set(weights)) and "file" not in weights


def _in_blocks(found: Sequence[Spot]) -> str:
    return f" in {plural(len(found), 'block')}" if len(found) > 1 else ""
