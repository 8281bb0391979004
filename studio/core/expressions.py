"""Expressions: ``4*d_model`` as a parameter's value; arithmetic over names, and nothing else."""

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


def evaluate(text: str, names: Mapping[str, object]) -> Number:
    """Return the value of an expression such as ``=4*d_model`` with the given names.

    Division of whole numbers that comes out even stays whole.

    Raises:
        ParamError: the text is not arithmetic, a name is unknown, or a division is by zero.
    """
    try:
        tree = _tree(text)
        value = _value(tree.body, names)
        whole = int(value) if isinstance(value, float) and value.is_integer() else value
        finite = isfinite(whole)
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


def _value(node: ast.expr, names: Mapping[str, object]) -> Number:
    match node:
        case ast.Constant(value=bool()):
            pass
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.Name(id=name):
            return _named(name, names)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, names)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _BINARY[type(op)](_value(left, names), _value(right, names))
        case ast.Call(func=ast.Name(id=name), args=[_, *_] as args, keywords=[]) if (
            name in _FUNCTIONS
        ):
            return _FUNCTIONS[name](*(_value(arg, names) for arg in args))
    raise ParamError(f"expected arithmetic over numbers and names, received {ast.unparse(node)}")


def _named(name: str, names: Mapping[str, object]) -> Number:
    value = names.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        known = ", ".join(sorted(names)) or "none"
        raise ParamError(f"expected one of the names {known}, received {name}")
    return value
