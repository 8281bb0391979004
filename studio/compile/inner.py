"""Inner: the class of a composite as lines of Python."""

from collections.abc import Iterator

from .classes import Classes, InnerClass
from .lines import (
    Line,
    call_lines,
    module_lines,
    plain,
    result_type,
    signature,
    tap_line,
    tapped_lines,
)


def class_lines(inner: InnerClass, classes: Classes, *, tapped: bool) -> Iterator[Line]:
    """Yield the class, and two empty lines behind it."""
    yield from plain(f"class {inner.name}(nn.Module):", f'    """{_description(inner)}"""', "")
    typed = [f"{argument.name}: {argument.kind}" for argument in inner.arguments]
    yield from signature("__init__", typed, "None")
    yield from plain("        super().__init__()")
    for call, source in inner.modules:
        yield from module_lines(call, source, f"{inner.path}/{call.node.id}")
    yield from plain("")
    given = [f"{call.names['y']}: Tensor" for call in inner.plan.inputs]
    result = result_type(inner.plan.returned)
    yield from signature("forward", [*given, *(["at: str"] if tapped else [])], result)
    if tapped:
        for call in inner.plan.inputs:
            yield tap_line(call, f"{inner.path}/{call.node.id}", "at")
    for call in inner.plan.forward:
        path = f"{inner.path}/{call.node.id}"
        shapes = ", ".join(inner.shapes[call.node.id, port] for port in call.names)
        if tapped:
            yield from tapped_lines(call, shapes, path, classes, "at")
        else:
            yield from call_lines(call, shapes, path)
    yield from plain(f"        return {', '.join(inner.plan.returned)}", "", "")


def _description(inner: InnerClass) -> str:
    given = ", ".join(
        f"{call.names['y'].partition('_')[0]} {inner.shapes[call.node.id, 'y']}"
        for call in inner.plan.inputs
    )
    returned = ", ".join(inner.shapes[call.node.id, port] for call, port in inner.plan.outputs)
    title = " ".join(inner.composite.title.split()).replace("\\", "/").replace('"', "'")
    return f"{title}: {given or 'nothing'} -> {returned}."
