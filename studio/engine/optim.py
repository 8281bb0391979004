"""Optimisers from their text, and learning rates from their schedule."""

import ast
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from importlib import import_module
from typing import Any

import torch
from torch import nn

from studio.core.params import Params
from studio.runs.spec import ObjectiveJob

from .faults import BlockFault, sentence

Factor = Callable[[int, int], float]
Reaction = Callable[[Sequence[float]], float]


def make_optimizer(
    job: ObjectiveJob,
    weights: Sequence[nn.Parameter],
    rates: Mapping[nn.Parameter, float] | None = None,
) -> torch.optim.Optimizer:
    """Return the optimiser that the text describes, fused where torch has it so.

    ``rates`` are what the rate of single weights is multiplied with. Every group of weights has
    that as ``scale``, with what the text itself makes of ``lr`` in it, and says by ``decays``
    whether weight decay is meant for it.

    Raises:
        BlockFault: the text is not an optimiser, or there is nothing to train.
    """
    if not weights:
        raise BlockFault(
            f"{job.name}: expected weights to train, received none. Add a block that has some, "
            "such as Linear"
        )
    names: dict[str, Any] = {"__name__": "<optimizer>"}
    try:
        exec(compile(job.code, "<optimizer>", "exec"), names)  # noqa: S102 - part of the program
        names |= {"torch": torch, "params": _groups(job, weights, rates or {}), "lr": 1.0}
        tree = ast.parse(job.optimizer, "<optimizer>", "eval")
        code = compile(_fused(tree), "<optimizer>", "eval")
        optimizer = eval(code, names)  # noqa: S307 - the text is part of the program
    except Exception as error:
        raise BlockFault(f"{job.name}: the optimizer cannot be made: {sentence(error)}") from error
    if not isinstance(optimizer, torch.optim.Optimizer):
        raise BlockFault(f"{job.name}: expected an optimizer, received {job.optimizer}")
    for group in optimizer.param_groups:
        group["scale"] *= group["lr"]
    set_rate(optimizer, job.lr)
    return optimizer


def step_of(optimizer: torch.optim.Optimizer) -> Callable[[], object]:
    """Return the optimiser's step without torch's mark for profilers, which nobody reads here.

    It costs a small network a fortieth of a whole training step. Where something is hooked to the
    step, it stays as it is.
    """
    step = type(optimizer).step
    told = optimizer._optimizer_step_pre_hooks or optimizer._optimizer_step_post_hooks
    plain = None if told or not getattr(step, "hooked", False) else vars(step).get("__wrapped__")
    return partial(plain, optimizer) if plain is not None else optimizer.step


def set_rate(optimizer: torch.optim.Optimizer, lr: float) -> None:
    """Give every group of weights its part of a rate."""
    for group in optimizer.param_groups:
        group["lr"] = lr * group["scale"]


def _groups(
    job: ObjectiveJob, weights: Iterable[nn.Parameter], rates: Mapping[nn.Parameter, float]
) -> list[dict[str, Any]]:
    """Return the weights by what they have in common, in the order they are met."""
    groups: dict[tuple[float, bool], list[nn.Parameter]] = {}
    for weight in weights:
        decays = job.decay_all or weight.ndim > 1
        groups.setdefault((rates.get(weight, 1.0), decays), []).append(weight)
    return [
        {
            "params": alike,
            "scale": scale,
            "decays": decays,
            **({} if decays else {"weight_decay": 0.0}),
        }
        for (scale, decays), alike in groups.items()
    ]


def make_factor(job: ObjectiveJob) -> Factor:
    """Return the schedule: step and planned steps to what the learning rate is multiplied with.

    Raises:
        BlockFault: there is no such schedule.
    """
    if not job.schedule:
        return _constant
    function, params = _found(job, job.schedule), Params(job.schedule_params)

    def factor(step: int, steps: int) -> float:
        return float(function(step, steps, params))

    return factor


def make_reaction(job: ObjectiveJob) -> Reaction:
    """Return what the losses of the epochs so far make of the learning rate: one more factor.

    Raises:
        BlockFault: there is no such schedule.
    """
    if not job.react:
        return _indifferent
    function, params = _found(job, job.react), Params(job.schedule_params)

    def reaction(losses: Sequence[float]) -> float:
        return float(function(losses, params))

    return reaction


def _found(job: ObjectiveJob, reference: str) -> Callable[..., float]:
    module, _, name = reference.partition(":")
    try:
        function: Callable[..., float] = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise BlockFault(f"{job.name}: there is no schedule {reference}: {error}") from error
    return function


def _indifferent(losses: Sequence[float]) -> float:
    return 1.0


def _constant(step: int, steps: int) -> float:
    return 1.0


def _fused(tree: ast.Expression) -> ast.Expression:
    """Ask for the fused kernel when the text calls a torch optimiser that has one.

    It updates all weights in one pass instead of several operations each: 1.4 times the speed of
    a whole step of a small network. Those without one take all weights of
    an operation at once. A text that says ``fused`` or ``foreach`` itself has its way.
    """
    call = tree.body
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return tree
    kind = getattr(torch.optim, call.func.attr, None)
    if ast.unparse(call.func) != f"torch.optim.{call.func.attr}" or kind is None:
        return tree
    said = {keyword.arg for keyword in call.keywords}
    known = inspect.signature(kind).parameters
    way = next((name for name in ("fused", "foreach") if name in known), None)
    if way and not said & {"fused", "foreach"}:
        call.keywords.append(ast.keyword(way, ast.Constant(True)))
        ast.fix_missing_locations(tree)
    return tree
