"""Addresses: ``training.epochs=2`` names a setting, for the command line and scripts."""

from collections.abc import Mapping
from dataclasses import replace

from .catalog import Catalog
from .composites import composite_of
from .errors import ParamError
from .experiment import OBJECTIVE, SPLIT, TRAINING, Choice, Experiment, Objective
from .expressions import Names, fit_in, is_expression
from .graph import Graph, Node
from .learning import WEIGHTS
from .params import Param, Value
from .scope import Scope
from .taking_part import SetRepeat, SetWeights

_REPEAT = Param("repeat", 1, low=1, help="How often a composite is stacked")
_OF_LOSS = {
    "weight": Param("weight", 1.0, low=0.0, help="What a loss counts in the sum"),
    "warm_up": Param("warm_up", 0.0, low=0.0, high=1.0, help="Share over which it rises from 0"),
}
_LEARNING = {param.name: param for param in WEIGHTS}


def set_at(experiment: Experiment, assignment: str, catalog: Catalog) -> Experiment:
    """Return the experiment with one setting changed.

    Known addresses: ``training.<setting>``, ``training.optimizer[.<param>]``,
    ``training.schedule[.<param>]``, ``training.losses.<id or title>[.weight|.warm_up]`` (of the
    first objective; ``training.<objective>.…`` of another),
    ``data.source[.<param>]``, ``data.<split setting>``, ``blocks.<id or title>.<param>`` and
    ``blocks.<id or title>.repeat``; how weights begin and learn is ``.initial``, ``.spread``,
    ``.gain`` and ``.rate``. A block inside a composite is named behind the instance, as in
    ``blocks.layers/norm1.eps``; that changes the definition, in all places where it stands.

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
    objective = training.objectives[index]
    if part.startswith("losses."):
        changed = _set_loss(experiment, objective, part.removeprefix("losses."), text, catalog)
    else:
        changed = _set_objective(objective, part, text, catalog)
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


def _set_loss(
    experiment: Experiment, objective: Objective, part: str, text: str, catalog: Catalog
) -> Objective:
    """Set the weight of a loss, or the share of the training over which it rises."""
    name, _, last = part.rpartition(".")
    what = last if name and last in _OF_LOSS else "weight"
    wanted = name if name and last in _OF_LOSS else part
    known = {
        id_: node.title for id_, node in experiment.graph.nodes.items()
        if (spec := catalog.blocks.get(node.kind)) is not None and spec.role == "loss"
    }  # fmt: skip
    titled = {title: id_ for id_, title in known.items()}
    id_ = wanted if wanted in known else titled.get(wanted, "")
    if not id_:
        there = ", ".join(known.values()) or "a loss in the drawing"
        raise ParamError(f"losses: expected one of {there}, received {wanted}")
    value = _OF_LOSS[what].fit(text)
    assert isinstance(value, float), value
    if what == "warm_up":
        return replace(objective, warm_ups={**objective.warm_ups, id_: value})
    losses = dict(objective.losses) or dict.fromkeys(known, 1.0)  # none means: all of them
    return replace(objective, losses={**losses, id_: value})


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
    path, _, name = rest.rpartition(".")
    where, node, names = _block_at(experiment, path)
    spec = Scope(catalog, experiment.composites).block(node.kind)
    declared = spec.params if spec else ()
    if name == "repeat" and all(param.name != name for param in declared):
        repeat = text if is_expression(text) else _REPEAT.fit(text)
        assert isinstance(repeat, (int, str)), repeat
        return SetRepeat((node.id,), repeat, where=where)(experiment)
    if name in _LEARNING and all(param.name != name for param in declared):
        return SetWeights((node.id,), name, _LEARNING[name].fit(text), where=where)(experiment)
    params = _with(node.params, declared, name, text, node.title, names)
    changed = experiment.graph_at(where).put(replace(node, params=params))
    return experiment.with_graph(changed, where)


def _block_at(experiment: Experiment, path: str) -> tuple[str, Node, Names]:
    """Return the composite a block stands in, the block, and the names its values may use."""
    where = ""
    names: Names = None
    *outer, last = path.split("/")
    for step in outer:
        inner = composite_of(_named(experiment.graph_at(where), step, path).kind)
        if inner not in experiment.composites:
            raise ParamError(f"{path}: expected a composite at {step}, received a single block")
        where = inner
        names = {param.name: param.default for param in experiment.composites[where].params}
    return where, _named(experiment.graph_at(where), last, path), names


def _named(graph: Graph, name: str, path: str) -> Node:
    node = graph.nodes.get(name) or next(
        (node for node in graph.nodes.values() if node.title == name), None
    )
    if node is None:
        raise ParamError(f"expected the id or title of a block, received {path}")
    return node


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
    values: Mapping[str, Value],
    declared: tuple[Param, ...],
    name: str,
    text: str,
    where: str,
    names: Names = None,
) -> dict[str, Value]:
    param = next((param for param in declared if param.name == name), None)
    if param is None:
        known = ", ".join(param.name for param in declared) or "no settings"
        raise ParamError(f"{where}: expected one of {known}, received {name}")
    return {**values, name: fit_in(param, text, names)}
