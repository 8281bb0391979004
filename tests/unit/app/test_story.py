"""What the notes of an experiment become: a story with parts, links, and a promise that is kept."""

from collections.abc import Iterator, Sequence

import pytest

from studio.app.gallery import exhibits, find_experiment, promised, published
from studio.app.promise import Verdict
from studio.app.shelf import Shelf
from studio.app.story import Passage, block_named, first_sentence, linked, passages
from studio.app.studio import Studio
from studio.core.edits import SetParam, SetText
from studio.core.errors import FileError
from studio.core.experiment import Experiment
from studio.runs.commands import Command
from studio.runs.events import Ended, EpochEnded, Event, Progress, StateChanged

NOTES = """What it is.

Second paragraph.

Press Train. Look at the loss.

Try: make it wider.

Expect: 97 % accuracy on the test part, median of three seeds"""


class Told:
    """An engine that does nothing and says what a test has it say."""

    alive = True

    def __init__(self) -> None:
        self.events: list[Event] = []

    def start(self) -> None:
        """Be ready at once."""

    def send(self, command: Command) -> None:
        """Do nothing of what is asked."""

    def poll(self) -> Sequence[Event]:
        """Say it once."""
        said, self.events = self.events, []
        return said

    def close(self, *, at_once: bool = False) -> None:
        """There is nothing to end."""

    def leave(self) -> None:
        """There is nothing to go on."""


@pytest.fixture
def engine() -> Told:
    return Told()


@pytest.fixture
def studio(engine: Told) -> Iterator[Studio]:
    studio = Studio(new_engine=lambda: engine)
    yield studio
    studio.close()


def train(studio: Studio, engine: Told, *said: Event) -> None:
    studio.trainer.train()
    engine.events = [StateChanged(state="running"), *said]
    studio.session.poll()


def ended(reason: str = "finished", **metrics: float) -> Ended:
    return Ended(reason=reason, step=80, epoch=4, seconds=1.0, metrics={"test": metrics})


def open_lenet(studio: Studio) -> None:
    studio.open_exhibit(studio.shelf.named("lenet-digits"))


def test_what_to_do_to_try_and_to_expect_stand_apart_from_what_is_told() -> None:
    told = passages(Experiment(notes=NOTES))

    assert told == (
        Passage("text", "What it is.\n\nSecond paragraph."),
        Passage("do", "Press Train. Look at the loss."),
        Passage("try", "Make it wider."),
        Passage("expect", "At least 97 % accuracy on the test part, median of three seeds"),
    )
    assert () == passages(Experiment())


def test_every_story_that_is_shipped_keeps_all_its_words() -> None:
    for exhibit in (*exhibits(), *published()):
        notes = exhibit.read().notes
        told = " ".join(part.text for part in passages(exhibit.read()))

        words = set(notes.split()) - set(told.split())

        assert words <= {"Try:", "Expect:"} | {word for word in words if word[0].islower()}, exhibit


def test_names_of_blocks_and_exhibits_lead_there_and_ordinary_words_do_not() -> None:
    exhibits, blocks = {"recall-rnn", "characters"}, {"conv2", "attention"}

    text = linked("See recall-rnn, conv2, characters and attention.", exhibits, blocks)

    assert text == (
        "See [recall-rnn](gallery:recall-rnn), [conv2](block:conv2), characters and attention."
    )


@pytest.mark.parametrize(
    "text", ["`conv2`", "[conv2](block:fc1)", "https://conv2.org/conv2", "```\nconv2\n```"]
)
def test_what_is_code_or_a_link_already_stays_as_it_was_written(text: str) -> None:
    assert text == linked(text, (), {"conv2"})


def test_a_block_is_known_by_its_title_inside_composites_too(studio: Studio) -> None:
    studio.open_exhibit(studio.shelf.named("resnet18"))
    inside = next(iter(studio.workspace.document.experiment.composites.values())).graph
    above = {node.title for node in studio.workspace.document.graph.nodes.values()}
    title = next(node.title for node in inside.nodes.values() if node.title not in above)

    found = block_named(studio.workspace, title)

    assert found is not None
    assert title == found.titles[-1]
    assert len(found.path) > 1
    assert block_named(studio.workspace, "nothing of this name") is None


def test_a_promise_is_read_with_its_direction() -> None:
    assert promised("Expect: 0.05 mean squared error on the test part") == (
        "At most 0.05 mean squared error on the test part"
    )
    assert promised("Expect: 6,738 parameters") == "6,738 parameters"
    assert promised("Expect: something nice") == ""


def test_a_card_says_the_first_sentence_only() -> None:
    line = first_sentence(Experiment(notes="Ten layers, each 1.5 wide. They learn nothing."))

    assert line == "Ten layers, each 1.5 wide."


def test_the_shelf_reads_an_exhibit_once_and_says_what_is_broken(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []

    def broken(exhibit: object) -> Experiment:
        read.append(exhibit)
        raise FileError("this is not an experiment")

    monkeypatch.setattr("studio.app.gallery.Exhibit.read", broken)
    shelf = Shelf(studio.catalog)
    first = shelf.exhibits[0]

    assert "this is not an experiment" in shelf.read(first).line
    assert shelf.read(first).experiment is None
    assert 1 == len(read)


def test_the_command_palette_lists_the_gallery_without_reading_a_file(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.app.gallery.Exhibit.read", lambda _exhibit: pytest.fail("read"))

    ids = {action.id for action in studio.actions.actions(studio)}

    assert {"file.gallery.lenet-digits", "file.gallery.resnet18"} <= ids


def test_words_are_found_in_titles_names_and_stories(studio: Studio) -> None:
    found = {exhibit.name for exhibit in studio.shelf.search("vanishing sigmoid")}

    assert "quartet-sigmoid" in found
    assert "lenet-digits" not in found
    assert studio.shelf.exhibits == studio.shelf.search("  ")
    assert () == studio.shelf.search("no such word anywhere")


def test_a_published_network_is_opened_as_a_copy_by_its_path_too(studio: Studio) -> None:
    studio.open(published()[0].path)

    assert studio.filing.path is None


def test_nothing_is_said_of_a_promise_before_a_run(studio: Studio) -> None:
    open_lenet(studio)

    assert studio.promise.verdict is None


def test_the_measured_figure_stands_beside_the_promised_one(studio: Studio, engine: Told) -> None:
    open_lenet(studio)
    train(studio, engine, ended(accuracy=0.9893))

    assert studio.promise.verdict == Verdict("This run: 98.9 % accuracy", kept=True)


def test_a_figure_that_misses_the_promise_is_not_rounded_up_to_it(
    studio: Studio, engine: Told
) -> None:
    open_lenet(studio)
    train(studio, engine, ended(accuracy=0.96996))

    assert studio.promise.verdict == Verdict("This run: 96.996 % accuracy", kept=False)


def test_while_it_trains_the_validation_part_is_told(studio: Studio, engine: Told) -> None:
    open_lenet(studio)
    epoch = EpochEnded(epoch=2, step=40, values={"validation/accuracy": 0.91})
    train(studio, engine, epoch, Progress(step=40, epoch=2, samples_per_sec=1.0, seconds_left=1.0))

    assert studio.promise.verdict == Verdict("Validation after epoch 2: 91 % accuracy")


def test_a_change_after_the_run_is_told_and_undone_is_forgotten(
    studio: Studio, engine: Told
) -> None:
    open_lenet(studio)
    train(studio, engine, ended(accuracy=0.98))
    studio.workspace.apply(SetParam(("conv1",), "out_channels", 8))

    assert studio.promise.verdict is not None
    assert studio.promise.verdict.words.endswith("The experiment has changed since")
    studio.workspace.document.undo()
    assert studio.promise.verdict == Verdict("This run: 98 % accuracy", kept=True)


def test_a_run_that_was_stopped_says_when(studio: Studio, engine: Told) -> None:
    open_lenet(studio)
    train(studio, engine, ended("stopped", accuracy=0.5))

    assert studio.promise.verdict == Verdict("Stopped in epoch 4: 50 % accuracy", kept=False)


def test_the_run_of_another_experiment_keeps_no_promise_of_this_one(
    studio: Studio, engine: Told
) -> None:
    open_lenet(studio)
    train(studio, engine, ended(accuracy=0.98))
    studio.open_exhibit(studio.shelf.named("spirals-mlp"))

    assert studio.promise.verdict is None


def test_a_metric_that_was_not_measured_is_not_spoken_of(studio: Studio, engine: Told) -> None:
    open_lenet(studio)
    train(studio, engine, ended(loss=0.1))

    assert studio.promise.verdict is None


def test_a_promised_number_of_parameters_is_compared_as_the_drawing_changes(
    studio: Studio,
) -> None:
    studio.open_exhibit(studio.shelf.named("alexnet"))
    before = studio.promise.verdict
    linear = next(n for n in studio.workspace.graph.nodes.values() if n.kind == "nn.linear")
    studio.workspace.apply(SetParam((linear.id,), "out_features", 8))

    assert before == Verdict("This drawing: 61,100,840 parameters", kept=True)
    assert studio.promise.verdict is not None
    assert studio.promise.verdict.kept is False


def test_writing_the_notes_is_no_change_of_what_was_trained(studio: Studio, engine: Told) -> None:
    open_lenet(studio)
    train(studio, engine, ended(accuracy=0.98))
    notes = studio.workspace.document.experiment.notes
    studio.workspace.apply(SetText(notes=notes.replace("97 %", "99 %")))

    assert studio.promise.verdict == Verdict("This run: 98 % accuracy", kept=False)


def test_a_run_is_forgotten_when_another_experiment_is_opened_but_not_one_under_way(
    engine: Told,
) -> None:
    studio = Studio(new_engine=lambda: engine)
    studio.open(find_experiment("lenet-digits"))
    assert studio.run("train.start")
    said: list[Event] = [StateChanged(state="running"), EpochEnded(epoch=1, step=9, values={})]
    engine.events += said
    studio.session.poll()

    studio.open(find_experiment("spirals-mlp"))
    assert len(studio.record.epochs) == 1
    engine.events += [Ended(reason="finished", step=9, epoch=1, seconds=1.0)]
    studio.session.poll()
    assert studio.session.ended is not None

    studio.open(find_experiment("recall-lstm"))
    assert studio.record.epochs == []
    assert studio.session.ended is None
    assert studio.session.state == "ready"
    assert not studio.trainer.can_go_on
    assert studio.trainer.run is None
