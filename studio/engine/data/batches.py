"""Samples on the device: whole columns in memory, a batch is one indexing of each."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.runs.spec import DataJob, Program
from studio.runs.targets import TargetFacts

from .augment import Augmentation
from .gather import gather
from .load import MARKS, Load
from .split import Part
from .streaming import Ahead, StreamedTensor, streamed
from .targets import facts_of, thinned

Batch = tuple[list[Tensor], list[Tensor]]
"""The arguments of ``forward`` and the targets."""


class Samples:
    """The columns a program uses, on a device, and the rows of each part."""

    def __init__(self, job: DataJob, program: Program, device: torch.device, load: Load) -> None:
        """Load, check, divide, standardise and place the samples.

        Raises:
            DataFault: they cannot be loaded, differ from their declaration, or none are left.
        """
        gathered = gather(job, load)
        arrays, parts = gathered.arrays, gathered.parts
        self.preparation = gathered.preparation
        """The fitted steps of a person's own data; None for others."""
        self.notes = gathered.notes
        used = {argument.column for argument in (*program.inputs, *program.targets)}
        self._columns = {
            name: _on(device, array)
            for name, array in arrays.items()
            if name in used or (name == job.stratify and name not in MARKS)
        }
        self._inputs = [self._columns[argument.column] for argument in program.inputs]
        self._targets = [self._columns[argument.column] for argument in program.targets]
        self._ahead = _ahead([*self._inputs, *self._targets])
        self._rows = {part: torch.from_numpy(rows).to(device) for part, rows in parts.items()}
        self._classes = _class_column(job, program)
        self._augmentation = Augmentation(job, [argument.column for argument in program.inputs])
        known = {column.name: column for column in job.columns}
        self.columns = tuple(known[argument.column] for argument in program.inputs)
        """The columns that are the arguments of ``forward``, in order."""
        self.target_columns = tuple(known[argument.column] for argument in program.targets)
        self.device = device

    def targets(self) -> tuple[TargetFacts, ...]:
        """Return what the training part says of each target, as the losses see it."""
        rows = self._rows["train"]
        return tuple(
            facts_of(column, values[thinned(rows, column.shape)])
            for column, values in zip(self.target_columns, self._targets, strict=True)
        )

    def count(self, part: Part) -> int:
        """Return how many samples a part has."""
        return len(self._rows[part])

    @property
    def counts(self) -> dict[str, int]:
        """Samples by part."""
        return {part: len(rows) for part, rows in self._rows.items()}

    def batch(self, rows: Tensor) -> Batch:
        """Return the samples of these rows."""
        if self._ahead is not None:
            return self._streamed(rows, self._ahead)
        # A fifth of the time that column[rows] takes for pictures, half of it for numbers.
        return (
            [column.index_select(0, rows) for column in self._inputs],
            [column.index_select(0, rows) for column in self._targets],
        )

    def close(self) -> None:
        """Read no more ahead."""
        if self._ahead is not None:
            self._ahead.close()

    def to_train(self, rows: Tensor, step: int) -> Batch:
        """Return the samples of these rows as they are trained on at a step."""
        inputs, targets = self.batch(rows)
        if self._augmentation:
            inputs = self._augmentation(inputs, rows, step)
        return inputs, targets

    def shuffled(
        self, order: torch.Generator, *, batch_size: int, skip_single: bool
    ) -> Sequence[Tensor]:
        """Return the rows of every batch of an epoch, in a new order.

        The last batch may be smaller; of one sample, it may be left out.
        """
        rows = self._rows["train"]
        # Drawn on the CPU: every device sees the samples in the same order.
        drawn = torch.randperm(len(rows), generator=order).to(self.device)
        batches: tuple[Tensor, ...] = rows[drawn].split(batch_size)
        if skip_single and len(batches) > 1 and len(batches[-1]) == 1:
            batches = batches[:-1]
        if self._ahead is not None:
            self._ahead.follow(batches)
        return batches

    def _streamed(self, rows: Tensor, ahead: Ahead) -> Batch:
        """Return the samples of these rows, of which those read ahead are there already."""
        columns = [*self._inputs, *self._targets]
        ready = iter(ahead.take(rows) or [])
        found = [
            (fetched if (fetched := next(ready, None)) is not None else column[rows]).to(
                self.device, non_blocking=True
            )
            if isinstance(column, StreamedTensor)
            else column.index_select(0, rows)
            for column in columns
        ]
        return found[: len(self._inputs)], found[len(self._inputs) :]

    def in_order(self, part: Part, *, batch_size: int) -> Iterator[tuple[int, Batch]]:
        """Yield the samples of a part with how many there are in each batch."""
        batches: tuple[Tensor, ...] = self._rows[part].split(batch_size)
        ahead = _ahead([*self._inputs, *self._targets])
        if ahead is not None:
            ahead.follow(batches)
        try:
            for rows in batches:
                if len(rows):
                    yield len(rows), self._streamed(rows, ahead) if ahead else self.batch(rows)
        finally:
            if ahead is not None:
                ahead.close()

    def held_rows(self, count: int) -> Tensor:
        """Return the rows of up to so many held-out samples, always the same."""
        part: Part = "validation" if self.count("validation") else "train"
        every = max(1, self.count(part) // count)
        return self._rows[part][::every][:count]

    def held(self, count: int) -> tuple[list[Tensor], Tensor | None]:
        """Return up to so many held-out samples, always the same, and their classes if any."""
        rows = self.held_rows(count)
        inputs, _ = self.batch(rows)
        return inputs, self._columns[self._classes][rows] if self._classes else None


def _on(device: torch.device, array: "NDArray[np.generic]") -> "Tensor | StreamedTensor":
    """Return a column on the device, or what reads it from where it lies."""
    large = streamed(array)
    if large is not None:
        return StreamedTensor(large, device)
    return torch.from_numpy(array).to(device)


def _ahead(columns: "Sequence[Tensor | StreamedTensor]") -> Ahead | None:
    streamed = [column for column in columns if isinstance(column, StreamedTensor)]
    return Ahead(streamed) if streamed else None


def _class_column(job: DataJob, program: Program) -> str:
    """Return the column that says what a sample is: one whole number each."""
    names = [job.stratify, *(argument.column for argument in program.targets)]
    numbers = {
        column.name for column in job.columns if column.dtype != "float" and not column.shape
    }
    return next((name for name in names if name in numbers), "")
