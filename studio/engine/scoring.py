"""Scoring: metrics of a whole part, computed once over all that is kept of its batches."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec

import numpy as np
import torch
from torch import Tensor

from studio.core.params import Params
from studio.runs.spec import ScoreJob

from .faults import BlockFault, sentence


class Scores:
    """Gathers what the metrics of a part look at, in the memory of the host."""

    def __init__(self, jobs: Sequence[ScoreJob]) -> None:
        self._jobs = jobs
        self._kept: dict[str, list[tuple[Tensor, ...]]] = {job.block: [] for job in jobs}

    def add(self, scored: Mapping[str, tuple[Tensor, ...]]) -> None:
        """Keep a batch."""
        for block, tensors in scored.items():
            self._kept[block].append(tuple(_host(tensor) for tensor in tensors))

    def result(self) -> dict[str, float]:
        """Return every metric that can be told, by its name.

        Raises:
            BlockFault: one cannot be computed, with the reason.
        """
        found = ((job.name, self._score(job)) for job in self._jobs)
        return {name: value for name, value in found if value is not None}

    def _score(self, job: ScoreJob) -> float | None:
        columns = zip(*self._kept[job.block], strict=True)
        arrays = [np.concatenate([part.numpy() for part in column]) for column in columns]
        module, _, name = job.function.partition(":")
        try:
            value = getattr(import_module(module), name)(arrays, Params(job.params))
        except Exception as error:
            raise BlockFault(f"{job.name}: {sentence(error)}", block=job.block) from error
        return None if value is None or not np.isfinite(value) else float(value)


def expect_installed(jobs: Sequence[ScoreJob]) -> None:
    """Look, before anything is trained, whether all that metrics are computed by is there.

    Raises:
        BlockFault: a package is missing.
    """
    for job in jobs:
        if job.requires and find_spec(job.requires[0]) is None:
            package, extra = job.requires
            raise BlockFault(
                f"{job.name} is computed by the package {package}, which is not installed",
                block=job.block,
                hint=f"Install netwright[{extra}], or delete the block",
            )


def _host(tensor: Tensor) -> Tensor:
    # NumPy knows no bfloat16.
    return (tensor.float() if tensor.dtype == torch.bfloat16 else tensor).cpu()
