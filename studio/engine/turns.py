"""Turns: one step of every objective over a batch, whole or piece by piece."""

import math
from collections.abc import Mapping, Sequence

from torch import Tensor

from .backward import backward
from .build import Network
from .calls import Calls
from .data.batches import Batch, Samples
from .distributed import Team
from .groups import At, Group
from .metrics import BatchMetrics, key_of
from .objectives import Objective, check_losses
from .parts import Shares, cut
from .probes.watcher import Watcher

Value = Tensor | float

_NOTHING: Mapping[str, Tensor] = {}


class NotFinite(Exception):
    """A loss is no number any more; with its value and the batch it came of."""

    def __init__(self, value: float, batch: Batch | None) -> None:
        super().__init__(value)
        self.value, self.batch = value, batch


class Turns:
    """Computes losses and gradients, lets the optimisers step, and keeps what metrics look at.

    ``pieces`` are what a batch is computed in; ``pairs`` says that none may be of one sample. Of a
    ``team`` every process takes some of the pieces.
    """

    def __init__(
        self,
        network: Network,
        calls: Calls,
        samples: Samples,
        watcher: Watcher,
        *,
        pairs: bool,
        team: Team | None = None,
    ) -> None:
        self._network, self._calls, self._samples = network, calls, samples
        self._watcher = watcher
        self._pairs = pairs
        self._team = team
        self._rows = 0
        self._at_once = samples.device.type == "cpu"
        self._arguments: list[Sequence[Tensor]] = []
        self._seen: list[Mapping[str, Tensor]] = []
        self._kept: list[dict[str, Tensor]] = []

    def take(
        self,
        rows: Tensor,
        metrics: BatchMetrics,
        groups: Sequence[Group],
        at: At,
        *,
        pieces: int = 1,
    ) -> list[Value]:
        """Train on the samples of these rows, and return the loss of every objective.

        Of an objective whose turn it is not, the loss is that of the values last computed.

        Raises:
            Fault: naming the block to blame.
            NotFinite: a loss is no number.
        """
        if pieces == 1 and self._team is None and len(groups) == 1 and groups[0].alone:
            return [self._straight(rows, metrics, groups[0], at)]
        return self._at_length(rows, metrics, groups, at, pieces)

    def _straight(self, rows: Tensor, metrics: BatchMetrics, group: Group, at: At) -> Value:
        """Take the one turn of a step's only objective, with a whole batch.

        It is what ``take`` comes to for most networks, without what small ones would feel of it.
        """
        (objective,) = group.objectives
        batch = self._samples.to_train(rows, at.step)
        group.begin(at)
        arguments, losses = self._look(batch, first=at.step == 1)
        value = self._backward(objective, batch, objective.total(losses), group)
        objective.gather()
        self._watcher.after_backward(at.step)
        group.end()
        metrics.add(arguments, len(rows), self._of(objective, losses, metrics))
        return value

    def _at_length(
        self,
        rows: Tensor,
        metrics: BatchMetrics,
        groups: Sequence[Group],
        at: At,
        pieces: int,
    ) -> list[Value]:
        """Take the turns of any objectives, a batch whole or in pieces, alone or in a team."""
        parts = self._parts(rows, pieces)
        self._rows = len(rows)
        batches = [self._samples.to_train(part, at.step) for part in parts]
        self._kept = [{} for _ in batches]
        values: dict[Objective, Value] = {}
        due = [group for group in groups if group.due(at)]
        for group in due:
            for turn in range(1, group.turns + 1):
                group.begin(at)
                self._turn(group, batches, metrics, values, first=at.step == 1)
                if group is due[-1] and turn == group.turns:
                    self._watcher.after_backward(at.step)
                group.end()
        for group in groups if due else ():
            if group not in due:
                self._listen(group, batches, metrics, values, at)
        if due:
            for part, arguments, losses in zip(parts, self._arguments, self._kept, strict=True):
                metrics.add(arguments, len(part), losses)
        return [values[one] for group in groups for one in group.objectives if one in values]

    def _turn(
        self,
        group: Group,
        batches: Sequence[Batch],
        metrics: BatchMetrics,
        values: dict[Objective, Value],
        *,
        first: bool,
    ) -> None:
        """Compute the gradients of the objectives that share a pass, and note their losses."""
        self._arguments, self._seen = [], []
        shares = self._shares(group, batches)
        sums: dict[Objective, Value] = dict.fromkeys(group.objectives, 0.0)
        for piece, batch in enumerate(batches):
            arguments, losses = self._look(batch, first=first)
            self._arguments.append(arguments)
            self._seen.append({name: value.detach() for name, value in losses.items()})
            for objective in group.objectives:
                self._kept[piece] |= self._of(objective, losses, metrics)
                loss, part = objective.total(losses), self._part(shares[objective], piece, batch)
                if part or self._awaited:
                    loss = loss if part == 1.0 else (loss * part if part else _nothing_of(loss))
                    value = self._backward(objective, batch, loss, group)
                    sums[objective] = value if piece == 0 else sums[objective] + value
        for objective, share in shares.items():
            value = self._joined(share, sums[objective], batches, objective.weights)
            rest = share.rest if share else 1.0
            objective.gather(rest)
            values[objective] = value if rest == 1.0 else value * rest

    def _listen(
        self,
        group: Group,
        batches: Sequence[Batch],
        metrics: BatchMetrics,
        values: dict[Objective, Value],
        at: At,
    ) -> None:
        """Note the losses of objectives that rest, of values that another turn computed."""
        for objective, share in self._shares(group, batches).items():
            objective.aim(at.step - 1, at.steps)
            value: Value = 0.0
            for piece, batch in enumerate(batches):
                losses = self._seen[piece]
                self._kept[piece] |= self._of(objective, losses, metrics)
                part = self._part(share, piece, batch)
                if part:
                    value = value + objective.total(losses).detach() * part
            value = self._joined(share, value, batches)
            values[objective] = self._known(value * (share.rest if share else 1.0))

    @property
    def _awaited(self) -> bool:
        """Whether other processes go backward only together with this one."""
        return self._team is not None and self._team.shares_all

    def _parts(self, rows: Tensor, pieces: int) -> Sequence[Tensor]:
        """Return the pieces that this process computes."""
        if self._team is not None:
            return self._team.pieces(rows, pieces, pairs=self._pairs, alike=self._pairs)
        return [rows] if pieces == 1 else cut(rows, pieces, pairs=self._pairs)

    def _shares(self, group: Group, batches: Sequence[Batch]) -> Mapping[Objective, Shares | None]:
        """Return what pieces of a batch count by; a whole batch needs nothing of the kind."""
        if len(batches) == 1 and self._team is None:
            return dict.fromkeys(group.objectives)
        return {objective: Shares(objective, self._rows) for objective in group.objectives}

    def _joined(
        self,
        share: Shares | None,
        value: Value,
        batches: Sequence[Batch],
        weights: Sequence[Tensor] = (),
    ) -> Value:
        """Return a loss of all processes, with their gradients added up; alone, the own one."""
        if self._team is None or share is None:
            return value
        value, share.counted = self._team.add_up(weights, value, share.counted)
        if not math.isfinite(value):  # every process sees it at the same step
            raise NotFinite(value, batches[-1] if batches else None)
        return value

    def _part(self, share: Shares | None, piece: int, batch: Batch) -> float:
        if share is None:
            return 1.0
        return share.of(self._calls.counts(self._arguments[piece]), len(batch[0][0]))

    def _of(
        self, objective: Objective, losses: Mapping[str, Tensor], metrics: BatchMetrics
    ) -> Mapping[str, Tensor]:
        """Return an objective's losses by the names they are gathered under, if they are."""
        if not metrics.keeps_losses:
            return _NOTHING
        return {key_of(objective, name): losses[name].detach() for name in objective.loss_weights}

    def _look(self, batch: Batch, *, first: bool) -> tuple[Sequence[Tensor], Mapping[str, Tensor]]:
        """Return the arguments of the losses, and their values."""
        arguments = self._calls.arguments(*batch)
        losses = self._calls.losses(arguments)
        if first:
            check_losses(losses)
        return arguments, losses

    def _backward(self, objective: Objective, batch: Batch, loss: Tensor, group: Group) -> Value:
        """Add the gradients of a loss, and return its value."""
        # An accelerator would have to be waited for: there the loss is looked at when it arrives.
        value = self._known(loss.detach())
        if isinstance(value, float) and not math.isfinite(value) and self._team is None:
            raise NotFinite(value, batch)
        backward(
            objective.scaled(loss),
            self._network,
            self._calls,
            batch,
            of=objective.weights if group.joint else None,
            again=group.joint and objective is not group.objectives[-1],
        )
        return value

    def _known(self, value: Value) -> Value:
        return value.item() if self._at_once and isinstance(value, Tensor) else value


def _nothing_of(loss: Tensor) -> Tensor:
    """Return a loss that counts for nothing, with all that it was computed from."""
    return loss.nan_to_num(0.0, 0.0, 0.0) * 0.0
