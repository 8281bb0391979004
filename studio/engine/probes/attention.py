"""Attention maps: the weights that the fused kernels never show, recomputed on a probe sample.

Two taps see every call: a function mode sees those made by the program's own text, a dispatch mode
those that torch's modules make inside. softmax(QKᵀ·scale + mask) is then exact. Attention that is
written out, such as Bahdanau's, shows its weights itself: the softmax over its last axis.
"""

# B = batch, H = heads, Q = queries, K = keys, E = head size

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from studio.engine.build import Network
from studio.runs.events import Snapshot

from .probe import Probe, ProbeSpec
from .tensors import array_of

LARGEST_MAP = 256
_FUSED = "aten::_scaled_dot_product"


def attention_maps(network: Network, inputs: Sequence[Tensor]) -> dict[str, Tensor]:
    """Return the maps of the first sample of the inputs, heads × queries × keys, by block.

    To be called quietly: see ``quiet``.
    """
    pending: list[Tensor] = []
    found: dict[str, Tensor] = {}

    def tap(block: str, value: object) -> None:
        if pending:
            found[block] = torch.cat([_heads(weights) for weights in pending])
            pending.clear()

    with _Functions(pending), _Kernels(pending):
        network.look([column[:1] for column in inputs], tap)
    return {block: _pooled(weights_HQK) for block, weights_HQK in found.items()}


def steps_seen(
    network: Network, block: str, inputs: Sequence[Tensor]
) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Return the first sample's tokens at the rows (``queries``) and columns (``keys``) of a map.

    And the columns of the data that they are of. Only what is traced to an input of tokens is
    there.
    """
    info = next(known for known in network.program.blocks if known.id == block)
    tokens, columns = dict[str, Tensor](), dict[str, str]()
    for side, argument in (("queries", info.queries), ("keys", info.keys)):
        for given, value in zip(network.program.inputs, inputs, strict=True):
            if given.name == argument and value.ndim == 2 and not value.is_floating_point():
                tokens[side], columns[side] = value[0], given.column
    return tokens, columns


class _Functions(TorchFunctionMode):
    """Sees ``F.scaled_dot_product_attention`` and ``softmax`` as the program calls them."""

    def __init__(self, found: list[Tensor]) -> None:
        self._found = found

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        given = dict(kwargs or {})
        before = len(self._found)
        result = func(*args, **given)
        if func is torch.nn.functional.scaled_dot_product_attention and len(self._found) == before:
            # A kernel that the other tap does not know, such as the plain one.
            names = ("query", "key", "value", "attn_mask", "dropout_p", "is_causal")
            self._found.append(_weights({**dict(zip(names, args, strict=False)), **given}))
        elif func is Tensor.softmax and result.ndim == 3 and _over_last_axis(args, given):
            self._found.append(result)
        return result


class _Kernels(TorchDispatchMode):
    """Sees the fused kernels, whoever calls them."""

    def __init__(self, found: list[Tensor]) -> None:
        TorchDispatchMode.__init__(self)
        self._found = found

    def __torch_dispatch__(
        self,
        func: Any,
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        given = dict(kwargs or {})
        if func._schema.name.startswith(_FUSED):
            names = (argument.name for argument in func._schema.arguments)
            self._found.append(_weights({**dict(zip(names, args, strict=False)), **given}))
        return func(*args, **given)


def _over_last_axis(args: Sequence[Any], given: Mapping[str, Any]) -> bool:
    """Tell whether a softmax of a tensor of three axes runs over keys: the last of them."""
    axis = args[1] if len(args) > 1 else given.get("dim")
    return axis in {2, -1}


def _weights(given: Mapping[str, Any]) -> Tensor:
    """Return softmax(QKᵀ·scale + mask) as batch × heads × queries × keys."""
    q_BHQE, k_BHKE = given["query"], given["key"]
    if k_BHKE.ndim == 4 and k_BHKE.shape[1] != q_BHQE.shape[1]:
        k_BHKE = k_BHKE.repeat_interleave(q_BHQE.shape[1] // k_BHKE.shape[1], dim=1)
    scale = given.get("scale")
    scale = 1.0 / math.sqrt(q_BHQE.shape[-1]) if scale is None else scale
    scores_BHQK = q_BHQE @ k_BHKE.transpose(-2, -1) * scale
    mask = given.get("attn_mask", given.get("attn_bias"))
    if given.get("is_causal"):
        ones_QK = torch.ones(scores_BHQK.shape[-2:], dtype=torch.bool, device=q_BHQE.device)
        scores_BHQK = scores_BHQK.masked_fill(~ones_QK.tril(), -math.inf)
    if mask is not None and mask.dtype == torch.bool:
        scores_BHQK = scores_BHQK.masked_fill(~mask, -math.inf)
    elif mask is not None:
        scores_BHQK = scores_BHQK + mask
    weights_BHQK: Tensor = scores_BHQK.softmax(-1)
    return weights_BHQK


def _heads(weights: Tensor) -> Tensor:
    """Return the maps of the first sample; without a head axis there is one head."""
    first = weights[0]
    return first if first.ndim == 3 else first[None]


def _pooled(weights_HQK: Tensor) -> Tensor:
    """Shrink a large map by its maxima: a mean would hide a single strong link."""
    sizes = [min(size, LARGEST_MAP) for size in weights_HQK.shape[1:]]
    if tuple(sizes) == tuple(weights_HQK.shape[1:]):
        return weights_HQK
    return torch.nn.functional.adaptive_max_pool2d(weights_HQK, sizes)


class AttentionProbe(Probe):
    """Tells the maps of every attention block for one held sample, with its tokens."""

    @property
    def blind(self) -> bool:
        """Whether there is no attention in this network."""
        return not self.sight.network.attentions()

    def between(self, step: int) -> list[Snapshot]:
        """Return a snapshot a block."""
        inputs, _ = self.sight.samples.held(1)
        maps = attention_maps(self.sight.network, inputs)
        known = [block for block, _ in self.sight.network.attentions() if block in maps]
        return [self._snapshot(block, step, maps[block], inputs) for block in known]

    def _snapshot(
        self, block: str, step: int, map_HQK: Tensor, inputs: Sequence[Tensor]
    ) -> Snapshot:
        tokens, columns = steps_seen(self.sight.network, block, inputs)
        arrays = {"weights": map_HQK, **tokens}
        return Snapshot(
            kind="attention",
            block=block,
            step=step,
            arrays={name: array_of(value) for name, value in arrays.items()},
            notes=columns,
        )


SPEC = ProbeSpec(id="attention", title="Attention", make=AttentionProbe)
