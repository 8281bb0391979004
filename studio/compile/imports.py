"""Imports: the statements that a program's text needs, and no others."""

import re
import sys
from collections.abc import Iterable

from studio.core.errors import CompileError

from .modules import Copied

_ALWAYS = {
    "torch": "import torch",
    "nn": "from torch import nn",
    "Tensor": "from torch import Tensor",
    "F": "from torch.nn import functional as F",
}


def import_lines(network: str, copied: Iterable[Copied]) -> list[str]:
    """Return the import statements, the standard library apart from the others.

    Raises:
        CompileError: two of the copied classes mean different things by one name.
    """
    needed = {name: words for name, words in _ALWAYS.items() if _uses(network, name)}
    for source in copied:
        for name, words in source.imports.items():
            if not _uses(source.text, name):
                continue
            if needed.setdefault(name, words) != words:
                raise CompileError(f"{source.name}: expected {name} to mean {needed[name]}")
    return _laid_out(set(needed.values()))


def _uses(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w.]){name}\b(?!\s*=[^=])", text) is not None


def _laid_out(statements: set[str]) -> list[str]:
    plain = sorted(words for words in statements if words.startswith("import "))
    by_module: dict[str, list[str]] = {}
    for words in statements - set(plain):
        module, _, name = words.removeprefix("from ").partition(" import ")
        by_module.setdefault(module, []).append(name)
    lines = plain + [
        f"from {module} import {', '.join(sorted(names, key=_as_isort))}"
        for module, names in sorted(by_module.items())
    ]
    ours = [line for line in lines if line.split()[1].partition(".")[0] in sys.stdlib_module_names]
    others = [line for line in lines if line not in ours]
    return [*ours, *([""] if ours and others else []), *others]


def _as_isort(name: str) -> tuple[int, str]:
    if name.isupper() and len(name) > 1:
        return 0, name
    return (1, name) if name[:1].isupper() else (2, name)
