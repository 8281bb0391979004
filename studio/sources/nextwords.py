"""Texts to go on with: Song poems by characters, Bible verses by words; predict the next."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from studio.api import Column, Param, Params, Source, Value

from ._text import beginnings, drawn, frequent, lines, unrepeated, words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Arrays = dict[str, NDArray[np.generic]]

_POEM_LIST, _VERSE_LIST = "songci_characters.txt", "kjv_words.txt"
_LISTED = 6004, 8004


def load_songci(params: Mapping[str, Value]) -> "Arrays":
    """Return the beginnings of poems, and for each the same text one character on."""
    return _continued(lines("songci.txt.xz"), list, _POEM_LIST, Params(params))


def load_kjv_words(params: Mapping[str, Value]) -> "Arrays":
    """Return the beginnings of verses, and for each the same text one word on."""
    verses = [line.split("\t")[3] for line in lines("kjv.tsv.xz")]
    verses = unrepeated(verses, [verse.lower() for verse in verses])
    return _continued(verses, words, _VERSE_LIST, Params(params))


def _continued(
    texts: list[str], cut: Callable[[str], list[str]], listed: str, p: Params
) -> "Arrays":
    chosen = drawn(texts, p.whole("samples"), p.whole("seed"))
    numbers = frequent(listed, p.whole("vocabulary")).encode(cut(text) for text in chosen)
    read, next_ = beginnings(numbers, p.whole("length"))
    return {"text": read, "next": next_}


def _declared(
    listed: str, most: int, vocabulary: int, *own: Param
) -> tuple[Callable[[Params], tuple[Column, ...]], tuple[Param, ...]]:
    """Return the columns and parameters of a source with this list of frequent tokens."""

    def columns(p: Params) -> tuple[Column, ...]:
        length, known = (p.whole("length"),), frequent(listed, p.whole("vocabulary")).tokens
        return (
            Column("text", "input", length, "int", len(known), known),
            Column("next", "target", length, "int", len(known), known),
        )

    help_ = "The most frequent are known, all others are <unk>"
    return columns, (
        *own,
        Param("vocabulary", vocabulary, low=8, high=most, unit="tokens", help=help_),
        Param("seed", 0, low=0, high=2**31 - 1, help="Fixes which texts are drawn"),
    )


_songci_columns, _songci_params = _declared(
    _POEM_LIST,
    _LISTED[0],
    2000,
    Param("length", 48, low=2, high=1024, unit="characters", help="Longer poems are cut"),
    Param("samples", 8000, low=4, high=21_025, help="How many poems are drawn"),
)

_verse_columns, _verse_params = _declared(
    _VERSE_LIST,
    _LISTED[1],
    2000,
    Param("length", 32, low=2, high=256, unit="words", help="Longer verses are cut"),
    Param("samples", 10_000, low=4, high=31_102, help="At most so many verses, all different"),
)

SONGCI = Source(
    id="songci",
    title="Song poems, next character",
    load="studio.sources.nextwords:load_songci",
    columns=_songci_columns,
    params=_songci_params,
    help="Poems of the Song dynasty, 960 to 1279, in simplified characters; after every character, "
    "predict the next. Each sample is the beginning of a poem of its own; <pad> is class 0, which "
    "the loss is to ignore",
    licence="MIT, the texts public domain",
    citation="chinese-poetry, JackeyGao and contributors",
)

KJV_WORDS = Source(
    id="kjv_words",
    title="King James Bible, next word",
    load="studio.sources.nextwords:load_kjv_words",
    columns=_verse_columns,
    params=_verse_params,
    help="Verses in words and marks; after every word, predict the next. <pad> is class 0, which "
    "the loss is to ignore. No verse is twice there",
    licence="public domain",
    citation="The King James Bible, 1611; the text of Debian's bible-kjv-text",
)
