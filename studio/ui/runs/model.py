"""RunModel: rows of runs under chosen columns; only what is seen is put into words."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QTableView

from studio.app.run_rows import Column, Row, ordered
from studio.ui.theme import tokens

Index = QModelIndex | QPersistentModelIndex
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


class RunModel(QAbstractTableModel):
    """A row is a run, or the runs of one experiment that differ in the seed."""

    reordered = Signal()

    def __init__(self, table: QTableView) -> None:
        super().__init__(table)
        self.rows: list[Row] = []
        self.columns: list[Column] = []
        self.sorted_by = "begun"
        self.falling = True
        self._table = table
        self._known: dict[str, Column] = {}

    def show_rows(
        self, rows: Sequence[Row], columns: Sequence[Column], known: Sequence[Column]
    ) -> None:
        """Show these rows, in the order that was chosen; ``known`` may be sorted by unseen."""
        self.beginResetModel()
        self.columns = list(columns)
        self._known = {column.id: column for column in known}
        self.rows = self._ordered(rows)
        self.endResetModel()

    def place(self, id_: str) -> int:
        """Return where a column stands; -1 if it is not shown."""
        return next((at for at, column in enumerate(self.columns) if column.id == id_), -1)

    def _ordered(self, rows: Sequence[Row]) -> list[Row]:
        column = self._known.get(self.sorted_by)
        return ordered(rows, column, falling=self.falling) if column else list(rows)

    def _colour(self, row: Row, column: Column) -> QColor | None:
        theme = tokens(self._table)
        if column.id == "favourite":
            return QColor(theme.warning)
        if column.id != "state":
            return None
        match row.first.state:
            case "failed" | "broken":
                return QColor(theme.error)
            case "cut off":
                return QColor(theme.warning)
            case "running":
                return QColor(theme.good)
            case _:
                return QColor(theme.muted)

    # Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, column = self.rows[index.row()], self.columns[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.words(row)
            case Qt.ItemDataRole.ToolTipRole:
                return row.first.summary.broken or row.first.summary.failure or column.words(row)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _RIGHT if column.number else _LEFT
            case Qt.ItemDataRole.ForegroundRole:
                return self._colour(row, column)
            case Qt.ItemDataRole.FontRole if len(row.runs) > 1 and column.id == "title":
                font = QFont(self._table.font())
                font.setWeight(QFont.Weight.DemiBold)
                return font
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{column.title}: {column.words(row)}"
            case _:
                return None

    def headerData(
        self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if way is Qt.Orientation.Vertical:
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.help or column.title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.number else _LEFT
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if not 0 <= column < len(self.columns):
            return
        wanted = (self.columns[column].id, order is Qt.SortOrder.DescendingOrder)
        if wanted != (self.sorted_by, self.falling):
            self.sorted_by, self.falling = wanted
            self.beginResetModel()
            self.rows = self._ordered(self.rows)
            self.endResetModel()
            self.reordered.emit()
