"""Parameters: what a person may set, with its range, unit and words; forms are drawn from these."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from math import isfinite
from typing import Literal, TypeAlias

from .errors import ParamError

Value: TypeAlias = bool | int | float | str | tuple[int, ...] | None
ParamKind: TypeAlias = Literal["bool", "int", "float", "choice", "text", "sizes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _ParamFields:
    title: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    length: int = 0
    optional: bool = False
    log: bool = False
    unit: str = ""
    zero: str = ""
    path: Literal["", "file", "folder"] = ""
    help: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Param(_ParamFields):
    """One thing a person may set.

    The default decides the kind: ``True`` a switch, ``3`` a whole number, ``0.5`` a real one,
    ``"mean"`` with ``choices`` one of several, ``(3, 3)`` sizes (``length`` of them, 0 for any
    number; one given for all is repeated). ``optional`` admits nothing (None), which with a
    ``length`` may be the default; ``log`` asks the form for a logarithmic step; ``zero`` says what
    0 stands for; ``path`` says of a text that it names a file or a folder. Two are equal only if
    their defaults are of one type too: a switch that is on is no 1.
    """

    name: str
    default: Value

    @property
    def kind(self) -> ParamKind:
        """Which editor the form shows."""
        if self.choices:
            return "choice"
        if isinstance(self.default, bool):
            return "bool"
        if isinstance(self.default, tuple) or (self.default is None and self.length):
            return "sizes"
        if isinstance(self.default, int):
            return "int"
        return "float" if isinstance(self.default, float) else "text"

    @property
    def label(self) -> str:
        """The words in front of the editor."""
        return self.title or self.name.replace("_", " ")

    def fit(self, value: object) -> Value:
        """Return ``value`` as this parameter keeps it: lists become tuples, text is read.

        Raises:
            ParamError: the value has the wrong kind or lies outside the range.
        """
        if value is None or (value == "" and self.optional):
            if self.optional:
                return None
            raise ParamError(f"{self.label}: expected {self.wanted}, received nothing")
        fitted = _READERS[self.kind](self, value)
        self._expect_in_range(fitted)
        return fitted

    @property
    def wanted(self) -> str:
        """What fits, in words, for error messages and tool tips."""
        noun = {
            "bool": "true or false",
            "int": "a whole number",
            "float": "a number",
            "text": "text",
            "choice": "one of " + ", ".join(self.choices),
            "sizes": f"{self.length or 'some'} whole numbers such as 3 or 3×3",
        }[self.kind]
        if self.low is not None and self.high is not None:
            return f"{noun} from {_plain(self.low)} to {_plain(self.high)}"
        if self.low is not None:
            return f"{noun} of at least {_plain(self.low)}"
        return noun if self.high is None else f"{noun} of at most {_plain(self.high)}"

    def _expect_in_range(self, value: Value) -> None:
        numbers = value if isinstance(value, tuple) else (value,)
        for number in numbers:
            if isinstance(number, str) or number is None:
                continue
            below = self.low is not None and number < self.low
            above = self.high is not None and number > self.high
            if below or above or not isfinite(number):
                raise ParamError(f"{self.label}: expected {self.wanted}, received {_plain(number)}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Param) and self._as_one() == other._as_one()

    def __hash__(self) -> int:
        return hash(self._as_one())

    def _as_one(self) -> tuple[object, ...]:
        return (type(self.default), *(getattr(self, known.name) for known in fields(self)))

    def __str__(self) -> str:
        return f"{self.name} = {show(self.default)}"


class Params(Mapping[str, Value]):
    """The values of a block's parameters, with typed look-ups for shape rules."""

    __slots__ = ("_of",)

    def __init__(self, of: Mapping[str, Value]) -> None:
        self._of = of

    def whole(self, name: str) -> int:
        """Return a whole number."""
        value = self._of[name]
        assert isinstance(value, int), (name, value)
        return value

    def real(self, name: str) -> float:
        """Return a real number."""
        value = self._of[name]
        assert isinstance(value, (int, float)), (name, value)
        return float(value)

    def flag(self, name: str) -> bool:
        """Return a switch."""
        return bool(self._of[name])

    def text(self, name: str) -> str:
        """Return a text or a choice."""
        value = self._of[name]
        assert isinstance(value, str), (name, value)
        return value

    def sizes(self, name: str) -> tuple[int, ...]:
        """Return sizes such as a kernel's."""
        value = self._of[name]
        assert isinstance(value, tuple), (name, value)
        return value

    def __getitem__(self, name: str) -> Value:
        return self._of[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._of)

    def __len__(self) -> int:
        return len(self._of)


def complete(declared: tuple[Param, ...], given: Mapping[str, Value]) -> dict[str, Value]:
    """Return a value for every declared parameter: the given one as the parameter keeps it, the
    default where none is given or where it does not fit (which ``check`` reports).
    """
    return {param.name: _fitted(param, given) for param in declared}


def _fitted(param: Param, given: Mapping[str, Value]) -> Value:
    if param.name not in given:
        return param.default
    try:
        return param.fit(given[param.name])
    except ParamError:
        return param.default


def show(value: Value) -> str:
    """Return a value as a person writes it: ``3×3``, ``0.001``, ``on``."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return "×".join(str(item) for item in value)
    if isinstance(value, float):
        return f"{value:g}"
    return "none" if value is None else str(value)


def _plain(number: float) -> str:
    """Write a bound or a refused number: 10,000,000 and not 1e+07."""
    whole = isfinite(number) and number == int(number) and abs(number) < 1e15
    return f"{int(number):,}" if whole else f"{number:g}"


def _read_bool(param: Param, value: object) -> Value:
    words = {
        "true": True,
        "on": True,
        "yes": True,
        "1": True,
        "false": False,
        "off": False,
        "no": False,
        "0": False,
    }
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in words:
        return words[value.strip().lower()]
    raise _unfit(param, value)


def _read_int(param: Param, value: object) -> Value:
    try:
        number = float(value) if isinstance(value, (int, float, str)) else float("nan")
        whole = int(value) if isinstance(value, (int, str)) else int(number)
    except (ValueError, OverflowError):
        raise _unfit(param, value) from None
    if isinstance(value, bool) or number != whole:
        raise _unfit(param, value)
    return whole


def _read_float(param: Param, value: object) -> Value:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise _unfit(param, value)
    try:
        return float(value)
    except (ValueError, OverflowError):
        raise _unfit(param, value) from None


def _read_choice(param: Param, value: object) -> Value:
    if value not in param.choices:
        raise _unfit(param, value)
    return str(value)


def _read_text(param: Param, value: object) -> Value:
    if not isinstance(value, str):
        raise _unfit(param, value)
    return value


def _read_sizes(param: Param, value: object) -> Value:
    if isinstance(value, str):
        value = value.replace("×", " ").replace("x", " ").replace(",", " ").split()
    items = list(value) if isinstance(value, (list, tuple)) else [value]
    sizes = tuple(_read_int(param, item) for item in items)
    if param.length and len(sizes) == 1:
        sizes *= param.length
    if not sizes or (param.length and len(sizes) != param.length):
        raise _unfit(param, value)
    return tuple(size for size in sizes if isinstance(size, int))


def _unfit(param: Param, value: object) -> ParamError:
    return ParamError(f"{param.label}: expected {param.wanted}, received {value}")


_READERS = {
    "bool": _read_bool,
    "int": _read_int,
    "float": _read_float,
    "choice": _read_choice,
    "text": _read_text,
    "sizes": _read_sizes,
}
