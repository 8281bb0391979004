"""Files: the same bytes for the same experiment, whole or not at all, and never a crash."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.errors import FileError
from studio.core.experiment import FORMAT, Experiment
from studio.core.fileio import dumps, loads, open_file, save
from studio.core.graph import End, Graph, Node

from .experiments import experiments

SMALL = Experiment(
    title="Small",
    graph=Graph(
        {"a": Node("a", "io.vector", "a"), "b": Node("b", "nn.relu", "b")},
        {End("b", "x"): End("a", "y")},
    ),
)


def with_field(name: str, value: object) -> str:
    return json.dumps({**json.loads(dumps(SMALL)), name: value})


@given(experiments())
def test_an_experiment_survives_the_file(experiment: Experiment) -> None:
    again = loads(dumps(experiment))

    assert again == experiment
    assert dumps(again) == dumps(experiment)


@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_whatever_is_no_experiment_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(FileError):
        loads(text)


@given(
    st.sampled_from(["title", "blocks", "wires", "data", "training", "dashboard", "format"]),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
)
def test_a_damaged_field_is_read_or_refused_but_never_crashes(name: str, value: object) -> None:
    try:
        experiment = loads(with_field(name, value))
    except FileError:
        return

    assert loads(dumps(experiment)) == experiment


@given(st.text(max_size=4) | st.text(alphabet="ab1/#.=- é\u200b", max_size=4))
def test_an_id_can_stand_in_every_path_or_the_file_is_refused_by_place(id_: str) -> None:
    blocks = {id_: {"kind": "nn.relu"}, "b": {"kind": "composite:c"}}
    inner = {"blocks": {id_: {"kind": "nn.relu"}}, "wires": []}
    fields = {**json.loads(dumps(SMALL)), "wires": [], "composites": {"c": inner}}
    try:
        experiment = loads(json.dumps({**fields, "blocks": blocks}))
    except FileError as refusal:
        assert "blocks: expected ids without spaces" in str(refusal)  # noqa: PT017
        assert set(id_) & set("./#= \u200b") or not id_.isprintable() or not id_
        return

    assert experiment.node_at(f"b/{id_}").id == id_
    assert str(End(id_, "x")).partition(".") == (id_, ".", "x")
    assert not {"/", "#", "="} & set(id_)
    assert loads(dumps(experiment)) == experiment


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "this is not an experiment"),
        ("[" * 100_000, "this is not an experiment"),
        ("[]", "the file: expected named fields, received a list"),
        ("{}", "the file: expected format as a whole number, received nothing"),
        (with_field("format", FORMAT + 1), "Update Netwright"),
        (with_field("format", True), "format as a whole number"),
        (with_field("title", 3), "expected title as text, received 3"),
        (with_field("wires", ["a.y b.x"]), "wires: expected two ports of blocks"),
        (with_field("wires", ["a.y -> c.x"]), "wires: expected two ports of blocks"),
        (with_field("wires", ["a.y -> b.x", "b.y -> a.x"]), "expected no loop"),
        (with_field("blocks", {"a.b": {"kind": "x"}}), "blocks: expected ids without spaces, dots"),
        (with_field("blocks", {"a/b": {"kind": "x"}}), "any of / # =, received 'a/b'"),
        (with_field("composites", {"a#2": {}}), "composites: expected ids without spaces, dots"),
        (
            with_field("composites", {"a": {"blocks": {"b=c": {"kind": "x"}}}}),
            "composites.a.blocks: expected ids without spaces",
        ),
        (with_field("blocks", {"a": 3}), "blocks.a: expected named fields, received 3"),
        (with_field("blocks", {"a": {"kind": "x", "at": [1]}}), "blocks.a: expected a position"),
        (with_field("blocks", {"a": {"kind": "x", "at": [1e999, 0]}}), "expected a position"),
        (
            with_field("blocks", {"a": {"kind": "x", "params": {"p": {"q": 1}}}}),
            "blocks.a.params: expected p as a number, text or list of sizes",
        ),
        (
            with_field("blocks", {"a": {"kind": "x", "params": {"p": float("nan")}}}),
            "blocks.a.params: expected p",
        ),
        (with_field("training", {"objectives": [3]}), "objective 1: expected named fields"),
        (
            with_field("training", {"objectives": [{"losses": {"l": "much"}}]}),
            "expected l as a number, received 'much'",
        ),
    ],
)
def test_a_broken_file_is_named_by_place(text: str, sentence: str) -> None:
    with pytest.raises(FileError) as refusal:
        loads(text)

    assert sentence in str(refusal.value)


def test_gaps_between_slots_close_up() -> None:
    document = json.loads(dumps(SMALL))
    document["wires"] = ["a.y -> b.x.1", "a.y -> b.x.7"]

    graph = loads(json.dumps(document)).graph

    assert list(graph.inputs_of["b"]) == ["x.0", "x.1"]


def test_what_a_file_leaves_out_has_its_default() -> None:
    assert loads('{"format": 1, "title": "Empty"}') == Experiment(title="Empty")


def test_a_file_is_made_for_reading_and_comparing() -> None:
    text = dumps(SMALL)

    assert '  "title": "a"' in text
    assert '"a.y -> b.x"' in text
    assert text.endswith("}\n")


def test_saving_and_opening(tmp_path: Path) -> None:
    path = tmp_path / "new" / "net.netwright"

    save(SMALL, path)

    assert open_file(path) == SMALL
    assert [item.name for item in path.parent.iterdir()] == ["net.netwright"]


def test_saving_keeps_permissions_and_links(tmp_path: Path) -> None:
    path, link = tmp_path / "net.netwright", tmp_path / "link.netwright"
    save(SMALL, path)
    path.chmod(0o640)
    link.symlink_to(path)

    save(Experiment(), link)

    assert link.is_symlink()
    assert open_file(path) == Experiment()
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_new_file_has_the_usual_permissions(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()

    save(SMALL, tmp_path / "net.netwright")

    usual = (tmp_path / "usual").stat().st_mode
    assert (tmp_path / "net.netwright").stat().st_mode == usual


def test_a_failed_save_leaves_the_old_file(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "net.netwright"
    save(SMALL, path)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(FileError, match="cannot be written: No space left"):
        save(Experiment(), path)

    assert open_file(path) == SMALL
    assert [item.name for item in tmp_path.iterdir() if item.is_file()] == ["net.netwright"]


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "bytes.netwright").write_bytes(b"\xff\xfe")
    (tmp_path / "text.netwright").write_text("no")

    with pytest.raises(FileError, match="there is no such file"):
        open_file(tmp_path / "none.netwright")
    with pytest.raises(FileError, match="cannot be read"):
        open_file(tmp_path / "bytes.netwright")
    with pytest.raises(FileError, match=r"^text.netwright: this is not an experiment"):
        open_file(tmp_path / "text.netwright")
