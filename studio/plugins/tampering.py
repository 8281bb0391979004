"""Tampering: whether loading something changed what is the program's, or Python's own."""

import builtins
import sys
from collections.abc import Iterator
from types import ModuleType

_OURS = "studio."


class Belongings:
    """What functions, classes and values the program has at this moment."""

    def __init__(self) -> None:
        self._modules = dict(_modules())
        self._had = dict(_values(self._modules))

    def changed(self) -> str:
        """Return the name of something that is another now, empty for nothing."""
        now = dict(_values(self._modules))
        other = (
            place
            for place, value in self._had.items()
            if place not in now or now[place] is not value
        )
        return next((".".join(place) for place in other), "")


def _modules() -> Iterator[tuple[str, ModuleType]]:
    yield "builtins", builtins
    for name, module in list(sys.modules.items()):
        if name.startswith(_OURS) and isinstance(module, ModuleType):
            yield name, module


def _values(modules: dict[str, ModuleType]) -> Iterator[tuple[tuple[str, ...], object]]:
    for name, module in modules.items():
        for attribute, value in list(vars(module).items()):
            if attribute.startswith("__") or attribute == "_":
                continue
            yield (name, attribute), value
            if isinstance(value, type) and value.__module__ == name:
                for inner, part in list(vars(value).items()):
                    if callable(part) or isinstance(part, property):
                        yield (name, attribute, inner), part
