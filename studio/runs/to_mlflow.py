"""MLflow: a run becomes one of an experiment of the same title, in a database that MLflow reads."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from studio.core.errors import FileError

from .events import EpochEnded, Failed, Points, Started
from .saved import open_run
from .sink import Book, End, News, Sink, told_of
from .store import EXPERIMENT, MODEL

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

_TAG = "netwright.run"
_BATCH = 1000
"""So many values MLflow takes at once, and no more."""
_LONGEST = 500
"""Letters of a parameter's value that every version of MLflow takes."""
_STATUS = {"finished": "FINISHED", "stopped": "KILLED", "failed": "FAILED", "cut off": "KILLED"}
_ODD = re.compile(r"[^\w\-. :/]")


class _MlflowBook:
    """One run of MLflow's; one that was written before is gone on with."""

    def __init__(self, client: "MlflowClient", run: Path, store: Path | None) -> None:
        """``store`` is the folder of a person's, None where the runs are at an address."""
        self._client = client
        with open_run(run) as saved:
            spec, names = saved.spec, saved.names
        title = spec.title if spec else run.name
        experiment = _experiment(client, title, store)
        name = spec.id if spec else run.name
        query = f"tags.`{_TAG}` = '{name}'"
        found = client.search_runs([experiment], query, max_results=1)
        if found:
            self._id: str = found[0].info.run_id
            client.set_terminated(self._id, "RUNNING")
        else:
            self._id = self._begun(experiment, run, name)
            self._say_params({name: str(value) for name, value in told_of(spec).items()})
        self.place = str(store) if store else str(client.tracking_uri)
        last = dict(self._last_steps()) if found else {}
        plain = {name: last[_plain(name)] for name in names if _plain(name) in last}
        self.known = {**last, **plain}

    def _begun(self, experiment: str, run: Path, name: str) -> str:
        tags = {_TAG: name, "netwright.folder": str(run)}
        begun = self._client.create_run(experiment, run_name=name, tags=tags)
        id_: str = begun.info.run_id
        for file in (EXPERIMENT, MODEL):
            if (run / file).is_file():
                self._client.log_artifact(id_, str(run / file))
        return id_

    def _say_params(self, told: dict[str, str]) -> None:
        for name, value in told.items():
            self._client.log_param(self._id, _plain(name), value[:_LONGEST])

    def _last_steps(self) -> Iterator[tuple[str, int]]:
        for name in self._client.get_run(self._id).data.metrics:
            history = self._client.get_metric_history(self._id, name)
            yield name, max(point.step for point in history)

    def write(self, news: News, time: float) -> None:
        """Take in what is new."""
        from mlflow.entities import Metric

        at = round(time * 1000)
        points: list[Metric] = []
        for event in news:
            match event:
                case Points(name=name, steps=steps, values=values):
                    plain = _plain(name)
                    points += [
                        Metric(plain, value, at, step)
                        for step, value in zip(steps, values, strict=True)
                    ]
                case EpochEnded(step=step, values=means):
                    points += [
                        Metric(_plain(name), value, at, step) for name, value in means.items()
                    ]
                case Started():
                    self._say_start(event)
                case Failed(message=message):
                    self._client.set_tag(self._id, "netwright.failure", message)
        for first in range(0, len(points), _BATCH):
            self._client.log_batch(self._id, metrics=points[first : first + _BATCH])

    def _say_start(self, started: Started) -> None:
        self._client.set_tag(self._id, "netwright.device", started.device_name or started.device)
        self._client.set_tag(self._id, "netwright.parameters", str(started.parameters))

    def close(self, end: End) -> None:
        """Note how the run ended."""
        self._client.set_terminated(self._id, _STATUS[end])


def _open(run: Path, target: str) -> Book:
    # What MLflow counts of its own use stays here.
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    from mlflow.exceptions import MlflowException
    from mlflow.tracking import MlflowClient

    store = None if "://" in target else Path(target).expanduser().absolute()
    try:
        return _MlflowBook(MlflowClient(_address(store) if store else target), run, store)
    except (MlflowException, OSError) as error:
        raise FileError(f"{target}: MLflow cannot write there: {error}") from None


def _address(store: Path) -> str:
    """Return what MLflow calls a folder: a database in it, or the files of an older version."""
    base = store / "mlflow.db"
    if not base.exists() and any(store.glob("*/meta.yaml")):
        os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
        return store.as_uri()
    store.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{base.as_posix()}"


def _experiment(client: "MlflowClient", title: str, store: Path | None) -> str:
    found = client.get_experiment_by_name(title)
    if found is not None:
        id_: str = found.experiment_id
        return id_
    files = (store / "artifacts").as_uri() if store else None
    made: str = client.create_experiment(title, artifact_location=files)
    return made


def _plain(name: str) -> str:
    """Return a name with the letters that MLflow takes."""
    return _ODD.sub("_", name)


MLFLOW = Sink(
    id="mlflow",
    title="MLflow",
    help="A run in a tracking folder of MLflow, shown by mlflow ui",
    package="mlflow",
    open=_open,
)
