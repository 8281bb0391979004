"""What was set for a run, in words."""

from pathlib import Path

from studio.app.run_facts import Facts
from studio.core.errors import FileError
from studio.core.experiment import Choice
from studio.core.fileio import open_file
from studio.core.params import Param, Value, complete
from studio.core.settings import COMPUTING, RUN
from studio.runs.store import EXPERIMENT


def settings(folder: Path) -> Facts:
    """Return how the network of a run was to be trained, and on which data."""
    try:
        experiment = open_file(folder / EXPERIMENT)
    except FileError:
        return [("Not recorded", "")]
    told = (*RUN, *COMPUTING)
    values = complete(told, experiment.training.settings)
    rows = [(_named(param), _said(values[param.name], param.unit)) for param in told]
    objectives = experiment.training.objectives
    for place, objective in enumerate(objectives, 1):
        several = f" {place}" if len(objectives) > 1 else ""
        rows.append((f"Optimiser{several}", _choice(objective.optimizer)))
        rows.append((f"Schedule{several}", _choice(objective.schedule)))
    return [*rows, ("Data", _choice(experiment.data.source))]


def titles(folder: Path) -> dict[str, str]:
    """Return the titles of the blocks by id; none where the drawing cannot be read."""
    try:
        nodes = open_file(folder / EXPERIMENT).graph.nodes
    except FileError:
        return {}
    return {id_: node.title for id_, node in nodes.items()}


def _named(param: Param) -> str:
    words = param.title or param.name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _said(value: Value, unit: str = "") -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value} {unit}".rstrip()


def _choice(choice: Choice) -> str:
    params = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in choice.params.items())
    return f"{choice.kind}: {params}" if params else choice.kind
