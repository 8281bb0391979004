"""Texts whose spaces were taken out: find the last letter of every word."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from studio.api import Column, Param, ParamError, Params, Source

from ._text import lines

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_WORD = re.compile(r"[a-z]+")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def load_spaces(params: Mapping[str, int]) -> "dict[str, NDArray[np.generic]]":
    """Return the first letters of verses without spaces, and where words end.

    A verse is there once at most, and no two begin alike: what is held out was never seen.

    Raises:
        ParamError: there are not so many verses of that length.
    """
    import numpy as np

    length, samples = params["length"], params["samples"]
    found: dict[str, str] = {}
    for line in lines("kjv.tsv.xz"):
        text = line.rpartition("\t")[2].lower().replace("'", "")
        words = _WORD.findall(text)
        letters = "".join(words)
        if len(letters) > length:
            ends = "".join("0" * (len(word) - 1) + "1" for word in words)
            found.setdefault(letters[:length], ends[:length])
    if samples > len(found):
        raise ParamError(
            f"expected at most {len(found):,} samples, as many as there are verses of {length} "
            f"letters, received {samples:,}"
        )
    chosen = np.random.default_rng(params["seed"]).permutation(len(found))[:samples]
    table = np.array(list(found.items()))[np.sort(chosen)]
    codes = np.stack([np.frombuffer("".join(text).encode(), np.uint8) for text in table.T])
    spelt, marks = codes.reshape(2, samples, length).astype(np.int64)
    return {"letters": spelt - ord("a"), "ends": marks - ord("0")}


def _columns(params: Params) -> tuple[Column, ...]:
    length = params.whole("length")
    return (
        Column("letters", "input", (length,), "int", len(_LETTERS), tuple(_LETTERS)),
        Column("ends", "target", (length,), "int", 2, ("goes on", "ends")),
    )


SPACES = Source(
    id="spaces",
    title="King James Bible without spaces",
    load="studio.sources.spaces:load_spaces",
    columns=_columns,
    params=(
        Param("length", 40, low=2, high=300, unit="letters", help="Of each verse, from its start"),
        Param("samples", 8000, low=4, high=31_000, help="Number of verses, all different"),
        Param("seed", 0, low=0, high=2**31 - 1, help="Fixes which verses are drawn"),
    ),
    help="The beginnings of verses without spaces and marks; tell of every letter whether a word "
    "ends with it, as in scripts that write no spaces",
    licence="public domain",
    citation="The King James Bible, 1611; the text of Debian's bible-kjv-text",
)
