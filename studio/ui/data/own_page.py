"""ColumnsPage: the columns of a person's own file, and what stands out in them."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from studio.app import own_edits
from studio.app.own_findings import Finding, findings, weighing
from studio.app.studio import Studio
from studio.core.edits import SetData
from studio.core.experiment import Preparation
from studio.core.fields import KINDS, ROLES
from studio.core.text import plural
from studio.runs.arrays import array_to_numpy
from studio.runs.questions import Inspected
from studio.ui.widgets.card import Card
from studio.ui.widgets.labels import Text

from .correlation_map import CorrelationMap
from .field_table import ROW_PX, FieldTable
from .finding_list import FindingList

MOST_ROWS = 14


class ColumnsPage(QScrollArea):
    """The table of columns on top, findings and correlations below."""

    def __init__(self, studio: Studio, parent: QWidget) -> None:
        super().__init__(parent)
        self._studio = studio
        self._counts: dict[str, int] = {}
        self._found: Inspected | None = None
        self.setObjectName("page-area")
        self.setAccessibleName("Columns and findings")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setWidget(self._page())
        self.table.fields.kind_chosen.connect(self._on_kind)
        self.table.fields.role_chosen.connect(self._on_role)
        self.list.wanted.connect(self._on_wanted)
        studio.own.inspected.connect(self._on_inspected)

    def _page(self) -> QWidget:
        page = QWidget(self)
        page.setObjectName("page")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(12)
        self.card = Card("Columns", page)
        self.table = FieldTable(self.card)
        self.card.add(self.table)
        self.found = Card("Findings", page)
        self.list = FindingList(self._studio.catalog, self.found)
        self.waiting = Text("The engine is looking…", self.found, "muted")
        self.found.add(self.waiting)
        self.found.add(self.list)
        self.pairs = Card("Correlations of the training part", page)
        self.map = CorrelationMap(self.pairs)
        self.pairs.add(self.map)
        for card in (self.card, self.found, self.pairs):
            column.addWidget(card)
        column.addStretch(1)
        return page

    def refresh(self) -> None:
        """Show the columns there are now."""
        fields = self._studio.workspace.document.experiment.data.fields
        self.card.title.say(f"Columns: {len(fields):,}")
        self.table.fields.show_fields(fields)
        rows = min(len(fields), MOST_ROWS)
        self.table.setFixedHeight(rows * ROW_PX + self.table.horizontalHeader().height() + 12)
        self._say_findings()

    def show_counts(self, counts: dict[str, int]) -> None:
        """Show how often each class of the target occurs in training."""
        self._counts = counts
        self._say_findings()

    def _on_inspected(self, found: Inspected) -> None:
        if found.error:
            self.waiting.say(found.error)
            return
        self._found = found
        self.table.fields.show_facts(found.facts)
        self.card.title.say(f"{plural(len(found.facts), 'column')}, {plural(found.rows, 'row')}")
        self.pairs.setVisible(found.correlations is not None)
        if found.correlations is not None:
            values = array_to_numpy(found.correlations).astype("float32")
            self.map.show_values(found.names, values)
        self._say_findings()

    def _say_findings(self) -> None:
        data = self._studio.workspace.document.experiment.data
        if self._found is not None and data.fields:
            self.waiting.say("")
            self.list.show_findings(findings(data, self._found, self._counts))

    def _apply(self, edit: SetData) -> None:
        self._studio.workspace.apply(edit)

    @Slot(str, str)
    def _on_role(self, name: str, role: str) -> None:
        experiment, catalog = self._studio.workspace.document.experiment, self._studio.catalog
        known = next(one for one in ROLES if one == role)
        self._apply(own_edits.set_role(experiment, name, known, catalog))

    @Slot(str, str)
    def _on_kind(self, name: str, kind: str) -> None:
        known = next(one for one in KINDS if one == kind)
        self._studio.own.read_again({name: known})

    @Slot(object)
    def _on_wanted(self, one: Finding) -> None:
        experiment, catalog = self._studio.workspace.document.experiment, self._studio.catalog
        if one.leave_out:
            self._apply(own_edits.set_role(experiment, one.leave_out, "none", catalog))
        elif one.weigh:
            weighed = weighing(experiment, one.weigh)
            if weighed is not None:
                self._studio.workspace.apply(weighed)
        elif one.step in catalog.steps:
            step = Preparation(one.step, one.on)
            self._apply(own_edits.put_step(experiment, step, catalog))
