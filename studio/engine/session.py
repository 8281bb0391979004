"""Session: all that one run has on its device, and one step of it."""

import math
import time
from collections.abc import Sequence

import torch
from torch import Tensor

from studio.runs.events import Event, Note, Started
from studio.runs.spec import RunSpec

from . import device as devices
from .backward import backward
from .best import Best
from .build import Network
from .data.batches import Batch, Samples
from .data.load import Load
from .faults import NumberFault
from .metrics import BatchMetrics, key_of
from .objectives import Calls, Objective, check_losses, first_bad
from .probes.watcher import Watcher
from .scalars import LOSS, Scalars


class Session:
    """The network, its samples, objectives and probes; ``step`` counts what was made of it."""

    def __init__(self, spec: RunSpec, load: Load) -> None:
        """Choose the device, build the network and load the samples.

        Raises:
            Fault: naming what is wrong.
        """
        device, self._note = devices.choose(spec.device)
        devices.prepare(device)
        # The order of these lines fixes the first weights: data draw from generators of their own.
        torch.manual_seed(spec.seed)
        self.network = Network(spec.program, spec.id)
        with self.network.blaming(batch_size=spec.batch_size):
            self.network.module.to(device).train()
            self.samples = Samples(spec.data, spec.program, device, load)
        self.spec = spec
        self._at_once = device.type == "cpu"
        self.calls = Calls(self.network)
        self.objectives = [Objective(job, self.network) for job in spec.objectives]
        self.scalars = Scalars(device)
        self.watcher = Watcher(self.network, self.samples, self.scalars, spec.watch)
        self.best = Best(self.network.module, keep=spec.restore_best)
        self.step = 0
        self.seen = 0
        """Samples that were trained on, counted each time."""
        self._metrics = BatchMetrics(self.calls, spec.program, self.objectives)
        self._losses: dict[str, Tensor] = {}
        self._order = torch.Generator().manual_seed(spec.seed)
        self._skip_single = self.network.normalizes_batches()
        whole, rest = divmod(self.samples.count("train"), spec.batch_size)
        self.steps_per_epoch = whole + (rest > (1 if self._skip_single and whole else 0))
        self.steps = self.steps_per_epoch * spec.epochs

    def began(self) -> list[Event]:
        """Return the first events of the run."""
        network, device = self.network, self.samples.device.type
        notes = [Note(message=self._note, level="warning")] if self._note else []
        started = Started(
            run=self.spec.id,
            title=self.spec.title,
            time=time.time(),
            device=device,
            device_name=devices.devices()[device],
            seed=self.spec.seed,
            parameters=sum(weight.numel() for weight in network.module.parameters()),
            epochs=self.spec.epochs,
            steps_per_epoch=self.steps_per_epoch,
            samples=self.samples.counts,
            layers=tuple((block, network.titles[block]) for block, _ in network.weights()),
            attentions=network.attentions(),
        )
        return [*notes, started]

    def batches(self) -> Sequence[Tensor]:
        """Return the rows of every batch of the next epoch."""
        return self.samples.shuffled(
            self._order, batch_size=self.spec.batch_size, skip_single=self._skip_single
        )

    def make_step(self, rows: Tensor) -> None:
        """Train on the samples of these rows.

        Raises:
            Fault: naming the block to blame.
        """
        self.step += 1
        batch, count = self.samples.batch(rows), len(rows)
        losses = [self._turn(objective, batch) for objective in self.objectives]
        self._metrics.add(self._arguments, count, self._losses)
        self.seen += count
        if self._metrics.weighs_losses:
            count = 0
        self._note_loss(LOSS, losses[0] if len(losses) == 1 else sum(losses[1:], losses[0]), count)
        if len(losses) > 1:
            for objective, loss in zip(self.objectives, losses, strict=True):
                self._note_loss(f"train/{objective.name}", loss, count)

    def known(self, *, wait: bool = False) -> list[Event]:
        """Return the scalars that have become known; with ``wait``, all of them.

        Raises:
            NumberFault: a loss among them is not a number.
        """
        for one in self._metrics.take():
            self.scalars.add_later(
                one.name, self.step, one.value, samples=one.weight, shown=one.shown
            )
        if self.step:
            self.scalars.add("lr", self.step, self.objectives[0].lr)
        events = self.scalars.take(wait=wait)
        if self.scalars.bad_step:
            raise self._not_a_number(None)
        return events

    def means(self) -> dict[str, float]:
        """Return the means of the training batches since the last call, and begin anew."""
        means = self.scalars.means()
        return self._metrics.told(means) if self._metrics.weighs_losses else means

    def scale_rates(self, lr: float) -> None:
        """Use another base rate; several objectives keep their proportion."""
        present = self.objectives[0].base_lr
        for objective in self.objectives:
            objective.base_lr = lr * (objective.base_lr / present if present else 1.0)

    def weights(self) -> dict[str, Tensor]:
        """Return the weights and buffers by name, on the CPU."""
        state = self.network.module.state_dict()
        return {name: value.detach().cpu().contiguous() for name, value in state.items()}

    def _turn(self, objective: Objective, batch: Batch) -> Tensor | float:
        """Minimise one objective once, and return its loss."""
        objective.begin(self.step - 1, self.steps)
        self._arguments = self.calls.arguments(*batch)
        losses = self.calls.losses(self._arguments)
        if self.step == 1:
            check_losses(losses)
        if self._metrics.weighs_losses:
            self._losses |= {
                key_of(objective, name): losses[name].detach() for name in objective.loss_weights
            }
        loss = objective.total(losses)
        # An accelerator would have to be waited for: there the loss is looked at when it arrives.
        value = loss.item() if self._at_once else None
        if value is not None and not math.isfinite(value):
            self.scalars.add(LOSS, self.step, value)
            raise self._not_a_number(batch)
        backward(loss, self.network, self.calls, batch)
        self.watcher.after_backward(self.step)
        objective.end()
        return loss.detach() if value is None else value

    def _note_loss(self, name: str, value: Tensor | float, count: int) -> None:
        if isinstance(value, float):
            self.scalars.add(name, self.step, value, samples=count)
        else:
            self.scalars.add_later(name, self.step, value, samples=count)

    def _not_a_number(self, batch: Batch | None) -> NumberFault:
        """Return the fault that names the first block whose output is not finite.

        Without the batch, told late, the weights as they are now are looked at with another one.
        """
        seen = batch or next(self.samples.in_order("train", batch_size=self.spec.batch_size))[1]
        try:
            block = first_bad(self.network, self.calls, seen)
        except Exception:  # noqa: BLE001 - the number is the news, not that its origin stays hidden
            block = ""
        title = self.network.titles.get(block, "")
        where = f"; {title} is the first block that is not finite" if title else ""
        return NumberFault(
            f"The loss is no longer a number at step {self.scalars.bad_step:,}{where}",
            block=block,
            hint=f"Lower the learning rate (now {self.objectives[0].lr:g}) or clip the gradient "
            "norm",
        )
