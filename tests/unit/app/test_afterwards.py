"""A prompt that is typed when the run is over is put to the engine, with the weights it left."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from studio.app.afterwards import Afterwards
from studio.app.studio import Studio
from studio.runs.events import Ended
from studio.runs.questions import Glance, Glanced, Seen
from studio.runs.spec import Watch
from studio.runs.store import WEIGHTS
from tests.helpers.a_run import started
from tests.helpers.told import Told, running

ENDED = Ended(reason="finished", step=9, epoch=1, seconds=1.0)
ASKED = Watch(probes={"text": {"prompt": "Moses"}, "embedding": {}})


@pytest.fixture
def engine() -> Told:
    return Told()


@pytest.fixture
def studio(engine: Told) -> Iterator[Studio]:
    studio = Studio(new_engine=lambda: engine)
    running(studio, engine)
    run = studio.trainer.run
    assert run is not None
    engine.say(studio, replace(started(), run=run.id))
    yield studio
    studio.close()


@pytest.fixture
def afterwards(studio: Studio) -> Afterwards:
    return Afterwards(studio.session, studio.trainer, studio.notices)


def folder_of(studio: Studio) -> Path:
    assert studio.trainer.run is not None
    return Path(studio.trainer.run.folder)


def with_weights(studio: Studio) -> None:
    folder_of(studio).mkdir(parents=True, exist_ok=True)
    (folder_of(studio) / WEIGHTS).write_bytes(b"")


def watch(studio: Studio, afterwards: Afterwards, watch: Watch = ASKED) -> None:
    studio.trainer.watch(watch)
    afterwards.look()


def glances(engine: Told) -> list[Glance]:
    return [command for command in engine.sent if isinstance(command, Glance)]


def answer(studio: Studio, engine: Told, **said: object) -> None:
    engine.say(studio, Glanced(request=glances(engine)[-1].request, step=9, **said))


SEEN = (Seen(kind="text", block="Moses", notes={"prompt": "Moses", "text": " said"}),)


def test_a_prompt_typed_after_the_end_is_answered_as_if_it_had_been_watched(
    studio: Studio, engine: Told, afterwards: Afterwards
) -> None:
    with_weights(studio)
    engine.say(studio, ENDED)
    watch(studio, afterwards)
    (glance,) = glances(engine)
    answer(studio, engine, seen=SEEN)

    assert glance.weights == str(folder_of(studio) / WEIGHTS)
    assert glance.watch == Watch(probes={"text": {"prompt": "Moses"}})
    newest = studio.record.newest("text", "Moses")
    assert newest is not None
    assert (newest.step, newest.notes["text"]) == (9, " said")


def test_one_that_was_typed_too_late_to_be_looked_at_is_asked_when_the_run_ends(
    studio: Studio, engine: Told, afterwards: Afterwards
) -> None:
    with_weights(studio)
    watch(studio, afterwards)
    before = glances(engine)
    engine.say(studio, ENDED)

    assert before == []
    assert len(glances(engine)) == 1


def test_what_was_answered_is_not_asked_again(
    studio: Studio, engine: Told, afterwards: Afterwards
) -> None:
    with_weights(studio)
    engine.say(studio, ENDED)
    watch(studio, afterwards)
    answer(studio, engine, seen=SEEN)
    watch(studio, afterwards, Watch(probes={}))
    watch(studio, afterwards)

    assert len(glances(engine)) == 1


def test_what_was_answered_is_asked_again_when_the_run_is_looked_back_at(
    studio: Studio, engine: Told, afterwards: Afterwards
) -> None:
    with_weights(studio)
    engine.say(studio, ENDED)
    watch(studio, afterwards)
    answer(studio, engine, seen=SEEN)
    run = studio.trainer.run
    assert run is not None
    studio.trainer.look_back(run, [replace(started(), run=run.id), ENDED])

    assert len(glances(engine)) == 2


def test_what_a_network_cannot_say_is_not_asked_for_ever(
    studio: Studio, engine: Told, afterwards: Afterwards
) -> None:
    with_weights(studio)
    engine.say(studio, ENDED)
    watch(studio, afterwards)
    answer(studio, engine, seen=(Seen(kind="text", block="", notes={"refused": "No text"}),))
    afterwards.look()

    assert len(glances(engine)) == 1


def test_a_run_without_weights_is_not_asked(
    studio: Studio, engine: Told, afterwards: Afterwards
) -> None:
    engine.say(studio, ENDED)
    watch(studio, afterwards)

    assert glances(engine) == []


def test_an_answer_that_comes_when_another_run_is_shown_is_left(
    studio: Studio, engine: Told, afterwards: Afterwards
) -> None:
    with_weights(studio)
    engine.say(studio, ENDED)
    watch(studio, afterwards)
    assert studio.run("train.start")
    answer(studio, engine, seen=SEEN)

    assert studio.record.newest("text", "Moses") is None


def test_why_there_is_no_answer_is_told(
    studio: Studio, engine: Told, afterwards: Afterwards
) -> None:
    with_weights(studio)
    engine.say(studio, ENDED)
    watch(studio, afterwards)
    answer(studio, engine, error="the weights cannot be read")

    (notice,) = (one for one in studio.notices.open if one.level == "warning")
    assert notice.message == "The network could not be asked: the weights cannot be read"
