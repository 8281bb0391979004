"""Parts of the inspector for some blocks only: how often it is stacked, and shared weights."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from studio.app import composing, sharing, stacking
from studio.app.workspace import Workspace
from studio.core.composites import composite_of
from studio.core.errors import StudioError
from studio.core.graph import Node
from studio.core.params import Param, Value
from studio.core.text import plural
from studio.ui.widgets.chooser import Chooser
from studio.ui.widgets.labels import Text
from studio.ui.widgets.param_form import ParamForm

REPEAT = Param(
    "repeat", 1, low=1, high=stacking.MOST,
    help="Stack so many, one feeding the next, each with weights of its own",
)  # fmt: skip
OWN = "Its own"


class Part(QWidget):
    """A part that follows the block it is about."""

    def __init__(self, workspace: Workspace, node: Node, parent: QWidget) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._id = node.id

    def refresh(self, node: Node) -> None:
        """Show the block as it is now."""


class RepeatPart(Part):
    """How often a block is stacked."""

    def __init__(self, workspace: Workspace, node: Node, parent: QWidget) -> None:
        super().__init__(workspace, node, parent)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.form = ParamForm((REPEAT,), {}, self)
        self.form.changed.connect(self._on_repeat)
        self.column.addWidget(self.form)

    def refresh(self, node: Node) -> None:
        self.form.set_names(self._workspace.names)
        self.form.set_values({"repeat": node.repeat})

    @Slot(str, object)
    def _on_repeat(self, _name: str, value: Value) -> None:
        if not isinstance(value, (int, str)):
            return
        try:
            stacking.repeat_block(self._workspace, self._id, value)
        except StudioError as error:
            self._workspace.refused.tell(str(error))
            self.form.field("repeat").clearFocus()
            self.refresh(self._workspace.graph.nodes[self._id])


class InstancePart(RepeatPart):
    """How often a composite is stacked, the way into it, and the way back to its blocks."""

    def __init__(self, workspace: Workspace, node: Node, parent: QWidget) -> None:
        super().__init__(workspace, node, parent)
        self.open = QPushButton("Open the composite", self)
        self.open.clicked.connect(self._on_open)
        self.unfold = QPushButton("Unfold", self)
        self.unfold.setToolTip("Put its blocks in its place  Ctrl+Shift+U")
        self.unfold.clicked.connect(self._on_unfold)
        row = QHBoxLayout()
        row.addWidget(self.open)
        row.addWidget(self.unfold)
        row.addStretch(1)
        self.column.addLayout(row)

    @Slot()
    def _on_open(self) -> None:
        composite = composite_of(self._workspace.graph.nodes[self._id].kind)
        self._workspace.open_composite(composite, through=self._id)

    @Slot()
    def _on_unfold(self) -> None:
        try:
            composing.unfold(self._workspace)
        except StudioError as error:
            self._workspace.refused.tell(str(error))


class SharingPart(Part):
    """Whose weights a block uses, and who uses its own."""

    def __init__(self, workspace: Workspace, node: Node, parent: QWidget) -> None:
        super().__init__(workspace, node, parent)
        self._choices: dict[str, str] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout()
        row.addWidget(Text("Weights", self, "muted", wraps=False))
        self._row = row
        self.chooser: Chooser | None = None
        self._column.addLayout(row)
        self.users = Text("", self, "small")
        self._column.addWidget(self.users)

    def refresh(self, node: Node) -> None:
        owners = {owner.id: f"Those of {owner.title}" for owner in self._owners(node)}
        choices = {"": OWN, **owners}
        if choices != self._choices or self.chooser is None:
            self._choices = choices
            self._make_chooser(choices)
        if self.chooser is not None:
            self.chooser.show_kind(node.shares)
        users = [user.title for user in sharing.sharers(self._workspace, node.id)]
        what = f"{plural(len(users), 'block')} use" if len(users) > 1 else "1 block uses"
        self.users.say(f"{what} these weights too: {', '.join(users)}" if users else "")
        self.setVisible(len(choices) > 1 or bool(users))

    def _owners(self, node: Node) -> list[Node]:
        owner = self._workspace.graph.nodes.get(node.shares)
        found = sharing.owners(self._workspace, node.id)
        return [*found] if owner is None or owner in found else [owner, *found]

    def _make_chooser(self, choices: dict[str, str]) -> None:
        if self.chooser is not None:
            self._row.removeWidget(self.chooser)
            self.chooser.hide()
            self.chooser.deleteLater()
        self.chooser = Chooser("Use the same weights as", choices, self)
        self.chooser.kind_chosen.connect(self._on_chosen)
        self._row.addWidget(self.chooser, 1)

    @Slot(str)
    def _on_chosen(self, owner: str) -> None:
        if owner:
            sharing.share(self._workspace, self._id, owner)
        else:
            sharing.unshare(self._workspace, (self._id,))
