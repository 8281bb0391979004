"""ProblemList: everything wrong in the drawing, with a way out; a click goes to the block."""

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from studio.app.fixing import go_to
from studio.app.workspace import Workspace
from studio.core.check import Checked, Problem
from studio.ui.icons import drawn
from studio.ui.theme import tokens

from .labels import Empty

PROBLEM = Qt.ItemDataRole.UserRole


class ProblemList(QStackedWidget):
    """The problems of the present drawing."""

    block_asked = Signal(str)
    fix_asked = Signal(str)

    def __init__(self, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._shown: tuple[Problem, ...] | None = None
        self._empty = Empty("No problems", "What is wrong in the drawing is listed here", self)
        self.list = QListWidget(self)
        self.list.setAccessibleName("Problems in the drawing")
        self.list.setWordWrap(True)
        self.fix = QPushButton("Quick fix…", self)
        self.fix.setToolTip("What would remove the problem  Ctrl+.")
        self.fix.clicked.connect(self._on_fix)
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 8)
        column.addWidget(self.list, 1)
        column.addWidget(self.fix, alignment=Qt.AlignmentFlag.AlignHCenter)
        self.addWidget(self._empty)
        self.addWidget(page)
        self._page = page
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._refresh)
        workspace.checked_changed.connect(self._on_checked)
        self.list.itemClicked.connect(self._go_to)
        self.list.itemActivated.connect(self._go_to)
        self._refresh()

    def _on_checked(self, _checked: Checked) -> None:
        self._soon.start()

    @Slot()
    def _refresh(self) -> None:
        problems = self._workspace.checked.problems
        if problems == self._shown:
            return
        self._shown = problems
        self.list.clear()
        for problem in problems:
            self.list.addItem(self._item(problem))
        self.setCurrentWidget(self._page if problems else self._empty)

    def _item(self, problem: Problem) -> QListWidgetItem:
        hint = f"\n{problem.hint}" if problem.hint else ""
        item = QListWidgetItem(f"{problem.message}{hint}")
        t = tokens(self)
        name, colour = (
            ("circle-x", t.error) if problem.level == "error" else ("triangle-alert", t.warning)
        )
        item.setIcon(drawn(name, colour, 32))
        item.setData(PROBLEM, problem)
        return item

    @Slot(QListWidgetItem)
    def _go_to(self, item: QListWidgetItem) -> None:
        problem = item.data(PROBLEM)
        if isinstance(problem, Problem) and problem.node:
            block = go_to(self._workspace, problem)
            self.block_asked.emit(block)

    @Slot()
    def _on_fix(self) -> None:
        item = self.list.item(max(self.list.currentRow(), 0))
        problem = item.data(PROBLEM)
        if isinstance(problem, Problem) and problem.node:
            self.fix_asked.emit(go_to(self._workspace, problem))
