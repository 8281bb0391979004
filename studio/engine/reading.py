"""Reading: a network fed with texts, of which it reads only what is new where it can.

Whether it can is tried before it is trusted: a few random tokens are read at once and bit by bit. A
recurrent layer, torch's own attention or one drawn from single operations then read all of it again
at every step, which costs time and changes nothing.
"""

# B = batch, T = steps, V = tokens of the vocabulary

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from .build import tensors_in
from .language import Language
from .nn.caching import Cache, caching

_TRIED = 6
_TOLERANCE = 1e-4


class TextReader:
    """Gives the scores of what follows on a text.

    Attributes:
        cache: what is kept of the steps that were read; None where all are read anew.
    """

    def __init__(
        self, module: nn.Module, language: Language, source: Tensor | None, cache: Cache | None
    ) -> None:
        self.cache = cache
        self._module = module
        self._language = language
        self._source = source

    def scores(self, tokens_BT: Tensor) -> Tensor:
        """Return the scores, B×V, of what follows; of a long text, on the last steps of it."""
        steps, window_BT = self._language.steps, tokens_BT[:, -self._language.steps :]
        if self.cache is None:
            last = window_BT.shape[1] - 1
            return self._said(self._module(*self._given(self._filled(window_BT))), last)
        if tokens_BT.shape[1] > steps:
            # Every step stands at another position now, so that nothing can be kept.
            self.cache.clear()
        new_BT = window_BT[:, self.cache.seen :]
        said = self.cache.read(self._module, *self._given(new_BT), new=self._language.text)
        return self._said(said, -1)

    def select(self, rows_B: Tensor) -> None:
        """Go on from these rows of the last texts."""
        if self.cache is not None:
            self.cache.select(rows_B)

    def _given(self, text_BT: Tensor) -> list[Tensor]:
        if self._source is None:
            return [text_BT]
        source = self._source
        if len(source) != len(text_BT):
            source = source.expand(len(text_BT), *source.shape[1:])
        return [text_BT, source] if self._language.text == 0 else [source, text_BT]

    def _filled(self, text_BT: Tensor) -> Tensor:
        if self._language.any_length:
            return text_BT
        return nn.functional.pad(text_BT, (0, self._language.steps - text_BT.shape[1]))

    def _said(self, said: object, step: int) -> Tensor:
        return list(tensors_in(said))[self._language.scores][:, step]


@contextmanager
def reading(
    module: nn.Module, language: Language, source: Tensor | None = None, *, cache: bool = True
) -> Iterator[TextReader]:
    """Read with a network in eval mode, with a cache if it is wanted and proves right.

    ``source`` is what is answered, one for all texts or one for each.
    """
    with torch.no_grad():
        device = next((weight.device for weight in module.parameters()), torch.device("cpu"))
        source = None if source is None else source.to(device)
        constant = _constant(module, language, source, device) if cache else None
        if constant is None:
            yield TextReader(module, language, source, None)
            return
        with caching(module, steps=language.steps, constant=constant) as kept:
            yield TextReader(module, language, source, kept)


def _constant(
    module: nn.Module, language: Language, source: Tensor | None, device: torch.device
) -> set[nn.Module] | None:
    """Return the modules that read nothing of the text; None where a cache would be wrong."""
    rows = 1 if source is None else len(source)
    steps = min(_TRIED, language.steps)
    random = torch.Generator().manual_seed(1)
    low = min(4, language.vocabulary - 1)
    size = (2, rows, steps)
    one_BT, other_BT = torch.randint(low, language.vocabulary, size, generator=random).to(device)
    plain = TextReader(module, language, source, None)
    if not language.any_length or steps < 3:
        return None
    try:
        calls = [_calls(module, plain, text_BT) for text_BT in (one_BT, other_BT)]
        constant = {
            part
            for part, first in calls[0].items()
            if len(first) == 1 and _same(first, calls[1].get(part, []))
        }
        # After two steps, after one more, and after all the others at once.
        texts = [one_BT[:, :end] for end in (2, 3, steps)]
        wanted = [plain.scores(text_BT) for text_BT in texts]
        with caching(module, steps=language.steps, constant=constant) as cache:
            kept = TextReader(module, language, source, cache)
            right = all(
                _close(kept.scores(text_BT), whole_BV)
                for text_BT, whole_BV in zip(texts, wanted, strict=True)
            )
    except (RuntimeError, ValueError, TypeError, IndexError):
        return None  # a network that does not take so few steps
    return constant if right and cache.size else None


def _calls(
    module: nn.Module, reader: TextReader, text_BT: Tensor
) -> dict[nn.Module, list[list[Tensor]]]:
    """Return what every part of a network was given, call by call."""
    calls: dict[nn.Module, list[list[Tensor]]] = {}

    def note(part: nn.Module, given: tuple[Any, ...]) -> None:
        calls.setdefault(part, []).append(list(tensors_in(given)))

    hooks = [
        part.register_forward_pre_hook(note) for part in module.modules() if part is not module
    ]
    try:
        reader.scores(text_BT)
    finally:
        for hook in hooks:
            hook.remove()
    return calls


def _same(one: list[list[Tensor]], other: list[list[Tensor]]) -> bool:
    pairs = [list(tensors) for tensors in zip(one, other, strict=False)]
    return len(one) == len(other) and all(
        len(a) == len(b) and all(torch.equal(x, y) for x, y in zip(a, b, strict=True))
        for a, b in pairs
    )


def _close(kept_BV: Tensor, whole_BV: Tensor) -> bool:
    room = _TOLERANCE * float(whole_BV.abs().max().clamp(min=1.0))
    return float((kept_BV - whole_BV).abs().max()) <= room
