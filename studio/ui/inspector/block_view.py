"""BlockView: one block: its title, problems, shapes, parameters, and what it does."""

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from studio.app import composing
from studio.app.workspace import Workspace
from studio.core.blocks import BlockSpec
from studio.core.check import BlockFacts
from studio.core.composites import composite_of
from studio.core.edits import Rename, SetParam
from studio.core.graph import Node
from studio.core.params import Value
from studio.core.text import grouped, scaled
from studio.ui.theme import tokens
from studio.ui.widgets.facts import Facts
from studio.ui.widgets.labels import Line, Text
from studio.ui.widgets.param_form import ParamForm

from .parts import parts_of

NOTHING = "This block has nothing to set"
NO_PARAMETERS = "This composite has no parameters; open it to give it some"


class BlockView(QWidget):
    """Everything about one block."""

    code_asked = Signal(str)
    fix_asked = Signal(str)

    def __init__(self, workspace: Workspace, node: Node, parent: QWidget) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._id = node.id
        self._kind = node.kind
        self._where = workspace.where
        self._spec = workspace.spec_of(node.id)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._head(node)
        self.problems = Text("", self, "error")
        self._column.addWidget(self.problems)
        self.fix = QPushButton("Quick fix…", self)
        self.fix.setToolTip("What would remove the problem  Ctrl+.")
        self.fix.clicked.connect(self._on_fix)
        self._column.addWidget(self.fix, alignment=Qt.AlignmentFlag.AlignLeft)
        self.form = self._make_form(node)
        self.parts = parts_of(workspace, node, self)
        for part in self.parts:
            self._column.addWidget(part)
        self._line = Line(self)
        self._column.addWidget(self._line)
        self.facts = Facts(self)
        self._column.addWidget(self.facts)
        if self._spec is not None:
            self._about(self._spec)

    def suits(self, nodes: tuple[Node, ...]) -> bool:
        """Tell whether this view can go on for the selected blocks."""
        same = [(node.id, node.kind) for node in nodes] == [(self._id, self._kind)]
        return same and self._workspace.where == self._where and self._spec == self._declared()

    def _declared(self) -> BlockSpec | None:
        return self._workspace.spec_of(self._id)

    def refresh(self) -> None:
        """Show the block as it is now."""
        node = self._workspace.graph.nodes[self._id]
        facts = self._workspace.here.blocks.get(self._id, BlockFacts())
        if not self.title.hasFocus():
            self.title.setText(node.title)
        self.problems.say(
            "\n".join(f"{p.message}{f'. {p.hint}' if p.hint else ''}" for p in facts.problems)
        )
        self.problems.set_tone("muted" if facts.asked else "error")
        self.fix.setVisible(bool(facts.problems) and not facts.asked)
        self.form.set_names(self._workspace.names)
        self.form.set_values(node.params)
        for part in self.parts:
            part.refresh(node)
        rows = _rows(facts)
        self.facts.show_rows(rows)
        self._line.setVisible(bool(rows))

    def _head(self, node: Node) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        family = self._spec.family if self._spec else ""
        row.addWidget(Stripe(family, self))
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(Text(self._spec.title if self._spec else node.kind, self, "title"))
        names.addWidget(Text(family or "Not installed", self, "small"))
        row.addLayout(names, 1)
        self._column.addLayout(row)
        self.title = QLineEdit(node.title, self)
        self.title.setAccessibleName("Title of the block")
        self.title.setToolTip("Title of the block; the program names its module after it")
        self.title.editingFinished.connect(self._on_title)
        self._column.addWidget(self.title)

    def _make_form(self, node: Node) -> ParamForm:
        params = self._spec.params if self._spec else ()
        form = ParamForm(params, node.params, self, exposing=True)
        form.changed.connect(self._on_param)
        form.exposed.connect(self._on_exposed)
        if params:
            self._column.addWidget(form)
        else:
            nothing = NO_PARAMETERS if composite_of(node.kind) else NOTHING
            self._column.addWidget(Text(nothing, self, "small"))
        return form

    def _about(self, spec: BlockSpec) -> None:
        self._column.addWidget(Line(self))
        if spec.formula:
            self._column.addWidget(Text(spec.formula, self, "code"))
        if spec.help:
            self._column.addWidget(Text(spec.help, self, "muted"))
        if spec.paper:
            self._column.addWidget(Text(spec.paper, self, "small"))
        show_code = QPushButton("Show the code", self)
        show_code.setObjectName("flat")
        show_code.clicked.connect(self._on_code)
        self._column.addWidget(show_code, alignment=Qt.AlignmentFlag.AlignLeft)

    @Slot(str, object)
    def _on_param(self, name: str, value: Value) -> None:
        param = self._spec.param(name) if self._spec else None
        assert param is not None, name
        title = self._workspace.graph.nodes[self._id].title
        self._workspace.apply(
            SetParam((self._id,), name, value, label=f"Set {param.label} of {title}")
        )

    @Slot(str)
    def _on_exposed(self, name: str) -> None:
        composing.expose(self._workspace, self._id, name)

    @Slot()
    def _on_title(self) -> None:
        node = self._workspace.graph.nodes.get(self._id)
        wanted = self.title.text().strip()
        if node is None or wanted == node.title:
            return
        if not self._workspace.apply(Rename(self._id, wanted, label=f"Rename {node.title}")):
            self.title.setText(node.title)

    @Slot()
    def _on_fix(self) -> None:
        self.fix_asked.emit(self._id)

    @Slot()
    def _on_code(self) -> None:
        self.code_asked.emit(self._id)


class Stripe(QWidget):
    """The family's colour, as on the card."""

    def __init__(self, family: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._family = family
        self.setFixedWidth(4)

    # Qt

    def sizeHint(self) -> QSize:
        return QSize(4, 36)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens(self).family(self._family))
        painter.drawRoundedRect(self.rect(), 2, 2)


def _rows(facts: BlockFacts) -> list[tuple[str, str]]:
    rows = [(f"In {name}", str(shape)) for name, shape in facts.inputs.items()]
    rows += [(f"Out {name}", str(shape)) for name, shape in facts.outputs.items()]
    if facts.inferred is not None:
        rows.append(("Parameters", grouped(facts.parameters)))
        for name, dims in facts.inferred.weights.items():
            rows.append((f"  {name}", "×".join(str(dim) for dim in dims)))
        rows.append(("Cost a sample", scaled(facts.macs, "MAC")))
    return rows
