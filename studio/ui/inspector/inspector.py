"""Inspector: what is selected, or with nothing selected the experiment itself."""

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from studio.app.offer import Offer
from studio.app.workspace import Workspace
from studio.core.check import Checked
from studio.core.document import Diff
from studio.core.graph import NodeId

from .block_view import BlockView
from .composite_view import CompositeView
from .experiment_view import ExperimentView
from .several_view import SeveralView

View = BlockView | SeveralView | ExperimentView | CompositeView


class Inspector(QScrollArea):
    """The right hand side of the Build page."""

    code_asked = Signal(str)
    fix_asked = Signal(str)
    story_asked = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._view: View | None = None
        self.setObjectName("inspector")
        self.setAccessibleName("Inspector")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(264)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.refresh)
        workspace.selection_changed.connect(self._on_selection)
        workspace.where_changed.connect(self._on_where)
        workspace.document.changed.connect(self._on_changed)
        workspace.checked_changed.connect(self._on_checked)
        workspace.renewed.connect(self._on_renewed)
        self.refresh()

    @property
    def view(self) -> View:
        """What is shown."""
        assert self._view is not None
        return self._view

    @Slot()
    def refresh(self) -> None:
        """Show what is selected now; forms that fit stay, so that typing goes on."""
        nodes = self._workspace.selected
        if self._view is not None and self._view.suits(nodes):
            self._view.refresh()
            return
        field = self._view.focusWidget() if self._view is not None else None
        typed = field.accessibleName() if isinstance(field, QLineEdit) and field.hasFocus() else ""
        self._view = self._new_view()
        page = QWidget(self)
        page.setObjectName("panel")
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 12, 12, 16)
        column.addWidget(self._view)
        column.addStretch(1)
        self._view.setParent(page)
        self.setWidget(page)
        self._view.refresh()
        if isinstance(self._view, BlockView):
            self._view.code_asked.connect(self.code_asked)
            self._view.fix_asked.connect(self.fix_asked)
        if isinstance(self._view, ExperimentView):
            self._view.story_asked.connect(self.story_asked)
        self._type_on(typed)

    def _type_on(self, name: str) -> None:
        """Give the focus back to the field of a name, when what was typed made the form anew."""
        fields = self.view.findChildren(QLineEdit) if name else []
        field = next((field for field in fields if field.accessibleName() == name), None)
        if field is not None:
            field.setFocus()

    def _new_view(self) -> View:
        nodes = self._workspace.selected
        if not nodes and self._workspace.where:
            return CompositeView(self._workspace, self)
        if not nodes:
            return ExperimentView(self._workspace, self)
        if len(nodes) == 1:
            return BlockView(self._workspace, nodes[0], self)
        return SeveralView(self._workspace, nodes, self)

    def _on_selection(self, _ids: frozenset[NodeId]) -> None:
        self._soon.start()

    def _on_where(self, _composite: str) -> None:
        self._soon.start()

    def _on_renewed(self, _offer: Offer) -> None:
        """Make the form anew: its block may have other parameters now."""
        self._view = None
        self.refresh()

    def _on_changed(self, _change: Diff) -> None:
        self._soon.start()

    def _on_checked(self, _checked: Checked) -> None:
        self._soon.start()
