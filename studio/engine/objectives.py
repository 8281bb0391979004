"""Objectives: what one turn of an optimiser minimises, over which weights, at which rate."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from studio.runs.spec import ObjectiveJob

from .build import Network, parts_of, tensors_in
from .calls import Calls
from .faults import BlockFault
from .optim import make_factor, make_optimizer, make_reaction, set_rate, step_of
from .packing import State
from .penalties import Penalties
from .ways import laid_out


class Objective:
    """A job with its optimiser, its weights and its learning rate."""

    def __init__(
        self,
        job: ObjectiveJob,
        network: Network,
        scaler: torch.amp.GradScaler | None = None,
    ) -> None:
        """Make the optimiser; a ``scaler`` is of this objective alone.

        Raises:
            BlockFault: there is nothing to train, or the optimiser cannot be made.
        """
        self.name = job.name
        self._job = job
        self._factor = make_factor(job)
        self._reaction = make_reaction(job)
        self._reacted = 1.0
        self.base_lr = job.lr
        """The rate that the schedule multiplies."""
        self.weights = _weights(job, network.module)
        self.optimizer = make_optimizer(job, self.weights, _rates(network))
        self._update = step_of(self.optimizer)
        self.lr = job.lr
        self.clip_norm = job.clip_norm
        self._penalties = Penalties(job, self.weights)
        self._scaler = scaler
        self._counting = dict(job.losses)

    @property
    def turns(self) -> int:
        """How many turns it takes in a step."""
        return self._job.turns

    @property
    def every(self) -> int:
        """At every how many steps it has its turns."""
        return self._job.every

    @property
    def joint(self) -> bool:
        """Whether it looks at the values that were computed for the objective before it."""
        return self._job.joint

    def aim(self, step: int, steps: int) -> None:
        """Set the rate of this step, counted from 0, and what each loss counts by then."""
        for name, share in self._job.warm_ups.items():
            risen = min(1.0, step / (share * steps)) if share * steps > 0 else 1.0
            self._counting[name] = self._job.losses[name] * risen
        lr = self.base_lr * self._factor(step, steps) * self._reacted
        if lr != self.lr:
            self.lr = lr
            set_rate(self.optimizer, lr)

    def begin(self, step: int, steps: int) -> None:
        """Aim at this step, counted from 0, and clear the gradients."""
        self.aim(step, steps)
        # What zero_grad does, without the profiler's mark that costs it as much as all our own.
        for weight in self.weights:
            weight.grad = None

    def react(self, losses: Sequence[float]) -> None:
        """Take the losses of the epochs so far into account."""
        self._reacted = self._reaction(losses)

    @property
    def loss_weights(self) -> Mapping[str, float]:
        """What each loss block counts in the sum, risen to the full."""
        return self._job.losses

    def total(self, losses: Mapping[str, Tensor]) -> Tensor:
        """Return the weighted sum of this objective's losses, as they count at this step."""
        terms = [
            losses[name] if weight == 1.0 else losses[name] * weight
            for name, weight in self._counting.items()
        ]
        total = terms[0]
        for term in terms[1:]:
            total = total + term
        return total

    def scaled(self, loss: Tensor) -> Tensor:
        """Return the loss to go backward from: larger where small gradients would vanish."""
        return loss if self._scaler is None else self._scaler.scale(loss)

    def gather(self, rest: float = 1.0) -> None:
        """Take the gradients to their size: the scale out, and what pieces still lack in."""
        if self._scaler is not None:
            self._scaler.unscale_(self.optimizer)
        if rest != 1.0:
            grads = [weight.grad for weight in self.weights if weight.grad is not None]
            torch._foreach_mul_(grads, rest)

    def end(self) -> None:
        """Add the penalties, clip the gradients and update the weights."""
        self._penalties.add_gradients()
        if self._job.clip_value > 0:
            nn.utils.clip_grad_value_(self.weights, self._job.clip_value)
        if self.clip_norm > 0:
            nn.utils.clip_grad_norm_(self.weights, self.clip_norm)
        if self._scaler is None:
            self._update()
        else:  # leaves the step out where a gradient is not finite, and scales less
            self._scaler.step(self.optimizer)
            self._scaler.update()
        self._penalties.bound()

    def state(self) -> State:
        """Return what its next step depends on beside the weights."""
        known = self.optimizer.state_dict()
        return {
            "base_lr": self.base_lr,
            "lr": self.lr,
            "clip_norm": self.clip_norm,
            "scaler": self._scaler.state_dict() if self._scaler else {},
            "groups": known["param_groups"],
            "state": {str(number): values for number, values in known["state"].items()},
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from there.

        Raises:
            ValueError: it is the state of other weights.
        """
        self.base_lr, self.lr = state["base_lr"], state["lr"]
        self.clip_norm = state["clip_norm"]
        if self._scaler is not None and state["scaler"]:
            self._scaler.load_state_dict(state["scaler"])
        groups = [
            {name: tuple(part) if name == "betas" else part for name, part in group.items()}
            for group in state["groups"]
        ]
        values = {int(number): part for number, part in state["state"].items()}
        usual = {"scale": 1.0, "decays": True}  # checkpoints of the first days do not say it
        known = [{**usual, **group} for group in groups]
        self.optimizer.load_state_dict({"state": values, "param_groups": known})
        for weight, parts in self.optimizer.state.items():
            for name, part in parts.items():
                parts[name] = laid_out(part, weight) if isinstance(part, Tensor) else part


def _weights(job: ObjectiveJob, module: nn.Module) -> list[nn.Parameter]:
    if not job.blocks:
        return [weight for weight in module.parameters() if weight.requires_grad]
    found = dict.fromkeys(
        weight for attribute in job.blocks for weight in parts_of(module, attribute)
    )
    return list(found)


def _rates(network: Network) -> dict[nn.Parameter, float]:
    """Return what the rate of single weights is multiplied with; what stands inside counts."""
    rates: dict[nn.Parameter, float] = {}
    for block in network.program.blocks:
        for weight in parts_of(network.module, block.attribute):
            rates.setdefault(weight, block.rate)
    return rates


def first_bad(network: Network, calls: Calls, batch: tuple[list[Tensor], list[Tensor]]) -> str:
    """Return the first block that gives something not finite for this batch, empty for none.

    Runs the tapped network as it stands; then looks at the losses, then at the weights and their
    gradients.
    """
    found: list[str] = []

    def tap(block: str, value: object) -> None:
        if not found and not all(_finite(tensor) for tensor in tensors_in(value)):
            found.append(block)

    with torch.no_grad():
        losses = calls.losses(calls.arguments_of(network.look(batch[0], tap), batch[1]))
    found += [block for block, value in losses.items() if not _finite(value)]
    for block, weights in network.weights():
        grads = [weight.grad for weight in weights if weight.grad is not None]
        if not all(_finite(tensor) for tensor in (*weights, *grads)):
            found.append(block)
    return found[0] if found else ""


def _finite(tensor: Tensor) -> bool:
    return not tensor.is_floating_point() or bool(torch.isfinite(tensor).all())


def check_losses(losses: Mapping[str, Tensor]) -> None:
    """Refuse a loss that is not one number.

    Raises:
        BlockFault: naming the loss block.
    """
    for block, value in losses.items():
        if value.numel() != 1:
            shape = "×".join(map(str, value.shape))
            raise BlockFault(f"expected one number as a loss, received {shape}", block=block)
