"""What the network says of held samples, beside what is right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPen

from studio.app.chosen_samples import ChosenSamples
from studio.core.text import grouped
from studio.runs.arrays import array_to_numpy
from studio.runs.events import Snapshot
from studio.runs.record import RUN
from studio.runs.spec import Option
from studio.ui.dashboard.choice import Choice
from studio.ui.dashboard.fitting import answers
from studio.ui.dashboard.paint import Row
from studio.ui.dashboard.painted import Painted
from studio.ui.dashboard.panel import Panel, PanelContext, PanelSpec
from studio.ui.dashboard.picture_menu import PictureMenu
from studio.ui.dashboard.predictions.judged import Judged
from studio.ui.dashboard.predictions.view import View, views
from studio.ui.theme import Tokens


@dataclass(frozen=True, slots=True)
class _Shown:
    """Predictions as one view shows them."""

    view: View
    judged: Judged
    chosen: frozenset[int] = frozenset()
    """Rows of the samples that are selected."""

    def paint(self, painter: QPainter, area: QRectF, theme: Tokens) -> None:
        """Draw them, those that are selected in a frame."""
        self.view.paint(painter, area, self.judged, theme)
        painter.setPen(QPen(QColor(theme.accent), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for room, place in self.view.drawn():
            if int(self.judged.rows[place]) in self.chosen:
                painter.drawRect(room.adjusted(-2, -2, 2, 1))

    def rows_at(self, at: QPointF) -> tuple[str, Sequence[Row]] | None:
        """Return what is under a point."""
        return self.view.rows_at(at, self.judged)


class PredictionsPanel(Panel):
    """One view of the predictions at the step under the cursor, else of the newest.

    Settings: ``view`` (title), ``target`` (column).
    """

    topics = frozenset({"predictions", RUN})

    def __init__(self, context: PanelContext) -> None:
        super().__init__(context, "Predictions")
        self.picture = Painted("Predictions", self)
        self.pace = self.picture.pace
        self._views = views()
        self._judged: Judged | None = None
        self._choice = Choice("What is shown of the predictions", self)
        self._choice.chosen.connect(self._on_chosen)
        self._targets = Choice("Which target is predicted", self)
        self._targets.chosen.connect(self._on_target)
        self.header.insertWidget(0, self._choice)
        self.header.insertWidget(1, self._targets)
        self.body.addWidget(self.picture, 1)
        self.chosen = context.workspace.samples if context.workspace else ChosenSamples()
        self.chosen.changed.connect(self._on_samples)
        self.picture.clicked.connect(self._on_clicked)
        self._menu = PictureMenu(self.picture, self.picture, "Predictions", self.table)
        context.cursor.moved.connect(self._on_cursor)

    @property
    def wanted(self) -> Mapping[str, dict[str, Option]]:
        """What the engine has to look at while it is open."""
        return {"predictions": {}}

    @property
    def target(self) -> str:
        """The column that is predicted; empty while there is none."""
        columns, chosen = self.record.blocks_seen("predictions"), self.text("target")
        return chosen if chosen in columns else next(iter(columns), "")

    @property
    def judged(self) -> Judged | None:
        """What is shown."""
        return self._judged

    @property
    def view(self) -> View | None:
        """How it is shown."""
        if self._judged is None:
            return None
        fitting, chosen = self._fitting(self._judged), self.text("view")
        return next((view for view in fitting if view.title == chosen), fitting[0])

    @property
    def fits(self) -> bool:
        """Whether a target is answered."""
        return self._workspace is None or answers(self._workspace)

    def refresh(self) -> None:
        """Show what the record says now."""
        self._judge()
        columns = self.record.blocks_seen("predictions")
        self._targets.offer([(name, name) for name in columns], self.target, least=2)
        view, judged = self.view, self._judged
        if judged is None or view is None:
            self._choice.offer([], "")
            self.caption.setText("")
            self.picture.hint = self._hint()
            self.picture.show_content(None)
            return
        fitting = self._fitting(judged)
        self._choice.offer([(one.title, one.title) for one in fitting], view.title)
        caption = view.caption(judged)
        self.caption.setText(f"{caption} · step {grouped(judged.snapshot.step)}")
        self.picture.show_content(
            _Shown(view, judged, self.chosen.rows), told=f"{view.title}: {caption}"
        )

    def forget(self) -> None:
        """Let go of the last record."""
        self._judged = None

    def table(self) -> str:
        """Return what is shown as comma-separated values."""
        if self._judged is None or self.view is None:
            return ""
        return self.view.table(self._judged)

    def _fitting(self, judged: Judged) -> list[View]:
        return [view for view in self._views if view.fits(judged)]

    def _judge(self) -> None:
        history = self.record.snapshots.get(("predictions", self.target))
        step = self.cursor_step.step
        if history is None:
            self._judged = None
            return
        shown = history.newest if step is None else history.at(step)
        if shown is None or (self._judged and self._judged.snapshot is shown):
            return
        kept = history.snapshots
        at = next((at for at, one in enumerate(kept) if one is shown), 0)
        before = _said(kept[at - 1]) if at else None
        symbols = self.labels_of_column(shown.notes.get("inputs", ""))
        self._judged = Judged(shown, self.labels_of_column(shown.block), symbols, before)

    def _hint(self) -> str:
        if not self.fits:
            return "No loss of this network compares one answer a sample with a target"
        return self.asks("what the network says of held samples")

    @Slot(str)
    def _on_chosen(self, title: str) -> None:
        self.choose("view", title)
        self.refresh()

    @Slot(str)
    def _on_target(self, column: str) -> None:
        self.choose("target", column)
        self._judged = None
        self.refresh()

    @Slot(QPointF, bool)
    def _on_clicked(self, at: QPointF, more: bool) -> None:
        judged, view = self._judged, self.view
        if judged is None or view is None:
            return
        rows = {int(judged.rows[place]) for place in view.samples_at(at, judged)}
        self.chosen.choose(self.chosen.rows ^ rows if more else rows)

    def _on_samples(self, _rows: frozenset[int]) -> None:
        self.mark_stale()

    @Slot()
    def _on_cursor(self) -> None:
        if self.isVisible() and self._judged is not None:
            self.refresh()


def _said(snapshot: Snapshot) -> NDArray[np.int64] | None:
    if "scores" not in snapshot.arrays:
        return None
    return np.asarray(array_to_numpy(snapshot.arrays["scores"]).argmax(axis=1), np.int64)


SPEC = PanelSpec(
    id="predictions",
    title="Predictions",
    icon="target",
    help="What the network says of held samples: confusion, scores by class, calibration, ROC, "
    "and the worst, least certain and changed samples",
    make=PredictionsPanel,
    behind="attention",
    order=44,
)
