"""Cures at the data: numbers brought to one scale, rare classes that count more."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from studio.core.edits import SetData
from studio.core.experiment import Preparation

from .anatomy import Spot
from .case import Case
from .edits import InsertBehind, SetOn
from .words import Remedy

SCALE = "standardize"
"""The step that shifts and scales a field of a person's own data."""

HEAVIEST = 50.0
"""The largest weight of a class; beyond, single samples would steer."""


def standardise(case: Case) -> Iterator[Remedy]:
    """Yield a step that scales the numbers of a person's own data, or a norm behind the input."""
    data = case.experiment.data
    if data.fields:
        if SCALE in case.catalog.steps and all(step.kind != SCALE for step in data.steps):
            steps = (*data.steps, Preparation(SCALE))
            label = "Standardise the numbers of the data"
            edit = SetData(replace(data, steps=steps), label=label)
            yield Remedy(label=label, edit=edit, why="fitted on the training part alone")
        return
    inputs = {"io.vector": "nn.batch_norm1d", "io.image": "nn.batch_norm2d"}
    for kind, into in inputs.items():
        graph, spec = case.experiment.graph, case.catalog.block(into)
        found = tuple(
            Spot("", id_)
            for id_, node in graph.nodes.items()
            if node.kind == kind and graph.consumers_of[id_] and not _normed(case, id_)
        )
        if found and spec is not None:
            label = f"Insert {spec.title} behind the input"
            yield Remedy(
                label=label,
                edit=InsertBehind(found, spec, (), label),
                why="every feature then has mean 0 and deviation 1",
            )


def weigh_classes(case: Case, counts: Sequence[int]) -> Iterator[Remedy]:
    """Yield class weights that let every class count alike in the loss."""
    graph = case.experiment.graph
    found = tuple(
        Spot("", id_) for id_, node in graph.nodes.items() if node.kind == "loss.cross_entropy"
    )
    if len(found) == 1 and not graph.nodes[found[0].id].params.get("class_weights"):
        share = sum(counts) / max(len(counts), 1)
        weights = [min(share / count, HEAVIEST) if count else 1.0 for count in counts]
        text = ", ".join(f"{weight:.3g}" for weight in weights)
        label = "Weigh the classes by how rare they are"
        yield Remedy(label=label, edit=SetOn(found, (("class_weights", text),), label))


def _normed(case: Case, id_: str) -> bool:
    graph = case.experiment.graph
    return any("norm" in graph.nodes[end.node].kind for end in graph.consumers_of[id_])
