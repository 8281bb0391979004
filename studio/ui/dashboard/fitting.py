"""What a drawing is made of, as far as it decides which panels have something to show of it."""

from collections.abc import Iterator

from studio.app.workspace import Workspace
from studio.core.composites import composite_of
from studio.core.experiment import Experiment
from studio.core.graph import Graph

_TOKENS = frozenset({"io.tokens", "io.token_pair"})
_RECURRENT = frozenset({"nn.rnn", "nn.lstm", "nn.gru"})


def has_attention(workspace: Workspace) -> bool:
    """Tell whether a block attends, in a composite too."""
    return any("attention" in kind for kind in kinds_in(workspace.document.experiment))


def is_recurrent(workspace: Workspace) -> bool:
    """Tell whether a block goes through a sequence step by step, in a composite too."""
    return not _RECURRENT.isdisjoint(kinds_in(workspace.document.experiment))


def writes_text(workspace: Workspace) -> bool:
    """Tell whether tokens come in and a loss judges scores at every step."""
    if _TOKENS.isdisjoint(kinds_in(workspace.document.experiment)):
        return False
    return any(rank > 2 for rank in _judged(workspace))


def answers(workspace: Workspace) -> bool:
    """Tell whether a target is answered once for each sample, by a class or by numbers."""
    kinds = kinds_in(workspace.document.experiment)
    return "io.target" in kinds and any(rank <= 2 for rank in _judged(workspace))


def kinds_in(experiment: Experiment) -> frozenset[str]:
    """Return the kinds of all blocks, those inside the composites that are used included."""
    found: set[str] = set()
    waiting: list[Graph] = [experiment.graph]
    while waiting:
        new = {node.kind for node in waiting.pop().nodes.values()} - found
        found |= new
        used = (experiment.composites.get(composite_of(kind)) for kind in new)
        waiting += [composite.graph for composite in used if composite is not None]
    return frozenset(found)


def _judged(workspace: Workspace) -> Iterator[int]:
    """Yield how many axes what each loss judges has."""
    experiment, blocks = workspace.document.experiment, workspace.checked.blocks
    for id_, node in experiment.graph.nodes.items():
        spec, facts = workspace.catalog.block(node.kind), blocks.get(id_)
        if spec is not None and spec.role == "loss" and facts is not None:
            yield from (shape.rank for shape in list(facts.inputs.values())[:1])
