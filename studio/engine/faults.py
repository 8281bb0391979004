"""What can end a run: each fault knows its kind, the block to blame, and a way on.

Fault
├─ DataFault      the samples cannot be loaded or differ from their declaration
├─ BlockFault     the program raised an error, or cannot be built
├─ MemoryFault    the device has no more memory
├─ DeviceFault    the device no longer answers
└─ NumberFault    the loss is no longer a number
"""

import re
import traceback
from types import TracebackType
from typing import Literal, TypeAlias

import torch

from studio.core.errors import RunError
from studio.runs.events import Failed

Kind: TypeAlias = Literal["error", "out-of-memory", "nan", "data", "device"]


_CPU_MEMORY_WORDS = ("not enough memory", "can't allocate memory", "out of memory")
_LOST = re.compile(
    r"cuda error|cuda driver error|cudaerror|cublas_status_(?:execution_failed|internal_error)"
    r"|cudnn_status_(?:execution_failed|internal_error)|hip error|mps backend.*error"
    r"|uncorrectable (?:ecc|nvlink) error|nccl error",
    re.IGNORECASE,
)
_OUT_OF_RANGE = "device-side assert"


class Fault(RunError):
    """An end of a run that is told to the person."""

    kind: Kind = "error"

    def __init__(self, message: str, *, block: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.block = block
        self.hint = hint


class DataFault(Fault):
    """The samples cannot be loaded or differ from their declaration."""

    kind = "data"


class BlockFault(Fault):
    """The program raised an error, or cannot be built."""


class MemoryFault(Fault):
    """The device has no more memory."""

    kind = "out-of-memory"


class DeviceFault(Fault):
    """The device no longer answers; nor will it this process."""

    kind = "device"


class NumberFault(Fault):
    """The loss is no longer a number."""

    kind = "nan"


def failed(error: BaseException, *, step: int) -> Failed:
    """Return the event that tells of an error."""
    fault = (
        error if isinstance(error, Fault) else device_fault(error) or BlockFault(sentence(error))
    )
    return Failed(
        kind=fault.kind,
        message=str(fault),
        block=fault.block,
        hint=fault.hint,
        details="".join(traceback.format_exception(error)),
        step=step,
    )


def device_fault(error: BaseException, title: str = "", block: str = "") -> DeviceFault | None:
    """Return the fault if an error says that the device is lost; None for any other error.

    ``title`` is of the block whose line failed: with a device that works on while Python goes on,
    the fault may be of an earlier one.
    """
    words = str(error)
    if is_out_of_memory(error) or not _LOST.search(words):
        return None
    where = f" near {title}" if title else ""
    if _OUT_OF_RANGE in words:
        return DeviceFault(
            f"The device stopped{where}: an index is out of range",
            block=block,
            hint="Look for class or token numbers that are not below the number of classes or the "
            "size of the vocabulary; on the CPU the block is named exactly",
        )
    return DeviceFault(
        f"The device was lost{where}: {sentence(error)}",
        block=block,
        hint="Restart the engine; if it happens again, the driver or the device is at fault: "
        "restart the machine, or train on the CPU",
    )


def sentence(error: BaseException) -> str:
    """Return the first line of an error's message, or what kind of error it is."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, on the device or in the machine."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    return isinstance(error, RuntimeError) and any(
        words in str(error).lower() for words in _CPU_MEMORY_WORDS
    )


def blamed_lines(trace: TracebackType | None, filename: str) -> list[int]:
    """Return the lines of this file that a traceback passes through, the innermost first."""
    lines: list[int] = []
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == filename:
            lines.insert(0, trace.tb_lineno)
        trace = trace.tb_next
    return lines
