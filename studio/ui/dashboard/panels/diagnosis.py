"""What is wrong with a run, where, why, and what mends it: applied by a click, or tried beside."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QSplitter, QStackedWidget

from studio.core.text import plural
from studio.runs.diagnosis.seeing import PROBES
from studio.runs.diagnosis.words import Finding
from studio.runs.spec import Option
from studio.ui.dashboard.choice import Choice
from studio.ui.dashboard.finding_view import FindingView
from studio.ui.dashboard.panel import Panel, PanelContext, PanelSpec
from studio.ui.icons import drawn
from studio.ui.theme import tokens
from studio.ui.widgets.labels import Empty

FINDING = Qt.ItemDataRole.UserRole
_LIST_PX, _VIEW_PX = 200, 380
_WIDE_PX = 520
"""Wide enough for a list beside the finding."""


class DiagnosisPanel(Panel):
    """The findings on the left, causes first; the chosen one on the right."""

    def __init__(self, context: PanelContext) -> None:
        super().__init__(context, "Diagnosis")
        self._diagnosis = context.diagnosis
        self._cursor = context.cursor
        self.list = QListWidget(self)
        self.list.setAccessibleName("Findings")
        self.list.setWordWrap(True)
        self.view = FindingView(context.diagnosis, self)
        self.choice = Choice("Finding", self)
        self._empty = Empty("", "", self)
        self._both = QSplitter(Qt.Orientation.Horizontal, self)
        self._pages = QStackedWidget(self)
        self._lay_out()
        self.list.currentItemChanged.connect(self._on_current)
        self.list.itemClicked.connect(self._on_clicked)
        self.list.itemActivated.connect(self._on_clicked)
        self.choice.chosen.connect(self._on_chosen)
        self.view.evidence_asked.connect(self._on_evidence)
        if context.diagnosis is not None:
            context.diagnosis.changed.connect(self._on_news)
            context.diagnosis.try_out.changed.connect(self._on_news)
        if context.workspace is not None:
            context.workspace.checked_changed.connect(self._on_news)

    def _lay_out(self) -> None:
        self.header.insertWidget(0, self.choice)
        self._both.addWidget(self.list)
        self._both.addWidget(self.view)
        self._both.setSizes([_LIST_PX, _VIEW_PX])
        self._both.setStretchFactor(1, 1)
        self._both.setChildrenCollapsible(False)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self._both)
        self.body.addWidget(self._pages, 1)

    @property
    def wanted(self) -> Mapping[str, dict[str, Option]]:
        """What the engine has to look at while it is open."""
        return {probe: {} for probe in PROBES}

    def refresh(self) -> None:
        """Show what is found now; the finding that is read stays the chosen one."""
        findings = self._diagnosis.findings if self._diagnosis is not None else ()
        known = [self.list.item(row).data(FINDING) for row in range(self.list.count())]
        if [*findings] != known:
            self._fill(findings)
        self._caption(findings)
        self._pages.setCurrentWidget(self._both if findings else self._empty)
        if findings:
            self.view.show_finding(self._chosen)
        else:
            self._say_nothing()

    @property
    def _chosen(self) -> Finding | None:
        row = self.list.currentRow()
        found = self.list.item(row).data(FINDING) if row >= 0 else None
        return found if isinstance(found, Finding) else None

    def _caption(self, findings: tuple[Finding, ...]) -> None:
        """Say how many there are; where there is no room for a list, let one be chosen here."""
        roots = sum(not finding.follows for finding in findings)
        narrow = self.width() < _WIDE_PX
        self.list.setVisible(not narrow)
        options = [(finding.rule.id, finding.rule.title) for finding in findings if narrow]
        chosen = self._chosen
        self.choice.offer(options, chosen.rule.id if chosen is not None else "")
        words = f"{plural(roots, 'finding')}, causes first" if roots else ""
        self.caption.setText(words if not narrow else words.partition(",")[0])

    def _fill(self, findings: tuple[Finding, ...]) -> None:
        before = self._chosen
        chosen = before.rule.id if before is not None else ""
        self.list.blockSignals(True)
        self.list.clear()
        for finding in findings:
            self.list.addItem(self._item(finding))
        rules = [finding.rule.id for finding in findings]
        if rules:
            self.list.setCurrentRow(rules.index(chosen) if chosen in rules else 0)
        self.list.blockSignals(False)

    def _item(self, finding: Finding) -> QListWidgetItem:
        follows = finding.follows
        words = f"{finding.rule.title}\nFollows from the first" if follows else finding.rule.title
        item = QListWidgetItem(words)
        theme = tokens(self)
        alert = finding.rule.level == "alert" and not follows
        name = "triangle-alert" if alert else "lightbulb"
        colour = theme.muted if follows else theme.error if alert else theme.warning
        item.setIcon(drawn(name, colour, 32))
        item.setToolTip(finding.symptom.says)
        item.setData(FINDING, finding)
        return item

    def _say_nothing(self) -> None:
        started = self.record.started is not None
        self._empty.title.say("Nothing is found wrong" if started else "Nothing to look at yet")
        self._empty.sentence.say(
            "Looked at: losses, gradients, updates, units, classes"
            if started
            else "Press Train: what goes wrong is told here, with what may mend it"
        )

    def _on_news(self, _news: object) -> None:
        self.mark_stale()

    @Slot(str)
    def _on_chosen(self, rule: str) -> None:
        findings = self._diagnosis.findings if self._diagnosis is not None else ()
        rules = [finding.rule.id for finding in findings]
        if self._diagnosis is not None and rule in rules:
            self.list.setCurrentRow(rules.index(rule))
            self._diagnosis.select(findings[rules.index(rule)])
            self._caption(findings)

    @Slot(QListWidgetItem, QListWidgetItem)
    def _on_current(self, item: QListWidgetItem | None, _before: QListWidgetItem | None) -> None:
        self.view.show_finding(item.data(FINDING) if item else None)

    @Slot(QListWidgetItem)
    def _on_clicked(self, item: QListWidgetItem) -> None:
        if self._diagnosis is not None:
            self._diagnosis.select(item.data(FINDING))

    @Slot(str, int)
    def _on_evidence(self, panel: str, step: int) -> None:
        self.panel_asked.emit(panel)
        self._cursor.hold(step)

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if (event.size().width() < _WIDE_PX) != (event.oldSize().width() < _WIDE_PX):
            self.mark_stale()


SPEC = PanelSpec(
    id="diagnosis",
    title="Diagnosis",
    icon="lightbulb",
    help="What is wrong with the run, where, why, and what may mend it",
    make=DiagnosisPanel,
    behind="gradient-norm",
    order=35,
)
