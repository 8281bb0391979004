"""Sources keep what they declare: shapes, ranges, classes, and the same samples every time."""

from importlib import import_module

import numpy as np
import pytest
from numpy.typing import NDArray

from studio.app.catalogue import builtin_catalog
from studio.core.errors import ParamError
from studio.core.params import Params, Value, complete
from studio.core.recipes import Column, Source

CATALOG = builtin_catalog()
SOURCES = [source for source in CATALOG.sources.values() if not source.examine]
"""Those of a person's own files hold what the files do: tests of own data see to them."""

every_source = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)


def load(source: str, **given: Value) -> dict[str, NDArray[np.generic]]:
    spec = CATALOG.sources[source]
    module, _, function = spec.load.partition(":")
    loaded = getattr(import_module(module), function)(complete(spec.params, given))
    assert isinstance(loaded, dict)
    return loaded


def columns(source: Source, **given: Value) -> tuple[Column, ...]:
    return source.columns(Params(complete(source.params, given)))


@every_source
def test_a_source_gives_the_columns_it_declares(source: Source) -> None:
    arrays = load(source.id)
    samples = len(next(iter(arrays.values())))

    for column in columns(source):
        array = arrays[column.name]
        assert array.shape == (samples, *column.shape)
        assert array.dtype == (np.float32 if column.dtype == "float" else np.int64)
    assert arrays.keys() - {column.name for column in columns(source)} <= {"test", "validation"}


@every_source
def test_every_class_and_token_lies_below_its_limit_and_has_a_name(source: Source) -> None:
    arrays = load(source.id)

    for column in columns(source):
        if column.dtype == "int":
            found = np.unique(arrays[column.name])
            assert column.limit == len(column.labels)
            assert found.min() >= 0
            assert found.max() < len(column.labels)


@every_source
def test_all_numbers_are_finite(source: Source) -> None:
    assert all(np.isfinite(array).all() for array in load(source.id).values())


@every_source
def test_a_source_names_only_columns_that_it_has(source: Source) -> None:
    names = {column.name for column in columns(source)}

    assert {*source.standardize, *filter(None, [source.stratify])} <= names


@every_source
def test_loading_twice_gives_the_same_samples(source: Source) -> None:
    first, second = load(source.id), load(source.id)

    assert all(np.array_equal(first[name], second[name]) for name in first)


@every_source
def test_a_source_says_where_it_comes_from_and_what_one_may_do_with_it(source: Source) -> None:
    assert source.help
    assert source.licence
    assert source.citation


@pytest.mark.parametrize("source", ["digits", "mnist", "fashion_mnist"])
def test_pictures_run_from_black_to_white(source: str) -> None:
    images = load(source)["image"]

    assert (images.min(), images.max()) == (0.0, 1.0)


def test_the_official_test_part_of_fashion_mnist_is_marked() -> None:
    arrays = load("fashion_mnist")

    assert np.bincount(arrays["class"][arrays["test"]].astype(int)).tolist() == [200] * 10
    assert np.bincount(arrays["class"][~arrays["test"]].astype(int)).tolist() == [1000] * 10


def test_tables_are_returned_as_measured_so_that_scaling_sees_the_training_part_alone() -> None:
    for source in ("iris", "wine", "breast_cancer", "diabetes"):
        features = load(source)["features"].astype(float)

        assert abs(features.mean(axis=0)).max() > 1.0
        assert "features" in CATALOG.sources[source].standardize


def test_without_noise_a_spiral_is_the_other_turned_half_round() -> None:
    arrays = load("spirals", noise=0.0, samples=400, turns=1.0)
    points = arrays["point"].astype(float)
    radius = np.hypot(points[:, 0], points[:, 1])
    angle = np.arctan2(points[:, 1], points[:, 0]) - 2 * np.pi * radius

    arm = np.rint(angle / np.pi) % 2

    assert np.array_equal(arrays["arm"], arm)


def test_recall_never_draws_a_string_twice() -> None:
    tokens = load("recall", symbols=3, length=4, gap=2, samples=81)["tokens"]

    assert len(np.unique(tokens, axis=0)) == 81


def test_recall_asks_for_the_first_symbol_after_the_gap() -> None:
    arrays = load("recall", symbols=5, length=3, gap=7, samples=100)

    assert np.array_equal(arrays["first"], arrays["tokens"][:, 0])
    assert (arrays["tokens"][:, 3:] == 5).all()
    assert (arrays["tokens"][:, :3] < 5).all()


def test_distractors_fill_the_gap_of_recall_with_symbols_that_no_string_has() -> None:
    arrays = load("recall", symbols=5, length=3, gap=40, samples=100, distractors=4)

    assert np.unique(arrays["tokens"][:, 3:]).tolist() == [5, 6, 7, 8]
    assert (arrays["tokens"][:, :3] < 5).all()
    blank = load("recall", symbols=5, length=3, gap=40, samples=100)
    assert np.array_equal(arrays["tokens"][:, :3], blank["tokens"][:, :3])
    names = columns(CATALOG.sources["recall"], symbols=5, distractors=4)[0].labels
    assert "".join(names) == "ABCDEabcd"


def test_the_test_part_of_the_curve_is_the_true_curve() -> None:
    arrays = load("curve", samples=50, degree=6)
    x, y = arrays["x"][:, 0].astype(float), arrays["y"][:, 0].astype(float)

    true = np.sin(2 * np.pi * x)
    assert np.allclose(y[arrays["test"]], true[arrays["test"]], atol=1e-5)
    assert 0.2 < np.std((y - true)[~arrays["test"]]) < 0.4
    assert np.allclose(arrays["polynomials"][:, 1], (3 * x**2 - 1) / 2, atol=1e-5)


def test_the_parts_of_the_temperatures_follow_one_another_and_share_no_hour() -> None:
    arrays = load("seattle_temperatures", context=24, horizon=12, stride=36)
    held = arrays["validation"].astype(bool), arrays["test"].astype(bool)
    parts = (~(held[0] | held[1]), *held)
    ends = [np.flatnonzero(part) for part in parts]

    assert not (held[0] & held[1]).any()
    assert ends[0][-1] < ends[1][0]
    assert ends[1][-1] < ends[2][0]
    # windows that follow one another without a gap are the record itself, up to each part's end
    hours = [
        np.concatenate([arrays["hours"][part][:, :, 0], arrays["next"][part]], axis=1).ravel()
        for part in parts
    ]
    assert np.concatenate(hours)[:4].tolist() == pytest.approx([39.4, 39.2, 39.0, 38.9])
    assert 8759 - 3 * 36 < sum(map(len, hours)) <= 8759


def test_the_end_of_every_word_is_marked_where_spaces_were_taken_out() -> None:
    arrays = load("spaces", length=30, samples=30)
    texts = [
        "".join(
            chr(ord("a") + int(letter)) + (" " if ends else "")
            for letter, ends in zip(letters, marks, strict=True)
        )
        for letters, marks in zip(arrays["letters"], arrays["ends"], strict=True)
    ]

    words = {word for text in texts for word in text.split()[:-1]}
    assert {"and", "the", "of"} <= words
    assert len(np.unique(arrays["letters"], axis=0)) == 30


def test_syllables_are_those_of_the_dictionary_and_words_end_in_filling() -> None:
    arrays = load("syllables", letters=8, samples=200_000)
    letters = CATALOG.sources["syllables"].columns(Params({"letters": 8}))[0].labels
    said = {
        "".join(letters[int(token)] for token in row if token): int(count) + 1
        for row, count in zip(arrays["letters"], arrays["syllables"], strict=True)
    }

    assert (said["ripe"], said["recipe"], said["table"], said["idea"]) == (1, 3, 2, 3)
    assert len(said) == len(arrays["letters"])


def test_recall_refuses_more_samples_than_there_are_strings() -> None:
    with pytest.raises(ParamError, match="expected at most 8 samples"):
        load("recall", symbols=2, length=3, samples=9)


def test_the_next_character_is_the_same_text_one_on() -> None:
    arrays = load("kjv", windows=50)

    assert np.array_equal(arrays["text"][:, 1:], arrays["next"][:, :-1])


def test_no_character_stands_in_two_windows() -> None:
    """A held-out window must hold nothing that was trained on, so all windows together are the
    text, each character once."""
    from studio.sources.kjv import ALPHABET

    arrays = load("kjv", context=63, windows=4_137_849 // 64)
    windows = np.concatenate([arrays["text"], arrays["next"][:, -1:]], axis=1)
    text = "".join(ALPHABET[token] for token in windows.ravel()[:200].astype(int))

    assert text.startswith("In the beginning God created the heaven and the earth.\nAnd the earth")
    assert windows.size == 4_137_849 // 64 * 64


def test_the_alphabet_is_exactly_that_of_the_text() -> None:
    tokens = load("kjv", context=127, windows=32_000)["text"]

    assert np.unique(tokens).tolist() == list(range(63))


def test_a_text_that_is_too_short_is_refused_in_a_sentence() -> None:
    with pytest.raises(ParamError, match=r"expected at most .* windows of 4096 characters"):
        load("kjv", context=4096, windows=2000)
