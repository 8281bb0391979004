"""A person's own pairs of sentences: read one, say the other. Both files have a sentence a line."""

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
from ._table import BAD_ROWS, Faults, keep_of
from ._text import Vocabulary, answers, filled, words
from .text_file import read_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

READ, SAID, NEXT = "source", "answer", "next"


def examine_pairs(
    params: Mapping[str, Value], kinds: Mapping[str, FieldKind] | None = None
) -> Examination:
    """Return the two sides with their vocabularies.

    Raises:
        FileError: a file cannot be read, or no pair is left.
    """
    del kinds
    given = Params(params)
    faults = Faults(stop=False, file=regular_file(given).name)
    pairs = _pairs(given, faults)
    length = (given.whole("length"),)
    mine = _vocabulary([pair[0] for pair in pairs], given)
    yours = _vocabulary([pair[1] for pair in pairs], given)
    fields = (
        Field(READ, "tokens", "input", length, mine),
        Field(SAID, "tokens", "input", length, yours),
        Field(NEXT, "tokens", "target", length, yours),
    )
    return Examination(fields, len(pairs), True, {}, faults.sentences(len(pairs)))


def load_pairs(params: Mapping[str, Value], fields: Sequence[Field]) -> Loaded:
    """Return the sentences as numbers: what is read, the answer so far, and what is next.

    Raises:
        FileError: a file cannot be read, or a bad line is not to be passed over.
    """
    import numpy as np

    given = Params(params)
    faults = Faults(keep_of(given), regular_file(given).name)
    pairs = _pairs(given, faults)
    labels = {one.name: one.labels for one in fields}
    length = given.whole("length")
    read = Vocabulary(labels[READ]).encode(pair[0] for pair in pairs)
    replies = Vocabulary(labels[NEXT]).encode(pair[1] for pair in pairs)
    so_far, next_ = answers(replies, length)
    lines = np.array([pair[2] for pair in pairs], np.int64)
    known: dict[str, NDArray[np.generic]] = {
        READ: filled(read, length, side="before"),
        SAID: so_far,
        NEXT: next_,
    }
    return Loaded(
        {one.name: known[one.name] for one in fields}, faults.sentences(len(pairs)), lines
    )


def _pairs(given: Params, faults: Faults) -> list[tuple[list[str], list[str], int]]:
    """Return both sides cut into tokens, and the line, without what is too long or repeated."""
    length, characters = given.whole("length"), given.text("unit") == "characters"
    pairs: list[tuple[list[str], list[str], int]] = []
    seen: set[str] = set()
    long = 0
    for line, (mine, yours) in enumerate(_lines(given), 1):
        if mine is None or yours is None or not mine.strip() or not yours.strip():
            faults.add(line, "expected two sentences")
            continue
        cut = [list(side.lower().strip()) if characters else words(side) for side in (mine, yours)]
        if len(cut[0]) > length or len(cut[1]) >= length:
            long += 1
        elif mine not in seen:
            seen.add(mine)
            pairs.append((cut[0], cut[1], line))
    if len(pairs) < 4:
        raise FileError(
            f"{faults.file}: expected at least four pairs of at most {length} "
            f"{given.text('unit')}, found {len(pairs)} and {long:,} longer ones. Raise the length"
        )
    return pairs


def _lines(given: Params) -> list[tuple[str | None, str | None]]:
    path = regular_file(given)
    text, _ = read_text(path)
    other = _other(given, path)
    if other is None:
        rows = [line.split("\t") for line in text.rstrip("\n").split("\n")]
        if sum(len(row) >= 2 for row in rows) * 2 < len(rows):
            raise FileError(
                f"{path.name}: expected two sentences a line with a tab between, or a second file"
            )
        return [(row[0], row[1] if len(row) > 1 else None) for row in rows]
    mine = text.rstrip("\n").split("\n")
    yours = read_text(other)[0].rstrip("\n").split("\n")
    if len(mine) != len(yours):
        raise FileError(
            f"expected as many lines in both files, found {len(mine):,} in {path.name} and "
            f"{len(yours):,} in {other.name}"
        )
    return list(zip(mine, yours, strict=True))


def _other(given: Params, path: Path) -> Path | None:
    if not given.text("answers_path"):
        return None
    other = regular_file(given, "answers_path")
    if other == path:
        raise FileError("expected two files, received the same twice")
    return other


def _vocabulary(texts: Sequence[Sequence[str]], given: Params) -> tuple[str, ...]:
    counts = Counter(token for text in texts for token in text)
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[: given.whole("vocabulary")]
    return Vocabulary.of(token for token, _ in most).tokens


PAIRS = Source(
    id="file_pairs",
    title="Pairs of sentences",
    load="studio.sources.pairs_file:load_pairs",
    examine="studio.sources.pairs_file:examine_pairs",
    endings=(".pairs", ".pairs.tsv", ".pairs.txt"),
    params=(
        CHOSEN,
        Param(
            "answers_path",
            "",
            path="file",
            title="answers",
            help="The file with the answers, line by line; empty where they stand behind a tab",
        ),
        Param("unit", "words", choices=("words", "characters"), title="cut into"),
        Param("length", 20, low=2, high=200, unit="tokens", help="Longer pairs are left out"),
        Param("vocabulary", 2000, low=4, high=100_000, help="The most frequent of each side"),
        BAD_ROWS,
    ),
    help="Sentences of your own and what is to be said for each: two files with as many lines, or "
    "one with a tab between",
)
