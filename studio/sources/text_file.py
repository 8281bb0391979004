"""A person's own text: read so many characters or words, say the next one after each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studio.api import (
    Examination,
    Field,
    FieldKind,
    FileError,
    Loaded,
    Param,
    Params,
    Source,
    Value,
)

from ._files import CHOSEN, regular_file
from ._text import SPECIAL, UNKNOWN, words

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_BYTES = 256 << 20
_ENCODINGS = ("utf-8", "cp1252")


def examine_text(
    params: Mapping[str, Value], kinds: Mapping[str, FieldKind] | None = None
) -> Examination:
    """Return what is read and what is said, with the characters or words of the text.

    Raises:
        FileError: the text cannot be read or is too short.
    """
    del kinds
    given = Params(params)
    tokens, notes = _tokens(given)
    context = given.whole("context")
    windows = len(tokens) // (context + 1)
    name = regular_file(given).name
    if windows < 4:
        raise FileError(
            f"{name}: expected at least {4 * (context + 1):,} {given.text('unit')}, found "
            f"{len(tokens):,}. Lower the context"
        )
    known = _vocabulary(tokens, given)
    fields = (
        Field("text", "tokens", "input", (context,), known),
        Field("next", "tokens", "target", (context,), known),
    )
    most = given.whole("windows")
    return Examination(fields, min(windows, most) if most else windows, True, {}, notes)


def load_text(params: Mapping[str, Value], fields: Sequence[Field]) -> Loaded:
    """Return windows of the text, and each one token on; no two windows share a token.

    Raises:
        FileError: the text cannot be read or is too short.
    """
    import numpy as np

    given = Params(params)
    context = given.whole("context")
    tokens, _ = _tokens(given)
    shown = {sign: token for token, sign in _SHOWN.items()}
    labels = [shown.get(label, label) for label in fields[0].labels]
    number = {token: place for place, token in enumerate(labels)}
    unknown = number.get(SPECIAL[UNKNOWN], 0)
    codes = np.fromiter((number.get(token, unknown) for token in tokens), np.int64, len(tokens))
    if len(codes) < 4 * (context + 1):
        raise FileError(f"expected at least {4 * (context + 1):,} tokens, found {len(codes):,}")
    rows = codes[: len(codes) // (context + 1) * (context + 1)].reshape(-1, context + 1)
    most = given.whole("windows")
    if most and len(rows) > most:
        chosen = np.random.default_rng(0).permutation(len(rows))[:most]
        rows = rows[np.sort(chosen)]
    columns: dict[str, NDArray[np.generic]] = {}
    for one in fields:
        columns[one.name] = rows[:, 1:].copy() if one.role == "target" else rows[:, :-1].copy()
    return Loaded(columns, unit="window")


_SHOWN = {"\n": "↵", " ": "␣"}


def _vocabulary(tokens: Sequence[str], given: Params) -> tuple[str, ...]:
    most = [token for token, _ in Counter(tokens).most_common(given.whole("vocabulary"))]
    return (*SPECIAL, *(_SHOWN.get(token, token) for token in sorted(most)))


def _tokens(given: Params) -> tuple[Sequence[str], tuple[str, ...]]:
    path = regular_file(given)
    text, notes = read_text(path)
    return (text if given.text("unit") == "characters" else words(text)), notes


def read_text(path: Path) -> tuple[str, tuple[str, ...]]:
    """Return the text of a file, and what is to be said of its encoding.

    Raises:
        FileError: it is no text, or too long.
    """
    if path.stat().st_size > MOST_BYTES:
        raise FileError(f"{path.name}: expected a text of at most 256 MB; cut it into pieces")
    content = path.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _plain(content.decode("utf-16", errors="replace")), ()
    if b"\0" in content[:65_536]:
        raise FileError(f"{path.name}: expected a text, found a binary file")
    try:
        return _plain(content.decode("utf-8-sig")), ()
    except UnicodeDecodeError:
        note = f"{path.name} is not UTF-8; it is read as Windows-1252"
        return _plain(content.decode("cp1252", errors="replace")), (note,)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


TEXT = Source(
    id="file_text",
    title="Text",
    load="studio.sources.text_file:load_text",
    examine="studio.sources.text_file:examine_text",
    endings=(".txt", ".md", ".text"),
    params=(
        CHOSEN,
        Param("unit", "characters", choices=("characters", "words"), title="cut into"),
        Param("context", 64, low=1, high=4096, unit="tokens", help="Length of a window"),
        Param("vocabulary", 2000, low=2, high=100_000, help="At most so many different tokens"),
        Param("windows", 20_000, low=0, high=10_000_000, zero="all", help="At most so many"),
    ),
    help="A text of your own, cut into windows that share nothing; predict what comes next",
)
