"""Samples: checked against their declaration, divided by seed and class, previewed as they are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.engine.data.load import Arrays, LastLoaded, load
from studio.engine.data.show import preview
from studio.engine.data.split import split
from studio.engine.data.standardize import standardize
from studio.engine.faults import DataFault
from studio.runs.arrays import array_to_numpy
from studio.runs.spec import ColumnInfo, DataJob
from tests.engine import programs

HERE = "tests.engine.test_data"


def answer(params: dict[str, object]) -> object:
    """Return what the test asks for by name."""
    good = {"x": np.ones((6, 4)), "class": np.array([0, 1, 2, 0, 1, 2])}
    answers: dict[str, object] = {
        "list": [1, 2],
        "missing": {"x": good["x"]},
        "short": {**good, "class": np.array([0, 1])},
        "text": {**good, "x": np.full((6, 4), "a")},
        "high": {**good, "class": np.array([0, 1, 2, 3, 1, 2])},
        "real": {**good, "class": good["class"] * 1.0},
        "nan": {**good, "x": np.where(np.arange(24).reshape(6, 4) == 13, np.nan, 1.0)},
        "empty": {"x": np.ones((0, 4)), "class": np.zeros(0, int)},
        "marks": {**good, "test": np.array([1, 0])},
    }
    return answers[str(params["answer"])]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("list", "Clouds: expected named columns, received list"),
        ("missing", "Clouds: expected a column class, received only x"),
        ("short", "Clouds: expected as many samples in every column, received x 6, class 2"),
        ("text", "Clouds, column x: expected real numbers, received <U1"),
        ("high", "Clouds, column class: expected numbers from 0 to 2, received 0 to 3"),
        ("real", "Clouds, column class: expected whole numbers, received real numbers"),
        (
            "nan",
            "Clouds, column x: expected numbers, received one that is not finite in row 3",
        ),
        ("empty", "Clouds: expected at least one sample, received none"),
        (
            "marks",
            "Clouds: expected a truth value for each of 6 samples in test, received int64 × 2",
        ),
    ],
)
def test_what_differs_from_the_declaration_is_said_in_a_sentence(name: str, sentence: str) -> None:
    job = programs.data(load=f"{HERE}:answer", params={"answer": name})

    with pytest.raises(DataFault) as refusal:
        load(job)

    assert sentence == str(refusal.value)


def test_columns_arrive_as_the_types_that_networks_take() -> None:
    arrays = load(programs.data())

    assert {"x": np.float32, "class": np.int64} == {n: a.dtype for n, a in arrays.items()}


def _arrays(classes: list[int]) -> Arrays:
    return {"x": np.zeros((len(classes), 4), np.float32), "class": np.array(classes, np.int64)}


@given(
    st.lists(st.integers(0, 3), min_size=8, max_size=200),
    st.floats(0, 0.4),
    st.floats(0, 0.4),
    st.integers(0, 5),
)
def test_every_sample_is_in_one_part_and_every_class_in_proportion(
    classes: list[int], validation: float, test: float, seed: int
) -> None:
    job = programs.data(validation=validation, test=test, seed=seed)

    parts = split(_arrays(classes), job)

    assert list(range(len(classes))) == sorted(np.concatenate(list(parts.values())).tolist())
    assert len(parts["test"]) == round(len(classes) * test)
    assert abs(len(parts["validation"]) - len(classes) * validation) <= 1
    for name in set(classes):
        held = sum(classes[row] == name for row in parts["test"])
        assert abs(held - classes.count(name) * test) < 1


def test_the_split_seed_alone_decides_who_is_held_out() -> None:
    arrays = load(programs.data())

    one, same, other = (split(arrays, programs.data(seed=seed))["test"] for seed in (1, 1, 2))

    assert one.tolist() == same.tolist()
    assert one.tolist() != other.tolist()


def test_an_official_test_part_stays_as_it_is() -> None:
    marks = np.arange(100) % 4 == 0
    arrays = {**_arrays([0, 1] * 50), "test": marks}

    parts = split(arrays, programs.data(test=0.5, validation=0.2))

    assert np.flatnonzero(marks).tolist() == parts["test"].tolist()
    assert len(parts["validation"]) == 15


def test_an_official_validation_part_stays_as_it_is() -> None:
    place = np.arange(100)
    arrays = {**_arrays([0, 1] * 50), "test": place >= 80, "validation": place >= 70}

    parts = split(arrays, programs.data(test=0.5, validation=0.2))

    assert parts["train"].tolist() == list(range(70))
    assert parts["validation"].tolist() == list(range(70, 80))
    assert parts["test"].tolist() == list(range(80, 100))


def test_nothing_left_to_train_on_is_refused() -> None:
    with pytest.raises(DataFault, match=r"received none of 4 .* Lower the shares"):
        split(_arrays([0, 1, 0, 1]), programs.data(validation=0.5, test=0.5))


def test_columns_are_standardised_by_the_training_part_alone() -> None:
    arrays = _arrays([0] * 4)
    arrays["x"] = np.array([[1, 5], [3, 5], [2, 5], [1000, 7]], np.float32)
    job = programs.data(standardize=("x",))

    scaled = standardize(arrays, job, np.array([0, 1, 2]))["x"]

    assert np.allclose(scaled[:3].mean(axis=0), 0, atol=1e-6)
    assert scaled[:3, 0].std() == pytest.approx(1)
    assert scaled[:, 1].tolist() == [0, 0, 0, 2]
    assert scaled[3, 0] > 1000


def test_a_preview_shows_samples_of_the_training_part_as_they_were_loaded() -> None:
    job = programs.data()

    seen = preview(3, job, samples=9)

    arrays = load(job)
    rows = {tuple(row) for row in arrays["x"][split(arrays, job)["train"]].tolist()}
    shown = array_to_numpy(seen.arrays["x"])
    assert shown.shape == (9, 4)
    assert {tuple(row) for row in shown.tolist()} <= rows
    assert seen.counts["train"] == {"0": 56, "1": 56, "2": 56}


def test_a_preview_of_broken_data_says_what_is_wrong() -> None:
    columns = (ColumnInfo(name="y", role="input", shape=()),)

    seen = preview(1, DataJob(**{**_fields(programs.data()), "columns": columns}), samples=4)

    assert seen.error == "Clouds: expected a column y, received only x, class"
    assert seen.arrays == {}


def _fields(job: DataJob) -> dict[str, object]:
    return {name: getattr(job, name) for name in job.__struct_fields__}


def test_what_was_loaded_last_is_loaded_once() -> None:
    loaded = LastLoaded()
    job = programs.data()

    first, again = loaded(job), loaded(programs.data(validation=0.4))
    other = loaded(programs.data(samples=30))

    assert first is again
    assert len(other["x"]) == 30
