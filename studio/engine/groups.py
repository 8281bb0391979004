"""Groups: objectives that share one forward pass; mostly each is a group of its own.

While a group has its turns only what it updates wants gradients: autograd then builds no graph
through the rest. The generator's part of a discriminator's turn is run as in ``no_grad``.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from torch import nn

from .objectives import Objective


class At(NamedTuple):
    """Which step is made, counted from 1, and how many there will be."""

    step: int
    steps: int


class Group:
    """Objectives that look at the same values; the first of them says when and how often."""

    def __init__(self, objectives: Sequence[Objective], module: nn.Module) -> None:
        self.objectives = tuple(objectives)
        own = {weight for objective in objectives for weight in objective.weights}
        self._others = [
            weight for weight in module.parameters() if weight.requires_grad and weight not in own
        ]

    @property
    def turns(self) -> int:
        """How many turns it takes in a step, with the same samples and fresh noise."""
        return self.objectives[0].turns

    @property
    def joint(self) -> bool:
        """Whether several share a pass, so that each has to keep to its own weights."""
        return len(self.objectives) > 1

    @property
    def alone(self) -> bool:
        """Whether it is one objective with one turn at every step."""
        first = self.objectives[0]
        return first.turns == first.every == len(self.objectives) == 1

    def due(self, at: At) -> bool:
        """Whether it has its turns at this step."""
        return (at.step - 1) % self.objectives[0].every == 0

    def begin(self, at: At) -> None:
        """Clear the gradients, and let nobody else's weights have any."""
        for objective in self.objectives:
            objective.begin(at.step - 1, at.steps)
        for weight in self._others:
            weight.requires_grad_(False)

    def end(self) -> None:
        """Update the weights, and let the others' have gradients again."""
        for objective in self.objectives:
            objective.end()
        for weight in self._others:
            weight.requires_grad_(True)


def grouped(objectives: Sequence[Objective], module: nn.Module) -> tuple[Group, ...]:
    """Return the objectives in their order, those that share a pass together."""
    return tuple(Group(members, module) for members in _members(objectives))


def _members(objectives: Sequence[Objective]) -> Iterator[list[Objective]]:
    members: list[Objective] = []
    for objective in objectives:
        if members and not objective.joint:
            yield members
            members = []
        members.append(objective)
    if members:
        yield members
