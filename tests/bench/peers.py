"""Training beside other ways to train: how many times as many steps a second are made here.

What is not installed is said to be: ``pip install 'netwright[bench]'`` brings it.
"""

import logging
import os
import statistics
import tempfile
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import Literal
from unittest.mock import patch

import torch

from tests.bench import others
from tests.bench.by_hand import HandLoop, Task, tasks
from tests.bench.drawn import QUIET
from tests.bench.others import Timed
from tests.bench.pairs import Ratio, cpu_seconds
from tests.bench.training import DrawnLoop

STEPS = {"MLP": 300, "CNN": 12}
"""Networks, and the steps of a turn: of a small one, where what surrounds a step tells most."""
SPEEDS: tuple[Literal["steady", "fastest"], ...] = ("steady", "fastest")
ROUNDS = 9
PEERS = ("typical", "lightning", "keras", "skorch", "accelerate", "fastai")
BUDGETS = {
    "hand": "≥ 0.97",
    "typical": "≥ 1.30",
    "lightning": "≥ 2 on the MLP",
    "keras": "≥ 2 on the MLP",
}
WORDS = {
    "hand": "a practised hand's loop",
    "typical": "a typical loop (DataLoader, AdamW)",
    "lightning": "Lightning, bare",
    "keras": "Keras over torch",
}


def rows() -> Iterator[tuple[str, str, str]]:
    """Yield what was compared, the ratio of steps a second and the budget."""
    torch.set_num_threads(1)
    logging.disable(logging.WARNING)
    try:
        with tempfile.TemporaryDirectory() as home, patch.dict(os.environ, NETWRIGHT_HOME=home):
            for task in tasks():
                if task.name in STEPS:
                    yield from _of(task)
    finally:
        logging.disable(logging.NOTSET)


def _of(task: Task) -> Iterator[tuple[str, str, str]]:
    """Measure a network: each takes turns with one of ours that began when it did."""
    steps = STEPS[task.name]
    beside: dict[str, Callable[[], Timed]] = {"hand": lambda: _timed(HandLoop(task))}
    for name in PEERS:
        beside[name] = partial(getattr(others, name), task)
        try:
            with warnings.catch_warnings(action="ignore"):
                beside[name]()
        except ImportError as error:
            del beside[name]
            yield f"{task.name}: steps a second beside {_words(name)}", "not installed", str(error)
    for speed in SPEEDS:
        for name, other in beside.items():
            what = f"{task.name}, {speed}: steps a second beside {_words(name)}"
            ratio = _ratio(_timed(DrawnLoop(task.name, QUIET, speed=speed)), other(), steps)
            yield what, str(ratio), BUDGETS.get(name, "")


def _ratio(ours: Timed, other: Timed, steps: int) -> Ratio:
    """Return how many times as many steps a second ours makes; each began anew with the other.

    One that had trained for longer would compute with other numbers: of those that have become
    tiny a processor makes less.
    """
    ratios = []
    with warnings.catch_warnings(action="ignore"):
        for one in (ours, other):
            one(steps)
        for turn in range(ROUNDS):
            # The one that comes second finds the caches as the other left them.
            if turn % 2:
                mine = ours(steps)
                theirs = other(steps)
            else:
                theirs = other(steps)
                mine = ours(steps)
            ratios.append(theirs / mine)
    return Ratio(statistics.median(ratios), min(ratios), max(ratios))


def _timed(loop: HandLoop | DrawnLoop) -> Timed:
    def run(steps: int) -> float:
        loop.run(others.WARM)
        return cpu_seconds(lambda: loop.run(steps))

    return run


def _words(name: str) -> str:
    return WORDS.get(name, name)
