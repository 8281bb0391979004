"""Writer: a plan becomes lines of Python, each remembering the block it belongs to."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from studio.core.text import grouped, identifier

from .classes import Classes
from .imports import import_lines
from .inner import class_lines
from .lines import (
    BODY,
    Line,
    call_lines,
    listed,
    module_lines,
    plain,
    quoted,
    result_type,
    signature,
    tap_line,
    tapped_lines,
)
from .measures import Entry, Measures, measures_of
from .modules import Copied
from .plan import Call, Plan

_AXES = {
    "B": "batch",
    "C": "channels",
    "H": "height",
    "W": "width",
    "T": "steps",
    "D": "features",
    "L": "layers",
}


@dataclass(frozen=True, slots=True)
class Page:
    """What is to be written: a plan under a title, and the classes that it copies.

    ``tail`` are lines behind the class, ``classes`` those of its composites.
    """

    plan: Plan
    title: str
    class_name: str
    copied: tuple[Copied, ...]
    classes: Classes
    tail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """The text, the block of each line (from 1), and what it measures."""

    text: str
    blocks: dict[int, str]
    measures: Measures


def write_page(page: Page) -> Written:
    """Return the text of a program."""
    return write_both(page)[0]


def write_both(page: Page) -> tuple[Written, Written]:
    """Return the text of a program and of its tapped twin.

    The twin's ``forward`` also tells every value to ``tap(block id, value)``.
    """
    plan, classes = page.plan, page.classes
    measures = measures_of(plan)
    before = [
        *plain(f"class {page.class_name}(nn.Module):"),
        *plain(f'    """{_description(plan)}"""', ""),
        *_init(plan, classes),
    ]
    after = [
        *(_losses(plan) if plan.losses else ()),
        *(_measures(plan, measures) if plan.losses else ()),
        *(_scored(plan, measures) if measures.scored else ()),
        *(plain("", "", *page.tail) if page.tail else ()),
    ]
    written = []
    for tapped in (False, True):
        inner = [line for one in classes.all for line in class_lines(one, classes, tapped=tapped)]
        forward = _tapped_forward(plan, classes) if tapped else _forward(plan)
        written.append([*inner, *before, *forward, *after])
    head = [*plain(*_head(page, "\n".join(text for text, _ in written[0])))]
    return _written(head + written[0], measures), _written(head + written[1], measures)


def _written(lines: list[Line], measures: Measures) -> Written:
    return Written(
        "\n".join(text for text, _ in lines) + "\n",
        {number: block for number, (_, block) in enumerate(lines, start=1) if block},
        measures,
    )


def _head(page: Page, network: str) -> list[str]:
    letters = set("".join(re.findall(r"\b[a-z]\w*_([A-Z]+)\b", network)))
    legend = ", ".join(f"{letter} = {word}" for letter, word in _AXES.items() if letter in letters)
    title = " ".join(page.title.split()).replace("\\", "/").replace('"', "'") or "A network"
    head = [f'"""{title}."""', "", *([f"# {legend}", ""] if legend else [])]
    named = _named(page.copied, network)
    head += [*import_lines(network, named), "", ""]
    for copied in named:
        head += [*copied.text.split("\n"), "", ""]
    return head


def _named(copied: Iterable[Copied], network: str) -> list[Copied]:
    """Return what the text names, itself or in what it names; what is needed stands first."""
    found: list[Copied] = []
    for one in reversed(tuple(copied)):
        texts = (network, *(other.text for other in found))
        if any(re.search(rf"\b{one.name}\b", text) for text in texts):
            found.insert(0, one)
    return found


def _description(plan: Plan) -> str:
    given = ", ".join(_described(call, "y") for call in plan.inputs) or "nothing"
    returned = ", ".join(_described(call, port) for call, port in plan.outputs)
    weights = sum(call.facts.parameters for call in plan.blocks)
    return f"{given} -> {returned}; {grouped(weights)} parameters."


def _described(call: Call, port: str) -> str:
    shape = call.facts.outputs.get(port) or next(iter(call.facts.outputs.values()))
    return f"{identifier(call.node.title)} {shape}"


def _init(plan: Plan, classes: Classes) -> Iterator[Line]:
    yield from plain("    def __init__(self) -> None:", f"{BODY}super().__init__()")
    for call in plan.blocks:
        if call.owns:
            source = classes.module(call, call.facts, str(call.facts.repeat))
            yield from module_lines(call, source, call.node.id)
    yield from plain("")


def _forward(plan: Plan) -> Iterator[Line]:
    yield from _head_of_forward(plan)
    for call in plan.forward:
        yield from _statements(call)
    yield from plain(f"{BODY}return {', '.join(plan.returned)}")


def _tapped_forward(plan: Plan, classes: Classes) -> Iterator[Line]:
    yield from _head_of_forward(plan)
    for call in plan.inputs:
        yield tap_line(call, call.node.id)
    for call in plan.forward:
        yield from tapped_lines(call, _shapes(call), call.node.id, classes, "")
    yield from plain(f"{BODY}return {', '.join(plan.returned)}")


def _head_of_forward(plan: Plan) -> Iterator[Line]:
    names = [name for call in plan.inputs for name in call.names.values()]
    return signature("forward", _tensors(names), result_type(plan.returned))


def _tensors(names: Iterable[str]) -> list[str]:
    return [f"{name}: Tensor" for name in names]


def _losses(plan: Plan) -> Iterator[Line]:
    yield from plain("")
    yield from signature("losses", _tensors(plan.late_arguments), "dict[str, Tensor]")
    for call in plan.late:
        if call.spec.role != "metric":
            yield from _statements(call)
    entries = [f"{quoted(call.node.id)}: {_first_name(call)}" for call in plan.losses]
    yield from listed(f"{BODY}return {{", entries, "}")


def _measures(plan: Plan, measures: Measures) -> Iterator[Line]:
    """Write ``metrics``, and ``counts`` where something is not a mean over samples."""
    measured = measures.metrics
    yield from _dictionary(plan, "metrics", measured)
    if measures.counts:
        yield from _dictionary(plan, "counts", measures.counts)


def _scored(plan: Plan, measures: Measures) -> Iterator[Line]:
    """Write what metrics of a whole part keep of a batch."""
    return _dictionary(plan, "scored", measures.scored, "dict[str, tuple[Tensor, ...]]")


def _dictionary(
    plan: Plan, name: str, entries: Mapping[str, Entry], result: str = "dict[str, Tensor]"
) -> Iterator[Line]:
    yield from plain("")
    yield from signature(name, _tensors(plan.late_arguments), result)
    for call in _needed(plan, {call.node.id for call, _ in entries.values()}):
        yield from _statements(call)
    yield from plain(f"{BODY}return {{")
    for key, (call, source) in entries.items():
        yield f"{BODY}    {quoted(key)}: {source},", call.node.id
    yield from plain(f"{BODY}}}")


def _needed(plan: Plan, measured: set[str]) -> Iterator[Call]:
    """Yield the late blocks before the measured losses, in order."""
    ends = (*plan.losses, *plan.metrics)
    wanted = {name for call in ends if call.node.id in measured for name in _wired(call)}
    found = []
    for call in reversed(plan.late):
        if wanted & set(call.names.values()):
            wanted |= set(_wired(call))
            found.append(call)
    return reversed(found)


def _statements(call: Call) -> Iterator[Line]:
    return call_lines(call, _shapes(call), call.node.id)


def _shapes(call: Call) -> str:
    return ", ".join(str(shape) for shape in call.facts.outputs.values())


def _first_name(call: Call) -> str:
    return next(iter(call.names.values()))


def _wired(call: Call) -> Iterable[str]:
    return call.wired.values()
