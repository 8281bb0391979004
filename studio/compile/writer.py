"""Writer: a plan becomes lines of Python, each remembering the block it belongs to."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from studio.core.text import grouped, identifier

from .imports import import_lines
from .modules import Copied
from .plan import Call, Plan
from .template import metric_sources, module_source, statements

_AXES = {
    "B": "batch",
    "C": "channels",
    "H": "height",
    "W": "width",
    "T": "steps",
    "D": "features",
    "L": "layers",
}
_BODY = " " * 8
_WIDEST = 100


@dataclass(frozen=True, slots=True)
class Page:
    """What is to be written: a plan under a title, and the classes that it copies.

    ``tail`` are lines behind the class.
    """

    plan: Plan
    title: str
    class_name: str
    copied: tuple[Copied, ...]
    tail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """The text, the block of each line (from 1), and the names of the metrics."""

    text: str
    blocks: dict[int, str]
    metrics: tuple[str, ...]


_Line = tuple[str, str]
"""A line and the id of its block, empty for none."""


def write_page(page: Page) -> Written:
    """Return the text of a program."""
    return write_both(page)[0]


def write_both(page: Page) -> tuple[Written, Written]:
    """Return the text of a program and of its tapped twin.

    The twin's ``forward`` also tells every value to ``tap(block id, value)``.
    """
    plan = page.plan
    metrics = dict(_metrics(plan))
    before = [
        *_plain(f"class {page.class_name}(nn.Module):"),
        *_plain(f'    """{_description(plan)}"""', ""),
        *_init(plan),
    ]
    bodies = [list(_statements(call)) for call in plan.forward]
    after = [
        *(_losses(plan) if plan.losses else ()),
        *(_measures(plan, metrics) if plan.losses else ()),
        *(_plain("", "", *page.tail) if page.tail else ()),
    ]
    plain = [*before, *_forward(plan, bodies), *after]
    tapped = [*before, *_tapped_forward(plan, bodies), *after]
    head = [*_plain(*_head(page, "\n".join(text for text, _ in plain)))]
    return _written(head + plain, tuple(metrics)), _written(head + tapped, tuple(metrics))


def _written(lines: list[_Line], metrics: tuple[str, ...]) -> Written:
    return Written(
        "\n".join(text for text, _ in lines) + "\n",
        {number: block for number, (_, block) in enumerate(lines, start=1) if block},
        metrics,
    )


def _head(page: Page, network: str) -> list[str]:
    letters = set("".join(re.findall(r"\b[a-z]\w*_([A-Z]+)\b", network)))
    legend = ", ".join(f"{letter} = {word}" for letter, word in _AXES.items() if letter in letters)
    title = " ".join(page.title.split()).replace("\\", "/").replace('"', "'") or "A network"
    head = [f'"""{title}."""', "", *([f"# {legend}", ""] if legend else [])]
    head += [*import_lines(network, page.copied), "", ""]
    for copied in page.copied:
        head += [*copied.text.split("\n"), "", ""]
    return head


def _description(plan: Plan) -> str:
    given = ", ".join(_described(call, "y") for call in plan.inputs) or "nothing"
    returned = ", ".join(_described(call, port) for call, port in plan.outputs)
    weights = sum(call.facts.parameters for call in plan.blocks)
    return f"{given} -> {returned}; {grouped(weights)} parameters."


def _described(call: Call, port: str) -> str:
    shape = call.facts.outputs.get(port) or next(iter(call.facts.outputs.values()))
    return f"{identifier(call.node.title)} {shape}"


def _init(plan: Plan) -> Iterator[_Line]:
    yield from _plain("    def __init__(self) -> None:", f"{_BODY}super().__init__()")
    for call in plan.blocks:
        if call.attribute:
            yield f"{_BODY}self.{call.attribute} = {module_source(call)}", call.node.id
    yield from _plain("")


def _forward(plan: Plan, bodies: list[list[_Line]]) -> Iterator[_Line]:
    arguments = [name for call in plan.inputs for name in call.names.values()]
    kinds = ["Tensor"] * len(plan.returned)
    result = kinds[0] if len(kinds) == 1 else f"tuple[{', '.join(kinds)}]"
    yield from _signature("forward", arguments, result)
    for body in bodies:
        yield from body
    yield from _plain(f"{_BODY}return {', '.join(plan.returned)}")


def _tapped_forward(plan: Plan, bodies: list[list[_Line]]) -> Iterator[_Line]:
    taps = (_tap(call) for call in plan.inputs)
    told = [[*body, _tap(call)] for call, body in zip(plan.forward, bodies, strict=True)]
    return _forward(plan, [[*taps], *told])


def _losses(plan: Plan) -> Iterator[_Line]:
    yield from _plain("")
    yield from _signature("losses", plan.late_arguments, "dict[str, Tensor]")
    for call in plan.late:
        yield from _statements(call)
    entries = [f"{_quoted(call.node.id)}: {_first_name(call)}" for call in plan.losses]
    yield from _listed(f"{_BODY}return {{", entries, "}")


def _measures(plan: Plan, metrics: Mapping[str, tuple[Call, str]]) -> Iterator[_Line]:
    yield from _plain("")
    yield from _signature("metrics", plan.late_arguments, "dict[str, Tensor]")
    for call in _needed(plan, {call.node.id for call, _ in metrics.values()}):
        yield from _statements(call)
    yield from _plain(f"{_BODY}return {{")
    for name, (call, source) in metrics.items():
        yield f"{_BODY}    {_quoted(name)}: {source},", call.node.id
    yield from _plain(f"{_BODY}}}")


def _metrics(plan: Plan) -> Iterator[tuple[str, tuple[Call, str]]]:
    """Name every metric; the loss's title tells apart those of the same name."""
    found = [(call, metric_sources(call)) for call in plan.losses]
    names = [name for _, sources in found for name in sources]
    for call, sources in found:
        for name, source in sources.items():
            shared = names.count(name) > 1
            yield f"{name} of {call.node.id}" if shared else name, (call, source)


def _needed(plan: Plan, measured: set[str]) -> Iterator[Call]:
    """Yield the late blocks before the measured losses, in order."""
    wanted = {name for call in plan.losses if call.node.id in measured for name in _wired(call)}
    found = []
    for call in reversed(plan.late):
        if wanted & set(call.names.values()):
            wanted |= set(_wired(call))
            found.append(call)
    return reversed(found)


def _statements(call: Call) -> Iterator[_Line]:
    *before, last = statements(call)
    yield from ((f"{_BODY}{text}", call.node.id) for text in before)
    shapes = ", ".join(str(shape) for shape in call.facts.outputs.values())
    yield f"{_BODY}{last}  # {shapes}", call.node.id


def _tap(call: Call) -> _Line:
    return f"{_BODY}tap({_quoted(call.node.id)}, {_first_name(call)})", call.node.id


def _plain(*texts: str) -> Iterator[_Line]:
    return ((text, "") for text in texts)


def _signature(name: str, arguments: Iterable[str], result: str) -> Iterator[_Line]:
    typed = ["self", *(f"{argument}: Tensor" for argument in arguments)]
    return _listed(f"    def {name}(", typed, f") -> {result}:")


def _listed(opening: str, items: list[str], closing: str) -> Iterator[_Line]:
    """Yield a list on one line, or with a line for each item where that is too long."""
    line = f"{opening}{', '.join(items)}{closing}"
    if len(line) <= _WIDEST:
        return _plain(line)
    margin = " " * (len(opening) - len(opening.lstrip()))
    return _plain(opening, *(f"{margin}    {item}," for item in items), f"{margin}{closing}")


def _first_name(call: Call) -> str:
    return next(iter(call.names.values()))


def _wired(call: Call) -> Iterable[str]:
    return call.wired.values()


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
