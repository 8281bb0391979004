"""Where the marks of an axis stand, and how their numbers read. Knows no Qt."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from studio.core.text import duration

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SCALES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark; one without a label is a minor one."""

    value: float
    label: str = ""


def linear_ticks(lo: float, hi: float, most: int, *, whole: bool = False) -> list[Tick]:
    """Return at most ``most`` round values (multiples of 1, 2 or 5) from ``lo`` to ``hi``.

    Args:
        whole: only whole numbers, such as steps and epochs.
    """
    if not hi > lo or most < 1:
        return [Tick(lo, number(lo))]
    size = _round_up((hi - lo) / most)
    size = max(size, 1.0) if whole else size
    first, last = math.ceil(lo / size - 1e-9), math.floor(hi / size + 1e-9)
    values = [index * size for index in range(first, last + 1)]
    return [Tick(value, text) for value, text in zip(values, _alike(values, size), strict=True)]


_TIMES = (
    *(m * 10.0**e for e in range(-6, 1) for m in (1, 2, 5)), 10, 15, 30, 60, 120, 300, 600, 900,
    1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400,
)  # fmt: skip


def time_ticks(lo: float, hi: float, most: int) -> list[Tick]:
    """Return at most ``most`` round times from ``lo`` to ``hi`` seconds."""
    wanted = (hi - lo) / max(most, 1)
    size = next((size for size in _TIMES if size >= wanted), 86_400.0 * -(-wanted // 86_400))
    first, last = math.ceil(lo / size - 1e-9), math.floor(hi / size + 1e-9)
    values = [index * size for index in range(first, last + 1)]
    if hi >= 60:
        return [Tick(value, duration(value)) for value in values]
    texts = _alike(values, size)
    return [Tick(value, f"{text} s") for value, text in zip(values, texts, strict=True)]


def time_of(seconds: float) -> str:
    """Return a time of training as ``12.3 s`` or ``1:02:05``."""
    return duration(seconds) if seconds >= 60 else f"{seconds:.3g} s"


def log_ticks(lo: float, hi: float, most: int) -> list[Tick]:
    """Return powers of ten from ``lo`` to ``hi``, both positive, with minor marks between.

    Where fewer than two powers fit, 2 and 5 are labelled too; on a still smaller range, the
    marks are those of a linear axis.
    """
    first, last = math.floor(math.log10(lo)), math.ceil(math.log10(hi))
    powers = [10.0**e for e in range(first, last + 1) if lo * 0.999 <= 10.0**e <= hi * 1.001]
    if len(powers) < 2:
        some = [m * 10.0**e for e in range(first, last + 1) for m in (1, 2, 5)]
        inside = [value for value in some if lo <= value <= hi]
        return (
            [Tick(v, number(v)) for v in inside] if len(inside) > 1 else linear_ticks(lo, hi, most)
        )
    every = -(-len(powers) // max(most, 1))
    plain = powers[0] > 1e-3 and powers[-1] < 1e4
    ticks = [
        Tick(value, power(value, plain=plain) if round(math.log10(value)) % every == 0 else "")
        for value in powers
    ]
    if every == 1 and last - first <= 6:
        minor = (m * 10.0**e for e in range(first, last + 1) for m in range(2, 10))
        ticks += [Tick(value) for value in minor if lo <= value <= hi]
    return ticks


def power(value: float, *, plain: bool = False) -> str:
    """Return a power of ten as ``10⁻³``, or as the number itself."""
    exponent = round(math.log10(value))
    if plain or exponent == 0:
        return number(value)
    return f"10{str(exponent).translate(_SUPERSCRIPT)}"


def number(value: float, digits: int = 3) -> str:
    """Return a value as a person reads it: ``0.0123``, ``1.25 k``, ``3.2×10⁻⁵``."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    size = abs(value)
    if size == 0:
        return "0"
    if size < 1e-3 or size >= 1e15:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        return _minus(f"{mantissa}×10{str(int(exponent)).translate(_SUPERSCRIPT)}")
    for scale, prefix in _SCALES:
        if size >= scale * (1 - 0.5 * 10.0**-digits):
            return _minus(f"{value / scale:.{digits}g} {prefix}")
    return _minus(f"{value:.{digits}g}")


def _round_up(size: float) -> float:
    scale = 10.0 ** math.floor(math.log10(size))
    return next((m * scale for m in (1, 2, 5) if m * scale >= size * (1 - 1e-9)), 10 * scale)


def _alike(values: Sequence[float], size: float) -> list[str]:
    """Write all marks of an axis with the same prefix and the same number of decimals."""
    largest = max((abs(value) for value in values), default=0.0)
    if largest and (largest < 1e-3 or largest >= 1e15):
        exponent = math.floor(math.log10(largest))
        scale, suffix = 10.0**exponent, f"×10{str(exponent).translate(_SUPERSCRIPT)}"
    else:
        scale, suffix = next(
            ((scale, f" {prefix}") for scale, prefix in _SCALES if largest >= 10 * scale), (1.0, "")
        )
    decimals = max(0, -math.floor(math.log10(size / scale) + 1e-9))
    return [_minus(f"{value / scale:,.{decimals}f}{suffix}") if value else "0" for value in values]


def _minus(text: str) -> str:
    return text.replace("-", "−")
