"""Details: one run in words and figures, with a person's tags and notes; several compared."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.app.reading import Reading
from studio.app.run_desk import RunDesk
from studio.app.run_facts import circumstances, facts, metrics
from studio.app.run_journal import journal
from studio.app.studio import Studio
from studio.runs.index import Run
from studio.runs.interventions import told_in
from studio.runs.marks import tags_in
from studio.ui.menus import Menus
from studio.ui.widgets.facts import Facts
from studio.ui.widgets.labels import Empty, Line, Text

from .versus import Versus

WIDTH_PX = 340
PATIENCE_MS = 600
"""Notes are written when the typing rests."""


class Details(QScrollArea):
    """What is known of the chosen run; of several, how they differ."""

    def __init__(self, studio: Studio, menus: Menus, parent: QWidget) -> None:
        super().__init__(parent)
        self._studio = studio
        self._desk: RunDesk = studio.desk
        self._run: Run | None = None
        page = QWidget(self)
        page.setObjectName("panel")
        self.empty = Empty("No run is chosen", "Choose a run to see what it came to", page)
        self.one = QWidget(page)
        self.title = Text("", self.one, "title")
        self.said = Text("", self.one, "muted")
        self.wrong = Text("", self.one, "error")
        self.tags = QLineEdit(self.one)
        self.notes = QPlainTextEdit(self.one)
        self.metrics, self.facts, self.environment = (Facts(self.one) for _ in range(3))
        self.journal = Facts(self.one)
        self.versus = Versus(page)
        self._lay_out_one(menus)
        self._lay_out(page)
        self._soon = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._soon.timeout.connect(self._keep_notes)
        self.notes.textChanged.connect(self._on_typed)
        self.notes.installEventFilter(self)
        self.tags.editingFinished.connect(self._keep_tags)
        self.show_runs(())

    def show_runs(self, runs: Sequence[Run]) -> None:
        """Show these."""
        self.empty.setVisible(not runs)
        self.one.setVisible(len(runs) == 1)
        self.versus.setVisible(len(runs) > 1)
        if self._run is not None and [self._run.id] != [run.id for run in runs]:
            self._keep_notes()
        if len(runs) == 1:
            self._show_one(runs[0])
            return
        self._run = None
        if runs:
            self.versus.show_runs(runs, self._studio.front.beside)

    def _show_one(self, run: Run) -> None:
        other = self._run is None or self._run.id != run.id
        self._run = run
        told = run.summary
        self.title.say(told.title)
        self.said.say(f"{run.state.capitalize()} · {run.id}")
        self.wrong.say(told.broken or told.failure)
        if other or not self.tags.hasFocus():
            self.tags.setText(", ".join(run.marks.tags))
        if other or not (self.notes.hasFocus() or self._soon.isActive()):
            self.notes.blockSignals(True)
            self.notes.setPlainText(run.marks.notes)
            self.notes.blockSignals(False)
        self.metrics.show_rows(metrics(run))
        self.facts.show_rows(facts(run))
        self.environment.show_rows(circumstances(run))
        if other:
            self.journal.show_rows([])
        read = partial(_journal, run)
        Reading(read, self._show_journal, self._studio.notices.say).start(self._studio.front.beside)

    def _show_journal(self, told: tuple[str, list[tuple[str, str]]]) -> None:
        id_, rows = told
        if self._run is not None and self._run.id == id_:
            self.journal.show_rows(rows or [("", "Nothing was done to it")])

    def _lay_out(self, page: QWidget) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setMinimumWidth(280)
        self.setAccessibleName("Details of the chosen runs")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 16, 16, 16)
        for part in (self.empty, self.one, self.versus):
            column.addWidget(part)
        column.addStretch(1)
        self.setWidget(page)

    def _lay_out_one(self, menus: Menus) -> None:
        self.tags.setPlaceholderText("Tags, apart by commas")
        self.tags.setAccessibleName("Tags of the run")
        self.notes.setPlaceholderText("Notes")
        self.notes.setAccessibleName("Notes on the run")
        self.notes.setTabChangesFocus(True)
        self.notes.setFixedHeight(84)
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for id_ in ("open", "show", "go-on", "favourite", "delete"):
            button = QToolButton(self.one)
            button.setDefaultAction(menus.deeds[f"runs.{id_}"])
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self.one)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for words in (self.title, self.said, self.wrong):
            column.addWidget(words)
        column.addLayout(buttons)
        column.addWidget(self.tags)
        column.addWidget(self.notes)
        for name, rows in (
            ("Results", self.metrics), ("Run", self.facts), ("Journal", self.journal),
            ("Environment", self.environment),
        ):  # fmt: skip
            column.addWidget(Line(self.one))
            column.addWidget(Text(name, self.one, "heading"))
            column.addWidget(rows)

    @Slot()
    def _on_typed(self) -> None:
        self._soon.start()

    @Slot()
    def _keep_notes(self) -> None:
        """Write the notes of the run they were typed for."""
        self._soon.stop()
        run, text = self._run, self.notes.toPlainText()
        if run is not None and text != self._known(run).marks.notes:
            self._studio.attempt(partial(self._desk.mark, (self._known(run),), notes=text))

    @Slot()
    def _keep_tags(self) -> None:
        run, tags = self._run, tags_in(self.tags.text())
        if run is not None and tags != self._known(run).marks.tags:
            self._studio.attempt(partial(self._desk.mark, (self._known(run),), tags=tags))

    def _known(self, run: Run) -> Run:
        """Return the run as it is listed now."""
        return next((known for known in self._desk.runs if known.id == run.id), run)

    # Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut and watched is self.notes:
            self._keep_notes()
        return super().eventFilter(watched, event)


def _journal(run: Run) -> tuple[str, list[tuple[str, str]]]:
    return run.id, journal(told_in(run.folder))
