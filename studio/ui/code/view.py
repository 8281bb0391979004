"""CodeView: the program that the drawing is, live; lines and blocks point at each other."""

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QGuiApplication, QTextCursor, QTextFormat
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from studio.app.workspace import Workspace
from studio.core.document import Diff
from studio.core.errors import CompileError
from studio.core.graph import NodeId
from studio.core.text import plural
from studio.runs.spec import Program
from studio.ui.look import code_font
from studio.ui.theme import tokens
from studio.ui.widgets.labels import Text

from .highlighter import Highlighter

PATIENCE_MS = 80
"""A burst of edits is one compilation."""


class CodeView(QWidget):
    """Read-only text of the program; the last one that compiled stays, and why it is not newer."""

    block_asked = Signal(str)

    def __init__(self, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._program: Program | None = None
        self._stale = True
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(320)
        self.state = Text("", self, "small")
        self.copy_button = QPushButton("Copy", self)
        self.copy_button.setObjectName("flat")
        self.copy_button.setAccessibleName("Copy the program")
        self.copy_button.clicked.connect(self._on_copy)
        self.text = QPlainTextEdit(self)
        self.text.setAccessibleName("Generated program")
        self.text.setReadOnly(True)
        self.text.setObjectName("bare")
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(code_font(12))
        self._highlighter = Highlighter(self.text.document(), tokens(self))
        self._lay_out()
        self._soon = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._soon.timeout.connect(self.refresh)
        workspace.document.changed.connect(self._on_changed)
        workspace.selection_changed.connect(self._on_selection)
        self.text.cursorPositionChanged.connect(self._on_cursor)

    @Slot()
    def refresh(self) -> None:
        """Compile what is drawn now, if this view can be seen."""
        if not self.isVisible() or not self._stale:
            return
        from studio.compile.source import compile_network

        self._stale = False
        document = self._workspace.document
        try:
            self._program = compile_network(
                document.experiment, self._workspace.catalog, self._workspace.checked
            )
        except CompileError as error:
            self._say_why_not(str(error))
            return
        self._show_text(self._program.text)
        self.state.set_tone("small")
        self.state.say(f"model.py, {plural(len(self._program.text.splitlines()), 'line')}")
        self._highlight()

    def lines_of(self, blocks: frozenset[NodeId]) -> list[int]:
        """Return the lines, from 1, that belong to these blocks."""
        lines = self._program.lines if self._program else {}
        return sorted(line for line, block in lines.items() if block in blocks)

    def _say_why_not(self, reason: str) -> None:
        first, *rest = reason.splitlines()
        more = f" (and {plural(len(rest), 'more problem')})" if rest else ""
        older = "The program below is older than the drawing. " if self._program else ""
        self.state.set_tone("error")
        self.state.say(f"{older}{first}{more}")

    def _show_text(self, text: str) -> None:
        if text == self.text.toPlainText():
            return
        bars = self.text.verticalScrollBar(), self.text.horizontalScrollBar()
        places = [bar.value() for bar in bars]
        self.text.blockSignals(True)
        self.text.setPlainText(text)
        self.text.blockSignals(False)
        for bar, place in zip(bars, places, strict=True):
            bar.setValue(place)

    def _highlight(self) -> None:
        marks = []
        for line in self.lines_of(self._workspace.selection):
            mark = QTextEdit.ExtraSelection()
            mark.cursor = QTextCursor(self.text.document().findBlockByNumber(line - 1))
            mark.format.setBackground(QColor(tokens(self).selection))
            mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
            marks.append(mark)
        self.text.setExtraSelections(marks)
        if marks and not self.text.hasFocus():
            self._scroll_to(marks[0].cursor)

    def _scroll_to(self, cursor: QTextCursor) -> None:
        self.text.blockSignals(True)
        self.text.setTextCursor(cursor)
        self.text.blockSignals(False)
        self.text.ensureCursorVisible()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(12, 4, 4, 4)
        head.addWidget(self.state, 1)
        head.addWidget(self.copy_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.text, 1)

    def _on_changed(self, change: Diff) -> None:
        if change.graph or change.data or change.before.title != change.after.title:
            self._stale = True
            self._soon.start()

    def _on_selection(self, _selection: frozenset[NodeId]) -> None:
        self._highlight()

    @Slot()
    def _on_cursor(self) -> None:
        line = self.text.textCursor().blockNumber() + 1
        block = self._program.lines.get(line, "") if self._program else ""
        if self.text.hasFocus() and block in self._workspace.graph.nodes:
            self._workspace.select([block])
            self.block_asked.emit(block)

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())

    # Qt

    def showEvent(self, _event: object) -> None:
        self._soon.start(0)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_highlighter"):
            self._highlighter.set_theme(tokens(self))
            self._highlight()
