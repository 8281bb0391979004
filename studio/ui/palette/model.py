"""Models of blocks: a flat list of what was found, and the families with their blocks."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from studio.app.search import found_blocks
from studio.core.blocks import BlockSpec

BLOCK_MIME = "application/x-netwright-block"
SPEC = Qt.ItemDataRole.UserRole
"""The role under which a row gives its BlockSpec; None for a family."""
FAMILIES = (
    "Input", "Linear", "Convolution", "Pooling", "Recurrent", "Attention", "Position",
    "Transformer", "Activation", "Normalisation", "Regularisation", "Latent", "Shape", "Merge",
    "Output", "Metric", "Loss", "Composite", "Library",
)  # fmt: skip
"""The order of the palette: as data flow; families nobody listed come before the losses."""

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_FAMILY = 2**31 - 1
"""The internal number of a family's row; a block's is the row of its family."""


def mime_of(kind: str) -> QMimeData:
    """Return what is carried while a block of this kind is dragged."""
    data = QMimeData()
    data.setData(BLOCK_MIME, kind.encode())
    return data


def dragged_kind(data: QMimeData) -> str:
    """Return the kind of block that is being dragged; empty for anything else."""
    return bytes(data.data(BLOCK_MIME).data()).decode() if data.hasFormat(BLOCK_MIME) else ""


def help_text(spec: BlockSpec) -> str:
    """Return what a tool tip says of a kind of block."""
    return "\n\n".join(text for text in (spec.title, spec.formula, spec.help) if text)


def family_rank(family: str) -> tuple[int, str]:
    """Return where a family stands in the palette."""
    place = FAMILIES.index(family) if family in FAMILIES else FAMILIES.index("Metric") - 0.5
    return int(2 * place), family


def _rare(spec: BlockSpec) -> bool:
    return not spec.common


class BlockList(QAbstractListModel):
    """Blocks in the order they were found."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.specs: Sequence[BlockSpec] = ()

    def show(self, specs: Sequence[BlockSpec]) -> None:
        """Hold these blocks."""
        self.beginResetModel()
        self.specs = tuple(specs)
        self.endResetModel()

    # Qt

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.specs)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or not 0 <= index.row() < len(self.specs):
            return None
        return _block_data(self.specs[index.row()], role)


class PaletteTree(QAbstractItemModel):
    """Families and their blocks; a search leaves those that fit, the best family first."""

    def __init__(self, specs: Iterable[BlockSpec], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.specs = list(specs)
        self._groups: list[tuple[str, list[BlockSpec]]] = []
        self._group(self.specs, by_rank=True)

    def show(self, query: str) -> None:
        """Leave the blocks that fit what was typed."""
        self.beginResetModel()
        self._group(found_blocks(query, self.specs), by_rank=not query.strip())
        self.endResetModel()

    def take(self, specs: Iterable[BlockSpec], query: str) -> None:
        """Hold other blocks, as after a plug-in came or went."""
        self.specs = list(specs)
        self.show(query)

    def _group(self, specs: list[BlockSpec], *, by_rank: bool) -> None:
        groups: dict[str, list[BlockSpec]] = {}
        for spec in specs:
            groups.setdefault(spec.family, []).append(spec)
        names = sorted(groups, key=family_rank) if by_rank else list(groups)
        self._groups = [
            (name, sorted(groups[name], key=_rare) if by_rank else groups[name]) for name in names
        ]

    # Qt

    def index(self, row: int, column: int, parent: Index = _NOWHERE) -> QModelIndex:
        if column != 0 or row < 0 or row >= self.rowCount(parent):
            return QModelIndex()
        return self.createIndex(row, 0, parent.row() if parent.isValid() else _FAMILY)

    # The overload without an argument is QObject's own and is not meant here.
    def parent(self, index: Index = _NOWHERE) -> QModelIndex:  # type: ignore[override]
        if not index.isValid() or index.internalId() == _FAMILY:
            return QModelIndex()
        return self.createIndex(int(index.internalId()), 0, _FAMILY)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        if not parent.isValid():
            return len(self._groups)
        return len(self._groups[parent.row()][1]) if parent.internalId() == _FAMILY else 0

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if index.internalId() != _FAMILY:
            return _block_data(self._groups[int(index.internalId())][1][index.row()], role)
        family, specs = self._groups[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return family
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{family}, {len(specs)} blocks" if len(specs) != 1 else f"{family}, 1 block"
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if index.isValid() and index.internalId() != _FAMILY:
            flags |= Qt.ItemFlag.ItemIsDragEnabled | Qt.ItemFlag.ItemNeverHasChildren
        return flags

    def mimeTypes(self) -> list[str]:
        return [BLOCK_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        specs = [spec for index in indexes if isinstance(spec := index.data(SPEC), BlockSpec)]
        return mime_of(specs[0].id) if specs else QMimeData()


def _block_data(spec: BlockSpec, role: int) -> object:
    match role:
        case Qt.ItemDataRole.DisplayRole:
            return spec.title
        case Qt.ItemDataRole.ToolTipRole:
            return help_text(spec)
        case Qt.ItemDataRole.AccessibleTextRole:
            return f"{spec.title}, {spec.family}"
        case _ if role == SPEC:
            return spec
        case _:
            return None
