"""Reader: typed fields out of parsed JSON; what is wrong is named by its place."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from .errors import FileError
from .params import Value

T = TypeVar("T")

WHOLE = "the file"
"""The place of the outermost fields."""

_LARGEST = 1e300


class Reader:
    """Takes typed fields out of parsed JSON and says where one is wrong."""

    def __init__(self, content: object, place: str) -> None:
        if not isinstance(content, dict):
            raise FileError(f"{place}: expected named fields, received {_noun(content)}")
        self._content: Mapping[str, object] = content
        self.place = place

    def names(self) -> list[str]:
        """Return the names of the fields."""
        return list(self._content)

    def inside(self, name: str) -> "Reader":
        """Return a reader of the named fields under a name; empty where there is none."""
        place = name if self.place == WHOLE else f"{self.place}.{name}"
        return Reader(self._content.get(name, {}), place)

    def take(self, name: str, kind: type[T] | tuple[type[T], ...], default: T | None = None) -> T:
        """Return a field of a kind.

        Raises:
            FileError: it is of another kind, or is missing and there is no default.
        """
        value = self._content.get(name, default)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise FileError(
                f"{self.place}: expected {name} as {_kind_noun(kind)}, received {_noun(value)}"
            )
        return value

    def value(self, name: str, default: Value = None) -> Value:
        """Return a field as a parameter's value."""
        return self._value(name, self._content.get(name, default))

    def values(self) -> dict[str, Value]:
        """Return all fields as parameters' values."""
        return {name: self._value(name, value) for name, value in self._content.items()}

    def _value(self, name: str, value: object) -> Value:
        if isinstance(value, list) and all(isinstance(item, int) for item in value):
            return tuple(value)
        if value is None or isinstance(value, (bool, int, str)):
            return value
        if isinstance(value, float) and is_finite(value):
            return value
        raise FileError(
            f"{self.place}: expected {name} as a number, text or list of sizes, "
            f"received {_noun(value)}"
        )


def is_finite(value: object) -> bool:
    """Tell whether a value is a number that a drawing can hold."""
    return isinstance(value, (int, float)) and -_LARGEST <= value <= _LARGEST


def _noun(value: object) -> str:
    nouns: dict[type, Callable[[], str]] = {
        dict: lambda: "named fields",
        list: lambda: "a list",
        type(None): lambda: "nothing",
    }
    return nouns.get(type(value), lambda: repr(value)[:60])()


def _kind_noun(kind: object) -> str:
    return (
        {int: "a whole number", str: "text", list: "a list"}.get(kind, "a number")
        if isinstance(kind, type)
        else "a number"
    )
