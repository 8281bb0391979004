"""What the network says of held samples, beside what is right."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.core.text import grouped
from studio.runs.arrays import array_to_numpy
from studio.runs.events import Snapshot
from studio.runs.record import RUN
from studio.runs.spec import Option
from studio.ui.dashboard.choice import Choice
from studio.ui.dashboard.pace import Pace
from studio.ui.dashboard.paint import figures, paint_box, paint_empty
from studio.ui.dashboard.panel import Panel, PanelContext, PanelSpec
from studio.ui.dashboard.picture_menu import PictureMenu
from studio.ui.dashboard.predictions.judged import Judged
from studio.ui.dashboard.predictions.view import View, views
from studio.ui.theme import Tokens, tokens


class PredictionPicture(QWidget):
    """Paints one view of predictions, and says what is under the pointer."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.hint = ""
        self.pace = Pace()
        self.view: View | None = None
        self.judged: Judged | None = None
        self._at: QPointF | None = None
        self.setMouseTracking(True)
        self.setAccessibleName("Predictions")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def paint_all(self, painter: QPainter, theme: Tokens) -> None:
        """Draw everything, on the screen or into a picture."""
        painter.setFont(figures(self))
        painter.fillRect(self.rect(), QColor(theme.panel))
        if self.judged is None or self.view is None:
            painter.setFont(figures(self, "normal"))
            paint_empty(painter, QRectF(self.rect()), self.hint, theme)
            return
        self.view.paint(painter, QRectF(self.rect()), self.judged, theme)
        told = self.view.rows_at(self._at, self.judged) if self._at is not None else None
        if told is not None and self._at is not None:
            head, rows = told
            paint_box(painter, QRectF(self.rect()), self._at.x(), head, rows, theme)

    # Qt

    def sizeHint(self) -> QSize:
        return QSize(300, 200)

    def paintEvent(self, event: QPaintEvent) -> None:
        self.pace.begin()
        painter = QPainter(self)
        self.paint_all(painter, tokens(self))
        painter.end()
        self.pace.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._at = event.position()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._at = None
        self.update()


class PredictionsPanel(Panel):
    """One view of the predictions at the step under the cursor, else of the newest.

    Settings: ``view`` (title), ``target`` (column).
    """

    topics = frozenset({"predictions", RUN})

    def __init__(self, context: PanelContext) -> None:
        super().__init__(context, "Predictions")
        self.picture = PredictionPicture(self)
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
        of_classes = self._judged is None or self._judged.of_classes
        fitting = [view for view in self._views if view.of_classes == of_classes]
        chosen = self.text("view")
        return next((view for view in fitting if view.title == chosen), fitting[0])

    def refresh(self) -> None:
        """Show what the record says now."""
        self._judge()
        columns = self.record.blocks_seen("predictions")
        self._targets.offer([(name, name) for name in columns], self.target, least=2)
        view, judged = self.view, self._judged
        self.picture.view, self.picture.judged = view, judged
        if judged is None or view is None:
            self._choice.offer([], "")
            self.caption.setText("")
            self.picture.hint = self._hint()
        else:
            fitting = [one for one in self._views if one.of_classes == judged.of_classes]
            self._choice.offer([(one.title, one.title) for one in fitting], view.title)
            self.caption.setText(f"{view.caption(judged)} · step {grouped(judged.snapshot.step)}")
            self.picture.setAccessibleDescription(f"{view.title}: {view.caption(judged)}")
        self.picture.update()

    def forget(self) -> None:
        """Let go of the last record."""
        self._judged = None

    def table(self) -> str:
        """Return what is shown as comma-separated values."""
        if self._judged is None or self.view is None:
            return ""
        return self.view.table(self._judged)

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
        if self.record.live:
            return "No output of this network answers a target of classes or numbers yet"
        return "Press Train to see what the network says of held samples"

    @Slot(str)
    def _on_chosen(self, title: str) -> None:
        self.choose("view", title)
        self.refresh()

    @Slot(str)
    def _on_target(self, column: str) -> None:
        self.choose("target", column)
        self._judged = None
        self.refresh()

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
    order=45,
)
