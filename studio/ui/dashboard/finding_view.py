"""FindingView: one finding to read, with its evidence, its theory and its remedies."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from studio.app.diagnosis import Diagnosis
from studio.core.text import grouped
from studio.runs.diagnosis.words import Evidence, Finding, Remedy
from studio.ui.widgets.labels import Text, Tone

_MARGIN_PX, _GAP_PX = 12, 6


class _Asking(QPushButton):
    """A button that says what it is about when it is pressed."""

    asked = Signal(object)

    def __init__(self, words: str, about: object, parent: QWidget) -> None:
        super().__init__(words, parent)
        self._about = about
        self.clicked.connect(self._on_clicked)

    @Slot()
    def _on_clicked(self) -> None:
        self.asked.emit(self._about)


def _words(text: str, parent: QWidget, tone: Tone = "normal") -> Text:
    """Return words that are as high as they need to be for their width, and no higher."""
    words = Text(text, parent, tone)
    policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
    policy.setHeightForWidth(True)
    words.setSizePolicy(policy)
    words.setMinimumHeight(1)
    return words


class FindingView(QScrollArea):
    """What was found, from the sentence down to the paper.

    Attributes:
        evidence_asked: the panel and the step at which it can be seen.
    """

    evidence_asked = Signal(str, int)

    def __init__(self, diagnosis: Diagnosis | None, parent: QWidget) -> None:
        super().__init__(parent)
        self._diagnosis = diagnosis
        self._finding: Finding | None = None
        self._shown: tuple[object, ...] = ()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setAccessibleName("Finding")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.page = QWidget(self)
        self.setWidget(self.page)

    def show_finding(self, finding: Finding | None) -> None:
        """Show this one, with the remedies that fit the drawing now; reading is not disturbed."""
        self._finding = finding
        if finding is None or self._diagnosis is None:
            return
        remedies = () if finding.follows else self._diagnosis.remedies(finding)
        trial = self._diagnosis.try_out
        shown = (finding, tuple(one.label for one in remedies), trial.words, trial.running)
        if shown != self._shown:
            self._shown = shown
            self._build(finding, remedies)

    def _build(self, finding: Finding, remedies: tuple[Remedy, ...]) -> None:
        at = self.verticalScrollBar().value()
        page = QWidget(self)
        page.setObjectName("panel")
        column = QVBoxLayout(page)
        column.setContentsMargins(_MARGIN_PX, 4, _MARGIN_PX, _MARGIN_PX)
        column.setSpacing(_GAP_PX)
        column.addWidget(_words(finding.symptom.says, page))
        column.addLayout(self._evidence(finding, page))
        self._add_trial(column, page)
        for remedy in remedies:
            column.addLayout(self._remedy(remedy, page))
        if finding.follows:
            cause = self._title(finding.follows)
            column.addWidget(_words(f"It follows from {cause}: mend that first", page, "small"))
        elif not remedies:
            column.addWidget(_words("No remedy fits the drawing as it is now", page, "small"))
        column.addWidget(_words(finding.rule.why, page, "muted"))
        column.addWidget(_words(finding.rule.paper, page, "small"))
        column.addStretch(1)
        self.page = page
        self.setWidget(page)
        self.verticalScrollBar().setValue(at)

    def _title(self, rule: str) -> str:
        known = self._diagnosis.findings if self._diagnosis is not None else ()
        return next((one.rule.title.lower() for one in known if one.rule.id == rule), rule)

    def _evidence(self, finding: Finding, page: QWidget) -> QLayout:
        row = QHBoxLayout()
        row.setSpacing(_GAP_PX)
        for one in finding.symptom.evidence:
            row.addWidget(_words(one.says[:1].upper() + one.says[1:], page, "small"), 1)
            button = _Asking(f"Show step {grouped(one.step)}", one, page)
            button.setObjectName("flat")
            button.setToolTip("Open the chart, and hold all panels at this step")
            button.asked.connect(self._on_evidence)
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _remedy(self, remedy: Remedy, page: QWidget) -> QLayout:
        row = QHBoxLayout()
        row.setSpacing(_GAP_PX)
        apply = _Asking("Apply", remedy, page)
        apply.setAccessibleName(f"Apply: {remedy.label}")
        apply.setToolTip(f"Change the drawing; Undo takes it back. {remedy.why}".strip())
        apply.asked.connect(self._on_apply)
        attempt = _Asking("Try it", remedy, page)
        attempt.setObjectName("flat")
        attempt.setAccessibleName(f"Try it: {remedy.label}")
        attempt.setToolTip("Train it beside this run, with the same seed; the drawing stays as is")
        attempt.asked.connect(self._on_attempt)
        busy = self._diagnosis is not None and self._diagnosis.try_out.running
        attempt.setEnabled(not busy)
        row.addWidget(_words(remedy.label, page), 1)
        row.addWidget(apply, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(attempt, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _add_trial(self, column: QVBoxLayout, page: QWidget) -> None:
        trial = self._diagnosis.try_out if self._diagnosis is not None else None
        if trial is None or trial.remedy is None or not trial.words:
            return
        column.addWidget(_words(f"{trial.remedy.label}: {trial.words}", page))
        if trial.running:
            stop = QPushButton("Stop trying", page)
            stop.clicked.connect(self._stop)
            column.addWidget(stop, alignment=Qt.AlignmentFlag.AlignLeft)
        elif trial.folder is not None:
            column.addWidget(
                _words("Its curves lie over those of this run, and it is in the list of runs", page,
                     "small")
            )  # fmt: skip

    @Slot(object)
    def _on_evidence(self, evidence: Evidence) -> None:
        self.evidence_asked.emit(evidence.panel, evidence.step)

    @Slot(object)
    def _on_apply(self, remedy: Remedy) -> None:
        if self._diagnosis is not None:
            self._diagnosis.apply(remedy)

    @Slot(object)
    def _on_attempt(self, remedy: Remedy) -> None:
        if self._diagnosis is not None:
            self._diagnosis.attempt(remedy)

    @Slot()
    def _stop(self) -> None:
        if self._diagnosis is not None:
            self._diagnosis.try_out.stop()
