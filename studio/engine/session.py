"""Session: all that one run has on its device, and one step of it."""

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from msgspec import to_builtins
from torch import Tensor

from studio.core.errors import FileError
from studio.runs.events import Event, Note, Progress, Started
from studio.runs.spec import RunSpec, Ways

from . import device as devices
from .averaging import Averages
from .best import Best
from .build import Network
from .data.batches import Batch, Samples
from .data.load import Load
from .data.split import Part
from .faults import NumberFault, sentence
from .groups import At, grouped
from .learning import learning
from .memory import forget_peak, in_use
from .metrics import BatchMetrics, measures_of
from .objectives import first_bad
from .pace import Pace
from .packing import State
from .probes.watcher import Watcher
from .scalars import LOSS, Scalars
from .turns import NotFinite, Turns
from .ways import place, threads_of
from .written import Written


class Session:
    """The network, its samples, objectives and probes; ``step`` counts what was made of it."""

    def __init__(self, spec: RunSpec, load: Load, samples: Samples | None = None) -> None:
        """Choose the device, build the network and load the samples, unless they are given.

        Raises:
            Fault: naming what is wrong.
        """
        device, self._note = devices.choose(spec.device)
        devices.prepare(device, threads_of(spec.computing.ways))
        forget_peak(device)
        # The order of these lines fixes the first weights: data draw from generators of their own.
        torch.manual_seed(spec.seed)
        self.network = Network(spec.program, spec.id)
        with self.network.blaming(batch_size=spec.batch_size):
            place(self.network.module.train(), spec.computing.ways, device)
            self.samples = samples or Samples(spec.data, spec.program, device, load)
        self.spec = spec
        self.written = Written(self.network, self.samples, spec.program.scores)
        self.calls, self.objectives = learning(spec, self.network, device)
        self._groups = grouped(self.objectives, self.network.module)
        self.scalars = Scalars(device)
        self.watcher = Watcher(self.network, self.samples, self.scalars, spec.watch)
        self.best = Best(self.network.module, keep=spec.restore_best)
        self.averages = Averages(self.network.module, spec.ema)
        self.step = 0
        self.history: list[float] = []
        """The loss of every epoch so far: of what is held out, else of training."""
        self.seen = 0
        """Samples that were trained on, counted each time."""
        self._metrics = BatchMetrics(self.calls, spec.program, self.objectives)
        self._order = torch.Generator().manual_seed(spec.seed)
        self._epoch_order = self._order.get_state()
        self._skip_single = self.network.normalizes_batches()
        self._turns = Turns(
            self.network, self.calls, self.samples, self.watcher, pairs=self._skip_single
        )
        self.batch_size = spec.batch_size or max(self.samples.count("train"), 1)
        self.steps = self.steps_per_epoch * spec.epochs

    @property
    def steps_per_epoch(self) -> int:
        """Steps that an epoch takes at the present size of a batch."""
        whole, rest = divmod(self.samples.count("train"), self.batch_size)
        return whole + (rest > (1 if self._skip_single and whole else 0))

    def notes(self) -> list[Event]:
        """Return what there is to say of the choices made, and of the data."""
        told = (*filter(None, [self._note]), *self.samples.notes, *self._keep_preparation())
        return [Note(message=note, level="warning") for note in told]

    def _keep_preparation(self) -> Iterator[str]:
        """Write the fitted steps beside the record, and say so if that cannot be done."""
        if self.samples.preparation is not None and self.spec.folder:
            try:
                self.samples.preparation.save(Path(self.spec.folder))
            except FileError as error:
                yield f"The fitted steps could not be kept. {error}"

    def started(self) -> Started:
        """Return what the run tells of itself first."""
        network, device = self.network, self.samples.device.type
        return Started(
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
            measures=measures_of(self.spec.program),
            targets=self.samples.targets(),
            ways=self.spec.computing.ways or Ways(),
        )

    def batches(self) -> Sequence[Tensor]:
        """Return the rows of every batch of the next epoch."""
        self._epoch_order = self._order.get_state()
        return self.samples.shuffled(
            self._order, batch_size=self.batch_size, skip_single=self._skip_single
        )

    def close_epoch(self, epochs_left: int) -> None:
        """Stand before the next epoch, whose batches may have another size."""
        self._epoch_order = self._order.get_state()
        self.steps = self.step + self.steps_per_epoch * epochs_left

    def hear(self, loss: float) -> None:
        """Take in the loss of an epoch, to which a schedule may react."""
        self.history.append(loss)
        for objective in self.objectives:
            objective.react(self.history)

    def make_step(self, rows: Tensor) -> None:
        """Train on the samples of these rows.

        Raises:
            Fault: naming the block to blame.
        """
        self.step += 1
        count = len(rows)
        self.watcher.before_step(self.step)
        try:
            losses = self._turns.take(
                rows,
                self._metrics,
                self._groups,
                At(self.step, self.steps),
                pieces=self.spec.computing.accumulate,
            )
        except NotFinite as found:
            self.scalars.add(LOSS, self.step, found.value)
            raise self._not_a_number(found.batch) from None
        self.watcher.after_step(self.step)
        self.averages.update()
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
        for one in self._metrics.take(wait=wait):
            self.scalars.add_later(
                one.name, self.step, one.value, samples=one.weight, shown=one.shown
            )
        if self.step:
            self.scalars.add("lr", self.step, self.objectives[0].lr)
        events = [*self.scalars.take(wait=wait), *self.calls.news()]
        if self.scalars.bad_step:
            raise self._not_a_number(None)
        return events

    def means(self) -> dict[str, float]:
        """Return the means of the training batches since the last call, and begin anew."""
        means = self.scalars.means()
        return self._metrics.told(means) if self._metrics.weighs_losses else means

    def note(self, part: Part, means: Mapping[str, float]) -> dict[str, float]:
        """Take the means over a part as scalars of this step, and return them by full name."""
        named = {f"{part}/{name}": value for name, value in means.items()}
        for name, value in named.items():
            self.scalars.add(name, self.step, value)
        return named

    def progress(self, pace: Pace, epoch: int) -> Progress:
        """Return how far and how fast the run is."""
        samples_per_sec, steps_per_sec = pace.mark(self.step, self.seen)
        self.scalars.add("throughput", self.step, samples_per_sec)
        self.scalars.add("seconds", self.step, pace.seconds)
        watching = dict(self.watcher.shares())
        return Progress(
            step=self.step,
            epoch=epoch,
            samples_per_sec=samples_per_sec,
            seconds_left=(self.steps - self.step) / steps_per_sec if steps_per_sec else 0.0,
            watching_share=sum(watching.values()),
            watching=watching,
            **in_use(self.samples.device),
        )

    def state(self) -> State:
        """Return all that the next step depends on; what was made must be known (``known``)."""
        return {
            "step": self.step,
            "seen": self.seen,
            "history": self.history,
            "steps": self.steps,
            "batch_size": self.batch_size,
            "model": self.network.module.state_dict(),
            "objectives": [objective.state() for objective in self.objectives],
            "best": self.best.state(),
            "averages": self.averages.state(),
            "scalars": self.scalars.state(),
            "order": self._epoch_order,
            "random": devices.random_state(self.samples.device),
            "ways": to_builtins(self.spec.computing.ways or Ways()),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from there.

        Raises:
            FileError: it is the state of another network.
        """
        try:
            self.network.module.load_state_dict(state["model"])
            for objective, known in zip(self.objectives, state["objectives"], strict=True):
                objective.restore(known)
            self.best.restore_state(state["best"])
            self.averages.restore(state.get("averages", {}))
        except (RuntimeError, ValueError, KeyError) as error:
            raise FileError(
                f"The checkpoint is of another network or another training: {sentence(error)}"
            ) from None
        self.step, self.seen = state["step"], state["seen"]
        self.steps, self.batch_size = state["steps"], state["batch_size"]
        self.history = list(state.get("history", ()))
        for objective in self.objectives:
            objective.react(self.history)
        self.scalars.restore(state["scalars"])
        self._order.set_state(state["order"])
        devices.restore_random_state(self.samples.device, state["random"])

    def offer(self, loss: float, metrics: dict[str, dict[str, float]]) -> bool:
        """Return whether the weights that were judged are the best yet; they are kept if so."""
        with self.averages.shown():
            return self.best.offer(loss, metrics)

    def take_best(self) -> bool:
        """Train no more: have the best weights, or the averages; false where none were kept."""
        found = self.best.restore()
        self.averages.end(keep=not found)
        return found

    def weights(self) -> dict[str, Tensor]:
        """Return the weights and buffers by name, on the CPU."""
        state = self.network.module.state_dict()
        return {name: value.detach().cpu().contiguous() for name, value in state.items()}

    def close(self) -> None:
        """Let go of the program's module and of what reads ahead."""
        self.network.close()
        self.samples.close()

    def _note_loss(self, name: str, value: Tensor | float, count: int) -> None:
        if isinstance(value, float):
            self.scalars.add(name, self.step, value, samples=count)
        else:
            self.scalars.add_later(name, self.step, value, samples=count)

    def _not_a_number(self, batch: Batch | None) -> NumberFault:
        """Return the fault that names the first block whose output is not finite.

        Without the batch, told late, the weights as they are now are looked at with another one.
        """
        seen = batch or next(self.samples.in_order("train", batch_size=self.batch_size))[1]
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
