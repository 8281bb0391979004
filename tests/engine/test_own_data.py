"""A person's own table: read, divided, prepared by its training part alone, trained, predicted."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from studio.app.catalogue import builtin_catalog
from studio.app.own_data import source_for
from studio.app.starters import starter
from studio.compile.data import plan_data
from studio.compile.run import plan_run
from studio.core.check import check
from studio.core.experiment import Choice, Data, Experiment, Preparation
from studio.core.fields import Field
from studio.core.fileio import open_file, save
from studio.core.params import complete
from studio.engine.data.answering import answer
from studio.engine.data.gather import gather
from studio.engine.data.load import LastLoaded, load
from studio.engine.data.own import Own
from studio.engine.data.prepare import Preparation as Fitted
from studio.engine.data.prepare import joined, read_preparation
from studio.engine.data.split import split
from studio.engine.faults import DataFault
from studio.engine.train import train
from studio.engine.weights import save_weights
from studio.runs.events import Ended, Failed
from studio.runs.questions import Examine, Examined, Inspect, Inspected, Predict, Predicted
from studio.runs.spec import DataJob

CATALOG = builtin_catalog()


def _table(path: Path, rows: int = 240, *, seed: int = 0) -> Path:
    """Write a table in which the price follows from area and city; some cells are empty."""
    random = np.random.default_rng(seed)
    lines = ["id,area,city,sold,remark,price"]
    for row in range(rows):
        area, city = random.uniform(30, 200), random.choice(["Oslo", "Rome", "Bern"])
        price = area * {"Oslo": 60, "Rome": 40, "Bern": 80}[city]
        cell = "" if row % 17 == 3 else f"{area:.2f}"
        day = f"20{10 + row % 12}-0{1 + row % 9}-1{row % 10}"
        words = f"{random.choice(['lovely', 'plain', 'large'])} home number {row} near the lake"
        lines.append(f"{row},{cell},{city if row % 31 else ''},{day},{words},{price:.1f}")
    path.write_text("\n".join(lines) + "\n")
    return path


def _examined(path: Path, **params: object) -> Examined:
    source = source_for(path, CATALOG)
    assert source is not None
    given = complete(source.params, {"path": str(path), **params})
    found = answer(Examine(request=1, title="", examine=source.examine, params=given), load)
    assert isinstance(found, Examined)
    assert not found.error, found.error
    return found


def _experiment(path: Path) -> Experiment:
    source = source_for(path, CATALOG)
    assert source is not None
    return starter(_examined(path), source, path, CATALOG)


def _job(data: Data, **split: object) -> DataJob:
    return plan_data(replace(data, split={**data.split, **split}), CATALOG)


def _trained(experiment: Experiment, folder: Path) -> Ended:
    folder.mkdir(parents=True, exist_ok=True)
    spec = plan_run(experiment, CATALOG, run_id="r", folder=str(folder))
    last: Ended | None = None
    for event in train(spec):
        assert not isinstance(event, Failed), event
        if isinstance(event, Ended):
            last = event
    assert last is not None
    return last


def test_columns_are_typed_and_the_target_is_proposed(tmp_path) -> None:
    found = _examined(_table(tmp_path / "homes.csv"))

    kinds = {one.name: (one.kind, one.role) for one in found.fields}

    assert kinds == {
        "id": ("number", "none"),
        "area": ("number", "input"),
        "city": ("category", "input"),
        "sold": ("date", "input"),
        "remark": ("text", "input"),
        "price": ("number", "target"),
    }
    assert set(found.missing) == {"area", "city"}


def test_a_table_never_seen_before_is_trained_without_a_word(tmp_path) -> None:
    experiment = _experiment(_table(tmp_path / "homes.csv", 400))
    settings = {**experiment.training.settings, "epochs": 25}
    experiment = replace(experiment, training=replace(experiment.training, settings=settings))

    assert check(experiment, CATALOG).problems == ()
    ended = _trained(experiment, tmp_path / "run")

    assert ended.metrics["validation"]["R²"] > 0.7
    assert "test" not in ended.metrics


@pytest.mark.parametrize("kind", ["standardize", "min_max", "robust", "clip", "fill_missing"])
def test_nothing_is_fitted_on_what_is_held_out(tmp_path, kind: str) -> None:
    data = _experiment(_table(tmp_path / "homes.csv")).data
    job = _job(replace(data, steps=(Preparation("fill_missing"), Preparation(kind, ("area",)))))
    own = load(job)
    assert isinstance(own, Own)
    parts = split(own, job)
    moved = Own(dict(own), _told(own))
    moved["area"] = own["area"].copy()
    moved["area"][parts["test"]] += 1e6

    one, _ = Fitted.fit(own, job, parts["train"])
    other, _ = Fitted.fit(moved, job, parts["train"])

    assert one.packed() == other.packed()


def _told(own: Own):
    from studio.core.fields import Loaded

    return Loaded({}, own.notes, own.lines, own.unit)


def test_a_vocabulary_knows_no_word_of_what_is_held_out(tmp_path) -> None:
    path = tmp_path / "texts.csv"
    path.write_text(
        "text,label\n"
        + "".join(f"word{i} and then word{i} again,{'ab'[i % 2]}\n" for i in range(60))
    )
    data = _experiment(path).data
    job = _job(replace(data, steps=(Preparation("tokens", ("text",)),)), method="by time", by="")
    own = load(_job(replace(data, steps=(Preparation("tokens", ("text",)),))))
    assert isinstance(own, Own)
    plain = _job(replace(data, steps=(Preparation("tokens", ("text",)),)))
    parts = split(own, plain)

    fitted, _ = Fitted.fit(own, plain, parts["train"])

    held = {f"word{row}" for row in parts["test"]}
    assert not held & set(fitted.vocabulary("text"))
    assert job.method == "by time"


def test_fitted_steps_are_kept_and_give_the_same(tmp_path) -> None:
    data = _experiment(_table(tmp_path / "homes.csv")).data
    job = _job(data)
    gathered = gather(job, load)
    assert gathered.preparation is not None
    gathered.preparation.save(tmp_path)

    again = read_preparation(tmp_path).apply(load(job))

    for name, values in joined(again, job).items():
        assert np.array_equal(values.astype(np.float32), gathered.arrays[name].astype(np.float32))


def test_what_is_predicted_is_told_in_the_unit_of_the_target(tmp_path) -> None:
    experiment = _experiment(_table(tmp_path / "homes.csv", 400))
    folder = tmp_path / "run"
    folder.mkdir()
    spec = plan_run(experiment, CATALOG, run_id="r", folder=str(folder))
    _run_with_weights(spec, folder)
    new = _table(tmp_path / "new.csv", 40, seed=7)

    said = answer(
        Predict(request=1, folder=str(folder), path=str(new), to=str(tmp_path / "o.csv")), load
    )

    assert isinstance(said, Predicted)
    assert said.error == ""
    assert said.count == 40
    assert said.metrics["r2"] > 0.5
    assert 1000 < float(said.rows[0][1]) < 20_000
    assert len((tmp_path / "o.csv").read_text().splitlines()) == 41


def _run_with_weights(spec, folder: Path) -> None:
    from studio.engine.train import Training
    from studio.runs.store import RunStore

    store = RunStore(folder)
    store.describe(spec)
    training = Training(spec)
    for _ in training.steps():
        pass
    save_weights(training.weights(), str(folder))
    store.close()


def test_a_file_without_the_answers_can_be_predicted(tmp_path) -> None:
    experiment = _experiment(_table(tmp_path / "homes.csv"))
    folder = tmp_path / "run"
    folder.mkdir()
    settings = {**experiment.training.settings, "epochs": 1}
    experiment = replace(experiment, training=replace(experiment.training, settings=settings))
    _run_with_weights(plan_run(experiment, CATALOG, run_id="r", folder=str(folder)), folder)
    rows = [line.rsplit(",", 1)[0] for line in _table(tmp_path / "n.csv").read_text().split("\n")]
    (tmp_path / "n.csv").write_text("\n".join(rows))

    said = answer(Predict(request=1, folder=str(folder), path=str(tmp_path / "n.csv")), load)
    typed = answer(
        Predict(
            request=2,
            folder=str(folder),
            names=("area", "city", "sold", "remark"),
            rows=(("100", "Rome", "2015-05-05", "a plain home"),),
        ),
        load,
    )

    assert isinstance(said, Predicted)
    assert (said.error, said.count, said.metrics) == ("", 240, {})
    assert isinstance(typed, Predicted)
    assert (typed.error, typed.count) == ("", 1)


def test_a_missing_value_without_a_step_is_told_by_line(tmp_path) -> None:
    data = _experiment(_table(tmp_path / "homes.csv")).data
    job = _job(replace(data, steps=(Preparation("date_parts"), Preparation("tfidf"))))

    with pytest.raises(DataFault) as refusal:
        gather(job, load)

    assert "line 5" in str(refusal.value)
    assert "area is missing" in str(refusal.value)
    assert "Fill in missing values" in str(refusal.value)


def test_whole_groups_stay_in_one_part(tmp_path) -> None:
    path = tmp_path / "g.csv"
    path.write_text("patient,x,y\n" + "".join(f"p{i % 25},{i * i},{i % 2}\n" for i in range(300)))
    data = _experiment(path).data
    job = _job(data, method="by groups", by="patient")
    own = load(job)

    parts = split(own, job)

    groups = [set(own["patient"][rows].tolist()) for rows in parts.values()]
    assert sum(map(len, groups)) == 25
    assert all(len(rows) for rows in parts.values())


def test_by_time_the_test_part_is_the_latest(tmp_path) -> None:
    data = _experiment(_table(tmp_path / "homes.csv")).data
    job = _job(data, method="by time", by="sold")
    own = load(job)

    parts = split(own, job)

    when = own["sold"]
    assert when[parts["train"]].max() <= when[parts["validation"]].min()
    assert when[parts["validation"]].max() <= when[parts["test"]].min()


def test_a_number_that_no_network_reads_can_tell_the_time(tmp_path) -> None:
    data = _experiment(_table(tmp_path / "homes.csv")).data
    job = _job(data, method="by time", by="id")
    own = load(job)

    parts = split(own, job)

    assert next(one.role for one in data.fields if one.name == "id") == "none"
    assert own["id"][parts["test"]].min() > own["id"][parts["validation"]].max()


def test_a_cell_of_a_number_left_out_may_hold_anything(tmp_path) -> None:
    path = _table(tmp_path / "homes.csv")
    data = _experiment(path).data
    path.write_text(path.read_text().replace("\n7,", "\nseven,"))

    own = load(_job(data))

    assert len(own["id"]) == 240


def test_the_folds_hold_out_every_sample_once(tmp_path) -> None:
    data = _experiment(_table(tmp_path / "homes.csv")).data
    jobs = [_job(data, method="k-fold", folds=4, fold=fold) for fold in range(1, 5)]
    own = load(jobs[0])

    parts = [split(own, job) for job in jobs]

    held = np.concatenate([one["validation"] for one in parts])
    rest = np.setdiff1d(np.arange(240), parts[0]["test"])
    assert np.array_equal(np.sort(held), rest)
    assert len({one["test"].tobytes() for one in parts}) == 1


def test_leaks_repeats_and_tell_tales_are_found(tmp_path) -> None:
    path = tmp_path / "l.csv"
    rows = [f"{i * i % 97},{i % 2 * 5.0},{'xy'[i % 2]}" for i in range(150)]
    path.write_text("a,told,class\n" + "\n".join(rows + rows[:60]) + "\n")
    data = _experiment(path).data

    found = answer(Inspect(request=1, data=plan_data(data, CATALOG)), load)

    assert isinstance(found, Inspected)
    assert found.repeated > 0
    assert sum(found.leaked.values()) > 0
    told = next(one for one in found.facts if one.name == "told")
    assert told.target is not None
    assert told.target > 0.99


def test_an_experiment_keeps_its_file_beside_it(tmp_path) -> None:
    (tmp_path / "one").mkdir()
    experiment = _experiment(_table(tmp_path / "one" / "homes.csv"))
    save(experiment, tmp_path / "one" / "e.netwright")
    (tmp_path / "one").rename(tmp_path / "two")

    again = open_file(tmp_path / "two" / "e.netwright")

    assert again.data.source.params["path"] == str(tmp_path / "two" / "homes.csv")
    assert replace(again.data, source=Choice("")) == replace(experiment.data, source=Choice(""))


def test_a_file_that_changed_is_read_anew(tmp_path) -> None:
    path = _table(tmp_path / "homes.csv", 100)
    job = _job(_experiment(path).data)
    last = LastLoaded()
    before = last(job)
    _table(path, 120)

    after = last(job)

    assert (len(before["area"]), len(after["area"])) == (100, 120)


def test_a_class_that_was_not_there_before_is_read_as_another(tmp_path) -> None:
    data = _experiment(_table(tmp_path / "homes.csv")).data
    fields = tuple(
        Field("city", "category", "input", labels=("Oslo", "Rome")) if one.name == "city" else one
        for one in data.fields
    )
    job = _job(
        replace(
            data,
            fields=fields,
            steps=(Preparation("fill_missing"), Preparation("date_parts"), Preparation("tfidf")),
        )
    )

    columns = gather(job, load).arrays

    assert columns["city"].max() == 3
