"""Fifty hostile files: each deserves a clear sentence, or is read as far as it can be."""

import os

import pytest

from studio.app.catalogue import builtin_catalog
from studio.app.starters import data_of
from studio.compile.data import plan_data
from studio.core.params import complete
from studio.engine.data.answering import answer
from studio.engine.data.gather import gather
from studio.engine.data.load import load
from studio.engine.faults import DataFault
from studio.runs.questions import Examine, Examined
from tests.helpers.hostile_files import HOSTILE, Hostile

CATALOG = builtin_catalog()


def _read(one: Hostile, path) -> tuple[str, str]:
    """Return why the file cannot be read, if it cannot, and what is said of it."""
    source = CATALOG.sources[one.source]
    params = complete(source.params, {"path": str(path)})
    if one.source == "file_images":
        params["side"] = 8
    found = answer(Examine(request=1, title="", examine=source.examine, params=params), load)
    assert isinstance(found, Examined)
    if found.error:
        return found.error, ""
    data = data_of(found, source, path)
    try:
        gathered = gather(plan_data(data, CATALOG), load)
    except DataFault as fault:
        return str(fault), " ".join(found.notes)
    return "", " ".join((*found.notes, *gathered.notes))


@pytest.mark.parametrize("one", HOSTILE, ids=lambda one: one.name)
def test_a_hostile_file_is_answered_with_a_sentence(one: Hostile, tmp_path) -> None:
    if one.name == "permissions" and os.geteuid() == 0:
        pytest.skip("whoever may do everything may read everything")
    if one.source == "file_parquet":
        pytest.importorskip("pyarrow")

    error, notes = _read(one, one.make(tmp_path))

    assert one.words.lower() in error.lower()
    assert bool(one.words) == bool(error), error
    assert one.note.lower() in notes.lower()
    assert "Traceback" not in error
    assert "\n" not in error


def test_a_bad_row_stops_the_reading_where_that_is_wanted(tmp_path) -> None:
    path = tmp_path / "houses.csv"
    path.write_text("a,b\n" + "1,2\n" * 9 + "1,two\n" + "3,4\n" * 30)
    source = CATALOG.sources["file_csv"]
    params = complete(source.params, {"path": str(path), "bad_rows": "stop"})
    found = answer(Examine(request=1, title="", examine=source.examine, params=params), load)
    assert isinstance(found, Examined)
    data = data_of(found, source, path)
    job = plan_data(data, CATALOG)

    with pytest.raises(DataFault) as refusal:
        load(type(job)(**{name: getattr(job, name) for name in job.__struct_fields__} | {
            "params": {**job.params, "bad_rows": "stop"}}))  # fmt: skip

    assert "line 11" in str(refusal.value)
    assert "'two'" in str(refusal.value)
