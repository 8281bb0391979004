"""Addresses: ``training.epochs=2`` names a setting, for the command line and scripts."""

from collections.abc import Mapping
from dataclasses import replace

from .catalog import Catalog
from .errors import ParamError
from .experiment import OBJECTIVE, SPLIT, TRAINING, Choice, Experiment, Objective
from .params import Param, Value


def set_at(experiment: Experiment, assignment: str, catalog: Catalog) -> Experiment:
    """Return the experiment with one setting changed.

    Known addresses: ``training.<setting>``, ``training.optimizer[.<param>]``,
    ``training.schedule[.<param>]`` (of the first objective; ``training.<objective>.…`` of another),
    ``data.source[.<param>]``, ``data.<split setting>`` and ``blocks.<id or title>.<param>``.

    Raises:
        ParamError: no such address, or the value does not fit.
    """
    address, equals, text = assignment.partition("=")
    root, _, rest = address.strip().partition(".")
    if not equals or not rest:
        raise ParamError(f"expected address=value such as training.epochs=2, received {assignment}")
    match root:
        case "training":
            return _set_training(experiment, rest, text.strip(), catalog)
        case "data":
            return _set_data(experiment, rest, text.strip(), catalog)
        case "blocks":
            return _set_block(experiment, rest, text.strip(), catalog)
        case _:
            raise ParamError(
                f"expected an address that starts with training, data or blocks, received {address}"
            )


def _set_training(experiment: Experiment, rest: str, text: str, catalog: Catalog) -> Experiment:
    training = experiment.training
    if "." not in rest and rest in {param.name for param in TRAINING}:
        settings = _with(training.settings, TRAINING, rest, text, "training")
        return replace(experiment, training=replace(training, settings=settings))
    names = [objective.name for objective in training.objectives]
    head, _, tail = rest.partition(".")
    index, part = (names.index(head), tail) if head in names and tail else (0, rest)
    changed = _set_objective(training.objectives[index], part, text, catalog)
    objectives = (*training.objectives[:index], changed, *training.objectives[index + 1 :])
    return replace(experiment, training=replace(training, objectives=objectives))


def _set_objective(objective: Objective, part: str, text: str, catalog: Catalog) -> Objective:
    head, _, name = part.partition(".")
    if head == "optimizer":
        known = {kind: spec.params for kind, spec in catalog.optimizers.items()}
        return replace(
            objective, optimizer=_set_choice(objective.optimizer, name, text, known, "optimizer")
        )
    if head == "schedule":
        known = {kind: spec.params for kind, spec in catalog.schedules.items()}
        return replace(
            objective, schedule=_set_choice(objective.schedule, name, text, known, "schedule")
        )
    return replace(objective, settings=_with(objective.settings, OBJECTIVE, part, text, "training"))


def _set_data(experiment: Experiment, rest: str, text: str, catalog: Catalog) -> Experiment:
    data = experiment.data
    head, _, name = rest.partition(".")
    if head == "source":
        known = {kind: spec.params for kind, spec in catalog.sources.items()}
        return replace(
            experiment,
            data=replace(data, source=_set_choice(data.source, name, text, known, "source")),
        )
    return replace(
        experiment, data=replace(data, split=_with(data.split, SPLIT, rest, text, "data"))
    )


def _set_block(experiment: Experiment, rest: str, text: str, catalog: Catalog) -> Experiment:
    name, _, param = rest.rpartition(".")
    nodes = experiment.graph.nodes
    node = nodes.get(name) or next((node for node in nodes.values() if node.title == name), None)
    if node is None:
        raise ParamError(f"expected the id or title of a block, received {name}")
    spec = catalog.block(node.kind)
    params = _with(node.params, spec.params if spec else (), param, text, node.title)
    return replace(experiment, graph=experiment.graph.put(replace(node, params=params)))


def _set_choice(
    choice: Choice, name: str, text: str, known: Mapping[str, tuple[Param, ...]], what: str
) -> Choice:
    if not name:
        if text not in known:
            raise ParamError(f"{what}: expected one of {', '.join(sorted(known))}, received {text}")
        return choice if choice.kind == text else Choice(text)
    return replace(
        choice, params=_with(choice.params, known.get(choice.kind, ()), name, text, what)
    )


def _with(
    values: Mapping[str, Value], declared: tuple[Param, ...], name: str, text: str, where: str
) -> dict[str, Value]:
    param = next((param for param in declared if param.name == name), None)
    if param is None:
        names = ", ".join(param.name for param in declared) or "no settings"
        raise ParamError(f"{where}: expected one of {names}, received {name}")
    return {**values, name: param.fit(text)}
