"""Parts: which parts a block's form has beside its parameters."""

from PySide6.QtWidgets import QWidget

from studio.app import stacking
from studio.app.workspace import Workspace
from studio.core.composites import composite_of
from studio.core.graph import Node

from .instance_part import InstancePart, Part, RepeatPart, SharingPart
from .weights_part import WeightsPart


def parts_of(workspace: Workspace, node: Node, parent: QWidget) -> list[Part]:
    """Return the parts that a block's form has beside its parameters."""
    parts: list[Part] = []
    if composite_of(node.kind) in workspace.document.experiment.composites:
        parts.append(InstancePart(workspace, node, parent))
    elif stacking.can_repeat(workspace, node.id):
        parts.append(RepeatPart(workspace, node, parent))
    parts.append(SharingPart(workspace, node, parent))
    parts.append(WeightsPart(workspace, node, parent))
    return parts
