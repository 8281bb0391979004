"""Predicting: what the network of a run says of new samples, prepared as those it learned from."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.core.errors import FileError
from studio.core.fields import Field, Loaded
from studio.core.fileio import write_whole
from studio.engine.build import Network
from studio.engine.faults import DataFault
from studio.engine.weights import load_weights
from studio.runs.arrays import array_to_numpy
from studio.runs.questions import Predict, Predicted
from studio.runs.saved import open_run
from studio.runs.spec import DataJob, RunSpec
from studio.runs.store import WEIGHTS

from .load import checked
from .own import Own, read_own
from .prepare import Preparation, joined, read_preparation
from .split import split
from .worth import Told, told, worth

BATCH = 256


@dataclass(frozen=True, slots=True)
class Given:
    """New samples: the columns a network reads, and what is right where the file tells it."""

    columns: Mapping[str, NDArray[np.generic]]
    own: Own | None = None
    right: NDArray[np.generic] | None = None
    notes: tuple[str, ...] = ()


def predict(question: Predict) -> Predicted:
    """Return what the network of a run says.

    Raises:
        FileError: the run has no weights, or the samples cannot be read.
        DataFault: the samples are not those it was trained for.
        Fault: the network cannot be built.
    """
    folder = Path(question.folder)
    with open_run(folder) as saved:
        spec = saved.spec
    if spec is None:
        raise FileError(f"{folder.name}: the record of this run cannot be read")
    given = _given(question, spec, folder)
    outputs = _outputs(spec, folder, given)
    job = spec.data
    preparation = read_preparation(folder) if job.fields else None
    answers = told(spec, outputs, preparation)
    table = _table(answers, given)
    if question.to:
        write_whole(Path(question.to), _as_csv(table))
    return Predicted(
        request=question.request,
        columns=tuple(table),
        rows=tuple(zip(*(column[: question.most] for column in table.values()), strict=True)),
        count=len(answers.said),
        notes=given.notes,
        file=question.to,
        metrics=worth(answers, given.right),
    )


def _given(question: Predict, spec: RunSpec, folder: Path) -> Given:
    job = spec.data
    if question.picture is not None:
        return _picture(array_to_numpy(question.picture), job)
    if not job.fields:
        raise DataFault(
            f"{job.source} are shipped data: only a drawn picture can be tried with this network"
        )
    preparation = read_preparation(folder)
    if question.part:
        return _prepared(_of_part(job, question.part), job, preparation, has_target=True)
    if question.rows:
        own = _typed(question, job)
        has_target = False
    else:
        own, has_target = _read(question.path, job)
    return _prepared(own, job, preparation, has_target=has_target)


def _read(path: str, job: DataJob) -> tuple[Own, bool]:
    """Return the fields of another file of the same kind, the target with them if it is there."""
    wanted = {"path": path, "rows": 0} if path else {}
    params = {**job.params, **{name: wanted[name] for name in wanted.keys() & job.params.keys()}}
    inputs = tuple(one for one in job.fields if one.role == "input")
    targets = tuple(one for one in job.fields if one.role == "target")
    kept = tuple(step for step in job.steps if not step.keep)
    first: DataFault | None = None
    for fields in ((*inputs, *targets), inputs):
        asked = msgspec.structs.replace(job, params=params, fields=fields, steps=kept)
        try:
            return read_own(asked), len(fields) > len(inputs)
        except DataFault as fault:
            first = first or fault
    assert first is not None
    raise first


def _of_part(job: DataJob, part: str) -> Own:
    """Return the samples of a part of the data that the network was trained with."""
    own = read_own(job)
    rows = split(own, job)["test" if part == "test" else "validation"]
    if not len(rows):
        raise DataFault(f"{job.source}: there is no {part} part; raise its share")
    lines = own.lines[rows] if own.lines is not None else rows + 1
    arrays = {name: values[rows] for name, values in own.items()}
    return Own(arrays, Loaded({}, own.notes, lines, own.unit))


def _typed(question: Predict, job: DataJob) -> Own:
    """Return rows of typed cells as fields.

    Raises:
        DataFault: a cell is no such value.
    """
    cells = dict(zip(question.names, zip(*question.rows, strict=True), strict=True))
    inputs = [one for one in job.fields if one.role == "input"]
    gone = [one.name for one in inputs if one.name not in cells]
    if gone:
        raise DataFault(f"Expected a value for {gone[0]}, received none")
    columns = {one.name: _values(one, cells[one.name]) for one in inputs}
    return Own(columns, Loaded(columns, unit="row"))


def _values(one: Field, cells: Sequence[str]) -> NDArray[np.generic]:
    try:
        match one.kind:
            case "number":
                return np.array([float(c) if c.strip() else np.nan for c in cells], np.float64)
            case "category":
                code = {label: place for place, label in enumerate(one.labels)}
                return np.array([code.get(c.strip(), -2 if c.strip() else -1) for c in cells])
            case "date":
                return np.array([c.strip() or "NaT" for c in cells], "datetime64[s]")
    except ValueError:
        raise DataFault(f"{one.name}: expected a {one.kind}, received {cells[0]!r}") from None
    return np.array(list(cells), object)


def _prepared(own: Own, job: DataJob, preparation: Preparation, *, has_target: bool) -> Given:
    target = next((one for one in job.fields if one.role == "target"), None)
    right = own[target.name] if has_target and target is not None else None
    after = preparation.apply(
        Own({name: v for name, v in own.items() if _is_input(name, job)}, _like(own))
    )
    columns = joined(after, job, targets=False)
    known = {
        one.name: checked(one, columns, job.source) for one in job.columns if one.role == "input"
    }
    return Given(known, own, right, own.notes)


def _is_input(name: str, job: DataJob) -> bool:
    return any(one.name == name and one.role == "input" for one in job.fields)


def _like(own: Own) -> Loaded:
    return Loaded({}, own.notes, own.lines, own.unit)


def _picture(values: NDArray[np.generic], job: DataJob) -> Given:
    pictures = [c for c in job.columns if c.role == "input" and len(c.shape) == 3]
    if len(pictures) != 1:
        raise DataFault("This network does not read one picture")
    wanted = pictures[0].shape
    if values.shape != wanted:
        raise DataFault(
            f"Expected a picture of {'×'.join(map(str, wanted))}, received "
            f"{'×'.join(map(str, values.shape))}"
        )
    return Given({pictures[0].name: np.asarray(values, np.float32)[np.newaxis]})


def _outputs(spec: RunSpec, folder: Path, given: Given) -> list[NDArray[np.generic]]:
    network = Network(spec.program, spec.id)
    path = folder / WEIGHTS
    if not path.is_file():
        raise FileError(f"{folder.name} kept no weights; train it again")
    network.module.load_state_dict(load_weights(path))
    network.module.eval()
    read = [given.columns[argument.column] for argument in spec.program.inputs]
    # A view of a message cannot be written to, which torch warns of.
    columns = [torch.from_numpy(np.require(column, requirements=["C", "W"])) for column in read]
    pieces: list[tuple[Tensor, ...]] = []
    with torch.no_grad(), network.blaming(batch_size=BATCH):
        for start in range(0, len(columns[0]), BATCH):
            found = network.module(*(column[start : start + BATCH] for column in columns))
            pieces.append(found if isinstance(found, tuple) else (found,))
    network.close()
    return [torch.cat(list(parts)).float().numpy() for parts in zip(*pieces, strict=True)]


def _table(answers: Told, given: Given) -> dict[str, list[str]]:
    """Return the columns of the answers as text: where, what is said, how sure, what is right."""
    count = len(answers.said)
    own = given.own
    where = [own.where(row).partition(" ")[2] if own else str(row + 1) for row in range(count)]
    table = {own.unit if own else "row": where, answers.name: answers.said}
    for label, shares in answers.shares.items():
        table[f"P({label})"] = [f"{share:.4f}" for share in shares]
    if given.right is not None:
        table[f"{answers.target}, given"] = answers.words_for(given.right)
    return table


def _as_csv(table: Mapping[str, Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(table)
    writer.writerows(zip(*table.values(), strict=True))
    return text.getvalue().encode()
