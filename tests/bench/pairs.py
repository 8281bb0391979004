"""Ratios of CPU seconds, measured in turns: A B B A …, the median of the pairs."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Ratio:
    """How much longer one of two things takes: the median over the pairs, and their spread."""

    median: float
    lowest: float
    highest: float

    def __str__(self) -> str:
        return f"{self.median:.3f}  [{self.lowest:.3f} … {self.highest:.3f}]"


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return the CPU time of this process during ``work``; waiting and neighbours do not count."""
    start = time.process_time()
    work()
    return time.process_time() - start


def compare(
    work: Callable[[], object], baseline: Callable[[], object], *, rounds: int = 15
) -> Ratio:
    """Return how long ``work`` takes beside ``baseline``; both are warm already."""
    ratios = []
    for turn in range(rounds):
        if turn % 2:
            other, mine = cpu_seconds(baseline), cpu_seconds(work)
        else:
            mine, other = cpu_seconds(work), cpu_seconds(baseline)
        ratios.append(mine / other)
    return Ratio(statistics.median(ratios), min(ratios), max(ratios))


def compare_sums(
    work: Callable[[], object], baseline: Callable[[], object], *, rounds: int = 40
) -> Ratio:
    """Return the same of all rounds together, for work that does now and then more than usual."""
    mine, other = [], []
    for turn in range(rounds):
        for done, times in ((work, mine), (baseline, other))[:: -1 if turn % 2 else 1]:
            times.append(cpu_seconds(done))
    pairs = [a / b for a, b in zip(mine, other, strict=True)]
    return Ratio(sum(mine) / sum(other), min(pairs), max(pairs))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which ``share`` of the values lie."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]
