"""Other ways to train the networks of the benchmark: typical loops and other libraries.

Every one takes the same network, the same samples in batches of the same size and AdamW. Its time
is what passes between two of its batches, so that setting up a fit counts for none.
"""

import os
from collections.abc import Callable, Iterator
from functools import partial
from time import process_time
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from tests.bench.by_hand import Task

WARM = 5
"""Steps before the clock starts."""


class Clock:
    """Notes the processor time after the warm-up and at the last of so many steps."""

    def __init__(self, steps: int) -> None:
        self.last = steps + WARM
        self._steps = 0
        self._began = self._ended = 0.0

    def tick(self) -> bool:
        """Count a step; true when it was the last."""
        self._steps += 1
        if self._steps == WARM:
            self._began = process_time()
        if self._steps == self.last:
            self._ended = process_time()
        return self._steps >= self.last

    @property
    def secs(self) -> float:
        """Processor time of the steps."""
        assert self._steps >= self.last, "it took fewer steps than it was to"
        return self._ended - self._began


Timed = Callable[[int], float]
"""Takes so many steps, and returns their processor time."""


def typical(task: Task) -> Timed:
    """Return the loop of most tutorials: a DataLoader, AdamW as it comes, the loss read."""
    model = task.make().train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    loader = _loader(task)

    def run(steps: int) -> float:
        clock = Clock(steps)
        for x, y in _endless(loader):
            optimizer.zero_grad()
            loss = _loss(model(x), y)
            loss.backward()
            optimizer.step()
            loss.item()
            if clock.tick():
                break
        return clock.secs

    return run


def accelerate(task: Task) -> Timed:
    """Return the loop that Accelerate's documentation shows."""
    from accelerate import Accelerator

    accelerator = Accelerator(cpu=True)
    model = task.make().train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)
    model, optimizer, loader = accelerator.prepare(model, optimizer, _loader(task))

    def run(steps: int) -> float:
        clock = Clock(steps)
        for x, y in _endless(loader):
            optimizer.zero_grad()
            accelerator.backward(_loss(model(x), y))
            optimizer.step()
            if clock.tick():
                break
        return clock.secs

    return run


def lightning(task: Task) -> Timed:
    """Return Lightning with all it can leave out left out: no log, no bar, no checkpoints."""
    from lightning.pytorch import Callback, LightningModule, Trainer

    class Module(LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.model = task.make()

        def training_step(self, batch: list[Tensor], number: int) -> Tensor:
            return _loss(self.model(batch[0]), batch[1])

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.AdamW(self.parameters(), lr=1e-3, fused=True)

    class Ticking(Callback):
        def __init__(self, clock: Clock) -> None:
            self.clock = clock

        def on_train_batch_end(self, *_: object) -> None:
            self.clock.tick()

    module, loader = Module(), _loader(task)

    def run(steps: int) -> float:
        clock = Clock(steps)
        trainer = Trainer(
            max_steps=clock.last,
            accelerator="cpu",
            logger=False,
            callbacks=[Ticking(clock)],
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
        )
        trainer.fit(module, loader)
        return clock.secs

    return run


def keras(task: Task) -> Timed:
    """Return Keras over torch, around the very network, with its own AdamW."""
    os.environ["KERAS_BACKEND"] = "torch"
    import keras

    class Ticking(keras.callbacks.Callback):
        def __init__(self, clock: Clock) -> None:
            super().__init__()
            self.clock = clock

        def on_train_batch_end(self, batch: int, logs: object = None) -> None:
            if self.clock.tick():
                self.model.stop_training = True

    model = keras.Sequential([keras.layers.TorchModuleWrapper(task.make())])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.AdamW(1e-3), loss=loss)
    x, y = task.x.numpy(), task.y.numpy()

    def run(steps: int) -> float:
        clock = Clock(steps)
        epochs = clock.last * task.batch_size // len(x) + 1
        settings = {"batch_size": task.batch_size, "epochs": epochs, "verbose": 0}
        model.fit(x, y, callbacks=[Ticking(clock)], **settings)
        return clock.secs

    return run


def skorch(task: Task) -> Timed:
    """Return skorch without its table of epochs."""
    from skorch import NeuralNet
    from skorch.callbacks import Callback

    class Ticking(Callback):
        clock: Clock

        def on_batch_end(self, net: Any, **_: object) -> None:
            if self.clock.tick():
                raise KeyboardInterrupt  # its documented way to end a fit

    ticking = Ticking()
    net = NeuralNet(
        task.make,
        nn.CrossEntropyLoss,
        optimizer=partial(torch.optim.AdamW, fused=True),
        lr=1e-3,
        max_epochs=1_000_000,
        batch_size=task.batch_size,
        iterator_train__shuffle=True,
        train_split=None,
        callbacks=[ticking],
        callbacks__print_log=None,
        verbose=0,
    )
    net.initialize()

    def run(steps: int) -> float:
        ticking.clock = Clock(steps)
        net.partial_fit(task.x, task.y)
        return ticking.clock.secs

    return run


def fastai(task: Task) -> Timed:
    """Return fastai's Learner without its table and bar."""
    from fastai.basics import Callback, CancelFitException, DataLoaders, Learner, OptimWrapper

    class Ticking(Callback):
        clock: Clock

        def after_batch(self) -> None:
            if self.training and self.clock.tick():
                raise CancelFitException

    ticking = Ticking()
    loader = _loader(task)
    optimizer = partial(OptimWrapper, opt=partial(torch.optim.AdamW, fused=True))
    learner = Learner(
        DataLoaders(loader, loader), task.make(), loss_func=_loss, opt_func=optimizer, cbs=ticking
    )

    def run(steps: int) -> float:
        ticking.clock = Clock(steps)
        with learner.no_bar(), learner.no_logging():
            learner.fit(1_000_000, lr=1e-3)
        return ticking.clock.secs

    return run


def _loss(scores: Tensor, y: Tensor) -> Tensor:
    return F.cross_entropy(scores, y)


def _loader(task: Task) -> DataLoader[tuple[Tensor, ...]]:
    return DataLoader(TensorDataset(task.x, task.y), batch_size=task.batch_size, shuffle=True)


def _endless(loader: DataLoader[tuple[Tensor, ...]]) -> Iterator[tuple[Tensor, ...]]:
    while True:
        yield from loader
