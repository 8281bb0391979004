from collections.abc import Iterator

import pytest
from PySide6.QtGui import QGuiApplication, QTextCursor

from studio.core.edits import Disconnect, SetParam
from studio.core.graph import End
from studio.ui.code.view import CodeView
from studio.ui.window import MainWindow
from tests.helpers.desk import opened_window


@pytest.fixture
def window(qtbot) -> Iterator[MainWindow]:
    with opened_window(qtbot, "lenet-digits") as window:
        window.docks.show_panel("Code", shown=True)
        qtbot.waitUntil(lambda: bool(window.docks.code.text.toPlainText()))
        yield window


def _marked(code: CodeView) -> str:
    return "\n".join(mark.cursor.block().text().strip() for mark in code.text.extraSelections())


def test_selecting_a_block_marks_its_lines(window, qtbot) -> None:
    window.studio.workspace.select(["conv1"])

    marked = _marked(window.docks.code)

    assert "self.conv1 = nn.Conv2d(1, 32" in marked
    assert "self.conv2" not in marked


def test_putting_the_cursor_on_a_line_selects_its_block(window, qtbot) -> None:
    text = window.docks.code.text
    text.setFocus()
    qtbot.waitUntil(text.hasFocus)

    text.setTextCursor(QTextCursor(text.document().find("self.fc2 =")))

    assert frozenset({"fc2"}) == window.studio.workspace.selection


def test_the_program_follows_an_edit(window, qtbot) -> None:
    window.studio.workspace.apply(SetParam(("conv1",), "out_channels", 6))

    qtbot.waitUntil(lambda: "nn.Conv2d(1, 6" in window.docks.code.text.toPlainText())


def test_why_there_is_no_newer_program_is_said_above_the_old_one(window, qtbot) -> None:
    code = window.docks.code
    before = code.text.toPlainText()

    window.studio.workspace.apply(Disconnect((End("conv1", "x"),)))
    qtbot.waitUntil(lambda: "nothing is connected" in code.state.text())

    assert "older than the drawing" in code.state.text()
    assert before == code.text.toPlainText()


def test_the_program_is_copied_whole(window, qtbot) -> None:
    window.docks.code.copy_button.click()

    assert window.docks.code.text.toPlainText() == QGuiApplication.clipboard().text()
