"""Library: edits of the composites themselves, and composites brought in from other files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from .composites import Composite, instances, used_by
from .copying import imported
from .errors import GraphError
from .experiment import Experiment
from .params import Param


@dataclass(frozen=True, slots=True)
class SetComposite:
    """Change the title, the parameters or the help of a composite; what is None stays."""

    id: str
    title: str | None = None
    params: tuple[Param, ...] | None = None
    help: str | None = None
    label: str = "Change composite"

    @property
    def merge(self) -> str:
        """Typing on is one step."""
        return f"composite {self.id}" + (" help" if self.help is not None else "")

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the composite changed."""
        experiment.graph_at(self.id)
        known = experiment.composites[self.id]
        title = known.title if self.title is None else self.title.strip()
        params = known.params if self.params is None else self.params
        names = [param.name for param in params]
        if not title:
            raise GraphError("a composite needs a title; expected at least one letter")
        unfit = next((n for n in names if not n.isidentifier() or names.count(n) > 1), None)
        if unfit is not None:
            raise GraphError(
                f"expected parameters of different names such as d_model, received {unfit!r}"
            )
        told = known.help if self.help is None else self.help
        changed = replace(known, title=title, params=params, help=told)
        return experiment.with_composites({**experiment.composites, self.id: changed})


@dataclass(frozen=True, slots=True)
class RemoveComposite:
    """Take a composite away that no block stands for."""

    id: str
    label: str = "Delete composite"
    merge: str = ""

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment without the composite."""
        experiment.graph_at(self.id)
        graphs = [experiment.graph, *(known.graph for known in experiment.composites.values())]
        if any(self.id in instances(graph) for graph in graphs):
            title = experiment.composites[self.id].title
            raise GraphError(f"{title} still stands in the drawing; delete its blocks first")
        left = {id_: known for id_, known in experiment.composites.items() if id_ != self.id}
        return experiment.with_composites(left)


@dataclass(frozen=True, slots=True)
class AddComposites:
    """Take composites in, those inside others included."""

    composites: tuple[Composite, ...]
    label: str = "Import composites"
    merge: str = ""

    def __call__(self, experiment: Experiment) -> Experiment:
        """Return the experiment with the composites."""
        brought = {known.id: known for known in self.composites}
        return experiment.with_composites({**experiment.composites, **brought})


def import_composites(
    experiment: Experiment, brought: Mapping[str, Composite], ids: Iterable[str]
) -> AddComposites:
    """Return the edit that takes composites of another experiment in, with all they need.

    Those that are there already, value for value, are not taken twice; another one of the same id
    comes in under an id of its own.
    """
    wanted: dict[str, None] = {}
    for id_ in ids:
        wanted |= dict.fromkeys((*used_by(brought[id_].graph, brought), id_))
    added, _ = imported(wanted, brought, experiment.composites)
    titles = " and ".join(known.title for known in added[:2])
    return AddComposites(added, label=f"Import {titles}" if titles else "Import composites")
