"""Breadcrumb: which drawing is open, and the way back to the ones around it."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QToolButton, QWidget

from studio.app.workspace import Workspace
from studio.core.document import Diff

HEIGHT_PX = 32


class Breadcrumb(QWidget):
    """``experiment › encoder layer`` above the canvas; takes no room in the outermost drawing."""

    def __init__(self, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._shown: list[str] = []
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Open composites")
        self.setFixedHeight(HEIGHT_PX)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(8, 2, 8, 2)
        self._row.setSpacing(0)
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self._go_to)
        workspace.where_changed.connect(self._on_where)
        workspace.document.changed.connect(self._on_changed)
        self._refresh()

    @property
    def crumbs(self) -> list[QToolButton]:
        """The buttons, the experiment first; the last one is open."""
        return self.findChildren(QToolButton)

    def _on_where(self, _composite: str) -> None:
        self._refresh()

    def _on_changed(self, _change: Diff) -> None:
        self._refresh()

    def _titles(self) -> list[str]:
        experiment = self._workspace.document.experiment
        path = self._workspace.path
        inner = [experiment.composites[id_].title for id_ in path if id_ in experiment.composites]
        return [experiment.title, *inner]

    def _refresh(self) -> None:
        titles = self._titles()
        self.setVisible(len(titles) > 1)
        if titles == self._shown:
            return
        self._shown = titles
        while self._row.count():
            item = self._row.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.setParent(None)
                widget.deleteLater()
        for depth, title in enumerate(titles):
            if depth:
                self._row.addWidget(QLabel("›", self))
            self._row.addWidget(self._crumb(depth, title, last=depth == len(titles) - 1))
        self._row.addStretch(1)

    def _crumb(self, depth: int, title: str, *, last: bool) -> QToolButton:
        crumb = QToolButton(self)
        crumb.setText(title.replace("&", "&&"))
        crumb.setAccessibleName(f"{title}, open" if last else f"Back to {title}")
        crumb.setToolTip("The drawing that is open" if last else f"Back to {title}  Alt+Up")
        crumb.setCheckable(last)
        crumb.setChecked(last)
        self._group.addButton(crumb, depth)
        return crumb

    @Slot(int)
    def _go_to(self, depth: int) -> None:
        self._workspace.go_to(depth)
