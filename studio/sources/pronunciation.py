"""How English words are said: letters in, phonemes out."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from studio.api import Column, Param, Params, Source, Value

from ._text import Side, Vocabulary, answers, drawn, filled, lines

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_VOWELS = "AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW"
_CONSONANTS = "B CH D DH F G HH JH K L M N NG P R S SH T TH V W Y Z ZH"
_STRESSES = "012"


def load_cmudict(params: Mapping[str, Value]) -> "dict[str, NDArray[np.generic]]":
    """Return words with their letters, and the phonemes by which each is said.

    A word stands there once, with the first way to say it; words with other signs than letters,
    such as the possessives, are left out, and so is what is too long.
    """
    p = Params(params)
    letters, phonemes = p.whole("letters"), p.whole("phonemes")
    rows = [line.split("\t") for line in lines("cmudict.tsv.xz")]
    said = {word: text for word, text in reversed(rows) if word.isalpha()}
    words = [
        word
        for word, text in sorted(said.items())
        if p.whole("shortest") <= len(word) <= letters and text.count(" ") + 1 < phonemes
    ]
    words = drawn(words, p.whole("samples"), p.whole("seed"))
    texts = [said[word].split() for word in words]
    if not p.flag("stress"):
        texts = [[phoneme.rstrip(_STRESSES) for phoneme in text] for text in texts]
    side: Side = "before" if p.text("padding") == "before" else "after"
    spelling, sounds = _vocabularies(p)
    read, next_ = answers(sounds.encode(texts), phonemes)
    spelt = filled(spelling.encode(words), letters, side=side)
    return {"letters": spelt, "phonemes": read, "next": next_}


def _vocabularies(p: Params) -> tuple[Vocabulary, Vocabulary]:
    """Return the letters and the phonemes: 39, and with stress every vowel three times."""
    stresses = _STRESSES if p.flag("stress") else ("",)
    vowels = [f"{vowel}{stress}" for vowel in _VOWELS.split() for stress in stresses]
    phonemes = [*_CONSONANTS.split(), *vowels]
    if p.flag("joint"):
        both = Vocabulary.of([*_LETTERS, *phonemes])
        return both, both
    return Vocabulary.of(_LETTERS), Vocabulary.of(phonemes)


def _columns(p: Params) -> tuple[Column, ...]:
    spelling, sounds = (vocabulary.tokens for vocabulary in _vocabularies(p))
    length = p.whole("phonemes")
    return (
        Column("letters", "input", (p.whole("letters"),), "int", len(spelling), spelling),
        Column("phonemes", "input", (length,), "int", len(sounds), sounds),
        Column("next", "target", (length,), "int", len(sounds), sounds),
    )


CMUDICT = Source(
    id="cmudict",
    title="CMU dictionary, letters to phonemes",
    load="studio.sources.pronunciation:load_cmudict",
    columns=_columns,
    params=(
        Param("samples", 10_000, low=4, high=200_000, help="At most so many words, all different"),
        Param("letters", 12, low=1, high=30, unit="letters", help="Longest word"),
        Param("phonemes", 12, low=2, high=30, unit="tokens", help="Longest answer, its end too"),
        Param("shortest", 1, low=1, high=30, unit="letters", help="Shortest word"),
        Param("stress", False, help="Tell stressed vowels from others: 69 phonemes, not 39"),
        Param(
            "joint",
            False,
            help="One vocabulary for letters and phonemes, so that both can share one table",
        ),
        Param(
            "padding",
            "after",
            choices=("after", "before"),
            help="Where short words are filled up; before them, the last step is always a letter",
        ),
        Param("seed", 0, low=0, high=2**31 - 1, help="Fixes which words are drawn"),
    ),
    help="English words and how Americans say them. The decoder reads <start> and the phonemes "
    "so far, and says the next; <pad> is class 0, which the loss is to ignore",
    licence="BSD-2-Clause",
    citation="The CMU Pronouncing Dictionary, Carnegie Mellon University",
)
