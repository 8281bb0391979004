"""What is said of a person's own data, and the edits that mend it, without engine or window."""

from dataclasses import replace
from pathlib import Path

from studio.app import own_edits
from studio.app.catalogue import builtin_catalog
from studio.app.looks import Looks
from studio.app.own_data import filters, source_for
from studio.app.own_findings import class_weights, findings, weighing
from studio.app.starters import starter, task_words
from studio.core.check import check
from studio.core.experiment import Choice, Data, Experiment, Preparation
from studio.core.fields import Field
from studio.core.fileio import dumps, loads
from studio.core.preparing import prepared_columns
from studio.runs.questions import Examined, FieldFacts, Inspected

CATALOG = builtin_catalog()
FIELDS = (
    Field("age"),
    Field("city", "category", labels=("Bern", "Oslo")),
    Field("seen", "date"),
    Field("said", "text"),
    Field("ill", "category", "target", labels=("no", "yes")),
)


def _experiment(fields: tuple[Field, ...] = FIELDS, *missing: str) -> Experiment:
    found = Examined(request=1, fields=fields, rows=500, missing=missing)
    return starter(found, CATALOG.sources["file_csv"], Path("/data/people.csv"), CATALOG)


def test_a_file_finds_its_source_by_its_ending(tmp_path) -> None:
    names = {"a.csv": "file_csv", "a.NPZ": "file_numpy", "a.pairs.tsv": "file_pairs"}

    found = {name: source_for(tmp_path / name, CATALOG) for name in names}

    assert {name: source.id for name, source in found.items() if source} == names
    assert source_for(tmp_path, CATALOG).id == "file_images"
    assert source_for(tmp_path / "a.exe", CATALOG) is None
    assert "*.csv" in filters(CATALOG)


def test_a_starter_has_no_problems_and_says_what_it_learns() -> None:
    experiment = _experiment(FIELDS, "age", "ill")

    assert check(experiment, CATALOG).problems == ()
    assert task_words(FIELDS) == "ill (2 classes) from 4 columns"
    assert [step.kind for step in experiment.data.steps] == [
        "drop_missing",
        "fill_missing",
        "standardize",
        "date_parts",
        "one_hot",
        "tfidf",
    ]


def test_what_the_network_reads_follows_from_the_steps_without_reading_anything() -> None:
    data = Data(Choice("file_csv"), fields=FIELDS, steps=(Preparation("one_hot"),))
    more = replace(data, steps=(*data.steps, Preparation("date_parts"), Preparation("tokens")))

    assert [c.shape for c in prepared_columns(data, CATALOG.steps)] == [(3,), ()]
    assert [c.shape for c in prepared_columns(more, CATALOG.steps)] == [(10,), (40,), ()]


def test_a_column_that_no_network_reads_is_a_problem_with_a_way_out() -> None:
    experiment = _experiment()
    bare = replace(experiment, data=replace(experiment.data, steps=()))

    told = [problem.message for problem in check(bare, CATALOG).errors]

    assert any("said is text" in sentence for sentence in told)
    assert any("seen is a date" in sentence for sentence in told)


def test_another_target_takes_the_place_of_the_old_and_the_drawing_follows() -> None:
    experiment = _experiment()

    changed = own_edits.set_role(experiment, "age", "target", CATALOG)(experiment)

    roles = {one.name: one.role for one in changed.data.fields}
    assert (roles["age"], roles["ill"]) == ("target", "input")
    assert changed.data.steps[-1] == Preparation("standardize", ("age",))


def test_what_cleans_is_done_before_what_scales() -> None:
    experiment = _experiment()

    changed = own_edits.add_step(experiment, "fill_missing", CATALOG)(experiment)

    assert changed.data.steps[0].kind == "fill_missing"


def test_fields_and_steps_are_kept_in_the_file() -> None:
    experiment = _experiment(FIELDS, "age")

    assert loads(dumps(experiment)).data == experiment.data


def test_rare_classes_are_told_and_can_be_weighed() -> None:
    experiment = _experiment()
    found = Inspected(request=1, rows=100, samples={"train": 100})

    said = findings(experiment.data, found, {"0": 90, "1": 10})
    edit = weighing(experiment, said[0].weigh)
    assert edit is not None
    changed = edit(experiment)

    assert "always is right 90 %" in said[0].sentence
    assert class_weights({"0": 90, "1": 10}, 2) == "0.556, 5"
    assert check(changed, CATALOG).problems == ()


def test_leaks_and_columns_that_tell_too_much_come_first() -> None:
    facts = (FieldFacts(name="age", target=0.999, outliers=3),)
    found = Inspected(
        request=1, rows=100, samples={"train": 70, "test": 30}, facts=facts, leaked={"test": 3}
    )

    said = findings(_experiment().data, found, {"0": 50, "1": 50})

    assert "3 test samples (10.0 %)" in said[0].sentence
    assert said[1].leave_out == "age"
    assert said[-1].step == "clip"


def test_looks_at_a_test_part_are_counted_by_file_and_division(tmp_path) -> None:
    looks = Looks(tmp_path / "looks.json")
    data = _experiment().data

    looks.add(data)
    looks.add(data)

    assert looks.at(data) == 2
    assert looks.at(replace(data, split={"seed": 1})) == 0
    (tmp_path / "looks.json").write_text("rubbish")
    assert looks.at(data) == 0
