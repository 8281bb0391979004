"""Objective problems: objectives that cannot be minimised, and what none of them looks after."""

from collections import Counter
from collections.abc import Iterator, Mapping

from .experiment import Experiment, Objective
from .facts import Checked
from .graph import Graph, NodeId
from .params import Params, complete
from .problems import Problem
from .settings import OBJECTIVE


def unfit_objectives(
    experiment: Experiment, losses: Mapping[NodeId, str], checked: Checked
) -> Iterator[Problem]:
    """Report what objectives lack; ``losses`` are the titles of all loss blocks by id."""
    objectives = experiment.training.objectives
    present = {id_: title for id_, title in losses.items() if not _absent(checked, id_)}
    for objective in objectives:
        yield from _strange(objective, losses)
        yield from _unfit(objective, experiment.graph, present, checked)
    yield from _unfit_together(objectives, experiment.graph, checked)
    yield from _left_over(objectives, experiment.graph, present, checked)


def owners_of(objective: Objective, graph: Graph, checked: Checked) -> frozenset[NodeId]:
    """Return the blocks whose weights an objective updates; of shared weights, the owner."""
    known = _weighty(graph, checked)
    if not objective.blocks:
        return known
    chosen = (graph.nodes.get(path.partition("/")[0]) for path in objective.blocks)
    return frozenset(node.shares or node.id for node in chosen if node is not None) & known


def _strange(objective: Objective, losses: Mapping[NodeId, str]) -> Iterator[Problem]:
    for id_ in sorted(objective.losses.keys() - losses.keys()):
        yield Problem(
            message=f"Objective {objective.name}: expected losses of the drawing, received {id_}",
            hint="Choose its losses on the Train page",
        )


def _unfit(
    objective: Objective, graph: Graph, present: Mapping[NodeId, str], checked: Checked
) -> Iterator[Problem]:
    if objective.losses and not objective.losses.keys() & present.keys():
        yield Problem(
            message=f"Objective {objective.name}: there is no loss left that it minimises",
            hint="Choose its losses on the Train page, or remove the objective",
        )
    if objective.blocks and checked.trainable and not owners_of(objective, graph, checked):
        yield Problem(
            message=f"Objective {objective.name}: none of its blocks has weights to learn",
            hint="Choose the blocks that it updates on the Train page",
        )


def _unfit_together(
    objectives: tuple[Objective, ...], graph: Graph, checked: Checked
) -> Iterator[Problem]:
    names = Counter(objective.name for objective in objectives)
    for name, count in names.items():
        if count > 1:
            yield Problem(
                message=f"{count} objectives are called {name}", hint="Give each a name of its own"
            )
    settings = [Params(complete(OBJECTIVE, objective.settings)) for objective in objectives]
    leaders = [one for one, own in enumerate(settings) if not one or not own.flag("joint")]
    if all(settings[one].whole("every") > 1 for one in leaders):
        yield Problem(
            message="No objective learns at every step",
            hint=f"Set “learns every” of {objectives[0].name} to 1",
        )
    if settings[0].flag("joint"):
        yield Problem(
            message=f"Objective {objectives[0].name} is the first: there is no pass to share",
            hint="Turn off “share the pass before”, or move the objective behind another",
        )
    joint = [own.flag("joint") for own in settings]
    yield from _unfit_sharing(objectives, joint, graph, checked)


def _unfit_sharing(
    objectives: tuple[Objective, ...], joint: list[bool], graph: Graph, checked: Checked
) -> Iterator[Problem]:
    """Report blocks that two objectives of one pass would update."""
    taken: dict[NodeId, str] = {}
    for objective, shares in zip(objectives, joint, strict=True):
        owners = owners_of(objective, graph, checked)
        taken = taken if shares else {}
        twice = next((id_ for id_ in graph.order if id_ in owners and id_ in taken), None)
        if twice:
            yield Problem(
                message=f"Objectives {taken[twice]} and {objective.name} share a pass and both "
                f"update {graph.nodes[twice].title}",
                hint="Choose different blocks for each, or make one objective with both losses",
            )
        taken |= dict.fromkeys(owners, objective.name)


def _left_over(
    objectives: tuple[Objective, ...],
    graph: Graph,
    present: Mapping[NodeId, str],
    checked: Checked,
) -> Iterator[Problem]:
    """Warn of losses that nobody minimises and of weights that nobody updates."""
    if all(objective.losses for objective in objectives):
        minimised = {id_ for objective in objectives for id_ in objective.losses}
        for id_, title in present.items():
            if id_ not in minimised:
                yield Problem(
                    message=f"{title} is in no objective: it is computed, and nothing learns of it",
                    node=id_,
                    hint="Add it to an objective on the Train page, or disable it",
                    level="warning",
                )
    updated = {id_ for one in objectives for id_ in owners_of(one, graph, checked)}
    forgotten = _weighty(graph, checked) - updated
    for id_ in graph.order:
        if id_ in forgotten:
            yield Problem(
                message=f"{graph.nodes[id_].title} is updated by no objective: its weights stay "
                "as they are drawn",
                node=id_,
                hint="Add it to an objective on the Train page, or freeze it",
                level="warning",
            )


def _weighty(graph: Graph, checked: Checked) -> frozenset[NodeId]:
    """Return the blocks that have weights to learn of their own."""
    return frozenset(
        id_
        for id_, facts in checked.blocks.items()
        if facts.trainable and not facts.absent and not graph.nodes[id_].shares
    )


def _absent(checked: Checked, id_: NodeId) -> bool:
    facts = checked.blocks.get(id_)
    return facts is None or facts.absent
