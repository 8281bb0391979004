"""FieldTable: the columns of a file, what each is and is used for, and what they hold."""

from typing import cast

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QComboBox,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from studio.app.own_findings import facts_words, range_words
from studio.core.fields import Field, FieldKind, FieldRole
from studio.core.text import percent
from studio.runs.questions import FieldFacts
from studio.ui.theme import tokens

Index = QModelIndex | QPersistentModelIndex

NAME, KIND, ROLE, MISSING, DISTINCT, SHAPE, FIGURES, TELLS = range(8)
HEADS = (
    "Column", "Is", "Used as", "Missing", "Different", "Distribution", "In training", "Tells",
)  # fmt: skip
TIPS = (
    "The name in the file",
    "What its values are; click to change",
    "What it is used for; click to change",
    "Empty cells of the training part",
    "How many different values",
    "How often each value, or range, occurs in the training part",
    "Mean ± standard deviation and range, or the most frequent",
    "How much of the target the column alone explains",
)
KIND_WORDS: dict[FieldKind, str] = {
    "number": "number",
    "category": "category",
    "date": "date",
    "text": "text",
    "tokens": "tokens",
    "image": "picture",
}
ROLE_WORDS: dict[FieldRole, str] = {"input": "read", "target": "learn", "none": "left out"}
CHANGEABLE: tuple[FieldKind, ...] = ("number", "category", "date", "text")
ROW_PX = 30


class FieldModel(QAbstractTableModel):
    """A row a field; kinds and roles can be edited."""

    kind_chosen = Signal(str, str)
    role_chosen = Signal(str, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._fields: tuple[Field, ...] = ()
        self._facts: dict[str, FieldFacts] = {}

    def show_fields(self, fields: tuple[Field, ...]) -> None:
        """Show these columns; what was known of others is forgotten."""
        if fields == self._fields:
            return
        self.beginResetModel()
        self._fields = fields
        self.endResetModel()

    def show_facts(self, facts: tuple[FieldFacts, ...]) -> None:
        """Show what is known of the columns."""
        self._facts = {one.name: one for one in facts}
        if self._fields:
            last = self.index(len(self._fields) - 1, len(HEADS) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def field_at(self, row: int) -> Field:
        """Return the field of a row."""
        return self._fields[row]

    def facts_at(self, row: int) -> FieldFacts | None:
        """Return what is known of the field of a row."""
        return self._facts.get(self._fields[row].name)

    def _words(self, one: Field, column: int) -> str:
        facts = self._facts.get(one.name)
        match column:
            case 0:
                return one.name
            case 1:
                size = "×".join(map(str, one.shape))
                return f"{KIND_WORDS[one.kind]} {size}".strip()
            case 2:
                return ROLE_WORDS[one.role]
        if facts is None or column == SHAPE:
            return ""
        match column:
            case 3:
                return f"{facts.missing:,}" if facts.missing else "–"
            case 4:
                return f"{facts.distinct:,}" if facts.distinct else ""
            case 6:
                return facts_words(facts)
        return "" if facts.target is None else percent(facts.target)

    # Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._fields)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(HEADS)

    def headerData(
        self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if way is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.ToolTipRole:
            return TIPS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return HEADS[section] if role == Qt.ItemDataRole.DisplayRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        shown = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        one = self._fields[index.row()]
        kinds = index.column() == KIND and one.kind in CHANGEABLE and not one.shape
        return shown | Qt.ItemFlag.ItemIsEditable if kinds or index.column() == ROLE else shown

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        one = self._fields[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._words(one, index.column())
        if role == Qt.ItemDataRole.EditRole:
            return one.kind if index.column() == KIND else one.role
        if role == Qt.ItemDataRole.ToolTipRole:
            editable = bool(self.flags(index) & Qt.ItemFlag.ItemIsEditable)
            words = self._words(one, index.column())
            facts = self._facts.get(one.name)
            if index.column() in {SHAPE, FIGURES} and facts is not None:
                return f"{one.name}: {range_words(facts)}"
            return f"{words}: click to change" if editable else words
        return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        one = self._fields[index.row()]
        before = one.kind if index.column() == KIND else one.role
        if role != Qt.ItemDataRole.EditRole or value == before:
            return False
        signal = self.kind_chosen if index.column() == KIND else self.role_chosen
        signal.emit(one.name, str(value))
        return True


class FieldTable(QTableView):
    """The table; a click on a kind or a use offers the others."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.fields = FieldModel(self)
        self.setModel(self.fields)
        self.setAccessibleName("Columns of the file")
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.setItemDelegate(_Cells(self))
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setEditTriggers(
            QTableView.EditTrigger.AllEditTriggers & ~QTableView.EditTrigger.CurrentChanged
        )
        head = self.horizontalHeader()
        for column, width in enumerate((120, 96, 80, 62, 70, 96, 160, 52)):
            self.setColumnWidth(column, width)
        head.setSectionResizeMode(FIGURES, QHeaderView.ResizeMode.Stretch)
        head.setMinimumSectionSize(48)
        self.clicked.connect(self._on_clicked)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        if index.flags() & Qt.ItemFlag.ItemIsEditable:
            self.edit(index)


class _Cells(QStyledItemDelegate):
    """Text, a choice with its arrow, and small bars."""

    @Slot()
    def _on_chosen(self) -> None:
        editor = self.sender()
        if isinstance(editor, QComboBox):
            self.commitData.emit(editor)
            self.closeEditor.emit(editor)

    def _paint_bars(self, painter: QPainter, box: QRectF, facts: FieldFacts) -> None:
        most = max(facts.histogram, default=0)
        if not most:
            return
        width = box.width() / len(facts.histogram)
        colour = QColor(tokens(cast(QWidget, self.parent())).series[0])
        for place, count in enumerate(facts.histogram):
            height = max(box.height() * count / most, 1.0 if count else 0.0)
            left = box.left() + place * width
            bar = QRectF(left, box.bottom() - height, max(width - 1, 1), height)
            painter.fillRect(bar, colour)

    # Qt

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, index: Index) -> QWidget:
        choice = QComboBox(parent)
        if index.column() == KIND:
            for kind in CHANGEABLE:
                choice.addItem(KIND_WORDS[kind], kind)
        else:
            for role, words in ROLE_WORDS.items():
                choice.addItem(words, role)
        choice.activated.connect(self._on_chosen)
        return choice

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(editor.findData(index.data(Qt.ItemDataRole.EditRole)))
            editor.showPopup()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if isinstance(editor, QComboBox):
            place = model.index(index.row(), index.column())
            model.setData(place, editor.currentData())

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(super().sizeHint(option, index).width(), ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, FieldModel)
        one = model.field_at(index.row())
        theme = tokens(option.widget)
        super().paint(painter, option, index)
        if index.column() == SHAPE:
            facts = model.facts_at(index.row())
            if facts is not None:
                self._paint_bars(painter, QRectF(option.rect).adjusted(8, 6, -8, -5), facts)
        if index.flags() & Qt.ItemFlag.ItemIsEditable:
            painter.setPen(QColor(theme.accent if one.role == "target" else theme.muted))
            box = option.rect.adjusted(0, 0, -8, 0)
            painter.drawText(box, _RIGHT, "▾")


_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
