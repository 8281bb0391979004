"""The device is named on screen, and chosen there."""

from pytestqt.qtbot import QtBot

from studio.app.session import TrainingSession
from studio.app.studio import Studio
from studio.runs.events import Ready
from studio.ui.device_button import DeviceButton


def shown(qtbot: QtBot, session: TrainingSession, studio: Studio) -> DeviceButton:
    button = DeviceButton(session, studio.workspace)
    qtbot.addWidget(button)
    return button


def test_the_menu_lists_what_the_engine_found_and_choosing_is_one_undo_step(qtbot: QtBot) -> None:
    studio = Studio()
    studio.session.ready = Ready(devices={"cpu": "4 cores"}, default="cpu", torch="2")
    button = shown(qtbot, studio.session, studio)
    menu = button.menu()

    menu.aboutToShow.emit()
    rows = {action.data(): action for action in menu.actions()}
    rows["cpu"].trigger()

    document = studio.workspace.document
    assert "Processor: 4 cores" == rows["cpu"].text()
    assert not rows["cuda"].isEnabled()
    assert "cpu" == document.experiment.training.settings["device"]
    document.undo()
    assert not document.experiment.training.settings
    studio.close()


def test_the_button_names_the_device_once_the_engine_is_ready(qtbot: QtBot) -> None:
    studio = Studio()
    button = shown(qtbot, studio.session, studio)
    assert button.text().startswith("Engine off")

    studio.session.ready = Ready(devices={"cuda": "NVIDIA H100"}, default="cuda", torch="2")
    studio.session.changed.tell("ready")

    assert "Ready · NVIDIA H100 ▾" == button.text()
    studio.close()
