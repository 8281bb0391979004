"""English and Spanish verses, English and Chinese interfaces: sentences to translate."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from studio.api import Source, Value

from ._pairs import Language, Pairs
from ._text import words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def characters(text: str) -> list[str]:
    """Cut a text into its characters, without blanks, all in small letters."""
    return list("".join(text.lower().split()))


VERSES = Pairs(
    "kjv_rv1909_short.tsv.xz",
    Language("english", words, "kjv_rv1909_english.txt", 8004),
    Language("spanish", words, "kjv_rv1909_spanish.txt", 8004),
)

INTERFACES = Pairs(
    "en_zh/en_zh_interface.tsv.xz",
    Language("english", words, "en_zh/english.txt", 4004),
    Language("chinese", characters, "en_zh/chinese.txt", 1504),
)


def load_verses(params: Mapping[str, Value]) -> "dict[str, NDArray[np.generic]]":
    """Return verses in English and Spanish, by words and marks."""
    return VERSES.load(params)


def load_interfaces(params: Mapping[str, Value]) -> "dict[str, NDArray[np.generic]]":
    """Return sentences of an interface in English by words, in Chinese by characters."""
    return INTERFACES.load(params)


EN_ES = Source(
    id="en_es",
    title="Bible verses, English to Spanish",
    load="studio.sources.translation:load_verses",
    columns=VERSES.columns,
    params=VERSES.params(samples=12_000, length=24, known=2000),
    help="Verses of at most 20 English words in the King James Bible and the Reina-Valera, cut "
    "into words and marks; <pad> is class 0, which the loss is to ignore. No verse is twice there, "
    "in either language",
    licence="public domain",
    citation="The King James Bible, 1611; La Santa Biblia, Reina-Valera, 1909; the texts of "
    "Debian's bible-kjv-text and sword-text-sparv",
)

EN_ZH = Source(
    id="en_zh",
    title="Interface sentences, English to Chinese",
    load="studio.sources.translation:load_interfaces",
    columns=INTERFACES.columns,
    params=INTERFACES.params(samples=12_000, length=16, known=1500),
    help="What an office program says, in English words and in Chinese characters; <pad> is "
    "class 0, which the loss is to ignore. No sentence is twice there, in either language",
    licence="MPL-2.0",
    citation="LibreOffice's zh-CN translation, The Document Foundation and its contributors",
)
