"""The other ways to train that the benchmark compares with do train, and count their steps."""

from importlib.util import find_spec

import pytest
import torch
from torch import Tensor, nn

from tests.bench import others, peers
from tests.bench.by_hand import Task
from tests.bench.others import Clock

LIBRARIES = ("lightning", "keras", "skorch", "accelerate", "fastai")


def task(seen: list[nn.Module]) -> Task:
    """Return a small task that tells of the networks made for it."""

    def make() -> nn.Module:
        seen.append(nn.Linear(4, 3))
        return seen[-1]

    torch.manual_seed(0)
    return Task("MLP", make, torch.rand(64, 4), torch.randint(0, 3, (64,)), 16)


def test_the_typical_loop_takes_its_steps_and_learns() -> None:
    seen: list[nn.Module] = []
    run = others.typical(task(seen))
    before = _weights(seen[0])

    assert run(7) > 0.0
    assert not torch.equal(_weights(seen[0]), before)


@pytest.mark.parametrize("name", LIBRARIES)
@pytest.mark.filterwarnings("ignore")
def test_a_library_that_is_installed_takes_its_steps_and_learns(name: str) -> None:
    if find_spec(name) is None:
        pytest.skip(f"{name} is not installed")
    seen: list[nn.Module] = []
    run = getattr(others, name)(task(seen))
    before = _weights(seen[-1])

    assert run(7) > 0.0
    assert run(3) > 0.0
    assert not torch.equal(_weights(seen[-1]), before)


def test_a_library_that_is_not_installed_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(task: Task) -> None:
        raise ImportError("No module named 'elsewhere'")

    for name in LIBRARIES:
        monkeypatch.setattr(others, name, missing)
    monkeypatch.setattr(peers, "ROUNDS", 1)
    monkeypatch.setattr(peers, "STEPS", {"MLP": 2})

    rows = list(peers.rows())

    said = [what for what, figure, _ in rows if figure == "not installed"]
    assert len(said) == len(LIBRARIES)
    assert [what for what, _, budget in rows if budget == "≥ 1.30"] == [
        "MLP, steady: steps a second beside a typical loop (DataLoader, AdamW)",
        "MLP, fastest: steps a second beside a typical loop (DataLoader, AdamW)",
    ]


def test_a_clock_that_was_stopped_too_early_gives_no_time() -> None:
    clock = Clock(10)
    for _ in range(10):
        clock.tick()

    with pytest.raises(AssertionError, match="fewer steps"):
        _ = clock.secs


def _weights(module: nn.Module) -> Tensor:
    (weight, *_) = module.parameters()
    return weight.detach().clone()
