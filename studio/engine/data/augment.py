"""Augmenting: what is drawn for a sample follows from seed, step and sample alone."""

from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor

from studio.core.params import Params
from studio.engine.faults import DataFault
from studio.runs.arrays import array_from_numpy
from studio.runs.questions import Varied, Vary
from studio.runs.spec import DataJob

from .calling import function_named
from .gather import gather
from .load import Load

_GOLDEN, _ONE, _TWO = -7046029254386353131, -4658895280553007687, -7723592293110705685
"""The constants of splitmix64 (Steele, Lea, Flood 2014), as signed numbers of 64 bits."""


class Augmentation:
    """The augmenting steps of some data, for the arguments of a network in order."""

    def __init__(self, job: DataJob, columns: Sequence[str]) -> None:
        self._seed = job.seed
        self._steps = [
            (number, columns.index(name), function_named(step.augment), Params(step.params))
            for number, step in enumerate(step for step in job.steps if step.augment)
            for name in step.on
            if name in columns
        ]

    def __bool__(self) -> bool:
        return bool(self._steps)

    def __call__(self, inputs: Sequence[Tensor], rows: Tensor, step: int) -> list[Tensor]:
        """Return the inputs of these samples as they are seen at a step."""
        changed = list(inputs)
        for number, at, function, params in self._steps:
            draw = partial(uniform, rows, seed=self._seed, step=step, salt=number)
            changed[at] = function(changed[at], draw, params)
        return changed


def uniform(rows: Tensor, count: int, *, seed: int, step: int, salt: int) -> Tensor:
    """Return samples × count numbers from 0 to 1 that depend on nothing but what is given."""
    begin = torch.tensor([(seed << 20) ^ (salt << 8) ^ 0x5DEECE66D, step], device=rows.device)
    start = _mixed(_mixed(begin[0]) + begin[1] * _GOLDEN)
    keys_B = _mixed(rows.to(torch.int64) * _GOLDEN + start)
    places_K = torch.arange(1, count + 1, device=rows.device, dtype=torch.int64)
    bits_BK = _mixed(keys_B[:, None] + places_K * _GOLDEN)
    return ((bits_BK >> 40) & 0xFFFFFF).to(torch.float32) / 0x1000000


def _mixed(value: Tensor) -> Tensor:
    """Return the bits of whole numbers shuffled; products are taken modulo 2⁶⁴."""
    value = (value ^ _shifted(value, 30)) * _ONE
    value = (value ^ _shifted(value, 27)) * _TWO
    return value ^ _shifted(value, 31)


def _shifted(value: Tensor, places: int) -> Tensor:
    """Return bits moved right, with zeros from the left."""
    return (value >> places) & ((1 << (64 - places)) - 1)


def vary(question: Vary, load: Load) -> Varied:
    """Return one training sample as it would be seen at so many steps, the first as it is.

    Raises:
        DataFault: there is nothing that augments.
    """
    job = question.data
    names = [one.name for one in job.columns if one.role == "input"]
    augmentation = Augmentation(job, names)
    if not augmentation:
        raise DataFault("No step augments these data; add one such as Shift, turn and zoom")
    gathered = gather(job, load)
    train = gathered.parts["train"]
    row = torch.tensor([int(train[question.sample % len(train)])])
    inputs = [torch.from_numpy(gathered.arrays[name][row.numpy()]) for name in names]
    seen = [inputs, *(augmentation(inputs, row, step) for step in range(1, question.times))]
    return Varied(
        request=question.request,
        arrays={
            name: array_from_numpy(torch.cat([one[at] for one in seen]).numpy())
            for at, name in enumerate(names)
            if inputs[at].ndim == 4
        },
    )
