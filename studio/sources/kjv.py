"""The King James Bible, read character by character: predict the next."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from studio.api import Column, Param, ParamError, Params, Source
from studio.resources import resource

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ALPHABET = "\n !'(),-.:;?ABCDEFGHIJKLMNOPQRSTUVWYZabcdefghijklmnopqrstuvwxyz"
"""Every character of the text, in order of its token; verses end in a line feed."""

_LABELS = ("↵", "␣", *ALPHABET[2:])


def load_kjv(params: Mapping[str, int]) -> "dict[str, NDArray[np.generic]]":
    """Return windows of the text, and for each the same text one character on.

    Windows are drawn from stretches that share no character, so that nothing of a held-out window
    is ever trained on.

    Raises:
        ParamError: the text is not that long.
    """
    import numpy as np

    context, windows = params["context"], params["windows"]
    text = _tokens()
    stretches = text[: len(text) // (context + 1) * (context + 1)].reshape(-1, context + 1)
    if windows > len(stretches):
        raise ParamError(
            f"expected at most {len(stretches):,} windows of {context} "
            f"characters, received {windows:,}"
        )
    random = np.random.default_rng(params["seed"])
    chosen = stretches[np.sort(random.permutation(len(stretches))[:windows])]
    return {"text": chosen[:, :-1].copy(), "next": chosen[:, 1:].copy()}


def _tokens() -> "NDArray[np.int64]":
    """Return the whole text as numbers into the alphabet."""
    import lzma

    import numpy as np

    with lzma.open(resource("data/kjv.tsv.xz"), "rt", encoding="utf-8") as file:
        verses = [line.rstrip("\n").split("\t")[3] for line in file]
    code_points = np.frombuffer(("\n".join(verses) + "\n").encode("ascii"), np.uint8)
    token_of = np.zeros(128, np.int64)
    token_of[[ord(character) for character in ALPHABET]] = np.arange(len(ALPHABET))
    return token_of[code_points]


def _columns(params: Params) -> tuple[Column, ...]:
    context = params.whole("context")
    return (
        Column("text", "input", (context,), "int", len(ALPHABET), _LABELS),
        Column("next", "target", (context,), "int", len(ALPHABET), _LABELS),
    )


KJV = Source(
    id="kjv",
    title="King James Bible, next character",
    load="studio.sources.kjv:load_kjv",
    columns=_columns,
    params=(
        Param("context", 64, low=1, high=4096, unit="characters", help="Length of a window"),
        Param(
            "windows",
            8000,
            low=4,
            high=2_000_000,
            help="How many windows are drawn; they share no character",
        ),
        Param("seed", 0, low=0, high=2**31 - 1, help="Fixes which windows are drawn"),
    ),
    help="4.1 million characters of English from 1611; after every character, predict the next",
    licence="public domain",
    citation="The King James Bible, 1611; the text of Debian's bible-kjv-text",
)
