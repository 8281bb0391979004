"""Several processes that train one run: what they tell each other, and nothing else.

Every process has the same weights, the same order of the samples and the same settings. Of each
batch it computes its share; the gradients are added up in one message before they are clipped, so
that all make the same step. What nobody may decide alone (to stop, to keep a checkpoint) is wished
for, and done by all after the step whose message said so.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, cast

import torch
from torch import Tensor
from torch import distributed as dist

from .device import thread_count
from .faults import Fault
from .parts import cut

SILENT = timedelta(minutes=30)
"""How long another process may say nothing: as long as data are loaded or judged. One that ends
is noticed at once."""


class TeamFault(Fault):
    """Another process is gone, or never came."""


class Team:
    """This process among those of the run; what talks is called by all of them alike."""

    def __init__(self) -> None:
        """Read RANK, WORLD_SIZE and LOCAL_WORLD_SIZE of the environment, as torchrun sets them."""
        self.rank, self.size = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
        self._beside = int(os.environ.get("LOCAL_WORLD_SIZE", self.size))
        self._nccl = False
        self.wants_stop = self.wants_keep = False
        """What this process wishes for."""
        self.stop = self.keep = False
        """What all of them know to be wished for."""
        self.deserted = False
        """Whether another process is known to be gone."""
        self.shares_all = False
        """Whether all processes compute as many pieces of the batch under way, so that they can
        talk in the midst of it."""

    @property
    def first(self) -> bool:
        """Whether it is the one that judges, writes and speaks."""
        return self.rank == 0

    def join(self) -> None:
        """Meet the others at MASTER_ADDR and MASTER_PORT, each with a device of its own.

        Raises:
            TeamFault: they are not there.
        """
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        self._nccl = dist.is_nccl_available() and count >= self._beside
        if count:
            torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", self.rank)) % count)
        with self._talking():
            dist.init_process_group("cpu:gloo,cuda:nccl" if self._nccl else "gloo", timeout=SILENT)

    def leave(self) -> None:
        """Let the others notice that this process is gone."""
        if dist.is_initialized() and not self._nccl:
            dist.destroy_process_group()

    def share_threads(self) -> None:
        """Compute with no more threads than the machine has for each process on it."""
        torch.set_num_threads(max(1, thread_count() // self._beside))

    def draw_anew(self, seed: int, step: int) -> None:
        """Let noise differ from process to process, by the step alone; the first's is the run's."""
        if not self.first:
            torch.manual_seed(((seed * 1_000_003 + step) * 1009 + self.rank) % 2**63)

    def pieces(
        self, rows: Tensor, pieces: int, *, pairs: bool, alike: bool = False
    ) -> Sequence[Tensor]:
        """Return the share of a batch in so many pieces; there may be none for some.

        With ``alike`` a batch of which not all would have as many pieces is the first process's.
        """
        shares = [cut(share, pieces, pairs=pairs) for share in cut(rows, self.size, pairs=pairs)]
        self.shares_all = alike and len(shares) == self.size and len({*map(len, shares)}) == 1
        if alike and not self.shares_all:
            shares = [cut(rows, pieces, pairs=pairs)]
        return shares[self.rank] if self.rank < len(shares) else ()

    def add_up(self, weights: Sequence[Tensor], *numbers: float | Tensor) -> list[float]:
        """Add the gradients of these weights, and some numbers, over all processes.

        A gradient that nobody has stays none.

        Raises:
            TeamFault: another process is gone.
        """
        grads = [torch.zeros_like(w) if w.grad is None else w.grad for w in weights]
        parts = [torch.view_as_real(g) if g.is_complex() else g for g in grads]
        known = [float(w.grad is not None) for w in weights]
        told = [*known, *map(float, numbers), self.wants_stop, self.wants_keep]
        tail = torch.tensor(told, device=weights[0].device if weights else "cpu")
        *sums, last = self._sum([*(part.reshape(-1) for part in parts), tail])
        for part, total in zip(parts, sums, strict=True):
            part.copy_(total.view_as(part))
        *found, stop, keep = last.tolist()
        for weight, grad, processes in zip(weights, grads, found, strict=False):
            weight.grad = grad if processes else None
        self.stop, self.keep = self.stop or stop > 0, self.keep or keep > 0
        return cast("list[float]", found[len(weights) :])

    def summed(self, value: Tensor) -> Tensor:
        """Return the sum of a tensor over all processes, in the midst of a batch.

        Raises:
            TeamFault: another process is gone.
        """
        (total,) = self._sum([value.detach().reshape(-1)])
        return total.view_as(value)

    def gathered(self, value: object) -> list[Any]:
        """Return the values of all processes, in their order."""
        values: list[Any] = [None] * self.size
        with self._talking():
            dist.all_gather_object(values, value)
        return values

    def from_first(self, value: object = None) -> Any:
        """Return the first process's value to all."""
        values = [value]
        with self._talking():
            dist.broadcast_object_list(values, src=0, device=torch.device("cpu"))
        return values[0]

    def _sum(self, parts: Sequence[Tensor]) -> Sequence[Tensor]:
        """Return the sums of vectors over all processes, in one message."""
        joined = torch.cat(list(parts))
        message = joined if joined.is_cuda and self._nccl else joined.cpu()
        with self._talking():
            dist.all_reduce(message)
        sums: Sequence[Tensor] = message.to(joined.device).split([len(part) for part in parts])
        return sums

    @contextmanager
    def _talking(self) -> Iterator[None]:
        try:
            yield
        except RuntimeError as error:
            self.deserted = True
            raise TeamFault(
                "Another process of this training is gone or no longer answers",
                hint="Go on from the last checkpoint with netwright resume",
            ) from error
