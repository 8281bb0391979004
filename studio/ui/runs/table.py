"""RunTable: the list itself; the keys and the menu at the pointer are about the chosen runs."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QPoint,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from studio.app.run_rows import Column, Row

from .model import RunModel

ROW_PX = 26


class RunTable(QTableView):
    """Rows to choose from, one or several; a click on a heading sorts.

    Signals: ``chosen`` when other rows are chosen, ``opened`` for Enter or a double click,
    ``delete_asked`` for Delete, ``menu_asked`` with a place on the screen.
    """

    chosen = Signal()
    opened = Signal()
    delete_asked = Signal()
    menu_asked = Signal(QPoint)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.runs = RunModel(self)
        self.setModel(self.runs)
        self.setAccessibleName("Runs")
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.verticalHeader().setMinimumSectionSize(ROW_PX)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setMinimumSectionSize(32)
        head.setSectionsMovable(True)
        self.setSortingEnabled(True)
        self._show_order()
        self._restoring = False
        self.doubleClicked.connect(self._on_opened)
        self.runs.modelAboutToBeReset.connect(self._on_reset)
        self.runs.reordered.connect(self._on_reordered)
        self.selectionModel().selectionChanged.connect(self._on_selected)
        self._kept: tuple[frozenset[str], ...] = ()
        self._widths: dict[str, int] = {}
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._on_menu)

    def chosen_rows(self) -> list[Row]:
        """Return the chosen rows, from the top."""
        selection = self.selectionModel().selection()
        parts = [selection.at(part) for part in range(selection.count())]
        places = sorted({row for part in parts for row in range(part.top(), part.bottom() + 1)})
        return [self.runs.rows[place] for place in places]

    def show_rows(
        self, rows: Sequence[Row], columns: Sequence[Column], known: Sequence[Column]
    ) -> None:
        """Show these rows; what was chosen stays chosen."""
        same = [column.id for column in columns] == [column.id for column in self.runs.columns]
        self.runs.show_rows(rows, columns, known)
        if not same:
            for place, column in enumerate(self.runs.columns):
                self.setColumnWidth(place, self._widths.get(column.id, column.width))
        self._show_order()
        self._choose_again()

    def choose(self, ids: Iterable[str]) -> None:
        """Choose the rows of these runs, and bring the first into view."""
        wanted = set(ids)
        self._kept = tuple(row.ids for row in self.runs.rows if row.ids <= wanted)
        self._choose_again()
        rows = self.selectionModel().selectedRows()
        if rows:
            self.scrollTo(rows[0])

    def _choose_again(self) -> None:
        kept = set(self._kept)
        places = (
            [place for place, row in enumerate(self.runs.rows) if row.ids in kept] if kept else []
        )
        last = len(self.runs.columns) - 1
        selection = QItemSelection()
        for first, end in _stretches(places):
            selection.append(
                QItemSelectionRange(self.runs.index(first, 0), self.runs.index(end, last))
            )
        self._restoring = True
        model = self.selectionModel()
        model.select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if places:
            current = self.runs.index(places[0], 0)
            model.setCurrentIndex(current, QItemSelectionModel.SelectionFlag.NoUpdate)
        self._restoring = False
        self._on_selected()

    def _show_order(self) -> None:
        head = self.horizontalHeader()
        falling = self.runs.falling
        order = Qt.SortOrder.DescendingOrder if falling else Qt.SortOrder.AscendingOrder
        head.blockSignals(True)
        head.setSortIndicator(self.runs.place(self.runs.sorted_by), order)
        head.blockSignals(False)

    @Slot()
    def _on_reset(self) -> None:
        self._widths |= {
            column.id: self.columnWidth(place) for place, column in enumerate(self.runs.columns)
        }

    @Slot()
    def _on_reordered(self) -> None:
        self._choose_again()

    @Slot()
    def _on_selected(self) -> None:
        if not self._restoring:
            self._kept = tuple(row.ids for row in self.chosen_rows())
            self.chosen.emit()

    @Slot()
    def _on_opened(self) -> None:
        self.opened.emit()

    @Slot(QPoint)
    def _on_menu(self, at: QPoint) -> None:
        self.menu_asked.emit(self.viewport().mapToGlobal(at))

    # Qt

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.opened.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.delete_asked.emit()
        else:
            super().keyPressEvent(event)


def _stretches(places: Sequence[int]) -> list[tuple[int, int]]:
    """Return rising numbers as stretches without a gap, each by its first and its last."""
    found: list[tuple[int, int]] = []
    for place in places:
        if found and found[-1][1] == place - 1:
            found[-1] = (found[-1][0], place)
        else:
            found.append((place, place))
    return found
