"""Decoding: from the scores of the next token to a text, by the likeliest, by lot or by beams."""

# B = batch, T = steps so far, V = tokens of the vocabulary, K = beams

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor


class Reader(Protocol):
    """What decoding asks of a network."""

    def scores(self, tokens_BT: Tensor) -> Tensor:
        """Return the scores, B×V, of what follows on these texts."""
        ...

    def select(self, rows_B: Tensor) -> None:
        """The next texts go on from these rows of the last ones."""
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """How the next token is chosen.

    Attributes:
        temperature: what scores are divided by; 0 always takes the likeliest.
        top_k: only the so many likeliest; 0 for all.
        top_p: only the likeliest that together have this probability; 1 for all.
        never: tokens that are never said, such as ``<pad>``.
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    never: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Beams:
    """How texts are searched for.

    Attributes:
        count: how many are followed at once.
        length_power: a text's log probability is divided by its length to this power.
        never: tokens that are never said.
    """

    count: int
    length_power: float = 1.0
    never: tuple[int, ...] = ()


def probabilities(scores_BV: Tensor, choice: Choice) -> Tensor:
    """Return the probability of every token, B×V, as it is drawn."""
    scores_BV = _allowed(scores_BV, choice.never)
    if choice.temperature == 0:
        return torch.nn.functional.one_hot(scores_BV.argmax(1), scores_BV.shape[1]).float()
    scores_BV = scores_BV.double() / choice.temperature
    if 0 < choice.top_k < scores_BV.shape[1]:
        last_B1 = scores_BV.topk(choice.top_k, dim=1).values[:, -1:]
        scores_BV = scores_BV.masked_fill(scores_BV < last_B1, -math.inf)
    likely_BV = scores_BV.softmax(1)
    if choice.top_p < 1:
        sorted_BV, order_BV = likely_BV.sort(dim=1, descending=True, stable=True)
        # A token stays while those before it have not reached the share: at least the first does.
        dropped_BV = sorted_BV.cumsum(1) - sorted_BV >= choice.top_p
        likely_BV = likely_BV.masked_fill(dropped_BV.gather(1, order_BV.argsort(1)), 0.0)
    return likely_BV / likely_BV.sum(1, keepdim=True)


def sample(
    reader: Reader, tokens_BT: Tensor, choice: Choice, *, most: int, stop: int | None, seed: int
) -> Iterator[Tensor]:
    """Yield the next token of every text, B, up to so many times, until all have stopped.

    A text that has stopped says its stop token again. The seed alone fixes what is drawn.
    """
    # Drawn on the CPU: every device draws the same, and training's generator is not asked.
    random = torch.Generator().manual_seed(seed)
    stopped_B = torch.zeros(len(tokens_BT), dtype=torch.bool, device=tokens_BT.device)
    for _ in range(most):
        likely_BV = probabilities(reader.scores(tokens_BT), choice)
        if choice.temperature == 0:
            next_B = likely_BV.argmax(1)
        else:
            next_B = likely_BV.cpu().multinomial(1, generator=random)[:, 0].to(tokens_BT.device)
        if stop is not None:
            next_B = next_B.masked_fill(stopped_B, stop)
            stopped_B |= next_B == stop
        yield next_B
        if bool(stopped_B.all()):
            return
        tokens_BT = torch.cat([tokens_BT, next_B[:, None]], dim=1)


def beam_search(
    reader: Reader, tokens_1T: Tensor, beams: Beams, *, most: int, stop: int | None = None
) -> list[int]:
    """Return the best continuation that the beams find, without its stop token."""
    tokens_KT = tokens_1T.repeat(beams.count, 1)
    sums_K = torch.full((beams.count,), -math.inf, dtype=torch.double, device=tokens_1T.device)
    sums_K[0] = 0.0  # the beams are all the same at first
    begun, best, answer = tokens_1T.shape[1], -math.inf, list[int]()
    for length in range(1, most + 1):
        scores_KV = _allowed(reader.scores(tokens_KT), beams.never).double()
        sums_KV = sums_K[:, None] + scores_KV.log_softmax(1)
        if stop is not None:
            ended_K = sums_KV[:, stop] / length**beams.length_power
            row = int(ended_K.argmax())
            if float(ended_K[row]) > best:
                best, answer = float(ended_K[row]), tokens_KT[row, begun:].tolist()
            sums_KV[:, stop] = -math.inf
        sums_K, places_K = sums_KV.flatten().topk(min(beams.count, sums_KV.numel()))
        rows_K = places_K // sums_KV.shape[1]
        next_K = places_K % sums_KV.shape[1]
        tokens_KT = torch.cat([tokens_KT[rows_K], next_K[:, None]], dim=1)
        reader.select(rows_K)
        # Sums only fall: none of these can become better than an end that is better already.
        if float(sums_K[0]) / most**beams.length_power < best:
            return answer
    if float(sums_K[0]) / most**beams.length_power > best:
        return tokens_KT[0, begun:].tolist()
    return answer


def _allowed(scores_BV: Tensor, never: Sequence[int]) -> Tensor:
    if not never:
        return scores_BV
    return scores_BV.index_fill(1, torch.tensor(never, device=scores_BV.device), -math.inf)
