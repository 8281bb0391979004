"""Words and numbers as people read them, and names as Python takes them."""

import keyword
import re
from collections.abc import Collection

_SCALES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def identifier(title: str) -> str:
    """Return a Python name for a title: ``Conv 3×3`` becomes ``conv_3_3``."""
    name = re.sub(r"\W+", "_", title, flags=re.ASCII).strip("_").lower() or "block"
    if name[0].isdigit():
        name = f"block_{name}"
    return f"{name}_" if keyword.iskeyword(name) or keyword.issoftkeyword(name) else name


def class_name(title: str) -> str:
    """Return a class name for a title: ``LeNet on digits`` becomes ``LeNetOnDigits``."""
    words = re.findall(r"[A-Za-z0-9]+", title)
    name = "".join(word[0].upper() + word[1:] for word in words) or "Network"
    taken = name[0].isdigit() or name in {"Tensor", "F"} or keyword.iskeyword(name)
    return f"Network{name}" if taken else name


def unique(name: str, taken: Collection[str]) -> str:
    """Return ``name``, or ``name_2``, ``name_3``, … if it is taken."""
    if name not in taken:
        return name
    count = 2
    while f"{name}_{count}" in taken:
        count += 1
    return f"{name}_{count}"


def grouped(number: int) -> str:
    """Return a whole number with its thousands apart: ``61,706``."""
    return f"{number:,}"


def scaled(number: float, unit: str = "") -> str:
    """Return a number with three figures and a prefix: ``416 k`` for 416,000."""
    for scale, prefix in _SCALES:
        if abs(number) >= scale * 0.9995:
            return f"{number / scale:.3g} {prefix}{unit}"
    return f"{number:.3g} {unit}".rstrip()


def percent(share: float, digits: int = 0) -> str:
    """Return a share as ``68 %``, with a space before the sign as before every unit."""
    return f"{100 * share:.{digits}f} %"


def plural(number: int, noun: str, nouns: str = "") -> str:
    """Return ``1 block`` or ``3 blocks``."""
    return f"{grouped(number)} {noun if number == 1 else nouns or noun + 's'}"


def duration(seconds: float) -> str:
    """Return a time as ``0:41`` or ``1:02:05``."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{secs:02}" if hours else f"{minutes}:{secs:02}"


def memory(size_bytes: float) -> str:
    """Return a size as ``0.9 MB``."""
    for scale, unit in ((1e9, "GB"), (1e6, "MB")):
        if size_bytes >= scale * 0.1:
            return f"{size_bytes / scale:,.{1 if size_bytes < 10 * scale else 0}f} {unit}"
    return f"{size_bytes / 1e3:.1f} kB"
