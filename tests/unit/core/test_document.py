"""The document: undo, redo, groups, merging, saving, telling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.document import Diff, Document, diff
from studio.core.edits import AddNodes, Connect, Move, RemoveNodes, SetParam, SetText
from studio.core.errors import GraphError, StudioError
from studio.core.experiment import Experiment
from studio.core.graph import End, Node, Wire

from .experiments import edits


@pytest.fixture
def document() -> Document:
    document = Document()
    document.apply(AddNodes((Node("a", "nn.relu", "a"), Node("b", "nn.relu", "b"))))
    return document


class Listener:
    """Remembers what it was told."""

    def __init__(self, document: Document) -> None:
        self.told: list[Diff] = []
        document.changed.connect(self.hear)

    def hear(self, change: Diff) -> None:
        self.told.append(change)


@given(st.data())
def test_any_history_undoes_to_the_identical_objects_and_comes_back(data: st.DataObject) -> None:
    document = Document()
    seen = [document.experiment]
    for _ in range(data.draw(st.integers(1, 12))):
        document.apply(data.draw(edits(document.graph)))
        if len(document.history) == len(seen):
            seen.append(document.experiment)
        else:
            seen[-1] = document.experiment

    for value in reversed(seen[:-1]):
        document.undo()
        assert document.experiment is value
    for value in seen[1:]:
        document.redo()
        assert document.experiment is value


@given(st.data())
def test_a_diff_leads_from_one_value_to_the_other(data: st.DataObject) -> None:
    before = Experiment()
    for _ in range(4):
        before = data.draw(edits(before.graph))(before)
    after = before
    for _ in range(3):
        after = data.draw(edits(after.graph))(after)

    change = diff(before, after)

    ids = (set(before.graph.nodes) - change.removed) | change.added
    wires = (set(before.graph.wires) - change.disconnected) | change.connected
    assert ids == set(after.graph.nodes)
    assert wires == set(after.graph.wires)
    for id_ in ids - change.added - change.changed:
        assert before.graph.nodes[id_] is after.graph.nodes[id_]


def test_a_failing_edit_changes_nothing(document: Document) -> None:
    before, listener = document.experiment, Listener(document)

    with pytest.raises(GraphError):
        document.apply(Connect((Wire(End("a", "y"), End("a", "x")),)))

    assert document.experiment is before
    assert len(document.history) == 1
    assert listener.told == []


def test_an_edit_without_effect_is_no_step(document: Document) -> None:
    document.apply(Move({"a": (0.0, 0.0)}))

    assert len(document.history) == 1


def test_dragging_a_block_is_one_undo_step(document: Document) -> None:
    before = document.experiment

    for x in range(1, 50):
        document.apply(Move({"a": (float(x), 0.0)}, merge="drag 1"))
    document.undo()

    assert document.experiment is before


def test_two_drags_are_two_steps(document: Document) -> None:
    document.apply(Move({"a": (1.0, 0.0)}, merge="drag 1"))
    document.apply(Move({"a": (2.0, 0.0)}, merge="drag 2"))

    assert len(document.history) == 3


def test_nothing_merges_across_a_save(document: Document) -> None:
    document.apply(SetParam(("a",), "p", 1))
    document.mark_saved()
    saved = document.experiment
    document.apply(SetParam(("a",), "p", 2))

    document.undo()

    assert document.experiment is saved
    assert not document.dirty


def test_an_edit_after_undo_forgets_the_redo_side(document: Document) -> None:
    document.apply(SetText(title="one"))
    document.undo()

    document.apply(SetText(title="two", merge=""))
    document.redo()

    assert document.experiment.title == "two"
    assert document.redo_label == ""


def test_labels_say_what_undo_and_redo_would_do(document: Document) -> None:
    document.apply(RemoveNodes(("a",), label="Delete a"))

    assert document.undo_label == "Delete a"
    document.undo()
    assert (document.undo_label, document.redo_label) == ("Add blocks", "Delete a")
    document.undo()
    document.undo()
    assert document.undo_label == ""


def test_a_group_is_one_step(document: Document) -> None:
    before = document.experiment

    with document.grouped("Build"), document.grouped("inside"):
        document.apply(SetText(title="x"))
        document.apply(RemoveNodes(("a",)))
        document.undo()
        document.redo()

    assert document.undo_label == "Build"
    document.undo()
    assert document.experiment is before


def test_a_group_that_fails_leaves_nothing(document: Document) -> None:
    before = document.experiment

    def build() -> None:
        with document.grouped("Build"):
            document.apply(SetText(title="x"))
            document.apply(RemoveNodes(("ghost",)))

    with pytest.raises(GraphError):
        build()

    assert document.experiment is before
    assert len(document.history) == 1


def test_an_empty_group_is_no_step(document: Document) -> None:
    with document.grouped("Nothing"):
        pass
    with pytest.raises(ZeroDivisionError), document.grouped("Nothing"):
        _ = 1 / 0

    assert len(document.history) == 1


def test_a_document_is_dirty_until_it_is_saved_or_undone(document: Document) -> None:
    document.mark_saved()
    assert not document.dirty

    document.apply(SetText(title="x"))
    assert document.dirty
    document.undo()
    assert not document.dirty

    document.mark_unsaved()
    assert document.dirty


def test_a_restart_has_no_past(document: Document) -> None:
    other = Experiment(title="Other")

    document.restart(other)

    assert document.experiment is other
    assert (document.dirty, document.undo_label, document.redo_label) == (False, "", "")


def test_a_listener_that_edits_is_refused_and_nothing_is_remembered(document: Document) -> None:
    refusals: list[StudioError] = []

    def meddle(_: Diff) -> None:
        for act in (document.undo, document.redo, lambda: document.apply(SetText(title="y"))):
            try:
                act()
            except StudioError as refusal:
                refusals.append(refusal)

    document.changed.connect(meddle)
    document.apply(SetText(title="x"))

    assert len(refusals) == 3
    assert document.experiment.title == "x"
    assert [step.label for step in document.history] == ["Add blocks", "Change notes"]


def test_listeners_are_told_what_changed(document: Document) -> None:
    listener = Listener(document)

    document.apply(Connect((Wire(End("a", "y"), End("b", "x")),)))
    document.apply(SetText(notes="why"))

    wired, noted = listener.told
    assert wired.connected == {Wire(End("a", "y"), End("b", "x"))}
    assert wired.graph
    assert not noted.graph
    assert not any((noted.data, noted.training, noted.dashboard))
