"""Data that do not fit into memory are read ahead, and train to the same last bit."""

import threading
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch

from studio.engine.data.batches import Samples
from studio.engine.data.load import load
from studio.engine.train import train
from studio.runs.checkpoints import checkpoints_in
from studio.runs.events import Ended, Event, Failed
from studio.runs.lazy import Lazy
from studio.runs.spec import DataJob, Keeping, RunSpec
from tests.engine import programs

HERE = "tests.engine.test_streaming"
READERS: set[str] = set()
MOST: list[int] = []


def load_mapped(params: Mapping[str, object]) -> dict[str, np.ndarray]:
    """Return the clouds with their points in a file."""
    clouds = programs.load_clouds({"samples": int(params["samples"])})
    path = Path(str(params["folder"])) / "points.npy"
    np.save(path, clouds["x"].astype(str(params.get("dtype", "float32"))))
    return {**clouds, "x": np.load(path, mmap_mode="r")}


def load_plain(params: Mapping[str, object]) -> dict[str, np.ndarray]:
    """Return the same points in memory."""
    return {name: np.array(values) for name, values in load_mapped(params).items()}


def load_lazily(params: Mapping[str, object]) -> dict[str, object]:
    """Return the clouds with points that are made when they are asked for."""
    clouds = programs.load_clouds({"samples": int(params["samples"])})

    def read(rows: np.ndarray) -> np.ndarray:
        READERS.add(threading.current_thread().name.rpartition("_")[0])
        MOST.append(len(rows))
        time.sleep(0.0002 * (rows[0] % 7))  # so that they are not done in order
        return clouds["x"][rows]

    return {**clouds, "x": Lazy(len(clouds["x"]), (4,), "float32", read)}


def load_with_a_hole(params: Mapping[str, object]) -> dict[str, object]:
    clouds = programs.load_clouds({"samples": int(params["samples"])})
    clouds["x"][100, 2] = np.nan
    return {**clouds, "x": Lazy(len(clouds["x"]), (4,), "float32", clouds["x"].__getitem__)}


def load_too_few(params: Mapping[str, object]) -> dict[str, object]:
    clouds = programs.load_clouds({"samples": int(params["samples"])})
    return {**clouds, "x": Lazy(len(clouds["x"]), (4,), "float32", lambda rows: clouds["x"][:1])}


def job(folder: Path, name: str, **changes: object) -> DataJob:
    params = {"samples": 480, "folder": str(folder), **changes.pop("params", {})}
    return programs.data(load=f"{HERE}:{name}", params=params, **changes)


def run(place: Path, name: str, **changes: object) -> RunSpec:
    return programs.run(data=job(place, name), **changes)


def end_of(events: list[Event]) -> Ended:
    assert isinstance(events[-1], Ended)
    return events[-1]


@pytest.mark.parametrize("name", ["load_mapped", "load_lazily"])
def test_streamed_data_give_the_losses_of_data_in_memory_to_the_last_bit(
    tmp_path: Path, name: str
) -> None:
    READERS.clear()
    plain = end_of(list(train(run(tmp_path, "load_plain"))))
    streamed = end_of(list(train(run(tmp_path, name))))

    assert plain.losses
    assert plain.losses == streamed.losses
    assert plain.metrics == streamed.metrics
    assert name != "load_lazily" or "netwright-reader" in READERS


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float64"])
def test_another_type_in_the_file_is_converted_as_in_memory(tmp_path: Path, dtype: str) -> None:
    params = {"dtype": dtype}
    both = [
        Samples(job(tmp_path, name, params=params), programs.program(), torch.device("cpu"), load)
        for name in ("load_plain", "load_mapped")
    ]
    rows = torch.arange(0, 480, 7)

    one, other = (samples.batch(rows)[0][0] for samples in both)
    assert torch.float32 == one.dtype == other.dtype
    assert torch.equal(one, other)


def test_a_run_on_streamed_data_goes_on_from_a_checkpoint_bit_for_bit(tmp_path: Path) -> None:
    keeping = Keeping(every_secs=1e-9, last=100)
    spec = run(tmp_path, "load_lazily", folder=str(tmp_path / "run"), keeping=keeping, epochs=30)
    whole = end_of(list(train(spec)))
    middle = checkpoints_in(tmp_path / "run")[1]
    again = end_of(list(train(spec, str(middle.path))))

    assert 1 < middle.step < whole.step
    assert whole.losses == again.losses
    assert whole.metrics == again.metrics


def test_standardising_streamed_data_gives_what_it_gives_in_memory(tmp_path: Path) -> None:
    both = [
        Samples(
            job(tmp_path, name, standardize=("x",)), programs.program(), torch.device("cpu"), load
        )
        for name in ("load_plain", "load_mapped")
    ]
    rows = torch.arange(480)

    one, other = (samples.batch(rows)[0][0] for samples in both)
    torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-6)


def test_no_more_is_read_than_some_batches_ahead(tmp_path: Path) -> None:
    samples = Samples(job(tmp_path, "load_lazily"), programs.program(), torch.device("cpu"), load)
    batches = samples.shuffled(torch.Generator(), batch_size=8, skip_single=False)
    MOST.clear()
    samples.batch(batches[0])
    time.sleep(0.3)

    assert 5 == len(MOST)  # the one that was asked for, and four ahead
    assert {8} == set(MOST)


@pytest.mark.parametrize(
    ("name", "said"),
    [("load_with_a_hole", "not finite in row 100"), ("load_too_few", "returned (1, 4), expected")],
)
def test_what_is_wrong_with_a_sample_is_told_when_it_is_read(
    tmp_path: Path, name: str, said: str
) -> None:
    (failed,) = [e for e in train(run(tmp_path, name)) if isinstance(e, Failed)]

    assert "data" == failed.kind
    assert said in failed.message
