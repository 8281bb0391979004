from pathlib import Path

import pytest

from studio.app import composing, framing
from studio.app.actions import MENUS, Action, run_action
from studio.app.folders import settings_file
from studio.app.front import Answer, NoFront
from studio.app.gallery import exhibits, find_experiment
from studio.app.settings import Settings
from studio.app.studio import Studio
from studio.core.composites import composite_of
from studio.core.edits import SetText
from studio.core.fileio import open_file
from studio.core.marking import AddFrame
from studio.core.marks import Frame


class _Person(NoFront):
    """A front whose questions are answered at once."""

    def __init__(self, answer: Answer = "cancel", place: Path | None = None) -> None:
        super().__init__()
        self.answer = answer
        self.place = place
        self.asked: list[str] = []

    def ask_unsaved(self, title, then):
        self.asked.append(title)
        then(self.answer)

    def ask_save(self, suggestion, then):
        self.asked.append(suggestion.name)
        if self.place:
            then(self.place)


@pytest.fixture
def studio():
    studio = Studio()
    yield studio
    studio.close()


def test_every_action_can_be_tried_on_an_empty_studio(studio: Studio) -> None:
    engine_starts = ("train.restart-engine", "file.gallery.")
    actions = [a for a in studio.actions.actions(studio) if not a.id.startswith(engine_starts)]

    done = [action.id for action in actions if run_action(action, studio)]

    assert {"file.new", "view.theme-dark", "edit.select-all"} <= set(done)
    assert "train.start" not in done
    assert "cold" == studio.session.state


def test_every_action_is_found_in_a_menu_that_exists_and_keys_are_given_once(studio) -> None:
    rows = [row for row in studio.actions.rows.values() if row.menu]
    keys = [k for row in studio.actions.rows.values() if isinstance(row, Action) for k in row.keys]

    assert {row.menu.partition("/")[0] for row in rows} <= set(MENUS)
    assert sorted(set(keys)) == sorted(keys)


def test_training_an_empty_canvas_is_refused_with_a_way_out(studio: Studio) -> None:
    done = studio.run("train.start")

    assert not done
    assert "The canvas is empty" in studio.notices.open[-1].message


def test_training_a_broken_drawing_names_the_problem(studio: Studio) -> None:
    studio.workspace.place("nn.linear", 0, 0)
    studio.open_exhibit(exhibits()[0])
    studio.workspace.select([next(iter(studio.workspace.graph.nodes))])
    studio.run("edit.delete")

    done = studio.run("train.start")

    assert not done
    assert "nothing is connected" in studio.notices.open[-1].message


def test_what_is_saved_is_what_is_opened_again(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "mine.netwright"
    studio.workspace.place("nn.linear", 8, 4)
    studio.workspace.apply(SetText(title="Mine"))
    before = studio.workspace.document.experiment

    studio.save_to(path)
    studio.filing.new()
    studio.open(path)

    assert before == studio.workspace.document.experiment
    assert not studio.filing.dirty
    assert (path,) == studio.settings.recent


def test_an_experiment_of_the_gallery_is_opened_as_a_copy(studio: Studio) -> None:
    exhibit = exhibits()[0]

    studio.open(exhibit.path)

    assert exhibit.read() == studio.workspace.document.experiment
    assert studio.filing.path is None
    assert () == studio.settings.recent


def test_another_experiment_opens_at_its_top_and_not_in_a_composite_of_the_same_name(
    studio: Studio,
) -> None:
    studio.open(find_experiment("quartet-sigmoid"))
    studio.workspace.open_composite("layer")

    studio.open(find_experiment("quartet-relu"))

    assert studio.workspace.where == ""
    assert studio.workspace.graph is studio.workspace.document.graph


def test_a_file_that_cannot_be_read_changes_nothing_and_is_told(studio, tmp_path) -> None:
    broken = tmp_path / "broken.netwright"
    broken.write_text('{"format": 99}', encoding="utf-8")
    before = studio.workspace.document.experiment

    studio.open(broken)

    assert before is studio.workspace.document.experiment
    assert "Update Netwright" in studio.notices.open[-1].message


@pytest.mark.parametrize(("answer", "kept"), [("cancel", True), ("discard", False)])
def test_unsaved_work_is_asked_about_before_it_goes(studio, answer, kept) -> None:
    studio.front = person = _Person(answer)
    studio.workspace.place("nn.linear", 0, 0)

    studio.run("file.new")

    assert ["Untitled"] == person.asked
    assert kept == bool(studio.workspace.graph.nodes)


def test_saving_on_the_way_out_asks_for_a_place_and_goes_on(studio, tmp_path) -> None:
    studio.front = _Person("save", tmp_path / "kept")
    studio.workspace.place("nn.linear", 0, 0)

    studio.run("file.new")

    assert not studio.workspace.graph.nodes
    assert 1 == len(open_file(tmp_path / "kept.netwright").graph.nodes)


def test_copied_blocks_are_text_that_pastes_with_fresh_names_and_its_wires(studio) -> None:
    studio.open_exhibit(next(e for e in exhibits() if e.name == "lenet-digits"))
    before = len(studio.workspace.graph.nodes)
    studio.workspace.select(["conv1", "relu1"])

    studio.run("edit.copy")
    studio.run("edit.paste")

    pasted = studio.workspace.selected
    assert before + 2 == len(studio.workspace.graph.nodes)
    assert {"conv3", "relu5"} == {node.title for node in pasted}
    ids = {node.id for node in pasted}
    assert any({w.source.node, w.target.node} == ids for w in studio.workspace.graph.wires)


def test_pasting_a_letter_is_refused_with_a_sentence(studio: Studio) -> None:
    studio.front.set_clipboard("Dear Sir")

    studio.run("edit.paste")

    assert "holds no blocks" in studio.notices.open[-1].message


def test_nudging_on_is_one_step_of_undo(studio: Studio) -> None:
    studio.workspace.place("nn.linear", 0, 0)
    placed = studio.workspace.document.experiment

    for _ in range(5):
        studio.run("edit.nudge-right")
    moved = studio.workspace.selected[0].x
    studio.run("edit.undo")

    assert 20.0 == moved
    assert placed is studio.workspace.document.experiment


def test_undo_says_what_it_takes_back(studio: Studio) -> None:
    studio.workspace.place("nn.linear", 0, 0)

    words = studio.actions.rows["edit.undo"].title_now(studio)

    assert "Undo add Linear" == words


def test_settings_are_kept_and_a_broken_file_keeps_nobody_out(studio: Studio) -> None:
    studio.settings.set("theme", "dark")
    again = Studio()
    kept = again.settings.values.text("theme")
    again.close()
    settings_file().write_text("no JSON", encoding="utf-8")
    after = Studio()
    after.close()

    assert "dark" == kept
    assert "system" == after.settings.values.text("theme")


def test_choosing_data_fits_the_inputs_in_the_same_step(studio: Studio) -> None:
    from studio.app.choosing import choose_source

    studio.open_exhibit(next(e for e in exhibits() if e.name == "lenet-digits"))
    before = studio.workspace.document.experiment

    studio.workspace.apply(choose_source(before, "mnist", studio.catalog))
    shape = studio.workspace.checked.blocks["image"].outputs
    studio.workspace.document.undo()

    assert ["B×1×28×28"] == [str(s) for s in shape.values()]
    assert before is studio.workspace.document.experiment


def _framed(studio: Studio) -> None:
    """Two blocks in a frame with a note, and one block and one note outside."""
    workspace = studio.workspace
    inside = [workspace.place("nn.linear", 0, 0), workspace.place("nn.relu", 240, 0)]
    outside = workspace.place("nn.relu", 900, 0)
    workspace.select(inside)
    frame = framing.frame_selected(workspace, lambda _: (176.0, 74.0), (0.0, 0.0))
    for id_, x, y in (("note1", 0.0, -30.0), ("note2", 900.0, 300.0)):
        note = Frame(id_, kind="note", text=id_, x=x, y=y, width=100.0, height=56.0)
        workspace.apply(AddFrame(note))
    assert (frame, outside) == ("frame1", "relu2")


@pytest.mark.parametrize(
    ("chosen", "frames"),
    [("fc1", 0), ("fc1 relu1", 2), ("fc1 relu1 relu2", 2), ("everything", 3)],
)
def test_a_copy_takes_frames_all_of_whose_blocks_go_with_what_lies_in_them(
    studio, chosen, frames
) -> None:
    _framed(studio)
    studio.workspace.select(chosen.split())
    if chosen == "everything":
        studio.run("edit.select-all")
    count = len(studio.workspace.selection)

    studio.run("edit.copy")
    studio.filing.new()
    studio.run("edit.paste")

    graph = studio.workspace.graph
    assert (count, frames) == (len(graph.nodes), len(graph.frames))
    assert graph.frames.keys() == studio.workspace.marked.frames


def test_a_note_alone_is_copied_and_pasted(studio) -> None:
    _framed(studio)
    studio.workspace.select(())
    studio.workspace.mark(["note2"])

    studio.run("edit.copy")
    studio.run("edit.paste")

    words = [frame.text for frame in studio.workspace.graph.frames.values()]
    assert 2 == words.count("note2")
    assert "Paste note" == studio.workspace.document.undo_label


def test_what_is_cut_with_its_frame_comes_back_with_one(studio) -> None:
    _framed(studio)
    studio.workspace.select(["fc1", "relu1"])

    studio.run("edit.cut")
    left = {*studio.workspace.graph.frames}
    studio.run("edit.paste")

    assert {"note2"} == left
    assert 3 == len(studio.workspace.graph.frames)


def test_what_is_copied_in_one_window_is_pasted_in_another_with_its_composite(studio) -> None:
    _framed(studio)
    studio.workspace.select(["fc1", "relu1"])
    composing.fold(studio.workspace, "Begin")
    studio.run("edit.select-all")
    studio.run("edit.copy")
    other = Studio()
    other.workspace.place("nn.linear", 0, 0)
    other.workspace.select(["fc1"])
    composing.fold(other.workspace, "Begin")

    other.front.set_clipboard(f"\n  {studio.front.clipboard()}\n")
    other.run("edit.paste")
    experiment = other.workspace.document.experiment
    other.close()

    assert {"Begin"} == {known.title for known in experiment.composites.values()}
    assert 2 == len(experiment.composites)
    kinds = [node.kind for node in experiment.graph.nodes.values() if composite_of(node.kind)]
    assert 2 == len({*kinds})
    assert {"frame", "note"} == {frame.kind for frame in experiment.graph.frames.values()}


def test_a_window_can_be_closed_though_its_place_cannot_be_kept(tmp_path: Path) -> None:
    (tmp_path / "settings.json").mkdir()  # nothing can be written there
    settings = Settings(tmp_path / "settings.json")

    settings.remember_window("here")

    assert settings.window == "here"
