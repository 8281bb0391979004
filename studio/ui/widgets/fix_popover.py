"""FixPopover: what is wrong with a block, and what would remove it; Enter or a click does it."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from studio.app.fixing import Remedy
from studio.core.fixes import Fix
from studio.ui.icons import drawn
from studio.ui.theme import tokens

from .labels import Text

WIDTH_PX, ROW_PX, MOST_ROWS, GAP_PX = 340, 44, 6, 12
FIX = Qt.ItemDataRole.UserRole
NONE_KNOWN = "No quick fix is known for this"


class FixPopover(QFrame):
    """A list over the canvas; Esc and a click elsewhere close it."""

    chosen = Signal(object)
    closed = Signal()

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._host = host
        self.setObjectName("card")
        self.setAccessibleName("Quick fixes")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(10, 10, 10, 10)
        self._column.setSpacing(6)
        self.said = Text("", self)
        self.list = QListWidget(self)
        self.list.setAccessibleName("Fixes")
        self.list.setWordWrap(True)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setIconSize(QSize(16, 16))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._column.addWidget(self.said)
        self._column.addWidget(self.list)
        self.list.itemClicked.connect(self._choose)
        self.list.installEventFilter(self)
        self.hide()

    def open_beside(self, card: QRect, remedies: tuple[Remedy, ...]) -> None:
        """Show the fixes at the right of a card, or under it where there is no room."""
        self.list.clear()
        lamp = drawn("lightbulb", tokens(self).accent, 32)
        for remedy in remedies:
            for fix in remedy.fixes:
                item = QListWidgetItem(lamp, f"{fix.label}\n{fix.preview}")
                item.setSizeHint(QSize(0, ROW_PX))
                item.setData(FIX, fix)
                self.list.addItem(item)
        self.said.say("\n".join(_sentence(remedy) for remedy in remedies))
        self.list.setCurrentRow(0)
        rows = min(self.list.count(), MOST_ROWS)
        self.list.setFixedHeight(rows * ROW_PX + (4 if rows else 0))
        self.setFixedWidth(min(WIDTH_PX, self._host.width() - 16))
        self.adjustSize()
        area = self._host.rect().adjusted(8, 8, -8, -8)
        beside = card.right() + GAP_PX + self.width() <= area.right()
        at = (
            card.topRight() + QPoint(GAP_PX, 0) if beside else card.bottomLeft() + QPoint(0, GAP_PX)
        )
        x = max(area.left(), min(at.x(), area.right() - self.width()))
        y = max(area.top(), min(at.y(), area.bottom() - self.height()))
        self.move(x, y)
        self.show()
        self.raise_()
        self.list.setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        """Close without choosing."""
        if self.isVisible():
            self.hide()
            self.closed.emit()

    @Slot(QListWidgetItem)
    def _choose(self, item: QListWidgetItem) -> None:
        fix = item.data(FIX)
        if isinstance(fix, Fix):
            self.hide()
            self.chosen.emit(fix)
            self.closed.emit()

    # Qt

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if self.list.currentItem() is not None:
                    self._choose(self.list.currentItem())
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.dismiss()
                return True
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.dismiss()
        return False


def _sentence(remedy: Remedy) -> str:
    problem = remedy.problem
    way_out = "" if remedy.fixes else f". {problem.hint or NONE_KNOWN}"
    return f"{problem.message}{way_out}"
