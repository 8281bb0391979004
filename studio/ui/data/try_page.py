"""TryPage: the trained network answers for the test part, another file, typed cells, a drawing."""

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from studio.app.session import SessionState
from studio.app.studio import Studio
from studio.core.columns import columns_of
from studio.core.params import Param, Value
from studio.core.text import plural
from studio.runs.arrays import array_from_numpy
from studio.runs.questions import Predicted
from studio.ui.widgets.card import Card
from studio.ui.widgets.labels import Text
from studio.ui.widgets.param_form import ParamForm

from .drawing_pad import SIDE_PX, DrawingPad

MOST_CELLS = 40


class TryPage(QScrollArea):
    """Ways to ask on top, the answers below."""

    def __init__(self, studio: Studio, parent: QWidget) -> None:
        super().__init__(parent)
        self._studio = studio
        self._exporting: Path | None = None
        self._drawing = False
        self._cells: dict[str, str] = {}
        self.setObjectName("page-area")
        self.setAccessibleName("Try the trained network")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        page = QWidget(self)
        page.setObjectName("page")
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(0, 0, 8, 0)
        self._column.setSpacing(12)
        self.why = Text("", page, "muted")
        self._column.addWidget(self.why)
        self.files = self._file_card(page)
        self.draw = self._draw_card(page)
        self.typed = Card("Type values", page)
        self.form = ParamForm((), {}, page, label_px=160)
        self.typed.add(self.form)
        self.test = self._test_card(page)
        self.answers = self._answer_card(page)
        for part in (self.answers, self.files, self.draw, self.typed, self.test):
            self._column.addWidget(part)
        self._column.addStretch(1)
        self.setWidget(page)
        studio.trying.answered.connect(self._on_answered)
        studio.session.changed.connect(self._on_state)

    def refresh(self) -> None:
        """Offer what fits the data and the network there are now."""
        why = self._studio.trying.why_not
        self.why.say(why)
        data = self._studio.workspace.document.experiment.data
        columns = columns_of(data, self._studio.catalog)
        inputs = [column for column in columns if column.role == "input"]
        tables = bool(data.fields) and all(not one.shape for one in data.fields)
        self.files.setVisible(bool(data.fields))
        self.test.setVisible(bool(data.fields))
        self.draw.setVisible(len(inputs) == 1 and len(inputs[0].shape) == 3)
        self.typed.setVisible(tables)
        if tables:
            self._refresh_form()
        for card in (self.files, self.draw, self.typed, self.test):
            card.setEnabled(not why)
        looks = self._studio.trying.looks
        count = {0: "It was never looked at", 1: "It was looked at once"}
        told = count.get(looks, f"It was looked at {looks} times")
        warning = ": what was chosen by it since is no fair test" if looks else ""
        self.tested.say(f"{told}{warning}")
        self.tested.set_tone("warning" if looks else "muted")

    def _on_state(self, _state: SessionState) -> None:
        self.refresh()

    def _file_card(self, page: QWidget) -> Card:
        card = Card("Another file", page)
        row = QHBoxLayout()
        self.choose = QPushButton("Answer for a file…", card)
        self.choose.clicked.connect(self._on_choose)
        self.export = QPushButton("Answer for a file and save as CSV…", card)
        self.export.clicked.connect(self._on_export)
        row.addWidget(self.choose)
        row.addWidget(self.export)
        row.addStretch(1)
        words = "It is read, cleaned and scaled exactly as the training part was"
        card.add(Text(words, card, "small"))
        card.add(row)
        return card

    def _draw_card(self, page: QWidget) -> Card:
        card = Card("Draw", page)
        row = QHBoxLayout()
        self.pad = DrawingPad(card)
        self.pad.drawn.connect(self._on_drawn)
        self.guess = Text("Draw with the mouse; the answer comes when you let go", card, "title")
        clear = QPushButton("Clear", card)
        clear.clicked.connect(self.pad.clear)
        row.addWidget(self.pad)
        row.addWidget(self.guess, 1)
        row.addWidget(clear, 0, Qt.AlignmentFlag.AlignTop)
        card.add(row)
        return card

    def _test_card(self, page: QWidget) -> Card:
        card = Card("The test part", page)
        self.tested = Text("", card, "muted")
        words = (
            "Look once, when nothing is left to choose. Each look at it, followed by a change, "
            "makes the figure better than it will be on new data"
        )
        card.add(Text(words, card, "small"))
        row = QHBoxLayout()
        self.judge = QPushButton("Unlock and test once", card)
        self.judge.clicked.connect(self._on_test)
        row.addWidget(self.judge)
        row.addWidget(self.tested, 1)
        card.add(row)
        return card

    def _answer_card(self, page: QWidget) -> Card:
        card = Card("Answers", page)
        self.best = Text("", page, "title")
        self.said = Text("", page, "muted")
        self.table = QTableWidget(page)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        self.table.setMinimumHeight(260)
        self.table.setAccessibleName("Answers of the network")
        card.add(self.best)
        card.add(self.said)
        card.add(self.table, stretch=1)
        card.setVisible(False)
        return card

    def _refresh_form(self) -> None:
        fields = self._studio.workspace.document.experiment.data.fields
        read = [one for one in fields if one.role == "input"][:MOST_CELLS]
        params = tuple(
            Param(one.name, one.labels[0] if one.kind == "category" and one.labels else "",
                  choices=one.labels if one.kind == "category" else (),
                  help=f"A {one.kind}; empty where it is missing")
            for one in read
        )  # fmt: skip
        if params == self.form.params:
            return
        self._cells = {param.name: str(param.default) for param in params}
        new = ParamForm(params, {}, self.typed, label_px=160)
        new.setMaximumWidth(480)
        new.changed.connect(self._on_cell)
        self.typed.replace(self.form, new)
        self.form = new

    @Slot(str, object)
    def _on_cell(self, name: str, value: Value) -> None:
        self._cells[name] = "" if value is None else str(value)
        fields = self._studio.workspace.document.experiment.data.fields
        read = tuple(one.name for one in fields if one.role == "input")
        cells = tuple(self._cells.get(name, "") for name in read)
        self._studio.attempt(lambda: self._studio.trying.on_rows(read, (cells,)))

    @Slot()
    def _on_choose(self) -> None:
        self._ask_file(self._on_file)

    @Slot()
    def _on_export(self) -> None:
        self._ask_file(self._on_file_to_export)

    def _ask_file(self, then: object) -> None:
        source = self._studio.workspace.document.experiment.data.source.kind
        known = self._studio.catalog.sources[source]
        assert callable(then)
        if "/" in known.endings:
            self._studio.front.ask_folder("Answer for the pictures in", then)
        else:
            self._studio.front.ask_data(then, source)

    def _on_file(self, path: Path) -> None:
        self._studio.attempt(lambda: self._studio.trying.on_file(path))

    def _on_file_to_export(self, path: Path) -> None:
        self._exporting = path
        name = f"{path.stem} predicted.csv"
        self._studio.front.ask_table(path.with_name(name), self._on_place)

    def _on_place(self, to: Path) -> None:
        path = self._exporting
        if path is not None:
            self._studio.attempt(lambda: self._studio.trying.on_file(path, to=to))

    @Slot()
    def _on_drawn(self) -> None:
        data = self._studio.workspace.document.experiment.data
        columns = columns_of(data, self._studio.catalog)
        channels, height, width = next(c.shape for c in columns if c.role == "input")
        self._drawing = True
        drawn = self._studio.catalog.sources[data.source.kind].drawn
        if drawn is not None:
            values = drawn(self.pad.values((1, SIDE_PX, SIDE_PX))[0])
        else:
            values = self.pad.values((channels, height, width))
        picture = array_from_numpy(values)
        self._studio.attempt(lambda: self._studio.trying.on_picture(picture))

    @Slot()
    def _on_test(self) -> None:
        self._studio.attempt(self._studio.trying.on_test)

    def _on_answered(self, answer: Predicted) -> None:
        self.refresh()
        if self._is_of_drawing(answer):  # beside the pad, which stays where it is drawn on
            self.guess.say(answer.error or _sentence(answer))
            return
        self.answers.setVisible(True)
        self.table.setVisible(len(answer.rows) > 1 and not answer.error)
        self.best.say("")
        if answer.error:
            self.said.say(answer.error)
            return
        if len(answer.rows) == 1:
            self.best.say(_sentence(answer))
        figures = "".join(f" · {name} {value:.4g}" for name, value in answer.metrics.items())
        written = f" · written to {answer.file}" if answer.file else ""
        notes = "".join(f"\n{note}" for note in answer.notes)
        self.said.say(f"{plural(answer.count, 'sample')}{figures}{written}{notes}")
        self._fill(answer)

    def _is_of_drawing(self, answer: Predicted) -> bool:
        """Tell whether it was the drawing that was asked about."""
        asked, self._drawing = self._drawing, False
        return asked and len(answer.rows) <= 1

    def _fill(self, answer: Predicted) -> None:
        self.table.setColumnCount(len(answer.columns))
        self.table.setRowCount(len(answer.rows))
        self.table.setHorizontalHeaderLabels(list(answer.columns))
        for row, cells in enumerate(answer.rows):
            for column, cell in enumerate(cells):
                self.table.setItem(row, column, QTableWidgetItem(cell))
        self.table.verticalHeader().setVisible(False)
        self.table.resizeColumnsToContents()


def _sentence(answer: Predicted) -> str:
    """Return the one answer, and how sure the network is of it."""
    _, said, *rest = answer.rows[0]
    sure = max(
        (float(cell) for name, cell in zip(answer.columns[2:], rest, strict=True) if "P(" in name),
        default=0.0,
    )
    return f"{answer.columns[1]}: {said}{f' ({sure:.0%} sure)' if sure else ''}"
