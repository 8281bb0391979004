"""A source of data: short sounds of five instruments that differ in timbre, never in pitch."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from studio.api import Column, Param, Params, Source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

INSTRUMENTS = ("flute", "clarinet", "string", "bell", "siren")
RATE_HZ = 4000


def load_tones(params: Mapping[str, int | float]) -> "dict[str, NDArray[np.generic]]":
    """Return sounds, samples × steps × 1 within about -1 … 1, and which instrument made each."""
    import numpy as np

    count, steps = int(params["samples"]), int(params["length"])
    random = np.random.default_rng(int(params["seed"]))
    instrument = np.arange(count) % len(INSTRUMENTS)
    pitch_hz = random.uniform(150.0, 600.0, (count, 1))
    begin = random.uniform(0.0, 2.0 * np.pi, (count, 1))
    t = np.arange(steps)[np.newaxis] / RATE_HZ
    turn = 2.0 * np.pi * pitch_hz * t + begin
    sounds = np.stack([_flute(turn), _clarinet(turn), _string(turn), _bell(turn, t), _siren(turn)])
    heard = sounds[instrument, np.arange(count)]
    heard *= random.uniform(0.5, 1.0, (count, 1))
    heard += random.normal(0.0, float(params["noise"]), heard.shape)
    return {
        "sound": heard[:, :, np.newaxis].astype(np.float32),
        "instrument": instrument.astype(np.int64),
    }


def _flute(turn: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Almost nothing but the pitch itself."""
    import numpy as np

    return np.sin(turn) + 0.1 * np.sin(2.0 * turn)


def _clarinet(turn: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Odd harmonics alone."""
    import numpy as np

    return np.sin(turn) + np.sin(3.0 * turn) / 3.0 + np.sin(5.0 * turn) / 5.0


def _string(turn: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """All harmonics, each weaker than the one before."""
    import numpy as np

    heard = np.zeros_like(turn)
    for number in range(1, 6):
        heard += 0.7 * np.sin(number * turn) / number
    return heard


def _bell(turn: "NDArray[np.float64]", t: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Partials that are no multiples of the pitch, dying away."""
    import numpy as np

    ring = np.sin(turn) + 0.6 * np.sin(2.76 * turn) + 0.4 * np.sin(5.4 * turn)
    return ring * np.exp(-30.0 * t)


def _siren(turn: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """A pitch that sways."""
    import numpy as np

    return np.sin(turn + 3.0 * np.sin(turn / 7.0))


def _columns(params: Params) -> tuple[Column, ...]:
    return (
        Column("sound", "input", (params.whole("length"), 1)),
        Column("instrument", "target", (), "int", len(INSTRUMENTS), INSTRUMENTS),
    )


TONES = Source(
    id="tones.instruments",
    title="Instruments",
    load=f"{__name__}:load_tones",
    columns=_columns,
    params=(
        Param("samples", 2000, low=10, high=200_000, help="Sounds of all instruments together"),
        Param(
            "length",
            256,
            low=32,
            high=8000,
            unit="steps",
            help=f"Steps of each sound, {RATE_HZ:,} a second",
        ),
        Param("noise", 0.1, low=0.0, high=5.0, help="Standard deviation of the hiss in it"),
        Param("seed", 0, low=0, high=2**31 - 1, help="Fixes pitches, loudness and hiss"),
    ),
    stratify="instrument",
    help="Short sounds of five instruments at any pitch: the timbre tells them apart",
    licence="made here",
)
