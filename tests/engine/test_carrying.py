"""The fitted steps of a run go with its exported network, and rows come to the same there."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from studio.app.catalogue import builtin_catalog
from studio.app.starters import with_network
from studio.cli import main
from studio.compile import carrying
from studio.compile.run import plan_run
from studio.core.experiment import Data, Experiment, Preparation
from studio.core.fileio import save
from studio.engine.data.answering import answer
from studio.engine.data.load import load
from studio.engine.data.prepare import read_preparation
from studio.runs.questions import Predict, Predicted
from tests.engine.test_own_data import _experiment, _run_with_weights, _table
from tests.engine.test_project import run_alone

CATALOG = builtin_catalog()
STEPS = (
    Preparation("fill_missing"),
    Preparation("clip", ("area",)),
    Preparation("log", ("area",)),
    Preparation("standardize", ("area",)),
    Preparation("date_parts"),
    Preparation("log", ("price",)),
    Preparation("min_max", ("price",)),
)
PRINT = "import prepare\nprepare.main({path!r})"
"""Of the exported folder, as ``python prepare.py FILE`` does."""


def _trained(experiment: Experiment, folder: Path) -> Path:
    """Train for two epochs; the run's folder has weights and fitted steps."""
    folder.mkdir()
    settings = {**experiment.training.settings, "epochs": 2}
    experiment = replace(experiment, training=replace(experiment.training, settings=settings))
    _run_with_weights(plan_run(experiment, CATALOG, run_id="r", folder=str(folder)), folder)
    save(experiment, folder.parent / "e.netwright")
    return folder


def _exported(run: Path, capsys: pytest.CaptureFixture[str]) -> tuple[Path, dict[str, object]]:
    out = run.parent / "out"
    options = ["export", str(run.parent / "e.netwright"), "--to", "python"]
    assert main([*options, "--weights", str(run), "-o", str(out)]) == 0
    return out, json.loads(capsys.readouterr().out)


def _said(run: Path, path: Path) -> list[str]:
    found = answer(Predict(request=1, folder=str(run), path=str(path), most=10_000), load)
    assert isinstance(found, Predicted)
    assert not found.error, found.error
    return [row[1] for row in found.rows]


def _printed(out: Path, path: Path) -> list[str]:
    run = f"import sys; sys.path.insert(0, '.')\n{PRINT.format(path=str(path))}"
    return run_alone(out, run).splitlines()


def _with_steps(data: Data, *more: Preparation) -> Data:
    return replace(data, steps=(*STEPS, *more))


@pytest.mark.parametrize(
    "more",
    [
        (Preparation("tfidf"), Preparation("one_hot", ("city",))),
        (Preparation("tokens"), Preparation("share", ("city",)), Preparation("bins", ("area",))),
        (Preparation("tfidf", params={"unit": "characters", "ngrams": 3}),),
    ],
    ids=["one-hot", "tokens", "as it is"],
)
def test_a_row_of_the_file_comes_to_the_same_as_in_predict(
    tmp_path, capsys, more: tuple[Preparation, ...]
) -> None:
    experiment = _experiment(_table(tmp_path / "homes.csv"))
    experiment = replace(experiment, data=_with_steps(experiment.data, *more))
    run = _trained(with_network(experiment, 240, CATALOG), tmp_path / "run")
    out, told = _exported(run, capsys)
    new = _table(tmp_path / "new.csv", 60, seed=7)

    printed = np.array(_printed(out, new), float)

    assert told["files"] == ["model.py", "weights.safetensors", "prepare.py"]
    np.testing.assert_allclose(printed, np.array(_said(run, new), float), rtol=1e-4)
    assert len(set(printed.round(3))) > 20


def _classes(path: Path) -> Path:
    """Write a table with a decimal comma, in which the kind follows from two numbers."""
    random = np.random.default_rng(3)
    lines = ["first;shade;kind"]
    for row in range(160):
        first, shade = random.normal(5, 2), random.choice(["dark", "pale", ""])
        cell = "" if row % 13 == 5 else f"{first:.2f}".replace(".", ",")
        lines.append(f"{cell};{shade};{'high' if first > 5 else 'low'}")
    path.write_text("\n".join(lines) + "\n")
    return path


def test_classes_are_told_by_name_and_cells_are_read_as_they_stand(tmp_path, capsys) -> None:
    path = _classes(tmp_path / "c.csv")
    run = _trained(_experiment(path), tmp_path / "run")
    out, _ = _exported(run, capsys)

    printed = _printed(out, path)

    assert printed == _said(run, path)
    assert set(printed) == {"high", "low"}


def test_the_numbers_that_were_learned_can_be_read_in_the_file(tmp_path, capsys) -> None:
    run = _trained(_experiment(_classes(tmp_path / "c.csv")), tmp_path / "run")
    out, _ = _exported(run, capsys)
    mean = float(_steps_of(run)["Standardise", "first"]["shift"][0])

    text = (out / "prepare.py").read_text()

    assert "# Standardise: first" in text
    assert repr(mean) in text
    assert "studio" not in text


def _steps_of(run: Path) -> dict[tuple[str, str], dict[str, np.ndarray]]:
    known = read_preparation(run).steps
    return {(step.title, step.before.name): dict(fitted) for step, fitted in known}


def test_a_cell_that_is_no_number_is_told_by_its_row(tmp_path, capsys) -> None:
    run = _trained(_experiment(_classes(tmp_path / "c.csv")), tmp_path / "run")
    out, _ = _exported(run, capsys)
    ask = (
        "import sys; sys.path.insert(0, '.')\nimport prepare\n"
        "try: prepare.prepare([{'first': '1,5', 'shade': 'dark'}, {'first': 'x', 'shade': ''}])\n"
        "except ValueError as error: print(error)"
    )

    assert run_alone(out, ask) == "row 2: expected a number in first, found 'x'\n"


def test_a_step_that_needs_more_than_numpy_is_named(tmp_path, capsys, monkeypatch) -> None:
    """Whatever a plug-in's step imports: the network is exported, the steps are not."""
    run = _trained(_experiment(_classes(tmp_path / "c.csv")), tmp_path / "run")
    monkeypatch.setattr(carrying, "_is_plain", lambda module: module == "dataclasses")

    out, told = _exported(run, capsys)

    assert "cannot be exported: it needs" in str(told["steps"])
    assert "netwright predict" in str(told["steps"])
    assert not (out / "prepare.py").exists()
    assert (out / "weights.safetensors").exists()
