"""Naming: which weight of a reference implementation is which weight of a drawing.

A map is a list of rules over names, read from JSON. In a rule ``{i}`` stands for a whole number,
``{*}`` for the last word of a name (``weight``, ``running_mean``), and ``[.{i}]`` for the number in
a stack, which a stack of one does not have: there it counts as 0. ``{i+1}`` counts on. Several
names of the reference are joined along the first axis.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, TypeAlias

import msgspec

from studio.core.errors import FileError
from studio.core.text import plural

Sizes: TypeAlias = tuple[int, ...]
How: TypeAlias = Literal["", "transpose", "squeeze"]
"""What is done to the numbers: nothing, rows become columns, or a first axis of size 1 goes."""

_COUNTER = ".num_batches_tracked"
"""Old files lack what batch normalisation counts here; no output depends on it."""

_SHOWN = 6


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Weights called ``ours`` are made of those called ``theirs``; ``note`` is told when used."""

    ours: str
    theirs: str | tuple[str, ...]
    how: How = ""
    note: str = ""


class WeightMap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the weights of one reference implementation are called in our drawings.

    Of several rules for one weight the first counts whose names are there. A file may leave the
    ``prefix`` of its names out. ``tied`` names repeat the numbers of another, ``unused`` names say
    why nothing is lost without them. ``settings`` lists the addresses that a value of the
    reference's configuration is set at, ``expects`` values that a drawing cannot differ from.
    """

    title: str
    reference: str
    documents: tuple[str, ...]
    rules: tuple[Rule, ...]
    prefix: str = ""
    tied: dict[str, str] = {}
    unused: dict[str, str] = {}
    settings: dict[str, tuple[str, ...]] = {}
    expects: dict[str, tuple[bool | int | float | str | None, ...]] = {}

    def sources(self, ours: str) -> "Iterator[tuple[Rule, tuple[str, ...]]]":
        """Yield the rules for one of our weights with the names of the reference."""
        for rule in self.rules:
            found = _pattern(rule.ours).fullmatch(ours)
            if found is not None:
                names = (rule.theirs,) if isinstance(rule.theirs, str) else rule.theirs
                yield rule, tuple(_filled(name, found.groupdict()) for name in names)


@dataclass(frozen=True, slots=True)
class Taken:
    """One of our weights: the names it is made of (none: zeros), and what is done to them."""

    ours: str
    theirs: tuple[str, ...]
    how: How
    sizes: Sizes


@dataclass(slots=True)
class Matched:
    """What a map makes of a file: the weights, the names that repeat others, words to say."""

    taken: list[Taken] = field(default_factory=list)
    tied: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def refusal(self) -> str:
        """Return every fault as a line, empty for none; of many alike the first few."""
        return "\n".join(
            f"{plural(len(lines), 'weight')} {what}:\n{_listed(lines)}"
            for what, lines in (
                ("missing", self.missing),
                ("of another shape", self.wrong),
                ("unknown", self.unknown),
            )
            if lines
        )


def read_map(content: bytes, name: str) -> WeightMap:
    """Read a map from JSON.

    Raises:
        FileError: it is no map; the place is named.
    """
    try:
        read = msgspec.json.decode(content, type=WeightMap)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise FileError(f"{name}: this is not a map of weights: {error}") from None
    for rule in read.rules:
        try:
            _pattern(rule.ours)
        except re.error:
            raise FileError(f"{name}: expected each letter once in {rule.ours}") from None
    return read


def match(known: WeightMap, ours: Mapping[str, Sizes], theirs: Mapping[str, Sizes]) -> Matched:
    """Find the names of a reference's file for each weight of a drawing, and check the shapes."""
    there = _Names(known.prefix, theirs)
    matched = Matched()
    for name, sizes in ours.items():
        _match_one(known, name, sizes, there, matched)
    used = {name for taken in matched.taken for name in taken.theirs}
    for name, source in known.tied.items():
        if (one := there.find(name)) and (other := there.find(source)):
            matched.tied[one] = other
    for name in theirs.keys() - used - matched.tied.keys():
        if not any(there.fits(pattern, name) for pattern in known.unused):
            matched.unknown.append(f"{name}: the drawing has no place for it")
    matched.unknown.sort()
    return matched


def names_for(known: WeightMap, ours: Mapping[str, Sizes]) -> tuple[Taken, ...]:
    """Return the names by the first rule for each weight of a drawing; those without are left out.

    The names are those of the whole reference implementation, with its prefix.
    """
    found = ((name, next(known.sources(name), None)) for name in ours)
    return tuple(
        Taken(name, first[1], first[0].how, ours[name])
        for name, first in found
        if first is not None
    )


def said(sizes: Sizes) -> str:
    """Return a shape in words."""
    return "×".join(map(str, sizes)) or "one number"


@dataclass(frozen=True, slots=True)
class _Names:
    """The names of a file, with and without the prefix."""

    prefix: str
    theirs: Mapping[str, Sizes]

    def find(self, name: str) -> str:
        """Return the name as the file has it, empty if it does not."""
        short = name.removeprefix(self.prefix)
        return next((one for one in (name, short) if one in self.theirs), "")

    def fits(self, pattern: str, name: str) -> bool:
        """Tell whether a name is one that a pattern stands for."""
        return any(
            _pattern(one).fullmatch(name) for one in (pattern, pattern.removeprefix(self.prefix))
        )


def _match_one(known: WeightMap, name: str, sizes: Sizes, there: _Names, matched: Matched) -> None:
    candidates = list(known.sources(name))
    for rule, names in candidates:
        found = tuple(there.find(one) for one in names)
        if not all(found):
            continue
        given = _sizes_after(rule.how, [there.theirs[one] for one in found])
        if given != sizes:
            wanted = said(_sizes_before(rule.how, sizes))
            raw = " and ".join(said(there.theirs[one]) for one in found)
            matched.wrong.append(
                f"{' and '.join(found)}: expected {wanted} for {name}, received {raw}"
            )
        matched.taken.append(Taken(name, found, rule.how, sizes))
        matched.notes += [f"{name}: {rule.note}"] if rule.note else []
        return
    if name.endswith(_COUNTER):
        matched.taken.append(Taken(name, (), "", sizes))
    elif candidates:
        wanted = " and ".join(candidates[0][1])
        matched.missing.append(f"{wanted}: expected {said(sizes)} for {name}, found nothing")
    else:
        matched.missing.append(f"{name}: the map has no rule for this weight of the drawing")


def _sizes_after(how: How, given: list[Sizes]) -> Sizes | None:
    """Return the shape that comes out, None where the way does not suit."""
    first = given[0]
    if len(given) > 1:
        alike = all(one and one[1:] == first[1:] for one in given)
        first = (sum(one[0] for one in given), *first[1:]) if alike else ()
    if how == "transpose":
        return first[::-1] if len(first) == 2 else None
    if how == "squeeze":
        return first[1:] if first[:1] == (1,) else None
    return first


def _sizes_before(how: How, sizes: Sizes) -> Sizes:
    return {"": sizes, "transpose": sizes[::-1], "squeeze": (1, *sizes)}[how]


@lru_cache(maxsize=1024)
def _pattern(rule: str) -> re.Pattern[str]:
    text = re.escape(rule)
    text = re.sub(r"\\\[\\\.\\\{([a-z])\\\}\\\]", r"(?:\\.(?P<\1>\\d+))?", text)
    text = re.sub(r"\\\{([a-z])\\\}", r"(?P<\1>\\d+)", text)
    return re.compile(text.replace(r"\{\*\}", r"(?P<rest>\w+)"))


def _filled(name: str, found: Mapping[str, str | None]) -> str:
    def number(mark: re.Match[str]) -> str:
        return str(int(found.get(mark[1]) or 0) + int(mark[2] or 0))

    return re.sub(r"\{([a-z])([+-]\d+)?\}", number, name).replace("{*}", found.get("rest") or "")


def _listed(lines: list[str]) -> str:
    more = [f"  and {len(lines) - _SHOWN:,} more"] if len(lines) > _SHOWN else []
    return "\n".join([*(f"  {line}" for line in lines[:_SHOWN]), *more])
