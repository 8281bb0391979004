"""Known ways: what trials on this machine found; the same run is computed the same again."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

import msgspec
import torch

from studio.core.home import home
from studio.runs.spec import RunSpec, Struct, Ways

from .data.batches import Samples
from .device import devices, thread_count


class Found(Struct, frozen=True, kw_only=True):
    """The fastest way that was found, and how many times as fast as the steady one it is."""

    ways: Ways
    gain: float = 1.0
    tried: dict[str, float] = msgspec.field(default_factory=dict)
    """The same of everything that was tried, by its words."""


def recall(spec: RunSpec, samples: Samples) -> Found | None:
    """Return what was found for such a run on this machine, None where nothing is known."""
    try:
        return msgspec.json.decode(_file(spec, samples).read_bytes(), type=Found)
    except (OSError, msgspec.MsgspecError):
        return None


def remember(spec: RunSpec, samples: Samples, found: Found) -> Found:
    """Keep what was found; what another run has kept meanwhile counts, and is returned."""
    file = _file(spec, samples)
    written = file.with_name(f".{file.name}.{token_hex(4)}")
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        written.write_bytes(msgspec.json.encode(found))
        with suppress(FileExistsError):
            os.link(written, file)
        written.unlink()
    return recall(spec, samples) or found


def _file(spec: RunSpec, samples: Samples) -> Path:
    """Return the file of what decides how fast a step is: the network, its numbers, the machine."""
    asked = (
        spec.program.text,
        spec.batch_size,
        [(objective.optimizer, objective.blocks) for objective in spec.objectives],
        spec.computing,
        [(column.shape, column.dtype) for column in samples.columns],
        devices()[samples.device.type],
        thread_count(),
        str(torch.__version__),
    )
    return home() / "ways" / f"{hashlib.sha256(msgspec.json.encode(asked)).hexdigest()[:32]}.json"
