"""WeightsPart: how the weights of a block begin, and how fast they learn."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.app.workspace import Workspace
from studio.core.facts import BlockFacts
from studio.core.graph import Node
from studio.core.learning import settable
from studio.core.params import Param, Value
from studio.core.taking_part import SetWeights
from studio.ui.widgets.param_form import ParamForm

from .instance_part import Part


class WeightsPart(Part):
    """The settings that all blocks with weights have; a form that follows what is chosen."""

    def __init__(self, workspace: Workspace, node: Node, parent: QWidget) -> None:
        super().__init__(workspace, node, parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.form = self._new_form(node)

    def refresh(self, node: Node) -> None:
        if self.form.params != self._params(node):
            old = self.form
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
            self.form = self._new_form(node)
        self.form.set_values(node.weights)
        self.setVisible(bool(self.form.params) and not node.shares)

    def _params(self, node: Node) -> tuple[Param, ...]:
        facts = self._workspace.here.blocks.get(node.id, BlockFacts())
        tensors = [*facts.inferred.weights.values()] if facts.inferred else []
        if not tensors and facts.parameters:
            tensors = [(facts.parameters,)]  # a composite's, whose blocks are drawn one by one
        return settable(tensors, node.weights)

    def _new_form(self, node: Node) -> ParamForm:
        form = ParamForm(self._params(node), node.weights, self)
        form.changed.connect(self._on_changed)
        self._column.addWidget(form)
        return form

    @Slot(str, object)
    def _on_changed(self, name: str, value: Value) -> None:
        self._workspace.apply(SetWeights((self._id,), name, value, where=self._workspace.where))
