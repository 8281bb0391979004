"""Rows: samples as a table of numbers, one column for each feature."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QTableView, QWidget

from studio.core.recipes import Column

from .words import words_for

MOST_COLUMNS = 64
WIDEST_PX = 320
Index = QModelIndex | QPersistentModelIndex


class Rows(QTableView):
    """A read-only table."""

    def __init__(self, columns: list[tuple[Column, NDArray[np.generic]]], parent: QWidget) -> None:
        super().__init__(parent)
        self.setModel(RowModel(columns, self))
        self.setAccessibleName("Samples as a table")
        self.setShowGrid(False)
        self.setAlternatingRowColors(False)
        self.verticalHeader().setDefaultSectionSize(24)
        self.horizontalHeader().setDefaultSectionSize(88)
        if any(values.dtype.kind == "U" for _, values in columns):
            self.horizontalHeader().setMaximumSectionSize(WIDEST_PX)
            self.resizeColumnsToContents()
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)


class RowModel(QAbstractTableModel):
    """Vectors are spread over columns, everything else is one."""

    def __init__(self, columns: list[tuple[Column, NDArray[np.generic]]], parent: QWidget) -> None:
        super().__init__(parent)
        self._cells: list[tuple[str, Column, NDArray[np.generic]]] = []
        for column, values in columns:
            if values.ndim == 2 and column.dtype == "float" and values.shape[1] > 1:
                for place in range(min(values.shape[1], MOST_COLUMNS)):
                    self._cells.append((f"{column.name} {place + 1}", column, values[:, place]))
            else:
                self._cells.append((column.name, column, values))

    # Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() or not self._cells else len(self._cells[0][2])

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._cells)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        _, column, values = self._cells[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return words_for(column, values[index.row()])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        return None

    def headerData(
        self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return self._cells[section][0] if way is Qt.Orientation.Horizontal else str(section + 1)
