"""A drawn digit is made as those of the set were, wherever and however large it is drawn."""

import numpy as np
import pytest

from studio.app.catalogue import builtin_catalog
from studio.sources._drawn import LEAST_INK, MOST_INK, as_digits, as_mnist
from tests.helpers.digits import drawing

WAYS = pytest.mark.parametrize("way", [as_mnist, as_digits])


@WAYS
def test_where_and_how_large_it_is_drawn_makes_little_difference(way) -> None:
    first = way(drawing(3, scale=0.95, across=0.0))
    for scale, across in ((0.6, 0.15), (0.6, -0.15)):
        other = way(drawing(3, scale=scale, across=across))

        # A pen keeps its thickness where a digit is smaller.
        assert np.corrcoef(first.ravel(), other.ravel())[0, 1] > 0.85


@WAYS
def test_nothing_drawn_is_an_empty_picture(way) -> None:
    assert not way(np.zeros((90, 90), np.float32)).any()


@WAYS
@pytest.mark.parametrize("box", [(1, 1), (1, 90), (90, 1), (90, 90)])
def test_a_dot_a_line_and_a_full_pad_are_pictures_too(way, box: tuple[int, int]) -> None:
    given = np.zeros((90, 90), np.float32)
    given[: box[0], : box[1]] = 1.0

    found = way(given)

    assert np.isfinite(found).all()
    assert found.max() <= 1.0
    assert found.any()


def test_as_in_mnist_the_box_is_20_high_and_the_mass_is_in_the_middle() -> None:
    found = as_mnist(drawing(7, scale=0.7, across=0.1))[0]

    rows = np.flatnonzero((found > 0.05).any(axis=1))
    places = np.indices(found.shape)
    middle = [(found * place).sum() / found.sum() for place in places]

    assert rows[-1] - rows[0] + 1 == 20
    assert middle == pytest.approx([14, 14], abs=0.6)


def test_as_in_the_set_pixels_are_counted_in_blocks_of_4_by_4() -> None:
    found = as_digits(drawing(0, scale=0.8, across=0.0))

    assert found.shape == (1, 8, 8)
    assert np.array_equal(found * 16, np.round(found * 16))
    assert LEAST_INK - 40 <= (found * 16).sum() <= MOST_INK + 40
    assert not found[0, :, 0].any()


def test_the_sets_of_digits_say_how_they_were_made_and_clothes_do_not() -> None:
    sources = builtin_catalog().sources

    assert sources["digits"].drawn is as_digits
    assert sources["mnist"].drawn is as_mnist
    assert sources["fashion_mnist"].drawn is None
