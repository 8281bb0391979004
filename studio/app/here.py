"""Here: what an edit or a change means for the drawing that is open."""

from dataclasses import Field, replace
from typing import Any, ClassVar, Protocol, TypeGuard

from studio.core.composites import composite_of
from studio.core.document import Diff, diff
from studio.core.edits import Edit
from studio.core.graph import Graph


class _OfDrawing(Edit, Protocol):
    """An edit of one drawing."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


def meant(edit: Edit, where: str) -> Edit:
    """Return the edit for the drawing at ``where``, unless it names another or none at all."""
    return replace(edit, where=where) if where and _is_anywhere(edit) else edit


def differing(change: Diff, where: str, graph: Graph) -> Diff:
    """Return what differs in the drawing at ``where``; instances change with their definitions."""
    here = diff(change.before, change.after, where) if where else change
    before, after = change.before.composites, change.after.composites
    if before is after:
        return here
    kinds = {id_: composite_of(node.kind) for id_, node in graph.nodes.items()}
    differ = {id_ for id_, of in kinds.items() if before.get(of) is not after.get(of)}
    return replace(here, changed=here.changed | (differ - here.added))


def _is_anywhere(edit: Edit) -> TypeGuard[_OfDrawing]:
    return getattr(edit, "where", None) == ""
