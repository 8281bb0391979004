"""Other programs that keep runs: they get all that the record has, and are said when missing."""

import struct
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from studio.core.errors import RunError
from studio.runs import sink as sinking
from studio.runs.clerk import Clerk
from studio.runs.exports import FORMS, write_parquet
from studio.runs.saved import open_run
from studio.runs.sinks import SINKS, Target, target_in, targets_in, write_into
from studio.runs.to_mlflow import MLFLOW
from studio.runs.to_wandb import WANDB
from tests.helpers.kept import SPEC, STEPS, kept_run


def installed(*packages: str) -> None:
    """Skip where one is missing; it is not loaded, for the clerk alone needs it."""
    for package in packages:
        if find_spec(package) is None:
            pytest.skip(f"needs {package}")


def all_there(name: str) -> object:
    return name


@pytest.mark.parametrize("words", ["", "mlflow", "mlflow:", "paper:here", ":here"])
def test_a_sink_that_is_none_is_refused_with_those_there_are(words: str) -> None:
    with pytest.raises(RunError, match="expected a sink and its folder, as mlflow:DIR or wandb:D"):
        target_in(words)


def test_several_sinks_are_named_apart_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sinking, "find_spec", all_there)

    targets = targets_in("mlflow:/tmp/a, wandb:~/b , mlflow:http://host:5000,")

    home = str(Path("~/b").expanduser())
    assert ["/tmp/a", home, "http://host:5000"] == [target.place for target in targets]
    assert ["mlflow", "wandb", "mlflow"] == [target.sink.id for target in targets]


@pytest.mark.parametrize("sink", SINKS, ids=lambda sink: sink.id)
def test_a_missing_package_is_said_with_the_line_that_brings_it(
    sink: sinking.Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sinking, "find_spec", lambda _name: None)

    with pytest.raises(RunError, match=rf'pip install "netwright\[{sink.package}\]"'):
        target_in(f"{sink.id}:somewhere")


def test_every_sink_is_a_form_that_runs_are_exported_to() -> None:
    assert {sink.id for sink in SINKS} < {form.id for form in FORMS}
    assert len(FORMS) == len({form.id for form in FORMS})


def test_a_table_in_columns_has_every_point_and_says_whose_it_is(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    folder = kept_run("clouds", loss=0.25)

    table = parquet.read_table(write_parquet(folder, tmp_path))

    rows = table.to_pylist()
    with open_run(folder) as saved:
        steps, values = saved.series("train/loss")
    told = [(row["step"], row["value"]) for row in rows if row["name"] == "train/loss"]
    assert list(zip(steps.tolist(), values.tolist(), strict=True)) == told
    assert {"validation/loss", "validation/accuracy"} < {row["name"] for row in rows}
    assert (folder.name.encode(), b"Clouds") == (
        table.schema.metadata[b"run"],
        table.schema.metadata[b"title"],
    )


def test_a_clerk_that_cannot_write_says_why(tmp_path: Path) -> None:
    clerk = Clerk(tmp_path / "no-run", Target(MLFLOW, str(tmp_path / "there")), live=False)

    with pytest.raises(RunError, match="the run was not written there: ") as refused:
        clerk.wait()

    expected = "there is no record" if find_spec("mlflow") else "pip install"
    assert expected in str(refused.value)


# With the programs themselves, where they are installed

_MLFLOW_SAYS = """
import json, sys
from mlflow.tracking import MlflowClient
client = MlflowClient(tracking_uri=f"sqlite:///{sys.argv[1]}/mlflow.db")
experiment = client.get_experiment_by_name("Clouds").experiment_id
(run,) = client.search_runs([experiment])
history = client.get_metric_history(run.info.run_id, "train/loss")
files = [file.path for file in client.list_artifacts(run.info.run_id)]
print(json.dumps([run.info.status, sorted(run.data.metrics), run.data.params,
    [[point.step, point.value] for point in history], files]))
"""


def mlflow_in(folder: Path) -> list[Any]:
    """Ask MLflow what it knows, in a process of its own: it changes the one that it is in."""
    import json

    done = subprocess.run(
        [sys.executable, "-c", _MLFLOW_SAYS, str(folder)],
        capture_output=True, check=True, text=True, timeout=100,
    )  # fmt: skip
    answer: list[Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def test_a_run_is_kept_by_mlflow_once_however_often_it_is_written(tmp_path: Path) -> None:
    installed("mlflow")
    folder = kept_run("clouds", loss=0.25)

    for _ in range(2):
        assert tmp_path == write_into(MLFLOW, folder, tmp_path)

    status, names, params, losses, files = mlflow_in(tmp_path)
    assert "FINISHED" == status
    assert ["train/loss", "validation/accuracy", "validation/loss"] == names
    assert ("8", "4", "clouds") == (params["batch_size"], params["epochs"], params["data"])
    with open_run(folder) as saved:
        steps, values = saved.series("train/loss")
    assert [list(pair) for pair in zip(steps.tolist(), values.tolist(), strict=True)] == losses
    assert ["experiment.netwright", "model.py"] == sorted(files)


def records_in(file: Path) -> Iterator[Any]:
    """Yield what an offline run of W&B holds: blocks of 32 KiB with parts of records."""
    from wandb.proto.wandb_internal_pb2 import Record

    data, at, part = file.read_bytes(), 7, b""
    while at + 7 <= len(data):
        left = 32768 - at % 32768
        if left < 7:
            at += left
            continue
        _, size, kind = struct.unpack("<IHB", data[at : at + 7])
        part += data[at + 7 : at + 7 + size]
        at += 7 + size
        if kind in {1, 4}:
            yield Record.FromString(part)
            part = b""


@pytest.mark.filterwarnings("ignore")
def test_a_run_becomes_an_offline_run_of_wandb(tmp_path: Path) -> None:
    installed("wandb")
    folder = kept_run("clouds", loss=0.25)

    place = write_into(WANDB, folder, tmp_path)

    (file,) = place.glob("*.wandb")
    records = list(records_in(file))
    rows = [
        {".".join(item.nested_key) or item.key: item.value_json for item in record.history.item}
        for record in records
        if record.WhichOneof("record_type") == "history"
    ]
    with open_run(folder) as saved:
        values = saved.series("train/loss")[1].tolist()
    assert list(range(1, STEPS + 1)) == [int(row["step"]) for row in rows]
    assert values == [float(row["train/loss"]) for row in rows]
    assert "0.5" == rows[-1]["validation/loss"]
    begun = next(record.run for record in records if record.WhichOneof("record_type") == "run")
    config = {item.key: item.value_json for item in begun.config.update}
    assert (folder.name, str(SPEC.epochs)) == (begun.run_id, config["epochs"])
    assert (place / "files" / "model.py").is_file()
