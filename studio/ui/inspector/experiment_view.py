"""ExperimentView: the experiment itself: its title, its story, and what it amounts to."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from studio.app.estimate import weight_bytes
from studio.app.workspace import Workspace
from studio.core.edits import SetText
from studio.core.graph import Node
from studio.core.text import grouped, memory, scaled
from studio.ui.widgets.facts import Facts
from studio.ui.widgets.labels import Line, Text

SELECT = "Select a block to see and set what it does"
BEGIN = (
    "To begin, drag blocks onto the canvas, or open an experiment of the gallery, "
    "which is ready to train"
)


class ExperimentView(QWidget):
    """What is shown with nothing selected."""

    story_asked = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self._workspace = workspace
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(Text("Experiment", self, "title"))
        self.title = QLineEdit(self)
        self.title.setAccessibleName("Title of the experiment")
        self.title.setPlaceholderText("Title")
        self.title.textEdited.connect(self._on_title)
        self.story = QPushButton(self)
        self.story.setObjectName("flat")
        self.story.clicked.connect(self.story_asked)
        self.facts = Facts(self)
        column.addWidget(self.title)
        column.addWidget(self.story, 0, Qt.AlignmentFlag.AlignLeft)
        for part in (Line(self), self.facts, Line(self)):
            column.addWidget(part)
        self.hint = Text("", self, "small")
        column.addWidget(self.hint)

    def suits(self, nodes: tuple[Node, ...]) -> bool:
        """Tell whether this view can go on for the selected blocks."""
        return not nodes and not self._workspace.where

    def refresh(self) -> None:
        """Show the experiment as it is now."""
        experiment, checked = self._workspace.document.experiment, self._workspace.checked
        if self.title.text() != experiment.title:
            self.title.setText(experiment.title)
        self.story.setText("Read the story" if experiment.notes else "Write notes")
        self.hint.say(SELECT if experiment.graph.nodes else BEGIN)
        source = self._workspace.catalog.sources.get(experiment.data.source.kind)
        self.facts.show_rows(
            [
                ("Data", source.title if source else "None chosen"),
                ("Blocks", grouped(len(experiment.graph.nodes))),
                ("Parameters", grouped(checked.parameters)),
                ("Cost a sample", scaled(checked.macs, "MAC")),
                ("Weights", memory(weight_bytes(checked))),
            ]
        )

    @Slot(str)
    def _on_title(self, text: str) -> None:
        self._workspace.apply(SetText(title=text, label="Change title", merge="title"))
