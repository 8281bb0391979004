"""Objectives: the edits behind the card that says who minimises what, over which weights."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from studio.core.edits import SetTraining
from studio.core.experiment import Experiment, Objective
from studio.core.facts import Checked
from studio.core.graph import NodeId

from .workspace import Workspace


@dataclass(frozen=True, slots=True)
class LossRow:
    """A loss of the drawing as an objective counts it; ``alone`` where it is the only one."""

    id: NodeId
    title: str
    counts: bool
    weight: float
    warm_up: float
    alone: bool


@dataclass(frozen=True, slots=True)
class BlockRow:
    """A block with weights to learn; ``updated`` by the objective in question."""

    id: NodeId
    title: str
    updated: bool


def losses_of(workspace: Workspace, at: int) -> tuple[LossRow, ...]:
    """Return every loss that takes part, as the objective at this place counts it."""
    experiment = workspace.document.experiment
    objective = experiment.training.objectives[at]
    weights = _weights(objective, _present(workspace))
    return tuple(
        LossRow(
            id_,
            experiment.graph.nodes[id_].title,
            id_ in weights,
            weights.get(id_, 1.0),
            objective.warm_ups.get(id_, 0.0),
            list(weights) == [id_],
        )
        for id_ in _present(workspace)
    )


def blocks_of(workspace: Workspace, at: int) -> tuple[BlockRow, ...]:
    """Return every block with weights of its own, and whether the objective updates it."""
    experiment = workspace.document.experiment
    blocks = experiment.training.objectives[at].blocks
    return tuple(
        BlockRow(id_, experiment.graph.nodes[id_].title, not blocks or id_ in blocks)
        for id_ in _weighty(experiment, workspace.checked)
    )


def add_objective(workspace: Workspace) -> SetTraining:
    """Return the edit that adds one for the losses that no other minimises, else for all."""
    objectives = workspace.document.experiment.training.objectives
    names = {objective.name for objective in objectives}
    number = len(objectives) + 1
    while f"objective {number}" in names:
        number += 1
    taken = {id_ for one in objectives for id_ in _weights(one, _present(workspace))}
    free = {id_: 1.0 for id_ in _present(workspace) if id_ not in taken}
    new = Objective(f"objective {number}", objectives[-1].optimizer, losses=free)
    return _edit(workspace, (*objectives, new), "Add objective")


def remove_objective(workspace: Workspace, at: int) -> SetTraining:
    """Return the edit that takes one away; the last one stays."""
    objectives = workspace.document.experiment.training.objectives
    rest = (*objectives[:at], *objectives[at + 1 :])
    return _edit(workspace, rest or objectives, "Remove objective")


def rename_objective(workspace: Workspace, at: int, name: str) -> SetTraining:
    """Return the edit that gives it another name, under which its loss is shown."""
    changed = replace(workspace.document.experiment.training.objectives[at], name=name)
    return _put(workspace, at, changed, "Rename objective", merge="name")


def count_loss(workspace: Workspace, at: int, loss: NodeId, *, on: bool) -> SetTraining:
    """Return the edit that lets an objective minimise a loss or not; one at least stays."""
    objective = workspace.document.experiment.training.objectives[at]
    present = _present(workspace)
    weights = dict(_weights(objective, present))
    if on:
        weights.setdefault(loss, 1.0)
    elif len(weights) > 1:
        weights.pop(loss, None)
    changed = replace(objective, losses=_tidy(weights, present))
    return _put(workspace, at, changed, "Choose losses")


def weigh_loss(workspace: Workspace, at: int, loss: NodeId, weight: float) -> SetTraining:
    """Return the edit that sets what a loss counts."""
    objective = workspace.document.experiment.training.objectives[at]
    present = _present(workspace)
    weights = {**_weights(objective, present), loss: weight}
    changed = replace(objective, losses=_tidy(weights, present))
    return _put(workspace, at, changed, "Weigh loss", merge=f"weight {loss}")


def warm_loss(workspace: Workspace, at: int, loss: NodeId, share: float) -> SetTraining:
    """Return the edit that lets the weight of a loss rise from 0 over a share of the steps."""
    objective = workspace.document.experiment.training.objectives[at]
    rest = {id_: known for id_, known in objective.warm_ups.items() if id_ != loss}
    shares = {**rest, loss: share} if share > 0 else rest
    changed = replace(objective, warm_ups=shares)
    return _put(workspace, at, changed, "Warm up loss", merge=f"warm-up {loss}")


def update_blocks(workspace: Workspace, at: int, blocks: Collection[NodeId]) -> SetTraining:
    """Return the edit that lets an objective update these; all and none both mean all.

    A block that uses another's weights stands for that one.
    """
    experiment = workspace.document.experiment
    nodes = experiment.graph.nodes
    owners = {nodes[id_].shares or id_ for id_ in blocks if id_ in nodes}
    every = _weighty(experiment, workspace.checked)
    chosen = tuple(id_ for id_ in every if id_ in owners)
    objective = experiment.training.objectives[at]
    changed = replace(objective, blocks=() if len(chosen) == len(every) else chosen)
    return _put(workspace, at, changed, "Choose blocks to update")


def _present(workspace: Workspace) -> tuple[NodeId, ...]:
    facts = workspace.checked.blocks
    found = []
    for id_ in workspace.document.experiment.graph.order:
        spec = workspace.catalog.block(workspace.document.experiment.graph.nodes[id_].kind)
        if spec is not None and spec.role == "loss" and id_ in facts and not facts[id_].absent:
            found.append(id_)
    return tuple(found)


def _weighty(experiment: Experiment, checked: Checked) -> tuple[NodeId, ...]:
    return tuple(
        id_
        for id_ in experiment.graph.order
        if id_ in checked.blocks
        and checked.blocks[id_].trainable
        and not experiment.graph.nodes[id_].shares
    )


def _weights(objective: Objective, present: Collection[NodeId]) -> Mapping[NodeId, float]:
    return objective.losses or dict.fromkeys(present, 1.0)


def _tidy(weights: Mapping[NodeId, float], present: Collection[NodeId]) -> dict[NodeId, float]:
    """Return the weights, or nothing for the usual: all losses, each as it is."""
    usual = weights.keys() == set(present) and all(weight == 1.0 for weight in weights.values())
    return {} if usual else dict(weights)


def _put(
    workspace: Workspace, at: int, changed: Objective, label: str, *, merge: str = ""
) -> SetTraining:
    objectives = workspace.document.experiment.training.objectives
    merge = f"objective {at} {merge}" if merge else ""
    return _edit(workspace, (*objectives[:at], changed, *objectives[at + 1 :]), label, merge=merge)


def _edit(
    workspace: Workspace, objectives: tuple[Objective, ...], label: str, *, merge: str = ""
) -> SetTraining:
    training = replace(workspace.document.experiment.training, objectives=objectives)
    return SetTraining(training, label=label, merge=merge)
