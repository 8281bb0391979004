"""Adjusting: a setting changed while training, by a person or as the record of a run has it."""

import math
from collections import deque
from collections.abc import Iterable, Sequence

import msgspec

from studio.runs.events import Adjusted, Event, Note
from studio.runs.spec import Adjustment

from .objectives import Objective
from .session import Session


class Planned:
    """Adjustments that the record of a run has, to be made again at their steps."""

    def __init__(self, adjustments: Iterable[Adjustment]) -> None:
        self._waiting = deque(sorted(adjustments, key=lambda one: one.step))

    def skip(self, step: int) -> None:
        """Leave out what was made before this step."""
        while self._waiting and self._waiting[0].step < step:
            self._waiting.popleft()

    def make(self, session: Session) -> list[Event]:
        """Make those that are due before the next step."""
        events: list[Event] = []
        while self._waiting and self._waiting[0].step <= session.step:
            events += adjust(session, self._waiting.popleft())
        return events


def adjust(session: Session, adjustment: Adjustment) -> list[Event]:
    """Change the setting from the next step on, and tell; what makes no sense is told as well."""
    concerned = [
        objective
        for objective in session.objectives
        if adjustment.objective in {"", objective.name}
    ]
    try:
        if not math.isfinite(adjustment.value) or adjustment.value < 0:
            raise ValueError("expected a number that is not negative")
        if not concerned:
            raise ValueError(f"there is no objective {adjustment.objective}")
        before = _set(session, concerned, adjustment)
    except ValueError as error:
        name = adjustment.setting.replace("_", " ")
        refusal = f"{name} stays as it is: {error}, received {adjustment.value:g}"
        return [Note(message=refusal, level="warning")]
    made = msgspec.structs.replace(adjustment, step=session.step)
    return [Adjusted(step=session.step, adjustment=made, before=before)]


def _set(session: Session, objectives: Sequence[Objective], adjustment: Adjustment) -> float:
    match adjustment.setting:
        case "lr":
            return _scale_rates(objectives, adjustment.value)
        case "weight_decay":
            return _set_decay(objectives, adjustment.value)
        case "clip_norm":
            return _set_clip_norm(objectives, adjustment.value)
        case "batch_size":
            return _set_batch_size(session, adjustment.value)


def _scale_rates(objectives: Sequence[Objective], lr: float) -> float:
    """Set the base rate of the first; the others keep their proportion."""
    present = objectives[0].base_lr
    for objective in objectives:
        objective.base_lr = lr * (objective.base_lr / present if present else 1.0)
    return present


def _set_decay(objectives: Sequence[Objective], value: float) -> float:
    """Set it where weights decay; what was left out (biases, norms) stays out."""
    groups = [
        group
        for objective in objectives
        for group in objective.optimizer.param_groups
        if "weight_decay" in group and group["decays"]
    ]
    if not groups:
        raise ValueError("this optimiser has no weight decay")
    before: float = groups[0]["weight_decay"]
    for group in groups:
        group["weight_decay"] = value
    return before


def _set_clip_norm(objectives: Sequence[Objective], value: float) -> float:
    before = objectives[0].clip_norm
    for objective in objectives:
        objective.clip_norm = value
    return before


def _set_batch_size(session: Session, value: float) -> float:
    if value < 1 or value != int(value):
        raise ValueError("expected a whole number of samples")
    before = session.batch_size
    session.batch_size = int(value)
    return float(before)
