"""Texts as numbers: words or characters in order, or how much each word tells (TF-IDF, n-grams)."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from studio.api import Field, Param, Params, Step

from ._arrays import vector

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[Any]
    Fitted = Mapping[str, Any]

PAD, RARE = 0, 1
_TERM = re.compile(r"\b\w+\b")
_WORD = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")


def token_field(field: Field, params: Params) -> Field | None:
    """Return a text as so many tokens; their names are known only from the training part."""
    if field.kind != "text" or field.role != "input":
        return None
    size = params.whole("vocabulary")
    labels = ("<pad>", "<unk>", *(f"token {place}" for place in range(2, size)))
    return replace(field, kind="tokens", shape=(params.whole("length"),), labels=labels)


def cut(text: str, unit: str) -> list[str]:
    """Cut a text into words and marks, or into characters, in small letters."""
    small = str(text).lower()
    return list(small) if unit == "characters" else _WORD.findall(small)


def fit_tokens(values: "Values", params: Params, _field: Field) -> "Fitted":
    """Return the most frequent tokens of the training part, behind <pad> and <unk>."""
    from collections import Counter

    counts: Counter[str] = Counter()
    for text in values:
        counts.update(cut(text, params.text("unit")))
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    known = [token for token, _ in most[: params.whole("vocabulary") - 2]]
    return {"tokens": ["<pad>", "<unk>", *known]}


def tokens(values: "Values", fitted: "Fitted", params: Params, _field: Field) -> "Values":
    """Return texts × length; short texts are filled up, long ones cut."""
    import numpy as np

    number = {token: place for place, token in enumerate(fitted["tokens"])}
    length = params.whole("length")
    found = np.full((len(values), length), PAD, np.int64)
    for row, text in enumerate(values):
        known = [number.get(token, RARE) for token in cut(text, params.text("unit"))[:length]]
        if known:
            start = length - len(known) if params.text("padding") == "before" else 0
            found[row, start : start + len(known)] = known
    return found


def tfidf_field(field: Field, params: Params) -> Field | None:
    """Return a text as one number a term."""
    if field.kind != "text" or field.role != "input":
        return None
    return vector(field, params.whole("terms"))


def fit_tfidf(values: "Values", params: Params, _field: Field) -> "Fitted":
    """Return the most frequent terms of the training part, and how rare each is."""
    import numpy as np

    vectorizer = _vectorizer(params)
    try:
        vectorizer.fit([str(text) for text in values])
    except ValueError:  # not one word in all the texts
        return {"terms": [], "rare": np.zeros(0)}
    terms = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.get)
    weights = vectorizer.idf_ if params.text("weight") == "tf-idf" else np.ones(len(terms))
    return {"terms": terms, "rare": weights}


def tfidf(values: "Values", fitted: "Fitted", params: Params, _field: Field) -> "Values":
    """Return texts × terms, each text of length 1; fewer terms than asked for leave zeros."""
    from collections import Counter

    import numpy as np

    place = {term: column for column, term in enumerate(fitted["terms"])}
    found = np.zeros((len(values), params.whole("terms")))
    for row, text in enumerate(values):
        for term, count in Counter(terms_in(str(text), params)).items():
            if term in place:
                found[row, place[term]] = count
    found[:, : len(place)] *= np.asarray(fitted["rare"])
    if params.text("weight") == "tf-idf":
        length = np.sqrt((found**2).sum(axis=1, keepdims=True))
        found /= np.where(length > 0, length, 1.0)
    return found.astype(np.float32)


def terms_in(text: str, params: Params) -> list[str]:
    """Return the terms of a text, as scikit-learn's analyzers cut it: runs of words, or of the
    characters of each word with a blank on either side.
    """
    longest = params.whole("ngrams")
    if params.text("unit") == "words":
        words = _TERM.findall(text.lower())
        return [
            " ".join(words[start : start + size])
            for size in range(1, longest + 1)
            for start in range(len(words) - size + 1)
        ]
    found = []
    for word in (f" {word} " for word in text.lower().split()):
        for size in range(1, longest + 1):
            found += [word[at : at + size] for at in range(max(len(word) - size, 0) + 1)]
            if size >= len(word):  # a short word counts once as a whole
                break
    return found


def _vectorizer(params: Params) -> Any:
    """Return scikit-learn's own, to be fitted."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(
        max_features=params.whole("terms"),
        ngram_range=(1, params.whole("ngrams")),
        analyzer="char_wb" if params.text("unit") == "characters" else "word",
        token_pattern=r"(?u)\b\w+\b" if params.text("unit") == "words" else None,
    )


_UNIT = Param("unit", "words", choices=("words", "characters"), title="cut into")

TOKENS = Step(
    id="tokens",
    title="Words as numbers",
    gives=token_field,
    params=(
        _UNIT,
        Param("length", 40, low=1, high=4096, unit="tokens", help="Longer texts are cut"),
        Param("vocabulary", 5000, low=3, high=200_000, unit="tokens", help="The most frequent"),
        Param("padding", "after", choices=("after", "before"), help="Where short ones are filled"),
    ),
    fit=fit_tokens,
    change=tokens,
    group="Text",
    help="A text as a row of whole numbers for an Embedding; <pad> is 0, what is not frequent 1",
)

TFIDF = Step(
    id="tfidf",
    title="TF-IDF and n-grams",
    gives=tfidf_field,
    params=(
        Param("terms", 1000, low=1, high=100_000, unit="terms", help="The most frequent"),
        Param("ngrams", 1, low=1, high=6, title="n-grams up to", help="2 takes pairs in a row too"),
        _UNIT,
        Param("weight", "tf-idf", choices=("tf-idf", "counts"), help="Rare terms count for more"),
    ),
    fit=fit_tfidf,
    change=tfidf,
    group="Text",
    help="A text as one number a term: how often it occurs, divided by how usual it is",
    formula="tf(t, d) · (ln((1 + n) / (1 + df(t))) + 1)",
)
