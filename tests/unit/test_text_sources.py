"""Texts become numbers and can be read back; what is held out was never trained on."""

from collections import Counter
from collections.abc import Iterable
from importlib import import_module

import numpy as np
import pytest
from numpy.typing import NDArray

from studio.app.catalogue import builtin_catalog
from studio.core.errors import ParamError
from studio.core.params import Params, Value, complete
from studio.sources._text import (
    PAD,
    SPECIAL,
    Vocabulary,
    answers,
    beginnings,
    drawn,
    filled,
    frequent,
    lines,
    unrepeated,
    words,
)
from studio.sources.translation import characters

CATALOG = builtin_catalog()
PAIRS = ("cmudict", "en_es", "en_zh")
CONTINUED = ("kjv_words", "songci")


def load(source: str, **given: Value) -> dict[str, NDArray[np.int64]]:
    spec = CATALOG.sources[source]
    module, _, function = spec.load.partition(":")
    loaded = getattr(import_module(module), function)(complete(spec.params, given))
    assert isinstance(loaded, dict)
    return loaded


def read(source: str, column: str, **given: Value) -> list[list[str]]:
    """Return a column in tokens, padding left out."""
    spec = CATALOG.sources[source]
    columns = spec.columns(Params(complete(spec.params, given)))
    labels = next(known.labels for known in columns if known.name == column)
    return [[labels[token] for token in row if token] for row in load(source, **given)[column]]


def test_words_are_cut_from_marks_and_made_small() -> None:
    assert words("Fear not, O LORD's people: ¿Qué?") == [
        *("fear", "not", ",", "o", "lord's", "people", ":"),
        *("¿", "qué", "?"),
    ]


def test_a_token_outside_the_vocabulary_is_unknown() -> None:
    vocabulary = Vocabulary.of(["light", "dark"])

    (numbers,) = vocabulary.encode([["light", "and", "dark"]])

    assert [vocabulary.tokens[number] for number in numbers] == ["light", "<unk>", "dark"]


def test_texts_are_filled_up_on_either_side() -> None:
    assert filled([[5], [6, 7]], 3).tolist() == [[5, 0, 0], [6, 7, 0]]
    assert filled([[5], [6, 7]], 3, side="before").tolist() == [[0, 0, 5], [0, 6, 7]]


def test_a_decoder_says_what_it_reads_one_step_later() -> None:
    reads, says = answers([[5, 6]], 4)

    assert (reads.tolist(), says.tolist()) == ([[1, 5, 6, 0]], [[5, 6, 2, 0]])


def test_a_text_that_is_cut_has_no_end() -> None:
    reads, says = beginnings([[5, 6, 7], [8]], 3)

    assert reads.tolist() == [[1, 5, 6], [1, 8, 0]]
    assert says.tolist() == [[5, 6, 7], [8, 2, 0]]


def test_an_item_that_shares_either_key_with_an_earlier_one_is_left_out() -> None:
    assert unrepeated(["ax", "by", "az", "cy", "dw"], "abacd", "xyzyw") == ["ax", "by", "dw"]


def test_items_are_drawn_by_the_seed_in_their_order() -> None:
    some = drawn(range(100), 10, seed=3)

    assert some == sorted(set(some))
    assert some == drawn(range(100), 10, seed=3)
    assert some != drawn(range(100), 10, seed=4)
    assert drawn(range(5), 10, seed=3) == [0, 1, 2, 3, 4]


def _second(rows: Iterable[str], place: int) -> list[str]:
    return [row.split("\t")[place] for row in rows]


@pytest.mark.parametrize("listed", ["english", "spanish", "interface", "chinese", "poems", "kjv"])
def test_the_lists_of_frequent_tokens_are_those_of_the_texts(listed: str) -> None:
    verses, interface = "kjv_rv1909_short.tsv.xz", "en_zh/en_zh_interface.tsv.xz"
    name, texts = {
        "english": ("kjv_rv1909_english.txt", map(words, _second(lines(verses), 0))),
        "spanish": ("kjv_rv1909_spanish.txt", map(words, _second(lines(verses), 1))),
        "interface": ("en_zh/english.txt", map(words, _second(lines(interface), 0))),
        "chinese": ("en_zh/chinese.txt", map(characters, _second(lines(interface), 1))),
        "poems": ("songci_characters.txt", map(list, lines("songci.txt.xz"))),
        "kjv": ("kjv_words.txt", map(words, _second(lines("kjv.tsv.xz"), 3))),
    }[listed]
    counts = Counter(token for text in texts for token in text)
    most = sorted(counts, key=lambda token: (-counts[token], token))[:996]

    assert frequent(name, 1000).tokens == (*SPECIAL, *most)


@pytest.mark.parametrize("source", PAIRS)
def test_no_word_or_sentence_is_twice_there(source: str) -> None:
    spec = CATALOG.sources[source]
    names = [column.name for column in spec.columns(Params(complete(spec.params, {})))]
    arrays = load(source, samples=20_000)

    # Rare words are all <unk>, so that two different verses may look alike here; few do.
    different = len(np.unique(np.concatenate([arrays[name] for name in names[:2]], axis=1), axis=0))

    assert different >= 0.99 * len(arrays["next"])
    if source == "cmudict":
        assert len(np.unique(arrays["letters"], axis=0)) == len(arrays["letters"])


@pytest.mark.parametrize("source", [*PAIRS, *CONTINUED])
def test_what_is_next_is_what_is_read_a_step_later(source: str) -> None:
    arrays = load(source, samples=500)
    spec = CATALOG.sources[source]
    name = spec.columns(Params(complete(spec.params, {})))[-2].name
    reads, says = arrays[name], arrays["next"]

    goes_on = reads[:, 1:] != PAD
    assert np.array_equal(reads[:, 1:][goes_on], says[:, :-1][goes_on])
    assert (reads[:, 0] == 1).all()
    assert np.array_equal(reads != PAD, says != PAD)


def test_a_word_is_read_back_with_its_phonemes() -> None:
    given: dict[str, Value] = {"samples": 200_000, "letters": 8, "shortest": 8, "phonemes": 9}
    spelt = ["".join(letters) for letters in read("cmudict", "letters", **given)]

    where = spelt.index("language")

    plain = read("cmudict", "next", **given)[where]
    assert plain == ["L", "AE", "NG", "G", "W", "AH", "JH", "<end>"]
    stressed = read("cmudict", "next", stress=True, **given)[where]
    assert stressed == ["L", "AE1", "NG", "G", "W", "AH0", "JH", "<end>"]
    assert max(map(len, spelt)) == 8


def test_letters_and_phonemes_may_have_one_vocabulary() -> None:
    joint = read("cmudict", "letters", joint=True), read("cmudict", "next", joint=True)
    apart = read("cmudict", "letters"), read("cmudict", "next")
    source = CATALOG.sources["cmudict"]
    letters, phonemes, _ = source.columns(Params(complete(source.params, {"joint": True})))

    assert joint == apart
    assert letters.labels == phonemes.labels
    assert len(letters.labels) == len(SPECIAL) + 26 + 39


def test_a_verse_is_read_back_in_both_languages() -> None:
    english = read("en_es", "english", english=8004, padding="before")
    where = english.index(words("And God said, Let there be light: and there was light."))

    spanish = read("en_es", "next", spanish=8004)[where]

    assert spanish == [*words("Y dijo Dios: Sea la luz: y fué la luz."), "<end>"]


def test_a_sentence_of_an_interface_is_read_back_in_both_languages() -> None:
    given: dict[str, Value] = {"english": 4004, "chinese": 1504, "samples": 20_000}
    where = read("en_zh", "english", **given).index(["keep", "filter", "criteria"])

    assert read("en_zh", "next", **given)[where] == [*"保留筛选条件", "<end>"]


def test_sentences_may_be_chosen_by_their_length() -> None:
    rows = read("en_es", "english", shortest=20, length=22)

    assert {len(row) for row in rows} == {20, 21, 22}


def test_lengths_that_no_sentence_has_are_refused() -> None:
    with pytest.raises(ParamError, match="of 90 to 100 tokens, found none"):
        load("en_es", shortest=90, length=100)


def test_a_poem_is_one_sample_cut_to_the_length() -> None:
    first = lines("songci.txt.xz")[0]

    text = read("songci", "text", samples=21_025, vocabulary=6004)

    assert len(text) == 21_025
    assert text[0] == ["<start>", *first[:47]]
