"""The page of measured figures tells of the gallery as it is."""

import json
import re
from pathlib import Path

import pytest

from studio.app.gallery import exhibits, find_experiment, stated
from studio.core.fileio import open_file
from studio.resources import resource
from tests import gallery
from tests.gallery import Result

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in resource("help/measured.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| [a-z0-9-]+ \|", line) and len(line.split("|")) == 9
]
MEASURED = [row for row in ROWS if row[0] not in {"experiment", "---"}]


def test_a_row_is_of_an_experiment_of_the_gallery_and_has_what_its_story_promises() -> None:
    names = {exhibit.name for exhibit in exhibits()}

    assert MEASURED
    assert {row[0] for row in MEASURED} <= names
    for name, promised, *_ in MEASURED:
        figure = stated(open_file(find_experiment(name)))
        assert figure is not None
        assert promised == figure.words, name


def test_every_promise_of_the_page_is_kept_by_the_median_beside_it() -> None:
    for name, _, seeds, median, _, seconds, kept in MEASURED:
        figure = stated(open_file(find_experiment(name)))
        assert figure is not None
        assert figure.kept_by(float(median)), name
        assert float(seconds) <= gallery.SECONDS, name
        assert kept == "kept", name
        assert len(seeds.split(", ")) <= 3


def test_what_was_measured_is_kept_and_not_trained_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gallery, "KEPT", tmp_path / "kept.jsonl")
    monkeypatch.setattr(gallery, "PAGE", tmp_path / "page.md")
    trained: list[tuple[str, int]] = []

    def train(name: str, seed: int) -> Result:
        trained.append((name, seed))
        return Result({"accuracy": 0.99 + seed / 1000, "loss": 0.1}, 3.0)

    monkeypatch.setattr(gallery, "train", train)
    for seeds in ([0], [0, 1, 2]):
        lines = [line for line, _ in gallery._table(["logistic"], seeds, 1)]

    assert sorted(trained) == [("logistic", 0), ("logistic", 1), ("logistic", 2)]
    assert "| logistic | at least 94 % accuracy | 99, 99.1, 99.2 | 99.1 | 0.1 | 3.0 |" in lines[2]
    assert len((tmp_path / "kept.jsonl").read_text(encoding="utf-8").splitlines()) == 3
    assert gallery._write_page() == 1, "the others are missing"
    assert lines[2] in (tmp_path / "page.md").read_text(encoding="utf-8")
    assert "spirals-mlp" in capsys.readouterr().err
    assert json.loads((tmp_path / "kept.jsonl").read_text().splitlines()[0])["seconds"] == 3.0
