"""Offer: every kind of block that can be placed in the open drawing, composites included."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from studio.core.blocks import BlockSpec
from studio.core.catalog import Catalog
from studio.core.composites import Composite, kind_of, used_by
from studio.core.copying import imported
from studio.core.experiment import Experiment
from studio.core.scope import Scope

from .library import About, Library

LIBRARY = "Library"
"""The family under which a person's own composites are found that the experiment has not yet."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be placed: declarations by kind, and the definitions that a kind brings along.

    ``scope`` knows these kinds and all that stand in the experiment.
    """

    specs: Mapping[str, BlockSpec]
    scope: Scope
    brings: Mapping[str, tuple[Composite, ...]]


def offer_of(catalog: Catalog, experiment: Experiment, where: str, library: Library) -> Offer:
    """Return what can be placed in the graph at ``where``; inside a composite, no data or losses.

    A composite is not offered inside itself, nor inside one that it contains.
    """
    known = experiment.composites
    brings, about = _brought(library, known)
    fresh = {composite.id: composite for added in brings.values() for composite in added}
    scope = Scope(catalog, {**fresh, **known})
    left_out = {"input", "target", "loss", "metric", "output"} if where else {"port"}
    specs = {kind: spec for kind, spec in catalog.blocks.items() if spec.role not in left_out}
    ours = [id_ for id_ in known if not _holds(id_, where, known)]
    for kind in (*map(kind_of, sorted(ours)), *brings):
        spec = scope.block(kind)
        assert spec is not None, kind
        specs[kind] = _presented(spec, about[kind]) if kind in brings else spec
    return Offer(specs, scope, brings)


def _brought(
    library: Library, known: Mapping[str, Composite]
) -> tuple[dict[str, tuple[Composite, ...]], dict[str, About]]:
    """Return what each kind that the experiment has not yet brings along, and what is said of it.

    What is placed becomes the experiment's own: changing it there changes no file of the library.
    """
    found: dict[str, tuple[Composite, ...]] = {}
    about: dict[str, About] = {}
    for id_ in library.shown:
        wanted = (*used_by(library.known[id_].graph, library.known), id_)
        added, kinds = imported(wanted, library.known, known)
        kind = kinds.get(kind_of(id_), kind_of(id_))
        if any(composite.kind == kind for composite in added):
            found[kind] = added
            about[kind] = library.about.get(id_, About(LIBRARY))
    return found, about


def _presented(spec: BlockSpec, about: About) -> BlockSpec:
    return replace(
        spec,
        family=about.family,
        formula=about.formula,
        paper=about.paper,
        synonyms=(*spec.synonyms, *about.words),
    )


def _holds(composite: str, where: str, known: Mapping[str, Composite]) -> bool:
    if not where:
        return False
    return composite == where or where in used_by(known[composite].graph, known)
