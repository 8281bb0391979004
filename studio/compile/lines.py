"""Lines: Python statements, each with the path of the block it belongs to."""

import json
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from studio.core.learning import first_weights

from .classes import Classes, is_chain
from .plan import Call
from .template import statements

Line: TypeAlias = tuple[str, str]
"""A line and the path of its block, empty for none."""

BODY = " " * 8
_WIDEST = 100


def plain(*texts: str) -> Iterator[Line]:
    """Yield lines that belong to no block."""
    return ((text, "") for text in texts)


def signature(name: str, typed: Iterable[str], result: str) -> Iterator[Line]:
    """Yield the head of a method."""
    return listed(f"    def {name}(", ["self", *typed], f") -> {result}:")


def listed(opening: str, items: list[str], closing: str) -> Iterator[Line]:
    """Yield a list on one line, or with a line for each item where that is too long."""
    line = f"{opening}{', '.join(items)}{closing}"
    if len(line) <= _WIDEST:
        return plain(line)
    margin = " " * (len(opening) - len(opening.lstrip()))
    return plain(opening, *(f"{margin}    {item}," for item in items), f"{margin}{closing}")


def result_type(returned: tuple[str, ...]) -> str:
    """Return the type of what a method returns."""
    return "Tensor" if len(returned) == 1 else f"tuple[{', '.join(['Tensor'] * len(returned))}]"


def module_lines(call: Call, source: str, path: str) -> Iterator[Line]:
    """Yield what makes the module of a block; frozen weights are never trained."""
    yield f"{BODY}self.{call.attribute} = {source}", path
    for name, sizes in (call.facts.inferred.weights if call.facts.inferred else {}).items():
        weight = f"self.{call.attribute}{f'.{name}' if name else ''}"
        statement = first_weights(call.node.weights, weight) if len(sizes) > 1 else ""
        if statement:
            yield f"{BODY}{statement}", path
    if call.node.mode == "freeze":
        yield f"{BODY}self.{call.attribute}.requires_grad_(False)", path


def call_lines(call: Call, shapes: str, path: str) -> Iterator[Line]:
    """Yield what computes the values of a block; the last line tells their shapes."""
    *before, last = _instance(call) if call.facts.inside is not None else statements(call)
    yield from ((f"{BODY}{text}", path) for text in before)
    yield f"{BODY}{last}  # {shapes}", path


def tapped_lines(call: Call, shapes: str, path: str, classes: Classes, at: str) -> Iterator[Line]:
    """Yield the same, and what tells the values to ``tap``; inside instances too.

    The modules of the twin are those of the program, so the twin calls its own ``forward`` on them.
    ``at`` is the source of the path so far, empty in the network's own class.
    """
    inner = classes.of(call)
    if inner is None:
        yield from call_lines(call, shapes, path)
    else:
        *before, last = _tapped_instance(call, inner.name, at)
        yield from ((f"{BODY}{text}", path) for text in before)
        yield f"{BODY}{last}  # {shapes}", path
    yield tap_line(call, path, at)


def tap_line(call: Call, path: str, at: str = "") -> Line:
    """Return the line that tells the first value of a block."""
    first = next(iter(call.names.values()))
    return f"{BODY}tap({_joined(at, call.node.id)}, {first})", path


def quoted(text: str) -> str:
    """Return a text as Python writes it."""
    return json.dumps(text, ensure_ascii=False)


def _instance(call: Call) -> list[str]:
    if not call.stacked or is_chain(call):
        return [f"{call.results} = self.{call.attribute}({', '.join(call.arguments)})"]
    first, arguments = _carried(call)
    head = f"for layer in self.{call.attribute}:"
    return [*first, head, f"    {call.results} = layer({arguments})"]


def _tapped_instance(call: Call, name: str, at: str) -> list[str]:
    if not call.stacked:
        given = [f"self.{call.attribute}", *call.arguments, _joined(at, f"{call.node.id}/")]
        return [f"{call.results} = {name}.forward({', '.join(given)})"]
    first, arguments = _carried(call)
    where = f'{_joined(at, f"{call.node.id}#")} + str(number) + "/"'
    head = f"for number, layer in enumerate(self.{call.attribute}, start=1):"
    return [*first, head, f"    {call.results} = {name}.forward(layer, {arguments}, {where})"]


def _carried(call: Call) -> tuple[list[str], str]:
    """Return how the loop over a stack begins, and the arguments of each in it.

    Outputs go into the first inputs, one by one; the other inputs are the same for each.
    """
    results = list(call.names.values())
    first = ", ".join(call.arguments[: len(results)])
    begin = [f"{call.results} = {first}"] if call.results != first else []
    return begin, ", ".join([*results, *call.arguments[len(results) :]])


def _joined(at: str, text: str) -> str:
    return f"{at} + {quoted(text)}" if at else quoted(text)
