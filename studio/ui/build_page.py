"""BuildPage: the palette, the canvas and the inspector, side by side."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from studio.app.comparing import Comparison
from studio.app.workspace import Workspace

from .canvas.canvas import Canvas
from .comparing import ComparePanel
from .fixing import Fixing
from .inspector.inspector import Inspector
from .palette.palette import Palette
from .widgets.beginning import Beginning
from .widgets.breadcrumb import Breadcrumb
from .widgets.find_bar import FindBar

PALETTE_PX, INSPECTOR_PX = 220, 304
LEAST_PALETTE_PX, LEAST_CANVAS_PX = 176, 280
"""Below these the inspector goes first, then the palette: the drawing stays."""


class BuildPage(QWidget):
    """Where the network is drawn."""

    def __init__(self, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.setHandleWidth(1)
        split.setChildrenCollapsible(True)
        self.palette_panel = Palette(workspace, split)
        self.palette_panel.setMinimumWidth(LEAST_PALETTE_PX)
        desk = self._make_desk(workspace, split)
        self.inspector = Inspector(workspace, split)
        for part in (self.palette_panel, desk, self.inspector):
            split.addWidget(part)
        # Only now do the places hold: whoever names the splitter as its parent is in it already,
        # and addWidget moves it to the end.
        for place in range(split.count()):
            is_desk = split.widget(place) is desk
            split.setStretchFactor(place, 1 if is_desk else 0)
            split.setCollapsible(place, not is_desk)
        split.setSizes([PALETTE_PX, 900, INSPECTOR_PX])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(split)
        self.setMinimumWidth(LEAST_CANVAS_PX)  # not that of all three: they make room
        self.fixing = Fixing(workspace, self.canvas)
        self.palette_panel.place_requested.connect(self._place)
        self.inspector.fix_asked.connect(self.fixing.open_on)

    def _make_desk(self, workspace: Workspace, parent: QWidget) -> QWidget:
        """Return the canvas with what stands over it: where one is, and what is looked for."""
        desk = QWidget(parent)
        self.breadcrumb = Breadcrumb(workspace, desk)
        self.find_bar = FindBar(workspace, desk)
        self.canvas = Canvas(workspace, desk)
        self.beginning = Beginning(workspace, self.canvas)
        self.over = QVBoxLayout(desk)
        self.over.setContentsMargins(0, 0, 0, 0)
        self.over.setSpacing(0)
        self.over.addWidget(self.breadcrumb)
        self.over.addWidget(self.find_bar)
        self.over.addWidget(self.canvas, 1)
        self.find_bar.found.connect(self.canvas.center_on)
        self.find_bar.closed.connect(self.canvas.setFocus)
        return desk

    def follow(self, comparison: Comparison) -> None:
        """Show what differs from another version, above the canvas and on it."""
        self.compared = ComparePanel(comparison, self.canvas, self)
        self.over.insertWidget(1, self.compared)
        self.compared.found.connect(self.canvas.center_on)

    @Slot(str)
    def _place(self, kind: str) -> None:
        self.canvas.place(kind, self.canvas.center())

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.width() - LEAST_CANVAS_PX - LEAST_PALETTE_PX
        self.palette_panel.setVisible(room >= 0)
        self.inspector.setVisible(room >= self.inspector.minimumWidth())
