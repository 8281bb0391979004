"""Comparing what is there for the eye alone: frames, notes, bends of wires and bookmarks."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from .graph import End, Graph
from .marks import Frame, Point, View
from .text import plural

Change: TypeAlias = Literal["added", "removed", "changed"]
SIGNS: Mapping[Change, str] = {"added": "+", "removed": "-", "changed": "~"}


@dataclass(frozen=True, slots=True)
class MarkDifference:
    """One frame, note, bent wire or bookmark that is not the same.

    ``name`` is the id of a frame, the name of a bookmark or the input of a wire; ``before`` and
    ``after`` are what stood there, None for nothing; ``how`` says what of it is different.
    """

    kind: Literal["frame", "note", "bends", "bookmark"]
    name: str
    title: str
    before: Frame | View | tuple[Point, ...] | None
    after: Frame | View | tuple[Point, ...] | None
    how: tuple[str, ...] = ()

    @property
    def change(self) -> Change:
        """Whether it is new, gone or different."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"

    @property
    def words(self) -> str:
        """What it is, and what of it is different."""
        what = f"bends of {self.title}" if self.kind == "bends" else f"{self.kind} {self.title}"
        return f"{what}: {'; '.join(self.how)}" if self.how else what

    def __str__(self) -> str:
        return f"{SIGNS[self.change]} {self.words}"


def marks_between(old: Graph, new: Graph) -> Iterator[MarkDifference]:
    """Yield what leads from the marks of one drawing to those of another.

    A wire that is new or gone takes its bends along; they are not told beside it.
    """
    for id_ in sorted({*old.frames, *new.frames}):
        yield from _frame(id_, old.frames.get(id_), new.frames.get(id_))
    for end in sorted({*old.bends, *new.bends}):
        if old.feeds.get(end) == new.feeds.get(end):
            yield from _bends(end, old, new)
    for name in sorted({*old.bookmarks, *new.bookmarks}):
        one, two = old.bookmarks.get(name), new.bookmarks.get(name)
        if one != two:
            how = ("another view",) if one and two else ()
            yield MarkDifference("bookmark", name, name, one, two, how)


def _frame(id_: str, old: Frame | None, new: Frame | None) -> Iterator[MarkDifference]:
    known = new or old
    if old == new or known is None:
        return
    title = known.title or _begin(known.text) or id_
    how = tuple(_how(old, new)) if old and new else ()
    yield MarkDifference(known.kind, id_, title, old, new, how)


def _how(old: Frame, new: Frame) -> Iterator[str]:
    for name in ("kind", "title", "text", "colour"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield f"{name} {_begin(before) or 'none'} → {_begin(after) or 'none'}"
    if old.collapsed != new.collapsed:
        yield "collapsed" if new.collapsed else "opened"
    if (old.width, old.height) != (new.width, new.height):
        yield "size"
    if (old.x, old.y) != (new.x, new.y):
        yield "moved"


def _bends(end: End, old: Graph, new: Graph) -> Iterator[MarkDifference]:
    before, after = old.bends.get(end), new.bends.get(end)
    if before != after:
        how = "moved"
        if len(before or ()) != len(after or ()):
            how = f"{plural(len(before or ()), 'point')} → {len(after or ())}"
        title = f"{new.feeds[end]} -> {end}"
        yield MarkDifference("bends", str(end), title, before, after, (how,))


def _begin(text: str) -> str:
    """Return the beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"


def as_named(marks: Iterable[MarkDifference]) -> list[dict[str, object]]:
    """Return the differences as plain named values, for JSON."""
    return [
        {"kind": mark.kind, "name": mark.name, "change": mark.change, "how": list(mark.how)}
        for mark in marks
    ]
