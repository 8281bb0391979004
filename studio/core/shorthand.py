"""Shorthand: ``conv 64 3 > bn > relu > maxpool 2`` becomes blocks in a row, wired.

``(fc 64 > relu) ×3`` repeats a part; values stand in the order in which the block declares its
parameters, or as ``name=value``. A kind is found by its name, its title or a word for it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .blocks import BlockSpec
from .catalog import Catalog
from .edits import AddNodes
from .errors import ParamError, StudioError
from .expressions import Names, fit_in
from .graph import End, Graph, Node, NodeId, Wire
from .names import fresh_ids
from .params import Param, Value

STEP = 200.0
"""How far blocks stand apart, in canvas units."""

_TOKENS = re.compile(r"\s*(>|\(|\)|[^\s>()]+)")
_TIMES = re.compile(r"[×x*](\d+)")
_MOST = 2000


class ShorthandError(StudioError):
    """A word of a shorthand that means nothing; ``start`` and ``end`` are its place in the text."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.start = start
        self.end = end


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    def refusal(self, message: str) -> ShorthandError:
        return ShorthandError(message, self.start, self.end)


Part = tuple[BlockSpec, Mapping[str, Value]]


@dataclass(frozen=True, slots=True)
class Shorthand:
    """Where a shorthand is read: the blocks there are, and the values of the open composite."""

    catalog: Catalog
    kinds: tuple[BlockSpec, ...] = ()
    names: Names = None

    def parts(self, text: str) -> list[Part]:
        """Return the blocks of a text in a row.

        Raises:
            ShorthandError: naming the word that means nothing, and where it stands.
        """
        words = [_Word(found[1], found.start(1)) for found in _TOKENS.finditer(text)]
        if not words:
            raise ShorthandError("expected blocks such as conv 64 3 > relu, received nothing", 0, 0)
        reader = _Reader(self, words)
        parts = reader.row()
        reader.expect_end()
        return parts

    def nodes(
        self,
        text: str,
        graph: Graph,
        *,
        at: tuple[float, float] = (0.0, 0.0),
        after: End | None = None,
        where: str = "",
    ) -> AddNodes:
        """Return the edit that places the blocks of a text, wired from left to right.

        With ``after`` the first block is wired to that output.

        Raises:
            ShorthandError: naming the word that means nothing, and where it stands.
        """
        ids, titles = set(graph.nodes), {node.title for node in graph.nodes.values()}
        nodes: list[Node] = []
        wires: list[Wire] = []
        last = after
        for place, (spec, params) in enumerate(self.parts(text)):
            id_ = fresh_ids(spec.name_stem, ids)[0]
            title = fresh_ids(spec.name_stem, titles)[0]
            ids.add(id_)
            titles.add(title)
            nodes.append(Node(id_, spec.id, title, params, at[0] + place * STEP, at[1]))
            wires += _wire(last, id_, spec)
            last = End(id_, spec.outputs[0].name) if spec.outputs else None
        label = f"Add {len(nodes)} blocks" if len(nodes) > 1 else f"Add {nodes[0].title}"
        return AddNodes(tuple(nodes), tuple(wires), label=label, where=where)

    def specs(self) -> Iterable[BlockSpec]:
        """Return every block that a word may mean."""
        return (*self.kinds, *self.catalog.blocks.values())


class _Reader:
    def __init__(self, shorthand: Shorthand, words: list[_Word]) -> None:
        self._shorthand = shorthand
        self._words = words
        self._place = 0
        self._axes = "2d"

    def row(self) -> list[Part]:
        parts = self._item()
        while self._next() == ">":
            arrow = self._take()
            if self._next() in {"", ">", ")"}:
                raise arrow.refusal("expected a block behind >, received nothing")
            parts += self._item()
        return parts

    def expect_end(self) -> None:
        if self._next():
            word = self._take()
            raise word.refusal(f"expected > between blocks, received {word.text}")

    def _item(self) -> list[Part]:
        if self._next() == "(":
            opening = self._take()
            parts = self.row()
            if self._next() != ")":
                raise opening.refusal("expected ) for this (, received nothing")
            self._take()
        else:
            parts = [self._block()]
        return self._repeated(parts)

    def _repeated(self, parts: list[Part]) -> list[Part]:
        word = self._words[self._place] if self._place < len(self._words) else None
        if word is None:
            return parts
        if word.text.lower() == "repeat":
            self._take()
            word = self._words[self._place] if self._place < len(self._words) else word
        times = _TIMES.fullmatch(word.text)
        if times is None:
            if word.text.lower() == "repeat":
                raise word.refusal("expected a number such as ×3 behind Repeat, received none")
            return parts
        self._take()
        count = int(times[1][:9])
        if not 1 <= count * len(parts) <= _MOST:
            raise word.refusal(f"expected 1 to {_MOST:,} blocks, received {word.text}")
        return parts * count

    def _block(self) -> Part:
        if self._next() in {"", ">", ")"}:
            word = self._words[min(self._place, len(self._words) - 1)]
            raise word.refusal(f"expected a block, received {self._next() or 'nothing'}")
        words = [self._take()]
        spec = self._named([words[0].text])
        # "max pool" and "layer norm" are one name in two words.
        while self._next() and not self._ends() and self._longer(words):
            words.append(self._take())
            spec = self._named([word.text for word in words])
        if spec is None:
            raise words[0].refusal(f"expected a block, received {words[0].text}")
        self._axes = _axes_of(spec) or self._axes
        return spec, self._values(spec)

    def _longer(self, words: list[_Word]) -> bool:
        joined = [*(word.text for word in words), self._next()]
        return not self._next()[0].isdigit() and _exact(joined, self._shorthand.specs()) is not None

    def _named(self, words: list[str]) -> BlockSpec | None:
        specs = list(self._shorthand.specs())
        return _exact(words, specs, self._axes) or _nearest(" ".join(words), specs, self._axes)

    def _values(self, spec: BlockSpec) -> dict[str, Value]:
        values: dict[str, Value] = {}
        open_ = list(spec.params)
        while self._next() and not self._ends():
            word = self._take()
            name, equals, text = word.text.partition("=")
            named = bool(equals) and bool(name)
            param = _param(spec, name) if named else next(iter(open_), None)
            if param is None:
                known = ", ".join(param.name for param in spec.params) or "no values"
                raise word.refusal(f"{spec.title}: expected {known}, received {word.text}")
            try:
                value = text if named else word.text
                values[param.name] = fit_in(param, value, self._shorthand.names)
            except ParamError as refusal:
                raise word.refusal(f"{spec.title}: {refusal}") from None
            open_ = [other for other in open_ if other is not param]
        return values

    def _ends(self) -> bool:
        text = self._next()
        repeats = _TIMES.fullmatch(text) is not None or text.lower() == "repeat"
        return text in {">", "(", ")"} or repeats

    def _next(self) -> str:
        return self._words[self._place].text if self._place < len(self._words) else ""

    def _take(self) -> _Word:
        self._place += 1
        return self._words[self._place - 1]


def _wire(last: End | None, id_: NodeId, spec: BlockSpec) -> Iterator[Wire]:
    if last is not None and spec.inputs:
        port = spec.inputs[0]
        yield Wire(last, End(id_, f"{port.name}.0" if port.many else port.name))


def _param(spec: BlockSpec, name: str) -> Param | None:
    wanted = _plain(name)
    exact = (p for p in spec.params if wanted in {_plain(p.name), _plain(p.label)})
    begins = (p for p in spec.params if _plain(p.name).startswith(wanted))
    return next(exact, None) or next(begins, None)


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _words_for(spec: BlockSpec) -> list[tuple[int, str]]:
    """Return what a block is called, and how much each counts: its own names the most."""
    own = [(0, spec.title), (0, spec.id.rpartition(".")[2])]
    return [*own, *((1, word) for word in spec.synonyms), (2, spec.name_stem)]


def _axes_of(spec: BlockSpec) -> str:
    """Return ``2d`` for a block over images, ``1d`` for one over features; empty for others."""
    found = re.search(r"[123]d$", spec.id)
    return found[0] if found else "1d" if spec.id == "nn.linear" else ""


def _exact(words: list[str], specs: Iterable[BlockSpec], axes: str = "2d") -> BlockSpec | None:
    """Return the block that is called so; its own name counts before a word for it.

    Of blocks that are called alike the one with the axes of what stands before is meant.
    """
    wanted = _plain("".join(words))
    found: list[tuple[int, bool, int, BlockSpec]] = []
    for count, spec in enumerate(specs):
        other = _axes_of(spec) not in {"", axes}
        for rank, word in _words_for(spec):
            plain = _plain(word)
            if wanted in {plain, re.sub(r"[123]d$", "", plain)}:
                found.append((rank, other, count, spec))
    return min(found, key=lambda item: item[:3])[3] if found else None


def _nearest(word: str, specs: Iterable[BlockSpec], axes: str) -> BlockSpec | None:
    """Return the block whose name begins so, or has its letters in order; the shortest of them."""
    wanted = _plain(word)
    found: list[tuple[int, bool, int, int, BlockSpec]] = []
    for count, spec in enumerate(specs):
        other = _axes_of(spec) not in {"", axes}
        for _, name in _words_for(spec):
            plain = _plain(name)
            if len(wanted) >= 2 and plain.startswith(wanted):
                found.append((0, other, len(plain), count, spec))
            elif len(wanted) >= 3 and _in_order(wanted, plain):
                found.append((1, other, len(plain), count, spec))
    return min(found, key=lambda item: item[:4])[4] if found else None


def _in_order(letters: str, text: str) -> bool:
    rest = iter(text)
    return text[:1] == letters[:1] and all(letter in rest for letter in letters)
