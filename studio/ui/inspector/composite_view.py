"""CompositeView: the definition of the composite that is open: title, help, parameters, ports."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QGridLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.app import composing
from studio.app.workspace import Workspace
from studio.core.composites import PORT_IN, PORT_OUT, Composite, port_name, ports_in
from studio.core.graph import Node, NodeId
from studio.core.library import SetComposite
from studio.core.parameters import RemoveParam, RenameParam
from studio.core.params import Param, Value, show
from studio.core.text import grouped, scaled
from studio.ui.icons import drawn
from studio.ui.theme import tokens
from studio.ui.widgets.facts import Facts
from studio.ui.widgets.fields import Field, field_for
from studio.ui.widgets.labels import Line, Text

DEFAULTS = "A number, on or off, sizes such as 3×3, words, or choices such as relu | gelu"
_LINES = 5
"""Of the help that are seen at once."""


class CompositeView(QWidget):
    """What is shown inside a composite with nothing selected."""

    def __init__(self, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._id = workspace.where
        self._built: object = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(Text("Composite", self, "title"))
        self.title = self._new_title()
        column.addWidget(self.title)
        self.help = self._new_help()
        column.addWidget(self.help)
        column.addWidget(Text("What is changed here changes every instance", self, "small"))
        column.addWidget(Line(self))
        column.addWidget(Text("Parameters", self, "heading"))
        self.params = QVBoxLayout()
        column.addLayout(self.params)
        self.add = QPushButton("Add a parameter", self)
        self.add.setObjectName("flat")
        self.add.clicked.connect(self._on_add)
        column.addWidget(self.add, alignment=Qt.AlignmentFlag.AlignLeft)
        column.addWidget(
            Text(
                "Blocks inside take them by ƒx, or in expressions: =4*d_model",
                self,
                "small",
            )
        )
        column.addWidget(Line(self))
        column.addWidget(Text("Ports", self, "heading"))
        self.ports = QVBoxLayout()
        column.addLayout(self.ports)
        column.addWidget(Line(self))
        self.facts = Facts(self)
        column.addWidget(self.facts)

    def _new_title(self) -> QLineEdit:
        editor = QLineEdit(self)
        editor.setAccessibleName("Title of the composite")
        editor.textEdited.connect(self._on_title)
        return editor

    def _new_help(self) -> QPlainTextEdit:
        editor = QPlainTextEdit(self)
        editor.setAccessibleName("Help of the composite")
        editor.setPlaceholderText("What it does, for the palette and its instances")
        editor.setTabChangesFocus(True)
        editor.setFixedHeight(editor.fontMetrics().lineSpacing() * _LINES)
        editor.textChanged.connect(self._on_help)
        return editor

    def suits(self, nodes: tuple[Node, ...]) -> bool:
        """Tell whether this view can go on for the selected blocks."""
        return not nodes and self._workspace.where == self._id

    def refresh(self) -> None:
        """Show the definition as it is now."""
        composite = self._workspace.document.experiment.composites[self._id]
        if self.title.text() != composite.title:
            self.title.setText(composite.title)
        if self.help.toPlainText() != composite.help:
            self.help.setPlainText(composite.help)
        ports = (*ports_in(composite.graph, PORT_IN), *ports_in(composite.graph, PORT_OUT))
        shape = (composite.params, tuple((port.id, port.title) for port in ports))
        if shape != self._built:
            self._built = shape
            self._build(composite, ports)
        here = self._workspace.here
        self.facts.show_rows(
            [
                ("Blocks", grouped(len(composite.graph.nodes))),
                ("Parameters of an instance", grouped(here.parameters)),
                ("Cost a sample", scaled(here.macs, "MAC")),
            ]
        )

    def _build(self, composite: Composite, ports: tuple[Node, ...]) -> None:
        for column in (self.params, self.ports):
            while (item := column.takeAt(0)) is not None:
                widget = item.widget()
                if widget is not None:
                    widget.hide()
                    widget.deleteLater()
        for param in composite.params:
            row = ParamRow(param, self)
            row.renamed.connect(self._on_renamed)
            row.defaulted.connect(self._on_default)
            row.removed.connect(self._on_removed)
            self.params.addWidget(row)
        for port in ports:
            moved = PortRow(port, self)
            moved.moved.connect(self._on_moved)
            self.ports.addWidget(moved)

    @Slot()
    def _on_help(self) -> None:
        text = self.help.toPlainText()
        if text != self._workspace.document.experiment.composites[self._id].help:
            self._workspace.apply(SetComposite(self._id, help=text, label="Describe composite"))

    @Slot(str)
    def _on_title(self, text: str) -> None:
        if text.strip():
            self._workspace.apply(SetComposite(self._id, title=text, label="Rename composite"))

    @Slot()
    def _on_add(self) -> None:
        composing.add_param(self._workspace)

    @Slot(str, str)
    def _on_renamed(self, old: str, new: str) -> None:
        if not self._workspace.apply(RenameParam(self._id, old, new)):
            self._built = None
            self.refresh()

    @Slot(str, object)
    def _on_default(self, name: str, value: Value) -> None:
        composing.set_default(self._workspace, name, value)
        composite = self._workspace.document.experiment.composites[self._id]
        if (name, value) not in [(param.name, param.default) for param in composite.params]:
            self._built = None  # what was refused, or reads otherwise, is shown as it is
            self.refresh()

    @Slot(str)
    def _on_removed(self, name: str) -> None:
        self._workspace.apply(RemoveParam(self._id, name))

    @Slot(str, int)
    def _on_moved(self, port: NodeId, by: int) -> None:
        composing.move_port(self._workspace, port, by)


class ParamRow(QWidget):
    """The name and the default of one parameter."""

    renamed = Signal(str, str)
    defaulted = Signal(str, object)
    removed = Signal(str)

    def __init__(self, param: Param, parent: QWidget) -> None:
        super().__init__(parent)
        self._param = param
        row = QGridLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setHorizontalSpacing(6)
        self.name = QLineEdit(param.name, self)
        self.name.setAccessibleName(f"Name of parameter {param.name}")
        self.default = self._editor(param)
        self.default.setAccessibleName(f"Default of parameter {param.name}")
        self.remove = _button(self, "x", f"Remove parameter {param.name}")
        for place, part in enumerate((self.name, self.default, self.remove)):
            row.addWidget(part, 0, place)
        row.setColumnStretch(0, 3)
        row.setColumnStretch(1, 2)
        self.name.editingFinished.connect(self._on_name)
        self.remove.clicked.connect(self._on_remove)

    @Slot()
    def _on_name(self) -> None:
        wanted = self.name.text().strip()
        if wanted != self._param.name:
            self.renamed.emit(self._param.name, wanted)

    def _editor(self, param: Param) -> QLineEdit | Field:
        if param.kind in {"bool", "choice"}:
            field = field_for(param, self)
            field.set_value(param.default)
            field.changed.connect(self._on_chosen)
            return field
        line = QLineEdit(show(param.default), self)
        line.setToolTip(DEFAULTS)
        line.editingFinished.connect(self._on_default)
        return line

    @Slot(object)
    def _on_chosen(self, value: Value) -> None:
        self.defaulted.emit(self._param.name, value)

    @Slot()
    def _on_default(self) -> None:
        assert isinstance(self.default, QLineEdit)
        if self.default.text().strip() != show(self._param.default):
            self.defaulted.emit(self._param.name, self.default.text())

    @Slot()
    def _on_remove(self) -> None:
        self.removed.emit(self._param.name)


class PortRow(QWidget):
    """A port, and its place among those of its side."""

    moved = Signal(str, int)

    def __init__(self, port: Node, parent: QWidget) -> None:
        super().__init__(parent)
        self._id = port.id
        name = port_name(port)
        row = QGridLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        side = "In" if port.kind == PORT_IN else "Out"
        row.addWidget(Text(f"{side}  {name}", self, wraps=False), 0, 0)
        row.setColumnStretch(0, 1)
        self.up = _button(self, "arrow-up", f"Move port {name} up")
        self.down = _button(self, "arrow-down", f"Move port {name} down")
        row.addWidget(self.up, 0, 1)
        row.addWidget(self.down, 0, 2)
        self.up.clicked.connect(self._on_up)
        self.down.clicked.connect(self._on_down)

    @Slot()
    def _on_up(self) -> None:
        self.moved.emit(self._id, -1)

    @Slot()
    def _on_down(self) -> None:
        self.moved.emit(self._id, 1)


def _button(parent: QWidget, icon: str, words: str) -> QToolButton:
    button = QToolButton(parent)
    button.setObjectName("reset")
    button.setFixedSize(24, 24)
    button.setIcon(drawn(icon, tokens(parent).muted, 28))
    button.setAccessibleName(words)
    button.setToolTip(words)
    return button
