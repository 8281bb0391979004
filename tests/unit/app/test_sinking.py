"""Runs of the window that other programs keep too: what is wrong there is told, and no more."""

from collections.abc import Iterator

import pytest

from studio.app.studio import Studio
from studio.runs import sink as sinking
from studio.runs.events import Ended
from tests.helpers.told import Told, running

END = Ended(reason="finished", step=1, epoch=1, seconds=1.0)


@pytest.fixture
def engine() -> Told:
    return Told()


@pytest.fixture
def studio(engine: Told) -> Iterator[Studio]:
    studio = Studio(new_engine=lambda: engine)
    yield studio
    studio.close()


def told(studio: Studio) -> list[str]:
    return [notice.message for notice in studio.notices.open]


def test_a_program_that_is_missing_is_told_and_the_run_goes_on(
    studio: Studio, engine: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sinking, "find_spec", lambda _name: None)
    studio.settings.set("sinks", "mlflow:somewhere")

    running(studio, engine)

    (message,) = told(studio)
    assert message.startswith("The run is kept here alone. MLflow is not installed here: pip inst")
    assert "running" == studio.session.state


def test_a_program_that_cannot_write_is_told_when_the_run_has_ended(
    studio: Studio, engine: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sinking, "find_spec", lambda name: name)
    studio.settings.set("sinks", "mlflow:somewhere")
    running(studio, engine)  # there is no record, for this engine writes none
    before = told(studio)

    engine.say(studio, END)

    assert [] == before
    assert any(
        line.startswith("mlflow:somewhere: the run was not written") for line in told(studio)
    )


def test_without_sinks_nothing_is_started_and_nothing_said(studio: Studio, engine: Told) -> None:
    running(studio, engine)

    engine.say(studio, END)

    assert [] == told(studio)
