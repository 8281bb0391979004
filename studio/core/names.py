"""Names: ids that are free, ids that fit an address, and the order in which people read them."""

import re
from collections.abc import Iterable

WANTED_ID = "without spaces, dots and any of / # ="
"""What fits as an id, for error messages."""


def fits_as_id(id_: str) -> bool:
    """Tell whether an id can stand in an address such as ``conv1.x`` or ``encoder#2/conv1``."""
    return id_.isprintable() and re.fullmatch(r"[^\s./#=]+", id_) is not None


def fresh_ids(stem: str, taken: Iterable[str], *, number: int = 1) -> list[str]:
    """Return ``number`` names ``stem1``, ``stem2``, … that are not taken, the lowest first."""
    taken = set(taken)
    names: list[str] = []
    count = 1
    while len(names) < number:
        name = f"{stem}{count}"
        if name not in taken:
            names.append(name)
        count += 1
    return names


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """Sort key under which ``conv2`` stands before ``conv10``."""
    parts = re.split(r"(\d+)", name)
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts)
