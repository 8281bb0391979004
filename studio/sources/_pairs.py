"""Sentences in two languages: what any source of them loads and declares."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.api import Column, Param, ParamError, Params, Value

from ._text import Side, answers, drawn, filled, frequent, lines, unrepeated

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Cut = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Language:
    """One side of the pairs: its name, how it is cut into tokens, and the list of frequent ones."""

    name: str
    cut: Cut
    listed: str
    known: int
    """Tokens in the list, and the special ones."""

    def size(self, default: int) -> Param:
        """Return the parameter for how many tokens are known."""
        return Param(
            self.name,
            min(default, self.known),
            low=8,
            high=self.known,
            unit="tokens",
            help="The most frequent are known, all others are <unk>",
        )


@dataclass(frozen=True, slots=True)
class Pairs:
    """A file with a pair a line, divided by a tab, in these two languages."""

    file: str
    source: Language
    answer: Language

    def load(self, params: Mapping[str, Value]) -> "dict[str, NDArray[np.generic]]":
        """Return the sentences as numbers: what is read, the answer so far, and what is next.

        No two samples have either side in common. What is longer than ``length`` tokens, the end
        of an answer counted in, or shorter than ``shortest`` is left out.

        Raises:
            ParamError: nothing is left.
        """
        p = Params(params)
        pairs = self._cut(p)
        if not pairs:
            raise ParamError(
                f"expected sentences of {p.whole('shortest')} to {p.whole('length')} tokens, "
                "found none. Lower the shortest or raise the length"
            )
        pairs = drawn(pairs, p.whole("samples"), p.whole("seed"))
        side: Side = "before" if p.text("padding") == "before" else "after"
        sources, replies = (
            frequent(language.listed, p.whole(language.name)).encode(texts)
            for language, texts in zip(
                (self.source, self.answer), zip(*pairs, strict=True), strict=True
            )
        )
        read, next_ = answers(replies, p.whole("length"))
        spoken = filled(sources, p.whole("length"), side=side)
        return {self.source.name: spoken, self.answer.name: read, "next": next_}

    def columns(self, p: Params) -> tuple[Column, ...]:
        """Return the three columns of these parameters."""
        length = (p.whole("length"),)
        known, said = (
            frequent(language.listed, p.whole(language.name)).tokens
            for language in (self.source, self.answer)
        )
        return (
            Column(self.source.name, "input", length, "int", len(known), known),
            Column(self.answer.name, "input", length, "int", len(said), said),
            Column("next", "target", length, "int", len(said), said),
        )

    def params(self, *, samples: int, length: int, known: int) -> tuple[Param, ...]:
        """Return what a person may set, with these defaults."""
        return (
            Param("samples", samples, low=4, high=1_000_000, help="At most so many pairs"),
            Param(
                "length",
                length,
                low=2,
                high=200,
                unit="tokens",
                help="Longest sentence; an answer's end counts as a token",
            ),
            Param("shortest", 1, low=1, high=200, unit="tokens", help="Shortest sentence to read"),
            self.source.size(known),
            self.answer.size(known),
            Param(
                "padding",
                "after",
                choices=("after", "before"),
                help="Where short sentences to read are filled up; before them, the last step is "
                "always a token",
            ),
            Param("seed", 0, low=0, high=2**31 - 1, help="Fixes which pairs are drawn"),
        )

    def _cut(self, p: Params) -> list[tuple[Sequence[str], Sequence[str]]]:
        rows = [line.split("\t") for line in lines(self.file)]
        texts = [(self.source.cut(mine), self.answer.cut(yours)) for mine, yours in rows]
        firsts, seconds = ([tuple(text[side]) for text in texts] for side in (0, 1))
        shortest, length = p.whole("shortest"), p.whole("length")
        return [
            (mine, yours)
            for mine, yours in unrepeated(texts, firsts, seconds)
            if shortest <= len(mine) <= length and 1 <= len(yours) < length
        ]
