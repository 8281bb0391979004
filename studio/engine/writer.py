"""Writer: text from a trained network, as the command line and the window ask for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter

import torch
from torch import Tensor, nn

from studio.core.errors import ParamError
from studio.core.vocabulary import END, PAD, START, Vocabulary
from studio.runs.spec import ColumnInfo

from .decoding import Beams, Choice, beam_search, sample
from .language import Language, NoLanguageError, recognise, shifted
from .reading import TextReader, reading

_SIDES = 64
"""Samples that are looked at to see on which side short texts are filled up."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks for.

    Attributes:
        tokens: at most so many; fewer where the network says that it has ended.
        temperature: what scores are divided by before one is drawn; 0 takes the likeliest.
        beams: how many texts are followed at once, instead of drawing; 0 or 1 for none.
        length_power: what the log probability of a beam is divided by: length to this power.
        stop: a token that ends the text; empty for ``<end>``, where there is one.
    """

    tokens: int = 200
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    beams: int = 0
    length_power: float = 1.0
    seed: int = 0
    stop: str = ""
    cache: bool = True

    def expect_sensible(self) -> None:
        """Look at the numbers.

        Raises:
            ParamError: one is out of range, or two contradict each other.
        """
        limits = (
            ("tokens", self.tokens >= 1, "at least 1"),
            ("temperature", self.temperature >= 0, "0 or more"),
            ("top k", self.top_k >= 0, "0 or more"),
            ("top p", 0 < self.top_p <= 1, "more than 0 and at most 1"),
            ("beams", self.beams >= 0, "0 or more"),
        )
        for name, fits, words in limits:
            if not fits:
                value = getattr(self, name.replace(" ", "_"))
                raise ParamError(f"{name}: expected {words}, received {value:g}")
        if self.beams > 1 and (self.top_k or self.top_p < 1):
            raise ParamError("beams follow the likeliest texts: expected no top k and no top p")


@dataclass(slots=True)
class Report:
    """What came of a wish; ``cache_bytes`` is 0 where all was read anew at every step."""

    tokens: list[int] = field(default_factory=list)
    seconds: float = 0.0
    cache_bytes: int = 0
    cached: bool = False

    @property
    def per_sec(self) -> float:
        """Tokens written in a second, reading the prompt included."""
        return len(self.tokens) / self.seconds if self.seconds else 0.0


class Writer:
    """Writes with a network in eval mode; ``columns`` are the arguments of its ``forward``.

    Attributes:
        language: which input is the text and which the source.
        words: the vocabulary of the text.
        source_words: that of the source; None where it is no text.
    """

    def __init__(self, module: nn.Module, columns: Sequence[ColumnInfo]) -> None:
        """Recognise what the network does.

        Raises:
            NoLanguageError: it does not say what comes next, and why.
        """
        self._module = module
        self.language: Language = recognise(module, columns)
        self._text = columns[self.language.text]
        self._source = None if self.language.source is None else columns[self.language.source]
        self.words = Vocabulary(self._text.labels, self.language.vocabulary)
        self.source_words = None
        if self._source is not None and self._source.dtype == "int":
            self.source_words = Vocabulary(self._source.labels, self._source.limit or 0)
        self._device = next((w.device for w in module.parameters()), torch.device("cpu"))

    def expect_next(self, text_BT: Tensor, targets: Sequence[Tensor]) -> None:
        """Look at samples, whether a target is the text one step on.

        Raises:
            NoLanguageError: none is.
        """
        alike = [target for target in targets if target.shape == text_BT.shape]
        if not any(shifted(text_BT, target_BT) for target_BT in alike):
            raise NoLanguageError(
                f"The target of the data is not {self._text.name} one step on, so the network "
                "learns something else than what comes next"
            )

    def pads_before(self, sources_BS: Tensor) -> bool:
        """Whether short sources are filled up in front, as these samples are."""
        fill = self._source_fill
        seen_BS = sources_BS[:_SIDES]
        return bool((seen_BS[:, 0] == fill).any()) and not bool((seen_BS[:, -1] == fill).any())

    def prompt(self, text: str) -> Tensor:
        """Return the tokens of a beginning, 1×T, behind ``<start>`` where there is one.

        Raises:
            ParamError: it is empty, or has something that is no token.
        """
        start = self.words.number(START)
        tokens = ([] if start is None else [start]) + self.words.encode(text)
        if not tokens:
            raise ParamError("expected a beginning to go on with, received an empty prompt")
        return torch.tensor([tokens], device=self._device)

    def source(self, text: str, *, before: bool = False) -> Tensor:
        """Return the tokens of a source, 1×S, filled up as the samples are.

        Raises:
            ParamError: the source is no text, too long, or has something that is no token.
        """
        if self.source_words is None or self._source is None:
            raise ParamError("expected a network that answers text; its source is something else")
        tokens, steps = self.source_words.encode(text), self._source.shape[0]
        if not 0 < len(tokens) <= steps:
            raise ParamError(
                f"expected 1 to {steps} tokens to answer, for so many the network reads, received "
                f"{len(tokens)}"
            )
        fill = [self._source_fill] * (steps - len(tokens))
        return torch.tensor([fill + tokens if before else tokens + fill], device=self._device)

    def begin(self, texts_BT: Tensor | None = None) -> Tensor:
        """Return the token that answers begin with, 1×1; all samples have it first.

        Raises:
            ParamError: it is not known.
        """
        start = self.words.number(START)
        if start is None and texts_BT is not None and len(texts_BT[:, 0].unique()) == 1:
            start = int(texts_BT[0, 0])
        if start is None:
            raise ParamError(
                f"expected {START} among the tokens of {self._text.name}, or data whose answers "
                "all begin with the same token"
            )
        return torch.tensor([[start]], device=self._device)

    def write(
        self, tokens_BT: Tensor, wish: Wish, report: Report, source: Tensor | None = None
    ) -> Iterator[list[int]]:
        """Yield the next token of every text, as soon as it is known; beams are told at the end.

        Raises:
            ParamError: the stop is no token.
        """
        stop = self._stop(wish)
        with reading(self._module, self.language, source, cache=wish.cache) as reader:
            began = perf_counter()
            report.cached = reader.cache is not None
            for tokens in self._tokens(reader, tokens_BT, wish, stop):
                report.tokens.append(tokens[0])
                report.seconds = perf_counter() - began
                yield tokens
            report.cache_bytes = reader.cache.size if reader.cache else 0

    def _tokens(
        self, reader: TextReader, tokens_BT: Tensor, wish: Wish, stop: int | None
    ) -> Iterator[list[int]]:
        never = [self.words.number(label) for label in (PAD, START)]
        known = tuple(token for token in never if token is not None)
        if wish.beams > 1:
            beams = Beams(wish.beams, wish.length_power, known)
            found = beam_search(reader, tokens_BT, beams, most=wish.tokens, stop=stop)
            yield from ([token] for token in found)
            return
        choice = Choice(wish.temperature, wish.top_k, wish.top_p, known)
        for next_B in sample(
            reader, tokens_BT, choice, most=wish.tokens, stop=stop, seed=wish.seed
        ):
            yield next_B.tolist()

    def _stop(self, wish: Wish) -> int | None:
        if not wish.stop:
            return self.words.number(END)
        tokens = self.words.encode(wish.stop)
        if len(tokens) != 1:
            raise ParamError(f"expected one token to stop at, received {len(tokens)}")
        return tokens[0]

    @property
    def fills(self) -> bool:
        """Whether short texts are filled up."""
        return self.words.number(PAD) is not None

    @property
    def fill(self) -> int:
        """The token that short texts are filled up with."""
        return self.words.number(PAD) or 0

    @property
    def _source_fill(self) -> int:
        return (self.source_words.number(PAD) if self.source_words else None) or 0
