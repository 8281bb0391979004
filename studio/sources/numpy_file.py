"""A person's own arrays: .npy and .npz, never unpickled, mapped into memory where they can be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast
from zipfile import BadZipFile, ZipFile

from studio.api import (
    Examination,
    Field,
    FieldKind,
    FileError,
    Lazy,
    Loaded,
    Param,
    Params,
    Source,
    Value,
)

from ._files import CHOSEN, GIB, regular_file

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values = NDArray[np.generic]

MOST_BYTES = 8 * GIB
MOST_BLOWN_UP = 200
"""A compressed file that grows more than so many times, beyond a quarter of a GiB, is a bomb."""
MOST_CLASSES = 1000
LARGE_BYTES = 1 << 30
"""What would take more memory is read as it is trained on."""
_TARGETS = ("y", "label", "labels", "target", "targets", "class", "classes", "t")
_LOOKED_AT = 100_000


@dataclass(frozen=True, slots=True)
class _Found:
    """One array: its name and values."""

    name: str
    values: "Values"


def examine_numpy(
    params: Mapping[str, Value], kinds: Mapping[str, FieldKind] | None = None
) -> Examination:
    """Return the arrays of a file as columns, a sample a row.

    Raises:
        FileError: it cannot be read, holds objects, or its arrays differ in length.
    """
    given = Params(params)
    path = regular_file(given)
    arrays = _arrays(path)
    count, notes = _count(arrays, path.name)
    arrays = [one for one in arrays if one.values.ndim and len(one.values) == count]
    fields = [_field(one, given, (kinds or {}).get(one.name)) for one in arrays]
    if not kinds:
        fields = _with_target(fields)
    return Examination(tuple(fields), count, True, {}, notes)


def load_numpy(params: Mapping[str, Value], fields: Sequence[Field]) -> Loaded:
    """Return the arrays of a file; numbers as they are, classes by their labels.

    Raises:
        FileError: it cannot be read, or differs from what was found in it.
    """
    given = Params(params)
    path = regular_file(given)
    known = {one.name: one.values for one in _arrays(path)}
    gone = [one.name for one in fields if one.name not in known]
    if gone:
        raise FileError(
            f"{path.name}: expected an array {gone[0]}, found {', '.join(list(known)[:8])}. "
            "Read the file again on the Data page"
        )
    columns = {one.name: _column(known[one.name], one) for one in fields}
    return Loaded(columns, unit="row")


def _arrays(path: Path) -> list[_Found]:
    import numpy as np

    try:
        if path.suffix.lower() == ".npz":
            _expect_small(path)
            with np.load(path, allow_pickle=False) as file:
                found = [_Found(name, file[name]) for name in file.files]
        else:
            found = [_Found(path.stem, _mapped(path))]
    except (ValueError, OSError, EOFError, BadZipFile, KeyError) as error:
        raise FileError(_refusal(path.name, error)) from None
    if not found:
        raise FileError(f"{path.name}: expected at least one array, found none")
    odd = next((one for one in found if one.values.dtype.kind not in "biufUS"), None)
    if odd is not None:
        raise FileError(
            f"{path.name}: expected numbers or words in {odd.name}, found {odd.values.dtype}"
        )
    return found


def _mapped(path: Path) -> "Values":
    import numpy as np

    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def _refusal(name: str, error: Exception) -> str:
    words = str(error)
    if "pickle" in words.lower():
        return (
            f"{name}: it holds Python objects, which could run any program when they are read. "
            "Save it anew with numbers alone"
        )
    if "mmap" in words or "reshape" in words or "truncated" in words.lower():
        return f"{name}: the file is cut off; copy it once more"
    return f"{name}: expected NumPy arrays: {words.splitlines()[0] if words else 'it is broken'}"


def _expect_small(path: Path) -> None:
    """Refuse archives that would fill the memory."""
    with ZipFile(path) as archive:
        size = sum(one.file_size for one in archive.infolist())
    packed = path.stat().st_size
    if size > MOST_BYTES or size > packed * MOST_BLOWN_UP + GIB // 4:
        raise FileError(
            f"{path.name}: unpacked it would take {size / GIB:.3g} GiB, from {packed:,} bytes. "
            "Save large arrays as .npy files, which are read without unpacking"
        )


def _count(arrays: Sequence[_Found], name: str) -> tuple[int, tuple[str, ...]]:
    """Return how many samples there are: as many as most of the numbers have rows."""
    lengths = [len(one.values) for one in arrays if one.values.ndim]
    if not lengths or not max(lengths):
        raise FileError(f"{name}: expected arrays with a row a sample, found none with a row")
    count = max(lengths, key=lambda length: (lengths.count(length), length))
    odd = [one.name for one in arrays if not one.values.ndim or len(one.values) != count]
    notes = (f"{', '.join(odd[:5])}: left out, for most arrays have {count:,} rows",) if odd else ()
    return count, notes


def _field(one: _Found, params: Params, kind: FieldKind | None) -> Field:
    import numpy as np

    values, name = one.values, one.name
    if values.dtype.kind in "US" or kind == "category":
        labels = np.unique(values[:_LOOKED_AT])
        if len(labels) > MOST_CLASSES or values.ndim > 1:
            return Field(name, "text", "none")
        return Field(name, "category", labels=tuple(_word(label) for label in labels))
    shape = tuple(int(size) for size in values.shape[1:])
    if kind is None and values.ndim == 1 and values.dtype.kind in "biu":
        labels = np.unique(values[:_LOOKED_AT])
        if len(labels) <= max(2, min(100, len(values) // 3)):
            return Field(name, "category", labels=tuple(_word(label) for label in labels))
    picture = _picture(shape, params)
    if picture:
        return Field(name, "image", shape=picture)
    return Field(name, "number", shape=() if shape == (1,) else shape)


def _picture(shape: tuple[int, ...], params: Params) -> tuple[int, ...]:
    """Return channels × height × width where an array holds pictures; empty where it does not."""
    wanted = params.text("axes")
    if wanted == "numbers":
        return ()
    if len(shape) == 2 and (wanted == "pictures" or (min(shape) >= 8 and shape[0] == shape[1])):
        return (1, *shape)
    if len(shape) == 3 and shape[0] in {1, 3}:
        return shape
    if len(shape) == 3 and shape[2] in {1, 3, 4}:
        return (min(shape[2], 3), shape[0], shape[1])
    return ()


def _with_target(fields: list[Field]) -> list[Field]:
    """Return the fields with one to be learned: by its name, else the last plain one of several."""
    plain = [one for one in fields if not one.shape and one.role != "none"]
    named = [one for one in plain if one.name.lower() in _TARGETS]
    named += [one for one in plain if one.name.lower().endswith(_TARGETS[1:5])]
    chosen = (named or (plain[-1:] if len(fields) > 1 else []))[:1]
    return [
        Field(one.name, one.kind, "target", one.shape, one.labels) if one in chosen else one
        for one in fields
    ]


def _column(values: "Values", one: Field) -> "Values":
    import numpy as np

    if one.kind == "category":
        code = {label: place for place, label in enumerate(one.labels)}
        different, places = np.unique(values, return_inverse=True)
        codes = np.array([code.get(_word(value), -2) for value in different], np.int64)
        return codes[places.reshape(-1)]
    if one.kind == "image" and one.size * len(values) * 4 > LARGE_BYTES:
        return cast("Values", Lazy(len(values), one.shape, "float32", partial(_some, values, one)))
    if one.kind == "image":
        return _pictures(values, one)
    if one.kind == "text":
        return np.array([_word(value) for value in values.tolist()], object)
    plain = values.reshape(len(values), *one.shape)
    if len(one.shape) > 1 and one.size * len(values) * 4 > LARGE_BYTES:
        return cast("Values", Lazy(len(values), one.shape, "float32", partial(_some, plain, one)))
    return plain.astype(np.float64) if not one.shape else np.asarray(plain, np.float32)


def _some(values: "Values", one: Field, rows: "NDArray[np.int64]") -> "Values":
    """Return some samples; only what is asked for is read from the disk."""
    import numpy as np

    some = values[rows]
    return _pictures(some, one) if one.kind == "image" else np.asarray(some, np.float32)


def _pictures(values: "Values", one: Field) -> "Values":
    """Return pictures from 0 to 1 with the channels first."""
    import numpy as np

    channels, height, width = one.shape
    if values.shape[1:] == (height, width):
        plain = values[:, np.newaxis]
    elif values.shape[1:] == one.shape:
        plain = values
    else:
        plain = np.moveaxis(values[..., :channels], -1, 1)
    real = np.asarray(plain, np.float32)
    return real / np.float32(255) if values.dtype == np.uint8 else real


def _word(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return str(value.item() if hasattr(value, "item") else value)


NUMPY = Source(
    id="file_numpy",
    title="Arrays (NumPy)",
    load="studio.sources.numpy_file:load_numpy",
    examine="studio.sources.numpy_file:examine_numpy",
    endings=(".npy", ".npz"),
    params=(
        CHOSEN,
        Param(
            "axes",
            "auto",
            choices=("auto", "pictures", "numbers"),
            title="two axes are",
            help="Whether height × width is a picture or a table of numbers a sample",
        ),
    ),
    help="Arrays of your own with a row a sample: numbers, series, pictures, classes. Files with "
    "Python objects in them are refused",
)
