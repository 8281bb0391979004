"""Fixing: the problems of a block in the open drawing, and the edits that remove them."""

from dataclasses import dataclass

from studio.core.check import Problem
from studio.core.fixes import Fix, fixes_for
from studio.core.graph import NodeId

from .workspace import Workspace


@dataclass(frozen=True, slots=True)
class Remedy:
    """A problem, and what removes it."""

    problem: Problem
    fixes: tuple[Fix, ...]


def remedies(workspace: Workspace, block: NodeId) -> tuple[Remedy, ...]:
    """Return the problems of a block, each with the fixes that were found to work."""
    experiment = workspace.document.experiment
    return tuple(
        Remedy(
            problem,
            tuple(
                fixes_for(
                    experiment, workspace.here, problem, workspace.catalog, where=workspace.where
                )
            ),
        )
        for problem in workspace.here.problems
        if problem.node == block
    )


def troubled(workspace: Workspace) -> NodeId:
    """Return the block to fix: the selected one, or without a selection the first with a problem.

    Empty if there is none.
    """
    chosen = workspace.selection
    wrong = [problem.node for problem in workspace.here.problems if problem.node]
    if chosen:
        return next((node for node in wrong if node in chosen), "")
    return wrong[0] if wrong else ""


def fix(workspace: Workspace, chosen: Fix) -> None:
    """Apply a fix as one step of undo."""
    with workspace.document.grouped(chosen.label):
        workspace.apply(chosen.edit)


def go_to(workspace: Workspace, problem: Problem) -> NodeId:
    """Open the drawing in which a problem of the experiment lies, and select the block at fault."""
    workspace.go_to(0)
    *through, block = problem.path.split("/") if problem.path else [problem.node or ""]
    for instance in through:
        node = workspace.graph.nodes.get(instance)
        composite = node.kind.partition(":")[2] if node else ""
        if node is None or composite not in workspace.document.experiment.composites:
            return ""
        workspace.open_composite(composite, through=instance)
    workspace.select([block])
    return block if block in workspace.graph.nodes else ""
