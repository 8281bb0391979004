"""Expressions: ``4*d_model`` or ``not causal`` as a parameter's value, over names.

Arithmetic, switches, comparisons and a choice between two, and nothing else.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from math import isfinite
from typing import TypeAlias, TypeGuard

from .errors import ParamError
from .params import Param, Value

Number: TypeAlias = int | float
Names: TypeAlias = Mapping[str, Value] | None
"""The values of the enclosing composite's parameters; None outside composites."""

_BINARY: Mapping[type[ast.operator], Callable[[Number, Number], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_COMPARISONS: Mapping[type[ast.cmpop], Callable[..., bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_LONGEST = 300
"""Letters of an expression; deeper nesting than fits in is nobody's arithmetic."""

_FUNCTIONS: Mapping[str, Callable[..., Number]] = {
    "min": min,
    "max": max,
    "round": round,
    "int": int,
}


def is_expression(value: object) -> TypeGuard[str]:
    """Tell whether a parameter's value is an expression: text that begins with ``=``."""
    return isinstance(value, str) and value.startswith("=")


def is_repeat(value: object) -> TypeGuard[int | str]:
    """Tell whether a value can say how often a block is stacked: from 1, or an expression."""
    if isinstance(value, bool):
        return False
    return is_expression(value) or (isinstance(value, int) and value >= 1)


def value_of(value: Value, names: Mapping[str, Value]) -> Value:
    """Return a parameter's value with the names put in; one that is no expression as it is.

    A name alone stands for its value whatever that is; all else is arithmetic.

    Raises:
        ParamError: the expression cannot be evaluated.
    """
    if not is_expression(value):
        return value
    name = value[1:].strip()
    return names[name] if name in names else evaluate(value, names)


def fit_in(param: Param, value: object, names: Names) -> Value:
    """Return a value as a parameter keeps it; inside a composite an expression is kept as text.

    Raises:
        ParamError: it does not fit, or its value does not.
    """
    if names is None or not isinstance(value, str) or not value.strip().startswith("="):
        return param.fit(value)
    text = value.strip()
    param.fit(value_of(text, names))
    return text


def evaluate(text: str, names: Mapping[str, object]) -> Number | str:
    """Return the value of an expression such as ``=4*d_model`` with the given names.

    Beside arithmetic there are ``not``, ``and``, ``or``, comparisons, words in quotes and
    ``a if b else c``. Division of whole numbers that comes out even stays whole.

    Raises:
        ParamError: the text is no such expression, a name is unknown, or a division is by zero.
    """
    try:
        value = _value(_tree(text).body, names)
        whole = int(value) if isinstance(value, float) and value.is_integer() else value
        finite = isinstance(whole, str) or isfinite(whole)
    except ZeroDivisionError:
        raise ParamError(f"{text}: division by zero") from None
    except OverflowError:
        raise ParamError(f"{text}: the number is too large") from None
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        raise ParamError(f"expected arithmetic such as 4*d_model, received {text[:60]}") from None
    if not finite:
        raise ParamError(f"{text}: the number is too large")
    return whole


def names_in(text: str) -> frozenset[str]:
    """Return the names that an expression uses; none for a text that is not one."""
    try:
        tree = _tree(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return frozenset(found - _FUNCTIONS.keys())


def _tree(text: str) -> ast.Expression:
    if len(text) > _LONGEST:
        raise SyntaxError("too long")
    return ast.parse(text.removeprefix("=").strip(), mode="eval")


def _value(node: ast.expr, names: Mapping[str, object]) -> Number | str:
    match node:
        case ast.Constant(value=int() | float() | str() as constant):
            return constant
        case ast.Name(id=name):
            return _named(name, names)
        case ast.IfExp(test=test, body=body, orelse=other):
            return _value(body if _switch(test, names) else other, names)
        case ast.BoolOp() | ast.Compare() | ast.UnaryOp(op=ast.Not()):
            return _told(node, names)
    return _computed(node, names)


def _computed(node: ast.expr, names: Mapping[str, object]) -> Number:
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_number(operand, names)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _BINARY[type(op)](_number(left, names), _number(right, names))
        case ast.Call(func=ast.Name(id=name), args=[_, *_] as args, keywords=[]) if (
            name in _FUNCTIONS
        ):
            return _FUNCTIONS[name](*(_number(arg, names) for arg in args))
    raise _no_expression(node)


def _told(node: ast.BoolOp | ast.Compare | ast.UnaryOp, names: Mapping[str, object]) -> bool:
    match node:
        case ast.UnaryOp(operand=operand):
            return not _switch(operand, names)
        case ast.BoolOp(op=op, values=parts):
            switches = [_switch(part, names) for part in parts]
            return all(switches) if isinstance(op, ast.And) else any(switches)
        case ast.Compare(left=left, ops=[compare], comparators=[right]) if (
            type(compare) in _COMPARISONS
        ):
            return _compared(_value(left, names), compare, _value(right, names))
    raise _no_expression(node)


def _no_expression(node: ast.expr) -> ParamError:
    return ParamError(f"expected arithmetic over numbers and names, received {ast.unparse(node)}")


def _number(node: ast.expr, names: Mapping[str, object]) -> Number:
    value = _value(node, names)
    if isinstance(value, (bool, str)):
        raise ParamError(f"expected a number, received {ast.unparse(node)}, which is {value!r}")
    return value


def _switch(node: ast.expr, names: Mapping[str, object]) -> bool:
    value = _value(node, names)
    if not isinstance(value, bool):
        raise ParamError(f"expected on or off, received {ast.unparse(node)}, which is {value!r}")
    return value


def _compared(left: Number | str, op: ast.cmpop, right: Number | str) -> bool:
    if isinstance(left, str) != isinstance(right, str):
        raise ParamError(f"expected two of a kind to compare, received {left!r} and {right!r}")
    return bool(_COMPARISONS[type(op)](left, right))


def _named(name: str, names: Mapping[str, object]) -> Number | str:
    value = names.get(name)
    if not isinstance(value, (int, float, str)) or is_expression(value):
        known = ", ".join(sorted(names)) or "none"
        raise ParamError(f"expected one of the names {known}, received {name}")
    return value
