"""The panel of texts shows what was written at a step, what came before, and what is right."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from studio.runs.events import Snapshot, StateChanged
from studio.runs.record import Record
from studio.ui.dashboard.cursor import Cursor
from studio.ui.dashboard.panel import PanelContext
from studio.ui.dashboard.panels.text import TextPanel
from tests.helpers.a_run import started

Show = Callable[..., TextPanel]


def text(step: int, **notes: str) -> Snapshot:
    return Snapshot(kind="text", block="", step=step, arrays={}, notes=notes)


def goes_on(step: int, words: str) -> Snapshot:
    return text(step, prompt="In the <b>", text=words, right="eginning")


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    def shown(*events: Snapshot) -> TextPanel:
        record = Record.from_events([started(), StateChanged(state="running"), *events])
        panel = TextPanel(PanelContext(record, Cursor()))
        qtbot.addWidget(panel)
        panel.resize(400, 300)
        panel.show()
        panel.refresh()
        return panel

    return shown


def test_the_newest_text_stands_above_earlier_ones(show: Show) -> None:
    panel = show(goes_on(0, "xq zz"), goes_on(1200, " and  God\nsaid"))

    words = panel.page.toPlainText()
    assert panel.caption.text() == "drawn at temperature 0.8 · step 1,200"
    assert words.index("In the <b> and  God") < words.index("In the <b>eginning")
    assert words.index("In the <b>eginning") < words.index("Step 0") < words.index("xq zz")


def test_the_cursor_shows_what_was_written_then(show: Show) -> None:
    panel = show(goes_on(0, "first"), goes_on(100, "second"), goes_on(200, "third"))

    panel.cursor_step.point(150)

    assert panel.caption.text().endswith("step 100")
    assert "second" in panel.page.toPlainText()
    assert "third" not in panel.page.toPlainText()


def test_answers_stand_beside_what_is_right(show: Show) -> None:
    notes = {
        "source 1": "hello", "answer 1": "HH AH L OW", "right 1": "HH AH L OW",
        "source 2": "cough", "answer 2": "K OW", "right 2": "K AO F",
    }  # fmt: skip
    panel = show(text(7, **notes))

    assert panel.page.toPlainText().splitlines() == [
        "hello", "✓ HH AH L OW", "cough", "✗ K OW", "right: K AO F"
    ]  # fmt: skip
    assert panel.caption.text() == "likeliest answers · step 7"


def test_other_networks_are_told_what_is_needed(show: Show) -> None:
    assert "Waiting for the next text" in show().page.hint
    assert "Text needs scores" in show(text(0, refused="Text needs scores")).page.hint


def test_a_beginning_of_one_s_own_is_asked_for_and_kept(show: Show, qtbot: QtBot) -> None:
    own = Snapshot(kind="text", block="Moses", step=0, arrays={}, notes={
        "prompt": "Moses", "text": " said"
    })  # fmt: skip
    panel = show(goes_on(0, "xq"), own)
    kept: list[object] = []
    panel.settings_changed.connect(kept.append)

    with qtbot.waitSignal(panel.watch_changed):
        qtbot.keyClicks(panel.asking, "Moses")
        qtbot.keyClick(panel.asking, Qt.Key.Key_Return)

    assert panel.prompt == "Moses"
    assert kept == [{"prompt": "Moses"}]
    assert panel.page.toPlainText() == "Moses said"

    panel.asking.clear()
    assert panel.prompt == ""
    assert "xq" in panel.page.toPlainText()


def test_a_prompt_that_cannot_be_read_says_why(show: Show) -> None:
    panel = show(Snapshot(kind="text", block="é", step=3, arrays={}, notes={"unread": "no é"}))

    panel.show_settings({"prompt": "é"})
    panel.refresh()

    assert panel.asking.text() == "é"
    assert panel.page.hint == "no é"
