"""Calls: how the program's ``forward``, ``losses`` and ``metrics`` are called with a batch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from studio.runs.events import Event, Note
from studio.runs.spec import Program

from .build import Network
from .compiling import Compiled
from .precision import Casting, in_full
from .scoring import expect_installed


class Calls:
    """Calls a network, in the numbers that a run computes with."""

    def __init__(
        self,
        network: Network,
        casting: Casting | None = None,
        compiled: Compiled | None = None,
    ) -> None:
        """``casting`` is what to compute within, for other numbers than 32-bit floats.

        ``compiled`` is called in place of the network while it trains.
        """
        program = network.program
        self._casting = casting
        self._compiled = compiled
        self._told = False
        self._forward = network.module
        self._losses: Callable[..., Mapping[str, Tensor]] = _method(network.module, "losses")
        self._metrics: Callable[..., Mapping[str, Tensor]] = _method(network.module, "metrics")
        self._counts = _method(network.module, "counts") if program.counts else None
        expect_installed(program.scores)
        self._scored: Callable[..., Mapping[str, tuple[Tensor, ...]]] | None
        self._scored = getattr(network.module, "scored", None) if program.scores else None
        self._single = len(program.outputs) == 1
        self._picks = _picks(program)

    def arguments(self, inputs: Sequence[Tensor], targets: Sequence[Tensor]) -> list[Tensor]:
        """Run ``forward`` and return the arguments of ``losses`` and ``metrics``."""
        forward: Callable[..., object] = self._forward
        if self._compiled is not None and self._forward.training:
            forward = self._compiled
        if self._casting is None:
            return self.arguments_of(forward(*inputs), targets)
        with self._casting():
            outputs = forward(*inputs)
        return self.arguments_of(in_full(outputs), targets)

    @property
    def trouble(self) -> str:
        """Why the network is not compiled though it was to be; empty if all is well."""
        return self._compiled.trouble if self._compiled is not None else ""

    def news(self) -> list[Event]:
        """Return, once, that the compiler failed in the middle of a run."""
        if self._told or not self.trouble:
            return []
        self._told = True
        message = f"The network is not compiled any more: {self.trouble}"
        return [Note(message=message, level="warning")]

    @contextmanager
    def as_written(self) -> Iterator[None]:
        """Let the program itself be called, whose lines can be blamed."""
        compiled, self._compiled = self._compiled, None
        try:
            yield
        finally:
            self._compiled = compiled

    def arguments_of(self, outputs: object, targets: Sequence[Tensor]) -> list[Tensor]:
        """Return the arguments of ``losses`` and ``metrics`` for what ``forward`` returned."""
        given = (outputs,) if self._single else outputs
        assert isinstance(given, tuple), type(given)
        values = (*given, *targets)
        return [values[pick] for pick in self._picks]

    def losses(self, arguments: Sequence[Tensor]) -> Mapping[str, Tensor]:
        """Return the value of every loss block."""
        if self._casting is None:
            return self._losses(*arguments)
        with self._casting():
            losses = self._losses(*arguments)
        return {name: value.float() for name, value in losses.items()}

    def metrics(self, arguments: Sequence[Tensor]) -> Mapping[str, Tensor]:
        """Return what is shown beside the loss."""
        with torch.no_grad(), _in_use(self._forward):
            return self._metrics(*arguments)

    def counts(self, arguments: Sequence[Tensor]) -> Mapping[str, Tensor]:
        """Return of how much the losses and metrics are means, where it is not of the samples."""
        if self._counts is None:
            return {}
        with torch.no_grad(), _in_use(self._forward):
            return self._counts(*arguments)

    def scored(self, arguments: Sequence[Tensor]) -> Mapping[str, tuple[Tensor, ...]]:
        """Return what each metric of a whole part looks at, by its block."""
        if self._scored is None:
            return {}
        with torch.no_grad():
            found: Mapping[str, tuple[Tensor, ...]] = self._scored(*arguments)
            return found


@contextmanager
def _in_use(module: nn.Module) -> Iterator[None]:
    """Measure as if the network were in use, without noise: no number is drawn for it.

    When a training batch is measured depends on the clock; the next step must not.
    """
    training, module.training = module.training, False
    try:
        yield
    finally:
        module.training = training


def _method(module: nn.Module, name: str) -> Callable[..., Mapping[str, Tensor]]:
    method: Callable[..., Mapping[str, Tensor]] = getattr(module, name)
    return method


def _picks(program: Program) -> list[int]:
    """Return where each loss argument stands among the outputs and then the targets."""
    names = [*program.outputs, *(target.name for target in program.targets)]
    return [names.index(name) for name in program.loss_arguments]
