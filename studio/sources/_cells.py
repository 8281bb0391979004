"""Cells: numbers, dates and nothing at all, as people write them into tables."""

import re
from datetime import UTC, datetime
from functools import lru_cache

MISSING = frozenset(
    {"", "na", "n/a", "#n/a", "nan", "null", "none", "?", "-", "--", "nil", "missing", "<na>"}
)
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")
_COMMA = re.compile(r"[-+]?(?:\d{1,3}(?:\.\d{3})+|\d+),\d+(?:[eE][-+]?\d+)?")
_SIGNS = "$€£¥% \u00a0\u202f"
_LONGEST_NUMBER = 64

FORMATS = (
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d/%m/%Y",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%d-%b-%Y",
    "%d-%m-%Y",
)
"""Ways to write a date beside ISO 8601; of an ambiguous one the first that fits all counts."""

ISO = "ISO"


def is_missing(text: str) -> bool:
    """Tell whether a cell says that there is nothing."""
    return text.strip().lower() in MISSING


def number(text: str, *, comma: bool = False) -> float | None:
    """Return the number a cell holds; None where it holds another thing.

    Signs of money and per cent, and commas between thousands, are passed over. With ``comma`` the
    comma is the decimal mark. Infinity is no number.
    """
    if len(text) > _LONGEST_NUMBER:
        return None
    if comma and _COMMA.fullmatch(text.strip()):
        text = text.replace(".", "").replace(",", ".")
    try:
        found = float(text)
    except ValueError:
        return _dressed(text)
    if "_" in text or found - found != 0.0:
        return None
    return found


def _dressed(text: str) -> float | None:
    plain = text.strip(_SIGNS + "\t")
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    try:
        found = float(plain) if "_" not in plain else float("nan")
    except ValueError:
        return None
    return found if found - found == 0.0 else None


@lru_cache(maxsize=65_536)
def date(text: str, form: str) -> datetime | None:
    """Return the moment a cell names in this form, without its time zone; None for another."""
    text = text.strip()
    try:
        found = datetime.fromisoformat(text) if form == ISO else datetime.strptime(text, form)
    except ValueError:
        return None
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found


def date_form(texts: list[str]) -> str:
    """Return the form in which nearly all of these are dates; empty where there is none."""
    tried = texts[:400]
    if not tried or sum(map(_like_a_date, tried)) < 0.95 * len(tried):
        return ""
    for form in (ISO, *FORMATS):
        fitting = sum(date(text, form) is not None for text in tried)
        if fitting >= 0.95 * len(tried):
            return form
    return ""


def _like_a_date(text: str) -> bool:
    """Tell whether a cell has the length and the signs of a date; 20240131 is a number."""
    plain = text.strip()
    return 6 <= len(plain) <= 40 and any(sign in plain for sign in "-/. ") and plain[-1] != "-"
