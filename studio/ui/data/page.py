"""DataPage: choose data on the left, look at them in the middle, divide them on the right."""

from pathlib import Path

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from studio.app.studio import Studio
from studio.core.document import Diff
from studio.core.errors import CompileError
from studio.core.experiment import Data
from studio.core.fields import Field
from studio.core.recipes import Column, ColumnRole
from studio.core.shapes import DType
from studio.runs.events import Preview
from studio.ui.widgets.labels import Empty

from .balance import BalanceCard
from .own_page import ColumnsPage
from .sample_view import SampleView, samples_to_see
from .settings import DataSettings
from .sources import SourceList
from .step_page import StepPage
from .try_page import TryPage

PATIENCE_MS = 250
"""Typing on in a field asks for the samples once."""
_SAMPLES_PX = 240
"""The samples are seen, however many classes stand below them."""
SAMPLES, COLUMNS, STEPS, TRY = range(4)
TABS = ("Samples", "Columns", "Steps", "Try it")


class DataPage(QWidget):
    """The data of the experiment, read by the engine as they are chosen."""

    def __init__(self, studio: Studio, parent: QWidget) -> None:
        super().__init__(parent)
        self._studio = studio
        self._workspace = workspace = studio.workspace
        self._asked = 0
        self._wanted = ""
        self._of: Data | None = None
        self.setObjectName("page")
        self.sources = SourceList(workspace, self)
        self.settings = DataSettings(workspace, self)
        self.tabs = QTabBar(self)
        for words in TABS:
            self.tabs.addTab(words)
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.stack = QStackedWidget(self)
        self.stack.addWidget(self._sample_page())
        self.columns = ColumnsPage(studio, self.stack)
        self.steps = StepPage(studio, self.stack)
        self.tries = TryPage(studio, self.stack)
        for page in (self.columns, self.steps, self.tries):
            self.stack.addWidget(page)
        self._lay_out()
        self._soon = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._connect()
        self.refresh()
        self.ask()

    def _connect(self) -> None:
        self._soon.timeout.connect(self.ask)
        self.tabs.currentChanged.connect(self._on_tab)
        self.sources.file_wanted.connect(self._on_file_wanted)
        self.settings.file_wanted.connect(self._on_file_wanted)
        self.settings.reread.connect(self._on_reread)
        self._workspace.document.changed.connect(self._on_changed)
        self._studio.trainer.previewed.connect(self._on_preview)
        self._studio.own.reading.connect(self._on_reading)

    @Slot()
    def ask(self) -> None:
        """Ask the engine for samples of what is chosen now."""
        self._of = self._workspace.document.experiment.data
        try:
            count = samples_to_see(self._shown_columns())
            self._asked = self._studio.trainer.preview(samples=count)
            if self._of.fields:
                self._studio.own.inspect()
        except CompileError as error:
            self._asked = 0
            self._say("No samples to show yet", str(error))
            return
        if self.samples.isHidden():
            self._say("Reading the data…", "The engine loads them; the first time takes longer")

    @Slot()
    def refresh(self) -> None:
        """Show what is chosen now."""
        data = self._workspace.document.experiment.data
        own = bool(data.fields)
        self.sources.refresh()
        self.settings.refresh()
        self.tabs.setTabVisible(COLUMNS, own)
        pictures = any(len(c.shape) == 3 and c.role == "input" for c in self._workspace.columns)
        self.tabs.setTabVisible(STEPS, own or pictures)
        self.tabs.setTabVisible(TRY, own or pictures)
        if not self.tabs.isTabVisible(self.tabs.currentIndex()):
            self.tabs.setCurrentIndex(SAMPLES)
        self.columns.refresh()
        self.steps.refresh()
        self.tries.refresh()
        if self.isVisible():
            self._studio.own.forget_news()

    def _shown_columns(self) -> tuple[Column, ...]:
        """Return what a preview shows: the columns, of a person's own file as they are read."""
        data = self._workspace.document.experiment.data
        return tuple(map(_as_column, data.fields)) if data.fields else self._workspace.columns

    def _say(self, title: str, sentence: str) -> None:
        self.empty.title.say(title)
        self.empty.sentence.say(sentence)
        self.empty.setVisible(True)
        self.samples.setVisible(False)
        self.balance.setVisible(False)

    def _sample_page(self) -> QWidget:
        area = QScrollArea(self.stack)  # many classes would else take room from the charts below
        area.setObjectName("page-area")
        area.setAccessibleName("Samples and classes")
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        page = QWidget(area)
        page.setObjectName("page")
        area.setWidget(page)
        self.samples = SampleView(page)
        self.samples.setMinimumHeight(_SAMPLES_PX)
        self.balance = BalanceCard(page)
        self.empty = Empty("", "", page)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(16)
        for part, stretch in ((self.samples, 1), (self.balance, 0), (self.empty, 1)):
            column.addWidget(part, stretch)
        return area

    def _lay_out(self) -> None:
        middle = QVBoxLayout()
        middle.setContentsMargins(24, 12, 24, 24)
        middle.setSpacing(12)
        middle.addWidget(self.tabs)
        middle.addWidget(self.stack, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.sources)
        row.addLayout(middle, 1)
        row.addWidget(self.settings)

    @Slot(int)
    def _on_tab(self, place: int) -> None:
        self.stack.setCurrentIndex(place)
        if place == TRY:
            self.tries.refresh()

    @Slot(str)
    def _on_file_wanted(self, kind: str) -> None:
        self._wanted = kind
        source = self._studio.catalog.sources[kind]
        if "/" in source.endings:
            self._studio.front.ask_folder("Open pictures", self._on_file)
        else:
            self._studio.front.ask_data(self._on_file, kind)

    def _on_file(self, path: Path) -> None:
        source = self._studio.catalog.sources[self._wanted]
        if self._workspace.document.experiment.graph.nodes:
            self._studio.own.take_file(path, source)
        else:
            self._studio.own.open_as(source, path, self._studio.adopt_new)

    @Slot()
    def _on_reread(self) -> None:
        self._studio.own.read_again()

    def _on_reading(self, name: str) -> None:
        if name and self.samples.isHidden():
            self._say(f"Reading {name}…", "Columns are typed, and what is to be learnt is guessed")

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
        path = str(self._of.source.params.get("path", ""))
        columns = self._shown_columns()
        self.samples.show_samples(Path(path).name or source.title, columns, preview)
        self.balance.show_balance(columns, preview)
        self.settings.show_sizes(preview.samples)
        self.columns.show_counts(preview.counts.get("train", {}))
        self.samples.setVisible(True)
        self.empty.setVisible(False)

    # Qt

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._studio.own.forget_news()
        self.tries.refresh()


def _as_column(one: Field) -> Column:
    role: ColumnRole = "target" if one.role == "target" else "input"
    whole = one.kind in {"category", "tokens"}
    labels = one.labels if whole else ()
    dtype: DType = "int" if whole else "float"
    return Column(one.name, role, one.shape, dtype, len(labels) or None, labels)
