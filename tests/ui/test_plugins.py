"""Plug-ins in the window: listed, trusted, shown, and switched off when they go wrong."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from studio.app import folders
from studio.app.studio import Studio
from studio.core.fileio import dumps, loads
from studio.runs.events import Points
from studio.ui.bridge import Mishaps
from studio.ui.dialogs.plugins import PluginPage, PluginsDialog
from studio.ui.dialogs.preferences import PreferencesDialog
from studio.ui.look import Look
from studio.ui.widgets.fields import ChoiceField
from studio.ui.window import MainWindow
from tests.helpers.plugins import write_page, write_plugin

SAME = """
from studio.api import BlockSpec, gives

def rule(shapes, params):
    return gives(shapes["x"])

SAME = BlockSpec(id="same.block", title="Same again", family="Linear", infer=rule, call="{x}")
"""
PANEL = """
from studio.ui.api import Panel, PanelSpec

class It(Panel):
    topics = frozenset({{"run"}})
    def __init__(self, context):
        super().__init__(context, "It")
    def refresh(self):
        {refresh}
    def paintEvent(self, event):
        {paint}

PANEL = PanelSpec(id="it.panel", title="It", icon="flag", help="It", make=It)
"""


@pytest.fixture
def plugins(home: Path) -> Path:
    return folders.plugins()


@pytest.fixture
def window(qtbot: QtBot, qapp, plugins: Path) -> Iterator[MainWindow]:
    studio = Studio()
    studio.settings.set("warm_engine", False)
    look = Look(qapp, studio.settings)
    window = MainWindow(studio, look)
    qtbot.addWidget(window)
    studio.plugins.start()
    window.docks.make_dashboard()
    window.plug_in()
    yield window
    window._plugins.stop()
    window.docks.close()
    look.take_off()
    studio.close()


def trust(qtbot: QtBot, window: MainWindow, id_: str) -> None:
    """Answer the notice as a person does, and wait for the rehearsal."""
    studio = window.studio
    asked = next(
        notice for notice in studio.notices.open if notice.message.startswith("Do you trust")
    )
    studio.notices.answer(asked, "Trust")
    qtbot.waitUntil(lambda: studio.plugins.host.plugin(id_).state != "trying", timeout=20_000)


class TestWithABlock:
    @pytest.fixture
    def plugins(self, home: Path) -> Path:
        write_plugin(folders.plugins(), "same", blocks=SAME)
        return folders.plugins()

    def test_it_is_asked_once_and_then_stands_in_the_palette(
        self, qtbot: QtBot, window: MainWindow
    ) -> None:
        studio = window.studio
        assert "same.block" not in studio.workspace.offer.specs

        trust(qtbot, window, "same")
        qtbot.waitUntil(lambda: "same.block" in studio.workspace.offer.specs, timeout=5000)

        assert any(
            spec.id == "same.block" for spec in window.pages.build.palette_panel.blocks.specs
        )
        again = Studio()
        again.plugins.start()
        assert again.plugins.host.plugin("same").state == "on"
        assert not any("trust" in notice.message for notice in again.notices.open)
        again.close()

    def test_disabling_leaves_placeholders_and_enabling_brings_all_back(
        self, qtbot: QtBot, window: MainWindow
    ) -> None:
        studio, host = window.studio, window.studio.plugins.host
        trust(qtbot, window, "same")
        studio.plugins.poll()
        studio.workspace.place("same.block", 0, 0)
        before = studio.workspace.document.experiment

        host.disable("same")
        studio.plugins.poll()

        assert "same.block" not in studio.workspace.offer.specs
        problem = studio.workspace.checked.problems[0]
        assert problem.message == (
            "block1: the block same.block is not installed; it is kept as it was"
        )
        assert problem.hint == "Enable the plug-in Same, or delete the block"
        assert loads(dumps(before)) == before

        host.enable("same")
        qtbot.waitUntil(lambda: host.plugin("same").state == "on", timeout=20_000)
        studio.plugins.poll()

        assert studio.workspace.document.experiment is before
        assert studio.workspace.spec_of("block1") is not None

    def test_a_changed_file_of_its_author_is_read_anew_and_the_canvas_stays(
        self, qtbot: QtBot, window: MainWindow, plugins: Path
    ) -> None:
        studio, host = window.studio, window.studio.plugins.host
        host.trust_changes("same")
        qtbot.waitUntil(lambda: host.plugin("same").state == "on", timeout=20_000)
        studio.plugins.poll()
        studio.workspace.place("same.block", 10, 20)
        camera = window.pages.build.canvas.camera
        experiment = studio.workspace.document.experiment

        text = (
            SAME.replace("Same again", "Changed by hand")
            .replace("{x}", "{x} * {factor}")
            .replace("infer=rule", 'infer=rule, params=(Param("factor", 2),)')
        )
        text = text.replace("import BlockSpec", "import BlockSpec, Param")
        (plugins / "same" / "blocks.py").write_text(text, encoding="utf-8")

        def has_param() -> bool:
            spec = studio.workspace.spec_of("block1")
            return spec is not None and spec.title == "Changed by hand"

        qtbot.waitUntil(has_param, timeout=20_000)
        assert studio.workspace.document.experiment is experiment
        assert window.pages.build.canvas.camera == camera
        spec = studio.workspace.spec_of("block1")
        assert spec is not None
        assert spec.param("factor") is not None

    def test_a_broken_file_is_told_and_taken_back_once_it_is_mended(
        self, qtbot: QtBot, window: MainWindow, plugins: Path
    ) -> None:
        studio, host = window.studio, window.studio.plugins.host
        host.trust_changes("same")
        qtbot.waitUntil(lambda: host.plugin("same").state == "on", timeout=20_000)

        def said() -> list[str]:
            return [notice.message for notice in studio.notices.open]

        (plugins / "same" / "blocks.py").write_text(SAME.replace("infer=rule", "infer=rul"))
        qtbot.waitUntil(lambda: host.plugin("same").state == "failed", timeout=20_000)
        assert any(words.startswith("The plug-in Same was switched off: ") for words in said())
        assert not any(words.startswith("Read Same anew") for words in said())

        (plugins / "same" / "blocks.py").write_text(SAME)
        qtbot.waitUntil(lambda: host.plugin("same").state == "on", timeout=20_000)
        qtbot.waitUntil(lambda: "Read Same anew: its files changed" in said(), timeout=5000)
        assert not any("switched off" in words for words in said())

    def test_the_list_opens_on_what_waits_for_an_answer(
        self, qtbot: QtBot, window: MainWindow
    ) -> None:
        host = window.studio.plugins.host
        dialog = PluginsDialog(window.studio, window)
        assert dialog.chosen == "same"

        press(qtbot, dialog, "Trust")
        qtbot.waitUntil(lambda: host.plugin("same").state == "on", timeout=20_000)
        qtbot.waitUntil(lambda: "Read anew" in buttons(dialog), timeout=5000)
        press(qtbot, dialog, "Trust as author")

        qtbot.waitUntil(lambda: "Trust as author" not in buttons(dialog), timeout=5000)
        assert host.trusts_changes("same")
        dialog.close()

    def test_the_list_says_what_there_is_and_its_buttons_hold_at_once(
        self, qtbot: QtBot, window: MainWindow
    ) -> None:
        host = window.studio.plugins.host
        dialog = PluginsDialog(window.studio, window)
        dialog.open()
        dialog.list.setCurrentRow(dialog._ids.index("same"))
        assert isinstance(dialog.page, PluginPage)

        press(qtbot, dialog, "Trust")
        qtbot.waitUntil(lambda: host.plugin("same").state == "on", timeout=20_000)
        qtbot.waitUntil(lambda: "Disable" in buttons(dialog), timeout=5000)
        press(qtbot, dialog, "Disable")
        qtbot.waitUntil(lambda: buttons(dialog) == ["Enable", "Remove"], timeout=5000)

        assert dialog.chosen == "same"
        press(qtbot, dialog, "Remove")
        qtbot.waitUntil(lambda: "same" not in dialog._ids, timeout=5000)
        assert {"kan", "lion", "tones"} <= set(dialog._ids)
        dialog.close()


def buttons(dialog: PluginsDialog) -> list[str]:
    return [button.text() for button in dialog.page.findChildren(QPushButton)]


def press(qtbot: QtBot, dialog: PluginsDialog, words: str) -> None:
    found = next(one for one in dialog.page.findChildren(QPushButton) if one.text() == words)
    qtbot.mouseClick(found, Qt.MouseButton.LeftButton)


PAINTS = {
    "painting raises": ("pass", "1 / 0", "paintEvent of It failed: ZeroDivisionError"),
    "painting exits": ("pass", "raise SystemExit", "paintEvent of It failed: it wants to end"),
    "painting hangs": ("pass", "while True: pass", "paintEvent of It took longer than 2 s"),
    "refreshing raises": ("{}['x']", "pass", "refresh of It failed: KeyError: 'x'"),
}


@pytest.mark.parametrize("name", PAINTS)
def test_a_panel_that_goes_wrong_is_gone_in_a_moment_and_the_others_stay(
    name: str, qtbot: QtBot, home: Path, request: pytest.FixtureRequest
) -> None:
    refresh, paint, sentence = PAINTS[name]
    write_plugin(
        folders.plugins(),
        "it",
        '[contributes]\npanels = ["it.py"]\n',
        it=PANEL.format(refresh=refresh, paint=paint),
    )
    window: MainWindow = request.getfixturevalue("window")
    host, dashboard = window.studio.plugins.host, window.docks._dashboard
    assert dashboard is not None
    others = len(dashboard.panels)
    window.show()

    trust(qtbot, window, "it")
    if host.plugin("it").state == "on":
        dashboard.docks["it.panel"].show()
        dashboard.docks["it.panel"].raise_()
        dashboard.panels["it.panel"].mark_stale()
    qtbot.waitUntil(lambda: host.plugin("it").state == "failed", timeout=20_000)

    assert host.plugin("it").sentence.startswith(sentence)
    assert "it.panel" not in dashboard.panels
    assert len(dashboard.panels) == others
    assert any("It was switched off" in notice.message for notice in window.studio.notices.open)


SLOTS = """
import sys
from PySide6.QtWidgets import QPushButton
from studio.ui.api import Panel, PanelSpec

class It(Panel):
    topics = frozenset({{"run"}})
    def __init__(self, context):
        super().__init__(context, "It")
        self.button = QPushButton("End", self)
        self.button.clicked.connect({slot})
    def end(self):
        \"\"\"A slot without arguments, though the signal has one.\"\"\"
        sys.exit(3)

PANEL = PanelSpec(id="it.panel", title="It", icon="flag", help="It", make=It)
"""


@pytest.mark.parametrize("slot", ["self.end", "lambda: sys.exit(3)"])
def test_a_slot_that_ends_the_program_ends_the_plug_in(
    slot: str, qtbot: QtBot, home: Path, request: pytest.FixtureRequest
) -> None:
    write_plugin(
        folders.plugins(), "it", '[contributes]\npanels = ["it.py"]\n', it=SLOTS.format(slot=slot)
    )
    window: MainWindow = request.getfixturevalue("window")
    host, dashboard = window.studio.plugins.host, window.docks._dashboard
    assert dashboard is not None
    mishaps = Mishaps(window.studio.notices)
    mishaps.blames = window.studio.plugins.blames
    trust(qtbot, window, "it")

    with qtbot.captureExceptions():
        mishaps.watch()
        dashboard.panels["it.panel"].button.click()
        mishaps.rest()
    qtbot.waitUntil(lambda: host.plugin("it").state == "failed", timeout=20_000)

    assert host.plugin("it").sentence == "it wants to end the program"
    assert "sys.exit(3)" in host.plugin("it").details
    assert "it.panel" not in dashboard.panels


def test_the_first_panel_of_the_handbook_shows_the_best_loss(
    qtbot: QtBot, home: Path, request: pytest.FixtureRequest
) -> None:
    write_page(folders.plugins(), "first-panel.md")
    window: MainWindow = request.getfixturevalue("window")
    trust(qtbot, window, "best-loss")
    dashboard = window.docks._dashboard
    assert dashboard is not None
    panel = dashboard.panels["best-loss.panel"]

    panel.refresh()
    assert panel.words.text() == "Press Train to see the best loss"
    window.studio.record.feed([Points(name="train/loss", steps=(1, 2, 3), values=(2.0, 0.5, 0.75))])
    panel.refresh()

    assert panel.words.text() == "0.5 at step 2"


def test_a_theme_is_worn_and_taken_off_with_its_plug_in(
    qtbot: QtBot, home: Path, request: pytest.FixtureRequest
) -> None:
    folder = write_plugin(folders.plugins(), "dusk", '[contributes]\nthemes = ["themes"]\n')
    (folder / "themes").mkdir()
    (folder / "themes" / "dusk.toml").write_text(
        'base = "dark"\n[colours]\nwindow = "#2A1F3D"\naccent = "#FFB000"\n'
    )
    window: MainWindow = request.getfixturevalue("window")
    trust(qtbot, window, "dusk")
    look = window._look

    window.studio.settings.set("own_theme", "dusk.dusk")
    assert look.theme.accent == "#FFB000"
    assert window.palette().window().color().name().upper() == "#2A1F3D"

    settings = window.studio.settings
    dialog = PreferencesDialog(settings, window, window.studio.plugins.themes)
    field = dialog.form.field("own_theme")
    assert isinstance(field, ChoiceField)
    assert [field.itemText(row) for row in range(field.count())] == ["none", "dusk.dusk"]
    field.textActivated.emit("none")
    assert settings.values.text("own_theme") == ""
    field.textActivated.emit("dusk.dusk")
    assert look.theme.accent == "#FFB000"
    dialog.close()

    window.studio.plugins.host.disable("dusk")
    assert look.theme.name in {"light", "dark"}


def test_an_action_of_a_plug_in_has_its_key_and_its_place(
    qtbot: QtBot, home: Path, request: pytest.FixtureRequest
) -> None:
    write_plugin(
        folders.plugins(),
        "greet",
        '[contributes]\nactions = ["act.py"]\n',
        act="""
            from studio.ui.api import Action

            def run(studio):
                studio.notices.say("Good morning")

            GREET = Action(id="greet.greet", title="Greet", run=run, keys=("Ctrl+Alt+G",))
            """,
    )
    window: MainWindow = request.getfixturevalue("window")
    studio = window.studio
    trust(qtbot, window, "greet")
    studio.plugins.poll()

    deed = next(action for action in window.actions() if action.objectName() == "greet.greet")
    assert deed.shortcut().toString() == "Ctrl+Alt+G"
    deed.trigger()
    assert any(notice.message == "Good morning" for notice in studio.notices.open)
    titles = [action.title for action in studio.actions.actions(studio)]
    assert "Greet" in titles

    studio.plugins.host.disable("greet")
    studio.plugins.poll()
    assert "greet.greet" not in [action.objectName() for action in window.actions()]
