"""search: find blocks and commands as a person types, best first."""

from collections.abc import Iterable

from studio.core.blocks import BlockSpec


def found_blocks(query: str, specs: Iterable[BlockSpec]) -> list[BlockSpec]:
    """Return the blocks that fit what was typed, best first; for nothing typed all of them.

    Of equals the common ones come first.
    Titles count most, then synonyms, ids and families; every word typed must be found.
    """
    words = _plain(query).split()
    if not words:
        return sorted(specs, key=_rare)
    scored = [(_block_score(words, spec), place, spec) for place, spec in enumerate(specs)]
    best_first = sorted(scored, key=lambda it: (-it[0], not it[2].common, it[1]))
    return [spec for score, _, spec in best_first if score]


def score(query: str, text: str) -> float:
    """Return how well typed letters fit a text: 1 is the text itself, 0 does not fit.

    The start of the text counts most, then of a word, then a piece, then letters in order.
    """
    query, text = _plain(query), _plain(text)
    if not query or not text:
        return 0.0
    share = len(query) / len(text)
    place = text.find(query)
    if place == 0:
        return 0.8 + 0.2 * share
    inside = text.find(f" {query}")
    if inside >= 0:
        return 0.6 + 0.15 * share
    if place > 0 and len(query) > 1:
        return 0.45 + 0.15 * share
    return 0.3 * share if len(query) > 2 and _in_order(query, text) else 0.0


def _rare(spec: BlockSpec) -> bool:
    return not spec.common


def _block_score(words: list[str], spec: BlockSpec) -> float:
    total = 0.0
    for word in words:
        best = max(
            score(word, spec.title),
            *(_by_other_name(word, synonym) for synonym in spec.synonyms),
            0.7 * score(word, spec.id.rpartition(".")[2]),
            0.5 if spec.family.lower().startswith(word) else 0.0,
        )
        if not best:
            return 0.0
        total += best
    return total


def _by_other_name(word: str, synonym: str) -> float:
    """Score a synonym below the title: one that only has the word inside, below any piece of it."""
    found = score(word, synonym)
    return found * (0.8 if found >= 0.8 else 0.58)


def _plain(text: str) -> str:
    return text.lower().replace("-", " ").replace("_", " ")


def _in_order(query: str, text: str) -> bool:
    """Tell whether the letters stand in order, the first one at the start of a word."""
    starts = [i for i, letter in enumerate(text) if i == 0 or not text[i - 1].isalnum()]
    for start in starts:
        rest = iter(text[start:])
        if text[start] == query[0] and all(letter in rest for letter in query):
            return True
    return False
