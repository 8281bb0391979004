"""Caching: a network that reads a text one step further computes the new step alone.

Attention needs of the past its keys and values, and nothing else. ``caching`` keeps them beside the
modules of this package, which stay as they are:

    with caching(model, steps=64) as cache, torch.no_grad():
        scores = cache.read(model, tokens[:, :10])[:, -1]
        scores = cache.read(model, tokens[:, 10:11])[:, -1]
"""

# B = batch, T = new steps, S = steps that are looked at, D = features, N = heads,
# G = heads of keys and values, K = features of one head

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import partial
from inspect import signature
from typing import Any, NamedTuple

from torch import Tensor, nn


class _OfMemory(NamedTuple):
    keys_BNSK: Tensor
    values_BNSK: Tensor


class Cache:
    """What is kept of the steps that were read.

    Attributes:
        steps: how many steps there is room for.
        seen: how many steps were read.
    """

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.clear()

    def clear(self) -> None:
        """Forget everything: the next step is the first."""
        self.seen = 0
        self._growing: dict[tuple[nn.Module, str], Tensor] = {}
        self._constant: dict[nn.Module, Any] = {}

    def read(self, model: nn.Module, *inputs: Tensor, new: int = -1) -> Any:
        """Return what the model says to the next steps; ``inputs[new]`` has them, B×T."""
        said = model(*inputs)
        self.seen += inputs[new].shape[1]
        return said

    @property
    def size(self) -> int:
        """Bytes that the keys and values of the steps that were read take."""
        own = [kept[:, :, : self.seen] for kept in self._growing.values() if kept.ndim == 4]
        others = [pair for pair in self._constant.values() if isinstance(pair, _OfMemory)]
        every = [*own, *(tensor for pair in others for tensor in pair)]
        return sum(tensor.numel() * tensor.element_size() for tensor in every)

    def select(self, rows_B: Tensor) -> None:
        """Go on with these rows of the batch, which all read the same source."""
        self._growing = {name: kept[rows_B] for name, kept in self._growing.items()}

    def extended(self, part: nn.Module, name: str, new: Tensor, dim: int = 2) -> Tensor:
        """Return what was kept by this name with what is new behind it."""
        if (part, name) not in self._growing:
            sizes = list(new.shape)
            sizes[dim] = self.steps
            self._growing[part, name] = new.new_empty(sizes)
        kept = self._growing[part, name]
        kept.narrow(dim, self.seen, new.shape[dim]).copy_(new)
        return kept.narrow(dim, 0, self.seen + new.shape[dim])

    def once(self, part: nn.Module, make: Callable[[], Any]) -> Any:
        """Return what was made at the first step."""
        if part not in self._constant:
            self._constant[part] = make()
        return self._constant[part]


@contextmanager
def caching(
    model: nn.Module, *, steps: int, constant: Collection[nn.Module] = ()
) -> Iterator[Cache]:
    """Let a model keep keys and values of up to so many steps, and put it back afterwards.

    Args:
        constant: modules that read nothing of the growing text, such as an encoder: they are asked
            once.
    """
    cache = Cache(steps)
    changed: list[nn.Module] = []
    settled: set[nn.Module] = set()
    for part in model.modules():
        if part in settled:
            continue
        if part in constant:
            settled.update(part.modules())
        with_cache = _constant if part in constant else _way(part)
        if with_cache is not None:
            part.__dict__["forward"] = partial(with_cache, cache, part, part.forward)
            changed.append(part)
    try:
        yield cache
    finally:
        for part in changed:
            del part.__dict__["forward"]


def _way(part: nn.Module) -> Callable[..., Any] | None:
    """Return what a module does with a cache; None where it needs none, or knows none."""
    if hasattr(part, "attend"):
        if hasattr(part, "keys_and_values"):
            return _cross_attention
        return _self_attention if getattr(part, "causal", False) else None
    return _position if "start" in signature(part.forward).parameters else None


def _self_attention(
    cache: Cache, part: Any, _: object, x_BTD: Tensor, mask_BT: Tensor | None = None
) -> Tensor:
    q_BNTK, k_BGTK, v_BGTK = part.project(x_BTD)
    k_BGSK = cache.extended(part, "keys", k_BGTK)
    v_BGSK = cache.extended(part, "values", v_BGTK)
    mask_BS = None if mask_BT is None else cache.extended(part, "mask", mask_BT, dim=1)
    attended: Tensor = part.attend(q_BNTK, k_BGSK, v_BGSK, mask_BS)
    return attended


def _cross_attention(
    cache: Cache,
    part: Any,
    _: object,
    x_BTD: Tensor,
    memory_BSM: Tensor,
    mask_BS: Tensor | None = None,
) -> Tensor:
    k_and_v = cache.once(part, lambda: _OfMemory(*part.keys_and_values(memory_BSM)))
    attended: Tensor = part.attend(part.queries(x_BTD), *k_and_v, mask_BS)
    return attended


def _position(cache: Cache, _: nn.Module, forward: Callable[..., Tensor], x: Tensor) -> Tensor:
    return forward(x, cache.seen)


def _constant(
    cache: Cache, part: nn.Module, forward: Callable[..., Any], *given: Any, **named: Any
) -> Any:
    return cache.once(part, lambda: forward(*given, **named))
