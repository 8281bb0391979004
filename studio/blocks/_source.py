"""Source text for block declarations: calls that leave out what equals torch's own default."""

from studio.api import Value

Option = tuple[Value, Value]


def call(function: str, *arguments: object, **options: Option) -> str:
    """Return ``function(arguments, name=value)``; an option is its value and torch's default."""
    given = [str(argument) for argument in arguments]
    given += [
        f"{name}={_literal(value)}"
        for name, (value, default) in options.items()
        if value != default
    ]
    return f"{function}({', '.join(given)})"


def pair(sizes: tuple[int, ...]) -> Value:
    """Return sizes as torch also takes them: one number where all are equal."""
    return sizes[0] if len(set(sizes)) == 1 else sizes


def _literal(value: Value) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)
