"""The benchmark compares like with like: the same network, drawn and written by hand."""

import pytest
from torch import nn

from studio.engine.build import Network
from tests.bench.by_hand import Task, tasks
from tests.bench.drawn import QUIET, run_of


@pytest.mark.parametrize("task", tasks(), ids=lambda task: task.name)
def test_a_drawn_network_of_the_benchmark_has_the_weights_of_the_one_written_by_hand(
    task: Task,
) -> None:
    drawn = Network(run_of(task.name, QUIET).program, "bench").module
    by_hand = task.make()

    assert _sizes(drawn) == _sizes(by_hand)


def _sizes(module: nn.Module) -> list[int]:
    """Return how many numbers each weight has; ``parameters`` tells a shared one once."""
    return sorted(weight.numel() for weight in module.parameters())
