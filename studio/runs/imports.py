"""Imports: event files of TensorBoard taken in as a run of ours.

The frames of a file are read here, because the package that writes them does not read: length,
check sum of the length, an Event as protocol buffer, check sum of it. A file that breaks off, as
one being written does, is read as far as it goes.
"""

from collections.abc import Iterator
from contextlib import suppress
from math import isfinite
from pathlib import Path
from struct import unpack
from typing import TYPE_CHECKING

from studio.core.errors import FileError, RunError

from .events import Ended, Event, Points, Started
from .store import RunStore

if TYPE_CHECKING:
    from tensorboardX.proto.summary_pb2 import Summary

_MISSING = 'TensorBoard files need the package tensorboardX: pip install "netwright[tensorboard]"'
_HEAD_BYTES, _TAIL_BYTES = 12, 4

Curves = dict[str, dict[int, tuple[float, float]]]
"""By name, by step: the time and the value."""


def read_tensorboard(source: Path, folder: Path, *, title: str) -> list[str]:
    """Make a run in ``folder`` of an event file, or of all in a folder; return its scalars.

    Raises:
        FileError: there is no event file with scalars, or the run cannot be written.
        RunError: the package that knows such files is not installed.
    """
    curves: Curves = {}
    for path in _files(source):
        _read(path, path.parent.relative_to(source) if source.is_dir() else Path(), curves)
    if not curves:
        raise FileError(f"{source}: there is no event file of TensorBoard with scalars in it")
    store = RunStore(folder)
    try:
        store.append(list(_events(curves, folder.name, title)))
    finally:
        store.close()
    return sorted(curves)


def _files(source: Path) -> list[Path]:
    return [source] if source.is_file() else sorted(source.rglob("events.out.tfevents.*"))


def _read(path: Path, place: Path, curves: Curves) -> None:
    """Add what one file says; files below the folder have the name of theirs before the tag's."""
    try:
        from google.protobuf.message import DecodeError
        from tensorboardX.proto.event_pb2 import Event as Message
    except ImportError:
        raise RunError(_MISSING) from None
    prefix = "" if place == Path() else f"{place.as_posix()}/"
    with suppress(DecodeError):  # what can be read of a broken file is taken
        for frame in _frames(path):
            message = Message.FromString(frame)
            for value in message.summary.value:
                found = _number(value)
                if found is not None:
                    curve = curves.setdefault(prefix + value.tag, {})
                    curve[message.step] = (message.wall_time, found)


def _frames(path: Path) -> Iterator[bytes]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileError(f"{path}: cannot be read: {error}") from None
    at = 0
    while at + _HEAD_BYTES <= len(content):
        size = int.from_bytes(content[at : at + 8], "little")
        end = at + _HEAD_BYTES + size
        if end + _TAIL_BYTES > len(content):
            return
        yield content[at + _HEAD_BYTES : end]
        at = end + _TAIL_BYTES


def _number(value: "Summary.Value") -> float | None:
    """Return a scalar, however the program that wrote it spells one; None for all else."""
    kind = value.WhichOneof("value")
    if kind == "simple_value":
        return float(value.simple_value)
    if kind != "tensor" or value.tensor.tensor_shape.dim:
        return None
    tensor = value.tensor
    if tensor.float_val or tensor.double_val:
        return float((tensor.float_val or tensor.double_val)[0])
    form = {4: "<f", 8: "<d"}.get(len(tensor.tensor_content))
    wanted = {"<f": 1, "<d": 2}.get(form or "")  # the numbers of float and double in the protocol
    return (
        float(unpack(form, tensor.tensor_content)[0]) if form and tensor.dtype == wanted else None
    )


def _events(curves: Curves, run: str, title: str) -> Iterator[Event]:
    times = [time for curve in curves.values() for time, _ in curve.values() if isfinite(time)]
    last = max(max(curve) for curve in curves.values())
    begun, end = min(times, default=0.0), max(times, default=0.0)
    yield Started(
        run=run, title=title, time=begun, device="", device_name="", seed=0, parameters=0,
        epochs=1, steps_per_epoch=max(last, 1), samples={},
    )  # fmt: skip
    for name, curve in sorted(curves.items()):
        steps = sorted(curve)
        yield Points(name=name, steps=tuple(steps), values=tuple(curve[step][1] for step in steps))
    newest: dict[str, dict[str, float]] = {}
    for name, curve in curves.items():
        part, slash, metric = name.partition("/")
        if slash and part in {"train", "validation", "test"}:
            newest.setdefault(part, {})[metric] = curve[max(curve)][1]
    yield Ended(
        reason="finished", step=last, epoch=1, seconds=max(end - begun, 0.0), metrics=newest
    )
