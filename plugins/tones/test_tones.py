"""What the data promise."""

import numpy as np
import pytest

from tests.helpers.plugins import module_of

TONES = module_of("tones", "tones.py")
GIVEN = {"samples": 50, "length": 256, "noise": 0.0, "seed": 3}


def test_every_instrument_plays_as_often_and_stays_within_reason() -> None:
    found = TONES.load_tones(GIVEN)

    assert found["sound"].shape == (50, 256, 1)
    assert np.bincount(found["instrument"]).tolist() == [10] * 5
    assert 0.3 < np.abs(found["sound"]).max() < 3.0


def test_a_clarinet_has_odd_harmonics_alone() -> None:
    turn = 2 * np.pi * 10 * np.arange(1000)[np.newaxis] / 1000

    strength = np.abs(np.fft.rfft(TONES._clarinet(turn)[0])) / 500

    assert strength[[10, 30, 50]] == pytest.approx([1, 1 / 3, 1 / 5], abs=1e-6)
    assert strength[[20, 40]] == pytest.approx([0, 0], abs=1e-6)


def test_the_same_seed_gives_the_same_sounds_and_another_one_others() -> None:
    once, again, other = (TONES.load_tones({**GIVEN, "seed": seed})["sound"] for seed in (3, 3, 4))

    assert np.array_equal(once, again)
    assert not np.array_equal(once, other)
