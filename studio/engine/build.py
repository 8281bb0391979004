"""Building the network from its program: the very text that the person sees is executed.

The text is compiled under a file name of its own, so that a traceback through it leads back to
the line, and the line to the block. The tapped twin shares every weight and buffer with the
network; its ``forward`` also calls ``tap(block id, value)``.
"""

import bisect
import linecache
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType

import torch
from torch import Tensor, nn

from studio.runs.spec import Program

from .faults import (
    BlockFault,
    Fault,
    MemoryFault,
    blamed_lines,
    device_fault,
    is_out_of_memory,
    sentence,
)

Tap = Callable[[str, object], None]


class Network:
    """A built program.

    ``module`` is the instance of the program's class; ``spans`` says which weights belong to
    which block.
    """

    def __init__(self, program: Program, name: str) -> None:
        """Execute the program and build the network on the CPU.

        Raises:
            Fault: the text cannot be executed or the network not be built; the block is named.
        """
        self.program = program
        self._name = f"<netwright {name}>"
        self._tapped_name = f"<netwright {name}, tapped>"
        self._tapped: nn.Module | None = None
        self._taps: list[Tap] = []
        with self.blaming():
            self.module: nn.Module = self._class(program.text, self._name, {})()

    @property
    def titles(self) -> dict[str, str]:
        """Block id to title; a path without the numbers of a stack, as lines have it, too."""
        told = {re.sub(r"#\d+", "", block.id): block.title for block in self.program.blocks}
        return told | {block.id: block.title for block in self.program.blocks}

    def weights(self) -> Iterator[tuple[str, list[nn.Parameter]]]:
        """Yield the id of every block that owns trainable weights, with them; each weight once."""
        seen: set[nn.Parameter] = set()
        for block in self.program.blocks:
            own = [p for p in parts_of(self.module, block.attribute) if p not in seen]
            seen.update(own)
            if own:
                yield block.id, own

    def normalizes_batches(self) -> bool:
        """Whether a training batch of a single sample would be refused."""
        return "batch_norm" in self.program.text or any(
            isinstance(module, nn.modules.batchnorm._BatchNorm) for module in self.module.modules()
        )

    def attentions(self) -> tuple[tuple[str, str], ...]:
        """Return id and title of every attention block."""
        return tuple(
            (block.id, block.title) for block in self.program.blocks if "attention" in block.kind
        )

    def look(self, inputs: Sequence[Tensor], tap: Tap) -> object:
        """Return what ``forward`` returns, while ``tap`` sees every block's output."""
        if self._tapped is None:
            kind = self._class(self.program.tapped, self._tapped_name, {"tap": self._call_taps})
            self._tapped = kind.__new__(kind)
            # One dictionary: same weights, same buffers, same training flag.
            self._tapped.__dict__ = self.module.__dict__
        self._taps.append(tap)
        try:
            return self._tapped(*inputs)
        finally:
            self._taps.pop()

    @contextmanager
    def blaming(self, *, batch_size: int = 0) -> Iterator[None]:
        """Turn what is raised inside into a Fault that names the block."""
        try:
            yield
        except Fault:
            raise
        except Exception as error:
            raise self._fault(error, batch_size) from error

    def block_of(self, trace: TracebackType | None) -> str:
        """Return the block whose line a traceback passes last, empty for none.

        Lines of modules that were copied into the program belong to none.
        """
        places = (
            (self.program.lines, self._name),
            (self.program.tapped_lines, self._tapped_name),
        )
        found = (
            _nearest(lines, line) for lines, name in places for line in blamed_lines(trace, name)
        )
        return next(filter(None, found), "")

    def block_at(self, line: int) -> str:
        """Return the block of a line of the text."""
        return _nearest(self.program.lines, line)

    @property
    def filename(self) -> str:
        """The file name that tracebacks show for the program."""
        return self._name

    def wrote(self, kind: type) -> bool:
        """Whether a class stands in the program's text."""
        return kind.__module__ == self._name

    def close(self) -> None:
        """Forget the text that tracebacks quote."""
        linecache.cache.pop(self._name, None)
        linecache.cache.pop(self._tapped_name, None)

    def fault(self, error: BaseException, block: str, *, batch_size: int = 0) -> Fault:
        """Return the fault for an error of this block."""
        title = self.titles.get(block, "")
        if is_out_of_memory(error):
            return MemoryFault(
                f"The device has no more memory{f' for {title}' if title else ''}",
                block=block,
                hint=f"Lower the batch size (now {batch_size:,}) or make the network smaller"
                if batch_size
                else "Make the network smaller",
            )
        lost = device_fault(error, title, block)
        if lost is not None:
            return lost
        told = sentence(error)
        return BlockFault(f"{title}: {told}" if title else told, block=block)

    def _fault(self, error: BaseException, batch_size: int) -> Fault:
        block = self.block_of(error.__traceback__)
        if isinstance(error, SyntaxError) and error.filename == self._name:
            block = self.block_at(error.lineno or 0)
        return self.fault(error, block, batch_size=batch_size)

    def _class(self, text: str, name: str, names: dict[str, object]) -> type[nn.Module]:
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        names |= {"__name__": name}
        exec(compile(text, name, "exec"), names)  # noqa: S102 - running the drawing is the point
        kind = names[self.program.class_name]
        assert isinstance(kind, type), kind
        assert issubclass(kind, nn.Module), kind
        return kind

    def _call_taps(self, block: str, value: object) -> object:
        for tap in self._taps[-1:]:
            tap(block, value)
        return value


def parts_of(module: nn.Module, attribute: str) -> list[nn.Parameter]:
    """Return the trainable weights of an attribute such as ``conv1`` or ``encoder.layer``."""
    found: object = module if attribute else None
    for name in attribute.split("."):
        found = getattr(found, name, None)
    if isinstance(found, nn.Parameter):
        return [found] if found.requires_grad else []
    if isinstance(found, nn.Module):
        return [weight for weight in found.parameters() if weight.requires_grad]
    return []


def tensors_in(value: object) -> Iterator[Tensor]:
    """Yield the tensors of a value that a block may give: one, or nested tuples of them."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from tensors_in(item)


def _nearest(lines: dict[int, str], line: int) -> str:
    """Return the block of the last known line up to this one: a statement may span several."""
    known = sorted(lines)
    place = bisect.bisect_right(known, line)
    return lines[known[place - 1]] if line and place else ""
