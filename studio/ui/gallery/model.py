"""GalleryModel: the exhibits that were found, under the headings of their groups."""

from itertools import groupby
from typing import TypeAlias

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from studio.app.gallery import Exhibit
from studio.app.shelf import Label, Shelf

EXHIBIT, LABEL = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
Index: TypeAlias = QModelIndex | QPersistentModelIndex
_HERE = QModelIndex()


class GalleryModel(QAbstractListModel):
    """Rows are headings, which are strings, and exhibits."""

    def __init__(self, shelf: Shelf, parent: QObject) -> None:
        super().__init__(parent)
        self._shelf = shelf
        self._rows: list[str | Exhibit] = []
        self.show_found("")

    @property
    def found(self) -> list[Exhibit]:
        """The exhibits that are listed, in order."""
        return [row for row in self._rows if isinstance(row, Exhibit)]

    def show_found(self, text: str) -> None:
        """List what fits the typed words; everything for none."""
        self.beginResetModel()
        self._rows = []
        for group, members in groupby(self._shelf.search(text), _group):
            self._rows += [group, *members]
        self.endResetModel()

    def place_of(self, name: str) -> QModelIndex:
        """Return where an exhibit is listed, an invalid index if it is not."""
        for row, what in enumerate(self._rows):
            if isinstance(what, Exhibit) and what.name == name:
                return self.index(row)
        return QModelIndex()

    def first(self) -> QModelIndex:
        """Return where the first exhibit is listed, an invalid index if nothing was found."""
        return self.place_of(self.found[0].name) if self.found else QModelIndex()

    def look_again(self, name: str) -> None:
        """Show that more is known of an exhibit."""
        index = self.place_of(name)
        if index.isValid():
            self.dataChanged.emit(index, index)

    # Qt

    def rowCount(self, parent: Index = _HERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if index.isValid() and isinstance(self._rows[index.row()], Exhibit):
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return Qt.ItemFlag.NoItemFlags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if isinstance(row, str):
            return row if role == Qt.ItemDataRole.DisplayRole else None
        label = self._shelf.known(row)
        if role == EXHIBIT:
            return row
        if role == LABEL:
            return label
        if role == Qt.ItemDataRole.DisplayRole:
            return label.title if label else row.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return _spoken(row, label)
        return None


def _group(exhibit: Exhibit) -> str:
    return exhibit.group


def _spoken(exhibit: Exhibit, label: Label | None) -> str:
    if label is None:
        return f"{exhibit.name}, {exhibit.group}"
    parts = (label.title, exhibit.group, label.line, label.parameters, label.promise)
    return ", ".join(part for part in parts if part)
