import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QAccessible, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QFileDialog,
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QMessageBox,
    QPushButton,
    QWidget,
)

from studio.app.front import Page
from studio.app.picturing import save_picture
from studio.core.edits import SetParam
from studio.core.fileio import open_file
from studio.core.graph import End
from studio.ui.activity import shares
from studio.ui.dialogs.commands import CommandPalette
from studio.ui.dialogs.files import UnsavedQuestion
from studio.ui.theme import DARK, LIGHT, tokens
from studio.ui.widgets.labels import Text
from studio.ui.window import MainWindow
from tests.helpers.desk import opened_window

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def window(qtbot) -> Iterator[MainWindow]:
    with opened_window(qtbot, "lenet-digits") as window:
        yield window


def test_the_title_says_what_is_open_and_whether_it_is_saved(window, qtbot) -> None:
    saved = window.windowTitle()

    window.studio.workspace.place("nn.linear", 0, 0)

    assert "LeNet on digits – Netwright" == saved
    assert "LeNet on digits ● – Netwright" == window.windowTitle()


def test_closing_with_unsaved_work_asks_and_cancel_stays(window, qtbot) -> None:
    window.studio.workspace.place("nn.linear", 0, 0)

    window.close()
    question = window.findChild(UnsavedQuestion)
    question.button(QMessageBox.StandardButton.Cancel).click()

    assert window.isVisible()
    assert window.studio.filing.dirty


def test_closing_with_unsaved_work_can_discard_it(window, qtbot) -> None:
    window.studio.workspace.place("nn.linear", 0, 0)

    window.close()
    window.findChild(UnsavedQuestion).button(QMessageBox.StandardButton.Discard).click()

    assert not window.isVisible()


@pytest.mark.parametrize("onto", ["window", "canvas"])
@pytest.mark.parametrize("form", ["netwright", "svg", "png"])
def test_a_dropped_file_is_opened(window, qtbot, tmp_path, onto: str, form: str) -> None:
    target = window if onto == "window" else window.pages.build.canvas
    path = tmp_path / f"dropped.{form}"
    if form == "netwright":
        window.studio.save_to(path)
    else:
        save_picture(window.studio.workspace, window.studio.front, path)
    window.studio.filing.new()
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    keys, buttons = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(QPointF(5, 5).toPoint(), Qt.DropAction.CopyAction, mime, buttons, keys)
    drop = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, mime, buttons, keys)

    QApplication.sendEvent(target, enter)
    QApplication.sendEvent(target, drop)

    assert enter.isAccepted()
    assert (path if form == "netwright" else None) == window.studio.filing.path
    assert 16 == len(window.studio.workspace.graph.nodes)


@pytest.mark.parametrize("page", ["data", "train", "build"])
def test_each_page_is_shown_and_marked_in_the_bar(window, qtbot, page: Page) -> None:
    window.menus.deeds[f"view.{page}"].trigger()

    assert page == window.pages.page
    deed = window.menus.deeds[f"view.{page}"]
    qtbot.waitUntil(deed.isChecked)


def test_a_wider_window_gives_its_room_to_the_canvas(window, qtbot) -> None:
    build = window.pages.build
    before = build.palette_panel.width(), build.canvas.width(), build.inspector.width()

    window.resize(window.width() + 200, window.height())
    qtbot.waitUntil(lambda: build.canvas.width() == before[1] + 200)

    assert (build.palette_panel.width(), build.inspector.width()) == (before[0], before[2])


def test_the_theme_changes_while_the_window_is_open(window, qtbot) -> None:
    window.menus.deeds["view.theme-dark"].trigger()
    dark = tokens(window.pages.build.inspector).name
    window.menus.deeds["view.theme-light"].trigger()

    assert DARK.name == dark
    assert LIGHT.name == tokens(window.pages.build.inspector).name


def test_undo_names_its_step_in_the_menu_and_takes_it_back(window, qtbot) -> None:
    before = window.studio.workspace.document.experiment
    window.studio.workspace.apply(SetParam(("conv1",), "out_channels", 8, label="Set out of conv1"))
    undo = window.menus.deeds["edit.undo"]
    qtbot.waitUntil(undo.isEnabled)

    words = undo.text()
    undo.trigger()

    assert "Undo set out of conv1" == words
    assert before is window.studio.workspace.document.experiment


def test_a_problem_is_counted_listed_and_led_to(window, qtbot) -> None:
    from studio.core.edits import Disconnect

    window.studio.workspace.apply(Disconnect((End("fc1", "x"),)))
    window.docks.show_panel("Problems", shown=True)
    listing = window.docks.problems
    qtbot.waitUntil(lambda: listing.list.count() > 0)

    listing.list.itemClicked.emit(listing.list.item(0))

    assert "nothing is connected to x" in listing.list.item(0).text()
    assert frozenset({"fc1"}) == window.studio.workspace.selection


def test_a_refusal_is_a_notice_that_can_be_dismissed(window, qtbot) -> None:
    window.studio.filing.new()
    window.menus.deeds["train.start"].trigger()
    shown = [label.text() for label in window.findChildren(Text) if label.isVisible()]

    dismiss = next(b for b in window.findChildren(QPushButton) if b.text() == "Dismiss")
    qtbot.mouseClick(dismiss, Qt.MouseButton.LeftButton)

    assert any("The canvas is empty" in text for text in shown)
    assert () == window.studio.notices.open


def test_what_was_refused_is_said_until_something_else_is_done(window) -> None:
    workspace, notices = window.studio.workspace, window.studio.notices
    workspace.refused.tell("Conv2d takes real numbers")
    window.studio.attempt(lambda: open_file(Path("no such file.netwright")))
    assert 2 == len(notices.open)

    workspace.place("nn.linear", 0, 0)

    assert ["no such file" in notice.message for notice in notices.open] == [True]


def test_typing_finds_and_runs_a_command(window, qtbot) -> None:
    window.menus.deeds["view.commands"].trigger()
    palette = window.findChild(CommandPalette)

    qtbot.keyClicks(palette.field, "train page")
    palette.field.clear()
    qtbot.keyClicks(palette.field, "dark theme")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)

    assert "dark" == window.studio.settings.values.text("theme")


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Return])
def test_the_command_palette_gives_the_keyboard_back(window, qtbot, key: Qt.Key) -> None:
    canvas = window.pages.build.canvas
    canvas.setFocus()
    window.menus.deeds["view.commands"].trigger()
    palette = window.findChild(CommandPalette)
    qtbot.keyClicks(palette.field, "dark theme")

    qtbot.keyClick(palette.field, key)

    qtbot.waitUntil(lambda: window.findChild(CommandPalette) is None)
    assert canvas.hasFocus()


@pytest.mark.parametrize("name", ["settings", "keys", "about"])
def test_each_dialog_opens_without_stopping_the_program(window, qtbot, name: str) -> None:
    window.studio.front.open_dialog(name)

    dialogs = [w for w in QApplication.topLevelWidgets() if w.isVisible() and w is not window]
    for dialog in dialogs:
        dialog.close()

    assert 1 == len(dialogs)


def test_the_history_goes_back_to_a_moment(window, qtbot) -> None:
    before = window.studio.workspace.document.experiment
    for value in (8, 9):
        window.studio.workspace.apply(SetParam(("conv1",), "out_channels", value))
        window.studio.workspace.apply(SetParam(("fc1",), "out_features", value))
    window.docks.show_panel("History", shown=True)
    history = window.docks.history
    qtbot.waitUntil(lambda: history.count() == 5)

    history.itemClicked.emit(history.item(0))

    assert before is window.studio.workspace.document.experiment


def test_everything_that_takes_the_keyboard_and_every_button_has_a_name_for_readers(
    window, qtbot
) -> None:
    for page in ("data", "train", "runs", "build"):
        window.studio.front.show_page(page)
    for panel in window.docks.shown():
        window.docks.show_panel(panel, shown=True)
    window.studio.notices.say("News")
    window.studio.workspace.select(["conv1"])
    qtbot.waitUntil(lambda: window.pages.build.inspector.findChild(Text) is not None)

    nameless = [
        (type(widget).__name__, type(widget.parentWidget()).__name__)
        for widget in window.findChildren(QWidget)
        if _is_ours(widget) and not _spoken(widget)
    ]

    assert [] == nameless


def _spoken(widget: QWidget) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def _is_ours(widget: QWidget) -> bool:
    """Tell whether a reader comes by: not at Qt's own inner parts, nor at words that are none."""
    inner = widget.objectName().startswith("qt_") or isinstance(
        widget.parentWidget(), (QLineEdit, QComboBox)
    )
    popup = type(widget) is QListView and type(widget.parentWidget()) is QFrame
    if inner or popup or isinstance(widget, QLabel):
        return False
    return isinstance(widget, QAbstractButton) or bool(widget.focusPolicy())


def test_recovered_work_is_said_above_the_page(window, qtbot) -> None:
    window.studio.notices.say("Recovered", answers=(("Keep", str), ("Discard", str)))

    shown = [b.text() for b in window.findChildren(QPushButton) if b.isVisible()]

    assert {"Keep", "Discard"} <= set(shown)


def test_the_greatest_gradient_fills_its_bar_and_a_thousandth_has_none() -> None:
    bars = shares({"a": 1.0, "b": 0.001, "c": 10**-1.5, "d": float("nan")})

    assert {"a": 1.0, "b": 0.0, "c": 0.5} == {block: round(bar, 6) for block, bar in bars.items()}


START = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from studio.ui import start
from studio.ui.window import MainWindow
class Watched(MainWindow):
    def paintEvent(self, event):
        if not hasattr(self, "seen"):
            heavy = {"torch", "pyqtgraph", "sklearn", "studio.ui.dashboard.docks"}
            self.seen = sorted(heavy & set(sys.modules))
            QTimer.singleShot(1500, self.report)
    def report(self):
        charts = "studio.ui.dashboard.docks" in sys.modules
        print(self.seen, charts, "torch" in sys.modules, flush=True)
        self.close()
start.MainWindow = Watched
sys.exit(start.run("lenet-digits"))
"""


def test_the_first_paint_comes_before_charts_and_torch_never(home: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", START], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert answer.returncode == 0, answer.stderr
    assert "[] True False" == answer.stdout.strip()


@pytest.mark.parametrize("deed", ["file.open", "file.compare", "file.export", "file.save-as"])
def test_file_dialogs_begin_beside_the_open_file_else_where_one_was_last(
    window, tmp_path, deed: str
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        window.studio.save_to(tmp_path / name / "kept.netwright")
    seen = []
    for path in (tmp_path / "one" / "kept.netwright", None):
        if path is None:
            window.studio.settings.remember(tmp_path / "two" / "kept.netwright")
            window.studio.filing.new()
        else:
            window.studio.open(path)
        window.studio.run(deed)
        dialog = window.findChild(QFileDialog)
        seen.append(Path(dialog.directory().absolutePath()).name)
        dialog.reject()
        QApplication.sendPostedEvents(dialog, QEvent.Type.DeferredDelete)

    assert ["one", "two"] == seen
