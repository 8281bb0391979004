"""A training step of a drawn network against the same network written by hand."""

from collections.abc import Iterator
from typing import Literal

import torch
from msgspec.structs import replace

from studio.engine.train import Training
from studio.runs.spec import Watch
from tests.bench.by_hand import HandLoop, tasks
from tests.bench.drawn import QUIET, run_of, watched
from tests.bench.pairs import compare

STEPS = {
    "MLP": 400,
    "CNN": 40,
    "LSTM": 40,
    "Transformer": 20,
    "LeNet": 100,
    "ResNet-18": 4,
    "GPT": 4,
    "ViT": 6,
}
"""Steps a turn: about a third of a second each."""


class DrawnLoop:
    """The engine's own training of the drawn network, step by step."""

    def __init__(
        self, name: str, watch: Watch, *, speed: Literal["steady", "fastest"] = "steady"
    ) -> None:
        spec = run_of(name, watch)
        self._training = Training(replace(spec, computing=replace(spec.computing, speed=speed)))
        self._events = self._training.steps()

    def run(self, steps: int) -> None:
        """Take so many steps; what becomes known is thrown away."""
        goal = self._training.step + steps
        for _ in self._events:
            if self._training.step == goal:
                return
        raise AssertionError("the run ended before the benchmark did")


def rows() -> Iterator[tuple[str, str, str]]:
    """Yield what was measured, the ratio and the budget."""
    torch.set_num_threads(1)
    for task in tasks():
        steps = STEPS[task.name]
        hand = HandLoop(task)
        for words, watch, budget in (
            ("no panel", QUIET, "1.01"),
            ("default panels", watched(task.name), "1.03"),
        ):
            drawn = DrawnLoop(task.name, watch)
            for loop in (hand, drawn):
                loop.run(steps)
            ratio = compare(lambda: drawn.run(steps), lambda: hand.run(steps))  # noqa: B023
            yield f"{task.name}: step against hand-written, {words}", str(ratio), f"≤ {budget}"
