"""Compiling: the network through torch's compiler, and back to the program where it cannot be.

What the compiler makes is called for training steps alone. The weights stay those of the network,
under their names; errors, probes and judging go through the program as it is written.
"""

import warnings
from collections import Counter
from typing import Any

import torch
from torch import nn

from .faults import sentence

BACKEND = "inductor"


class Compiled:
    """A network that is called as ever, compiled for every size of batch when that is first met."""

    def __init__(self, module: nn.Module) -> None:
        self._module = module
        # With sizes that may vary the same batch could be computed one way or the other, according
        # to what came before it: a run that goes on would differ.
        self._compiled = torch.compile(module, backend=BACKEND, dynamic=False)
        self._met: set[tuple[torch.Size, ...]] = set()
        self.trouble = ""
        """Why it is not compiled any more."""

    def __call__(self, *inputs: torch.Tensor) -> Any:
        """Return what the network returns.

        Raises:
            Exception: what is wrong with the network itself, from the program's own lines.
        """
        if self.trouble:
            return self._module(*inputs)
        sizes = tuple([value.shape for value in inputs])
        try:
            if sizes in self._met:
                return self._compiled(*inputs)
            with warnings.catch_warnings(action="ignore"):  # of what the compiler itself does
                outputs = self._compiled(*inputs)
            self._met.add(sizes)
            return outputs
        except Exception as error:  # noqa: BLE001 - the compiler may fail in any way
            outputs = self._module(*inputs)
            self.trouble = reason(error)
            return outputs


def reason(error: BaseException) -> str:
    """Return why something could not be compiled, the innermost cause, in a sentence."""
    while (inner := getattr(error, "inner_exception", None) or error.__cause__) is not None:
        error = inner
    if type(error).__name__ == "InvalidCxxCompiler":
        return "this machine has no C++ compiler that torch can use"
    return sentence(error)


def forget() -> None:
    """Forget what was compiled, and what was counted meanwhile."""
    torch._dynamo.reset()
    torch._dynamo.utils.counters.clear()


def breaks() -> list[str]:
    """Return why parts of what was compiled since ``forget`` are run as written, each once."""
    counted: Counter[str] = torch._dynamo.utils.counters["graph_break"]
    return [lines[0].rstrip(".") for why in counted if (lines := why.strip().splitlines())]
