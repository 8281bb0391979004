"""Stacking: what a person repeats: a composite, any single block, or a selection."""

from studio.core.composites import composite_of
from studio.core.edits import Edit
from studio.core.errors import GraphError
from studio.core.graph import NodeId
from studio.core.stacking import StackBlock, StackSelection, can_stack
from studio.core.taking_part import SetRepeat

from . import composing
from .workspace import Workspace

MOST = 10_000
"""How often anything is repeated at most."""


def can_repeat(workspace: Workspace, block: NodeId) -> bool:
    """Tell whether a block is of a kind that can be repeated."""
    spec = workspace.spec_of(block)
    return bool(spec and (composite_of(spec.id) or can_stack(spec)))


def repeat_block(workspace: Workspace, block: NodeId, times: int | str) -> None:
    """Repeat a block; a single one becomes a composite of its own in the same step.

    Raises:
        GraphError: it cannot be repeated, and why.
    """
    node, spec = workspace.graph.nodes[block], workspace.spec_of(block)
    if spec is None:
        raise GraphError(f"{node.title}: its block is not installed, so it cannot be repeated")
    label, where = f"Repeat {node.title}", workspace.where
    edit: Edit = SetRepeat((block,), times, where, label)
    if not composite_of(node.kind):
        if times == 1:
            return
        _expect_fitting(workspace, block)
        edit = StackBlock(block, spec, times, where, label)
    workspace.document.apply(edit)


def repeat_selection(workspace: Workspace, times: int) -> None:
    """Repeat what is selected; several blocks are folded first, in the same step.

    Raises:
        GraphError: it cannot be repeated, and why.
    """
    ids = composing.foldable(workspace)
    if not 2 <= times <= MOST:
        raise GraphError(f"expected a number from 2 to {MOST:,} to repeat, received {times:,}")
    if len(ids) == 1:
        repeat_block(workspace, ids[0], times)
        return
    before = workspace.graph.nodes.keys()
    title = composing.suggested_title(workspace)
    workspace.document.apply(StackSelection(composing.folding(workspace, title), times))
    workspace.select(workspace.graph.nodes.keys() - before)


def _expect_fitting(workspace: Workspace, block: NodeId) -> None:
    """Refuse a block whose output cannot become the input of the next; unknown shapes pass."""
    facts, spec = workspace.here.blocks.get(block), workspace.spec_of(block)
    if facts is None or spec is None:
        return
    into = next(iter(facts.inputs.values()), None)
    out = facts.outputs.get(spec.outputs[0].name)
    if into is not None and out is not None and into != out:
        title = workspace.graph.nodes[block].title
        raise GraphError(
            f"{title}: expected an output of {into} as at its input to repeat it, received {out}"
        )
