"""The editor of shortcuts: record, conflict, take over, reset; what is chosen is remembered."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from studio.app.settings import Settings
from studio.ui.dialogs.keys import KeysDialog
from studio.ui.window import MainWindow
from tests.helpers.desk import opened_window

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with opened_window(qtbot, "lenet-digits") as window:
        yield window


def editor(window: MainWindow) -> KeysDialog:
    window.studio.run("help.keys")
    (dialog,) = window.findChildren(KeysDialog)
    return dialog


def record(dialog: KeysDialog, deed: str, key: Qt.Key, keys: Qt.KeyboardModifier) -> None:
    button = dialog.rows[deed].key
    QTest.mouseClick(button, LEFT)
    assert "Press keys…" == button.text()
    QTest.keyClick(button, key, keys)


def test_a_recorded_key_does_what_it_was_given_to(window: MainWindow) -> None:
    dialog = editor(window)

    record(dialog, "edit.select-all", Qt.Key.Key_J, ALT)
    dialog.close()
    window.activateWindow()
    QTest.qWaitForWindowActive(window)
    QTest.qWait(5)
    QTest.keyClick(window, Qt.Key.Key_J, ALT)

    assert 16 == len(window.studio.workspace.selection)
    assert ["Alt+J"] == [k.toString() for k in window.menus.deeds["edit.select-all"].shortcuts()]


def test_a_key_that_is_taken_is_taken_over_only_when_recorded_twice(window: MainWindow) -> None:
    dialog, settings = editor(window), window.studio.settings

    record(dialog, "edit.select-all", Qt.Key.Key_F, CTRL)
    said, before = dialog.said.text(), dict(settings.keys)
    record(dialog, "edit.select-all", Qt.Key.Key_F, CTRL)

    assert "Ctrl+F belongs to Find blocks" in said
    assert {} == before
    assert {"edit.select-all": ("Ctrl+F",), "edit.find": ()} == settings.keys
    assert "None" == dialog.rows["edit.find"].key.text()


def test_escape_keeps_the_key_and_backspace_leaves_none(window: MainWindow) -> None:
    dialog, settings = editor(window), window.studio.settings

    record(dialog, "edit.find", Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    kept = dialog.rows["edit.find"].key.text()
    record(dialog, "edit.find", Qt.Key.Key_Backspace, Qt.KeyboardModifier.NoModifier)

    assert "Ctrl+F" == kept
    assert {"edit.find": ()} == settings.keys


def test_one_key_and_all_keys_go_back_to_what_was_declared(window: MainWindow) -> None:
    dialog, settings = editor(window), window.studio.settings
    for _ in range(2):
        record(dialog, "edit.select-all", Qt.Key.Key_F, CTRL)

    QTest.mouseClick(dialog.rows["edit.find"].reset, LEFT)
    after_one = dict(settings.keys)
    QTest.mouseClick(dialog.reset_all, LEFT)

    assert {"edit.select-all": ()} == after_one
    assert {} == settings.keys


def test_chosen_keys_are_there_at_the_next_start(window: MainWindow, home: Path) -> None:
    record(editor(window), "edit.find", Qt.Key.Key_J, ALT)

    again = Settings(home / "settings.json")

    assert {"edit.find": ("Alt+J",)} == again.keys


def test_the_editor_finds_actions_by_name_and_by_key(window: MainWindow) -> None:
    dialog = editor(window)

    QTest.keyClicks(dialog.field, "quick fix")
    by_name = [id_ for id_, row in dialog.rows.items() if not row.isHidden()]
    dialog.field.clear()
    QTest.keyClicks(dialog.field, "Ctrl+.")
    by_key = [id_ for id_, row in dialog.rows.items() if not row.isHidden()]

    assert "edit.fix" in by_name
    assert "edit.fix" in by_key
    assert len(by_name) < 10


def test_no_two_actions_are_declared_with_the_same_key(window: MainWindow) -> None:
    keys = [key for deed in window.menus.deeds.values() for key in deed.action.keys]

    assert [] == sorted({key for key in keys if keys.count(key) > 1})


def test_a_click_in_the_history_goes_back_to_that_step_and_forth_again(
    window: MainWindow,
) -> None:
    workspace = window.studio.workspace
    states = [workspace.document.experiment]
    for deed in ("edit.select-all", "edit.duplicate", "edit.delete"):
        window.studio.run(deed)
        states.append(workspace.document.experiment)
    window.docks.show_panel("History", shown=True)
    QTest.qWait(20)
    history = window.docks.history

    QTest.mouseClick(history.viewport(), LEFT, pos=history.visualItemRect(history.item(0)).center())
    first = workspace.document.experiment
    QTest.qWait(20)
    last = history.item(history.count() - 1)
    QTest.mouseClick(history.viewport(), LEFT, pos=history.visualItemRect(last).center())

    assert states[0] is first
    assert states[-1] is workspace.document.experiment
