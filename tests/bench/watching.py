"""What watching costs: all panels open against none, and what peers take for less."""

import tempfile
from collections.abc import Callable, Iterator

import torch

from studio.runs.spec import Watch
from tests.bench.by_hand import HandLoop, Task, tasks
from tests.bench.drawn import QUIET, watched
from tests.bench.pairs import compare_sums
from tests.bench.training import STEPS, DrawnLoop

MODELS = ("MLP", "CNN", "LSTM", "Transformer")
EVERY = 50
"""Steps between two histograms that a peer is asked for."""

Log = Callable[[HandLoop, int], None]


class LoggedLoop:
    """The loop by hand, whose loss is logged at every step and its tensors now and then."""

    def __init__(self, task: Task, log: Log) -> None:
        self._hand, self._log, self._step = HandLoop(task), log, 0

    def run(self, steps: int) -> None:
        """Take so many steps."""
        for _ in range(steps):
            self._hand.run(1)
            self._step += 1
            self._log(self._hand, self._step)


def everything(name: str) -> Watch:
    """Return what is looked at with every panel open."""
    block = watched(name).probes["embedding"]["block"]
    step = ("gradients", "updates", "weight-histograms")
    between = ("attention", "predictions", "activations", "activation-histograms")
    recurrent = ("gates", "through-time")
    probes = {id_: {} for id_ in (*step, *between, *recurrent)}
    return Watch(probes={**probes, "embedding": {"block": block}, "features": {"block": block}})


def rows() -> Iterator[tuple[str, str, str]]:
    """Yield what was measured, the ratio and the budget."""
    torch.set_num_threads(1)
    known = {task.name: task for task in tasks()}
    for name in MODELS:
        steps = STEPS[name]
        blind, seeing = DrawnLoop(name, QUIET), DrawnLoop(name, everything(name))
        for loop in (blind, seeing):
            loop.run(5 * steps)
        ratio = compare_sums(lambda: seeing.run(steps), lambda: blind.run(steps))  # noqa: B023
        yield f"{name}: every panel against none", str(ratio), "≤ 1.02"
        yield from _peers(known[name], steps)


def _peers(task: Task, steps: int) -> Iterator[tuple[str, str, str]]:
    for title, make in (("SummaryWriter", _tensorboard), ("wandb.watch, offline", _wandb)):
        with tempfile.TemporaryDirectory() as folder:
            what = f"{task.name}: {title}, histograms every {EVERY} steps"
            log = make(folder)
            if log is None:
                yield what, "not installed", ""
                continue
            hand, logged = HandLoop(task), LoggedLoop(task, log)
            for loop in (hand, logged):
                loop.run(steps)
            ratio = compare_sums(
                lambda: logged.run(steps),  # noqa: B023
                lambda: hand.run(steps),  # noqa: B023
                rounds=20,
            )
            yield what, str(ratio), ""


def _tensorboard(folder: str) -> Log | None:
    try:
        from tensorboardX import SummaryWriter
    except ImportError:
        return None
    writer = SummaryWriter(folder)

    def log(hand: HandLoop, step: int) -> None:
        writer.add_scalar("train/loss", float(hand.loss), step)
        if step % EVERY == 0:
            for name, weight in hand.model.named_parameters():
                writer.add_histogram(f"weights/{name}", weight.detach().numpy(), step)
                if weight.grad is not None:
                    writer.add_histogram(f"gradients/{name}", weight.grad.numpy(), step)

    return log


def _wandb(folder: str) -> Log | None:
    try:
        import wandb
    except ImportError:
        return None
    run = wandb.init(mode="offline", dir=folder, project="bench")
    seen: list[HandLoop] = []

    def log(hand: HandLoop, step: int) -> None:
        if not seen:
            seen.append(hand)
            run.watch(hand.model, log="all", log_freq=EVERY)
        run.log({"train/loss": float(hand.loss)}, step=step)

    return log
