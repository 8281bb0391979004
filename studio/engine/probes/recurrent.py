"""Recurrent layers over time: their gates, and how much of the gradient comes back so far."""

# N = samples, T = steps, D = features, H = hidden features, G = gates × H

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from studio.engine.calls import Calls
from studio.engine.data.split import Part
from studio.runs.events import Event, Snapshot

from .probe import Probe, ProbeSpec, Sight
from .tensors import array_of

LSTM = ("input", "forget", "cell", "output", "state", "memory")
GRU = ("reset", "update", "new", "state")
SAMPLES = 16
SHOWN_UNITS = 128

Layers = list[tuple[str, nn.RNNBase]]


class _OfRecurrent(Probe):
    """A probe of recurrent layers."""

    def __init__(self, sight: Sight) -> None:
        super().__init__(sight)
        self.layers: Layers = []
        for block in sight.network.program.blocks:
            layer = _submodule(sight.network.module, block.attribute)
            if isinstance(layer, nn.RNNBase):
                self.layers.append((block.id, layer))

    @property
    def blind(self) -> bool:
        """Whether no layer of torch's is recurrent."""
        return not self.layers


class GateProbe(_OfRecurrent):
    """Tells for one held sample every gate of the first layer at every step, and the state.

    Snapshots of kind ``gates``: arrays of units × steps by the gate's name, ``state``, and for an
    LSTM ``memory``.
    """

    def between(self, step: int) -> Sequence[Event]:
        """Return a snapshot a layer."""
        inputs, _ = self.sight.samples.held(1)
        found: list[Event] = []
        with _reading(self.layers) as given:
            self.sight.network.look(inputs, _ignore)
        for block, layer in self.layers:
            if block in given and isinstance(layer, (nn.LSTM, nn.GRU)):
                arrays = {
                    name: array_of(value_TH[:, :SHOWN_UNITS].T.contiguous())
                    for name, value_TH in gates_of(layer, given[block][0]).items()
                }
                found.append(Snapshot(kind="gates", block=block, step=step, arrays=arrays))
        return found


class ThroughTimeProbe(_OfRecurrent):
    """Tells how much the loss depends on what came in at each step: ‖∂loss/∂xₜ‖, by layer.

    The mean over some held samples, in kind ``through-time``, array ``norms`` of T numbers. It is
    what vanishes or explodes over long gaps (Pascanu, Mikolov, Bengio 2013: On the difficulty of
    training recurrent neural networks).
    """

    def __init__(self, sight: Sight) -> None:
        super().__init__(sight)
        self._calls = Calls(sight.network)

    def between(self, step: int) -> Sequence[Event]:
        """Return a snapshot a layer that the loss depends on."""
        samples = self.sight.samples
        part: Part = "validation" if samples.count("validation") else "train"
        _, (inputs, targets) = next(samples.in_order(part, batch_size=SAMPLES))
        # cuDNN goes back through a recurrent layer in training mode alone.
        with (
            torch.enable_grad(),
            torch.backends.cudnn.flags(enabled=False),
            _reading(self.layers, afresh=True) as given,
        ):
            losses = self._calls.losses(self._calls.arguments(inputs, targets))
            loss = torch.stack([value.float() for value in losses.values()]).sum()
            known = [(block, x) for block, x in given.items() if x.requires_grad]
            grads: tuple[Tensor | None, ...] = torch.autograd.grad(
                loss, [x for _, x in known], allow_unused=True
            )
        return [
            Snapshot(
                kind="through-time",
                block=block,
                step=step,
                arrays={"norms": array_of(grad_NTD.norm(dim=2).mean(dim=0))},
            )
            for (block, _), grad_NTD in zip(known, grads, strict=True)
            if grad_NTD is not None and grad_NTD.ndim == 3
        ]


def gates_of(layer: nn.LSTM | nn.GRU, x_TD: Tensor) -> dict[str, Tensor]:
    """Return every gate, T×H, of the first layer, read forwards, with its state and memory."""
    w_GD, u_GH = layer.get_parameter("weight_ih_l0"), layer.get_parameter("weight_hh_l0")
    # The second bias is a plain tensor where a layer has one alone.
    b_G, c_G = (getattr(layer, f"bias_{way}_l0", None) for way in ("ih", "hh"))
    from_x_TG = F.linear(x_TD, w_GD, b_G)
    h_H = x_TD.new_zeros(layer.hidden_size)
    memory_H = torch.zeros_like(h_H)
    steps: list[tuple[Tensor, ...]] = []
    for x_G in from_x_TG:
        from_h_G = F.linear(h_H, u_GH, c_G)
        if isinstance(layer, nn.LSTM):
            i, f, g, o = (x_G + from_h_G).chunk(4)
            i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
            memory_H = f * memory_H + i * g
            h_H = o * memory_H.tanh()
            steps.append((i, f, g, o, h_H, memory_H))
        else:
            (x_r, x_z, x_n), (h_r, h_z, h_n) = x_G.chunk(3), from_h_G.chunk(3)
            r, z = (x_r + h_r).sigmoid(), (x_z + h_z).sigmoid()
            n = (x_n + r * h_n).tanh()
            h_H = (1 - z) * n + z * h_H
            steps.append((r, z, n, h_H))
    names = LSTM if isinstance(layer, nn.LSTM) else GRU
    columns = zip(*steps, strict=True)
    return {name: torch.stack(column) for name, column in zip(names, columns, strict=True)}


@contextmanager
def _reading(layers: Layers, *, afresh: bool = False) -> Iterator[dict[str, Tensor]]:
    """Note what comes into each layer, N×T×D; ``afresh`` as the beginning of a new graph."""
    given: dict[str, Tensor] = {}

    def noting(block: str) -> Callable[..., tuple[object, ...]]:
        def note(layer: nn.Module, args: tuple[object, ...]) -> tuple[object, ...]:
            x, *rest = args
            if isinstance(x, PackedSequence):
                padded, lengths = pad_packed_sequence(x, batch_first=True)
                given[block] = _leaf(padded) if afresh else padded
                packed = pack_padded_sequence(
                    given[block], lengths, batch_first=True, enforce_sorted=False
                )
                return (packed, *rest)
            assert isinstance(x, Tensor), type(x)
            given[block] = _leaf(x) if afresh else x
            return (given[block], *rest)

        return note

    hooks = [layer.register_forward_pre_hook(noting(block)) for block, layer in layers]
    try:
        yield given
    finally:
        for hook in hooks:
            hook.remove()


def _leaf(x_NTD: Tensor) -> Tensor:
    return x_NTD if x_NTD.requires_grad else x_NTD.detach().requires_grad_()


def _submodule(module: nn.Module, attribute: str) -> object:
    found: object = module if attribute else None
    for name in attribute.split("."):
        found = getattr(found, name, None)
    return found


def _ignore(block: str, value: object) -> None:
    pass


GATES = ProbeSpec(id="gates", title="The gates", make=GateProbe, per_sec=1.0)
THROUGH_TIME = ProbeSpec(
    id="through-time", title="The gradient through time", make=ThroughTimeProbe, per_sec=1.0
)
