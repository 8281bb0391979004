"""DataPage: choose samples on the left, look at them in the middle, divide them on the right."""

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.app.trainer import Trainer
from studio.app.workspace import Workspace
from studio.core.document import Diff
from studio.core.errors import CompileError
from studio.core.experiment import Data
from studio.runs.events import Preview
from studio.ui.widgets.labels import Empty

from .balance import BalanceCard
from .sample_view import SampleView, samples_to_see
from .settings import DataSettings
from .sources import SourceList

PATIENCE_MS = 250
"""Typing on in a field asks for the samples once."""


class DataPage(QWidget):
    """The data of the experiment, read by the engine as they are chosen."""

    def __init__(self, workspace: Workspace, trainer: Trainer, parent: QWidget) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._trainer = trainer
        self._asked = 0
        self._of: Data | None = None
        self.setObjectName("page")
        self.sources = SourceList(workspace, self)
        self.samples = SampleView(self)
        self.balance = BalanceCard(self)
        self.settings = DataSettings(workspace, self)
        self.empty = Empty("", "", self)
        self._lay_out()
        self._soon = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._soon.timeout.connect(self.ask)
        workspace.document.changed.connect(self._on_changed)
        trainer.previewed.connect(self._on_preview)
        self.refresh()
        self.ask()

    @Slot()
    def ask(self) -> None:
        """Ask the engine for samples of what is chosen now."""
        self._of = self._workspace.document.experiment.data
        try:
            self._asked = self._trainer.preview(samples=samples_to_see(self._workspace.columns))
        except CompileError as error:
            self._asked = 0
            self._say("No samples to show yet", str(error))
            return
        if self.samples.isHidden():
            self._say("Reading the data…", "The engine loads them; the first time takes longer")

    @Slot()
    def refresh(self) -> None:
        """Show what is chosen now."""
        self.sources.refresh()
        self.settings.refresh()

    def _say(self, title: str, sentence: str) -> None:
        self.empty.title.say(title)
        self.empty.sentence.say(sentence)
        self.empty.setVisible(True)
        self.samples.setVisible(False)
        self.balance.setVisible(False)

    def _lay_out(self) -> None:
        middle = QVBoxLayout()
        middle.setContentsMargins(24, 24, 24, 24)
        middle.setSpacing(16)
        for part, stretch in ((self.samples, 1), (self.balance, 0), (self.empty, 1)):
            middle.addWidget(part, stretch)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.sources)
        row.addLayout(middle, 1)
        row.addWidget(self.settings)

    def _on_changed(self, change: Diff) -> None:
        if change.data:
            self.refresh()
            self._soon.start()

    def _on_preview(self, preview: Preview) -> None:
        if preview.request != self._asked or self._of is None:
            return
        if preview.error:
            self._say("These data cannot be read", preview.error)
            return
        source = self._workspace.catalog.sources[self._of.source.kind]
        columns = self._workspace.columns
        self.samples.show_samples(source.title, columns, preview)
        self.balance.show_balance(columns, preview)
        self.settings.show_sizes(preview.samples)
        self.samples.setVisible(True)
        self.empty.setVisible(False)
