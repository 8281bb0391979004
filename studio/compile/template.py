"""Templates: the source text of a block with its names filled in."""

import json
import re
from collections.abc import Mapping

from studio.core.params import Value
from studio.core.shapes import Shapes, slot_of

from .plan import Call

_NAME = re.compile(r"\{([A-Za-z_][\w.]*)\}")


def module_source(call: Call) -> str:
    """Return the expression that makes the block's module."""
    return fill(_template(call.spec.init, call), call)


def statements(call: Call) -> list[str]:
    """Return the lines that compute the block's outputs."""
    template = _template(call.spec.call, call) or _plain_call(call)
    filled = fill(template, call)
    if any(f"{{{port}}} = " in template or f"{{{port}}}," in template for port in call.names):
        return filled.split("\n")
    return [f"{', '.join(call.names.values())} = {filled}"]


def expression(template: object, call: Call) -> str:
    """Return the expression that a block declares, empty for one that it leaves out."""
    return fill(_template(template, call), call)


def fill(template: str, call: Call) -> str:
    """Return a template of the block with every name in braces replaced."""
    return fill_names(template, _names(call), call.spec.id)


def fill_names(template: str, names: Mapping[str, str], owner: str) -> str:
    """Return the template with every name in braces replaced; ``owner`` declared it."""

    def text_for(found: re.Match[str]) -> str:
        assert found[1] in names, f"{owner}: {{{found[1]}}} in a template is nothing it has"
        return names[found[1]]

    return _NAME.sub(text_for, template)


def _names(call: Call) -> dict[str, str]:
    names = {name: literal(value) for name, value in call.params.items()}
    if call.facts.inferred is not None:
        names |= {name: literal(value) for name, value in call.facts.inferred.sizes.items()}
    for port in call.spec.inputs:
        if port.many:
            slots = [slot for slot in call.wired if slot.partition(".")[0] == port.name]
            names[port.name] = ", ".join(call.wired[slot] for slot in sorted(slots, key=slot_of))
    return names | dict(call.wired) | dict(call.names) | {"self": f"self.{call.attribute}"}


def literal(value: Value) -> str:
    """Return the Python text of a parameter's value."""
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return f'float("{value}")'
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _template(declared: object, call: Call) -> str:
    if callable(declared):
        declared = declared(Shapes(call.facts.inputs), call.params)
    assert isinstance(declared, str), declared
    return declared


def _plain_call(call: Call) -> str:
    stems = {name.partition(".")[0] for name in call.wired}
    given = (f"{{{port.name}}}" for port in call.spec.inputs if port.name in stems)
    return f"{{self}}({', '.join(given)})"
