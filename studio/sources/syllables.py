"""How many syllables an English word has, by its spelling."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from studio.api import Column, Param, Params, Source

from ._text import Vocabulary, drawn, filled, lines

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LETTERS = Vocabulary.of("abcdefghijklmnopqrstuvwxyz")
_COUNTS = ("one", "two", "three", "four", "five or more")
_STRESSES = "012"
"""Behind every vowel of the dictionary stands how it is stressed; there is one a syllable."""


def load_syllables(params: Mapping[str, int]) -> "dict[str, NDArray[np.generic]]":
    """Return words, filled up to one length, and the class of the number of their syllables.

    A word stands there once, with the first way to say it.
    """
    import numpy as np

    rows = [line.split("\t") for line in lines("cmudict.tsv.xz")]
    said = {word: text for word, text in reversed(rows) if word.isascii() and word.isalpha()}
    words = [word for word in sorted(said) if 1 < len(word) <= params["letters"]]
    words = drawn(words, params["samples"], params["seed"])
    counts = [sum(sign in _STRESSES for sign in said[word]) for word in words]
    return {
        "letters": filled(_LETTERS.encode(words), params["letters"]),
        "syllables": np.clip(np.array(counts, np.int64), 1, len(_COUNTS)) - 1,
    }


def _columns(params: Params) -> tuple[Column, ...]:
    return (
        Column(
            "letters",
            "input",
            (params.whole("letters"),),
            "int",
            len(_LETTERS),
            _LETTERS.tokens,
        ),
        Column("syllables", "target", (), "int", len(_COUNTS), _COUNTS),
    )


SYLLABLES = Source(
    id="syllables",
    title="Syllables of English words",
    load="studio.sources.syllables:load_syllables",
    columns=_columns,
    params=(
        Param("letters", 14, low=2, high=30, unit="letters", help="Longest word"),
        Param("samples", 10_000, low=4, high=200_000, help="At most so many words, all different"),
        Param("seed", 0, low=0, high=2**31 - 1, help="Fixes which words are drawn"),
    ),
    stratify="syllables",
    help="Words of the CMU Pronouncing Dictionary with two letters and more, and how many "
    "syllables each has; short words are filled up at their end",
    licence="BSD-2-Clause",
    citation="The CMU Pronouncing Dictionary, Carnegie Mellon University",
)
