"""Texts as numbers: tokens and their vocabulary, windows of one length, none of them twice."""

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar

from studio.resources import resource

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Tokens: TypeAlias = NDArray[np.int64]

Side: TypeAlias = Literal["before", "after"]
Item = TypeVar("Item")

PAD, START, END, UNKNOWN = range(4)
SPECIAL = ("<pad>", "<start>", "<end>", "<unk>")
"""The first four tokens of every vocabulary; losses leave the first out."""

_WORD = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tokens that are known, the special ones first; a token's number is its place."""

    tokens: tuple[str, ...]

    @classmethod
    def of(cls, known: Iterable[str]) -> "Vocabulary":
        """Return the vocabulary of these tokens behind the special ones."""
        return cls((*SPECIAL, *known))

    def __len__(self) -> int:
        return len(self.tokens)

    def encode(self, texts: Iterable[Iterable[str]]) -> list[list[int]]:
        """Return the number of every token; unknown ones become ``<unk>``."""
        number = {token: place for place, token in enumerate(self.tokens)}
        return [[number.get(token, UNKNOWN) for token in text] for text in texts]


def words(text: str) -> list[str]:
    """Cut a text into words and marks, all in small letters."""
    return _WORD.findall(text.lower())


def frequent(name: str, size: int) -> Vocabulary:
    """Return a vocabulary of ``size``, special tokens included, from a list of frequent tokens.

    The list is a file of resources/data/ with one token a line, the most frequent first. It is
    read where a whole text would take too long, as columns are asked for at every change.
    """
    with resource(f"data/{name}").open(encoding="utf-8") as file:
        return Vocabulary.of(line.rstrip("\n") for line in islice(file, size - len(SPECIAL)))


def filled(texts: Sequence[Sequence[int]], length: int, *, side: Side = "after") -> "Tokens":
    """Return texts × length, short texts filled up with ``<pad>`` before or after.

    Every text has at most ``length`` tokens.
    """
    import numpy as np

    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    places = np.arange(length) if side == "after" else np.arange(length)[::-1]
    tokens = np.full((len(texts), length), PAD, np.int64)
    tokens[places < lengths[:, np.newaxis]] = [token for text in texts for token in text]
    return tokens


def answers(texts: Sequence[Sequence[int]], length: int) -> "tuple[Tokens, Tokens]":
    """Return what a decoder reads and what it is to say: ``<start> a b`` and ``a b <end>``.

    Every text has fewer than ``length`` tokens.
    """
    read = filled([[START, *text] for text in texts], length)
    said = filled([[*text, END] for text in texts], length)
    return read, said


def beginnings(texts: Sequence[Sequence[int]], length: int) -> "tuple[Tokens, Tokens]":
    """Return like ``answers``; a text that is too long is cut, and then has no ``<end>``."""
    read = filled([[START, *text[: length - 1]] for text in texts], length)
    said = filled([[*text, END][:length] for text in texts], length)
    return read, said


def unrepeated(items: Iterable[Item], *keys: Iterable[Hashable]) -> list[Item]:
    """Return the items of which no key was seen before under the same name.

    A key each: two verses with the same Spanish are the same sample, whatever their English. What
    is left may be divided in any way without a sample being held out that was trained on.
    """
    seen: list[set[Hashable]] = [set() for _ in keys]
    left = []
    for item, *own in zip(items, *keys, strict=True):
        if not any(key in known for key, known in zip(own, seen, strict=True)):
            left.append(item)
        for key, known in zip(own, seen, strict=True):
            known.add(key)
    return left


def drawn(items: Sequence[Item], samples: int, seed: int) -> list[Item]:
    """Return up to so many of the items, drawn by the seed, in their own order."""
    import numpy as np

    chosen = np.sort(np.random.default_rng(seed).permutation(len(items))[:samples])
    return [items[place] for place in chosen]


def lines(name: str) -> list[str]:
    """Return the lines of a compressed text of resources/data/."""
    import lzma

    with lzma.open(resource(f"data/{name}"), "rt", encoding="utf-8") as file:
        return [line.rstrip("\n") for line in file]
