"""SeveralView: several blocks at once: the parameters that they share."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.app.workspace import Workspace
from studio.core.blocks import BlockSpec
from studio.core.edits import SetParam
from studio.core.expressions import is_expression
from studio.core.graph import Node
from studio.core.params import Param, Value, complete
from studio.core.text import grouped, plural, scaled
from studio.ui.widgets.facts import Facts
from studio.ui.widgets.labels import Line, Text
from studio.ui.widgets.param_form import ParamForm


class SeveralView(QWidget):
    """What can be said and set of several blocks together."""

    def __init__(self, workspace: Workspace, nodes: tuple[Node, ...], parent: QWidget) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._ids = tuple(node.id for node in nodes)
        self._kinds = tuple(node.kind for node in nodes)
        specs = [workspace.spec_of(node.id) for node in nodes]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(Text(plural(len(nodes), "block"), self, "title"))
        titles = sorted({spec.title if spec else "Not installed" for spec in specs})
        column.addWidget(Text(", ".join(titles), self, "small"))
        self.form = ParamForm(shared_params(specs), {}, self)
        self.form.changed.connect(self._on_param)
        if self.form.params:
            column.addWidget(self.form)
        else:
            column.addWidget(Text("These blocks have no parameter in common", self, "muted"))
        column.addWidget(Line(self))
        self.facts = Facts(self)
        column.addWidget(self.facts)

    def suits(self, nodes: tuple[Node, ...]) -> bool:
        """Tell whether this view can go on for the selected blocks."""
        same_ids = tuple(node.id for node in nodes) == self._ids
        return same_ids and tuple(node.kind for node in nodes) == self._kinds

    def refresh(self) -> None:
        """Show the blocks as they are now."""
        nodes = [self._workspace.graph.nodes[id_] for id_ in self._ids]
        given = [{**complete(self.form.params, node.params), **_typed(node)} for node in nodes]
        mixed = {
            param.name
            for param in self.form.params
            if any(values[param.name] != given[0][param.name] for values in given)
        }
        self.form.set_names(self._workspace.names)
        self.form.set_values(given[0], mixed=mixed)
        blocks = self._workspace.here.blocks
        facts = [blocks[id_] for id_ in self._ids if id_ in blocks]
        self.facts.show_rows(
            [
                ("Parameters", grouped(sum(fact.parameters for fact in facts))),
                ("Cost a sample", scaled(sum(fact.macs for fact in facts), "MAC")),
            ]
        )

    @Slot(str, object)
    def _on_param(self, name: str, value: Value) -> None:
        param = next(param for param in self.form.params if param.name == name)
        label = f"Set {param.label} of {plural(len(self._ids), 'block')}"
        self._workspace.apply(SetParam(self._ids, name, value, label=label))


def _typed(node: Node) -> dict[str, Value]:
    """Return the expressions that are set on a block."""
    return {name: value for name, value in node.params.items() if is_expression(value)}


def shared_params(specs: list[BlockSpec | None]) -> tuple[Param, ...]:
    """Return the parameters that all these blocks have, declared alike."""
    if not specs or any(spec is None for spec in specs):
        return ()
    known = [spec for spec in specs if spec is not None]
    return tuple(
        param for param in known[0].params if all(spec.param(param.name) == param for spec in known)
    )
