"""A folder of a person's own pictures: each folder inside it is a class."""

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

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

from ._files import FOLDER, folder
from ._table import BAD_ROWS, Faults, keep_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm"})
MOST_PIXELS = 40_000_000
MOST_FILES = 2_000_000
MOST_CLASSES = 10_000
_OPENED = 24
LARGE_BYTES = 1 << 30
"""Pictures that would take more memory are opened as they are trained on."""


def examine_images(
    params: Mapping[str, Value], kinds: Mapping[str, FieldKind] | None = None
) -> Examination:
    """Return the classes of a folder of pictures; a few are opened for their colours.

    Raises:
        FileError: there are no pictures.
    """
    del kinds
    given = Params(params)
    path = folder(given)
    files, classes = _files(path)
    if not files:
        raise FileError(
            f"{path.name}: expected pictures, or folders with pictures in them, found none"
        )
    faults = Faults(stop=False, file=path.name, unit="picture")
    seen = [_channels(file, faults) for file in files[:: max(len(files) // _OPENED, 1)]]
    known = [channels for channels in seen if channels]
    if not known:
        raise FileError(f"{path.name}: none of its pictures can be opened ({faults.told[0]})")
    wanted = given.text("colours")
    channels = 1 if wanted == "grey" or (wanted == "auto" and max(known) == 1) else 3
    side = given.whole("side")
    fields = [Field("picture", "image", shape=(channels, side, side))]
    if len(classes) > 1:
        fields.append(Field("class", "category", "target", labels=tuple(classes)))
    notes = () if len(classes) > 1 else ("All pictures lie in one folder: there are no classes",)
    if faults.count:
        notes = (*notes, f"some pictures cannot be opened ({'; '.join(faults.told)})")
    found: dict[str, Value] = {"colours": "grey" if channels == 1 else "colour"}
    return Examination(tuple(fields), len(files), True, found, notes)


def load_images(params: Mapping[str, Value], fields: Sequence[Field]) -> Loaded:
    """Return the pictures of a folder from 0 to 1, cut square, and their classes.

    Raises:
        FileError: none can be opened, or a broken one is not to be passed over.
    """
    import numpy as np

    given = Params(params)
    path = folder(given)
    files, _ = _files(path)
    picture = next(one for one in fields if one.kind == "image")
    if len(files) * picture.size * 4 > LARGE_BYTES:
        return _as_asked(given, path, files, fields)
    target = next((one for one in fields if one.kind == "category"), None)
    codes = {label: code for code, label in enumerate(target.labels)} if target else {}
    faults = Faults(keep_of(given), path.name, "picture")
    images = np.empty((len(files), *picture.shape), np.uint8)
    kept: list[int] = []
    classes: list[int] = []
    for number, file in enumerate(files, 1):
        values = _opened(file, picture.shape, number, faults, crop=given.text("fit") == "cut")
        if values is None:
            continue
        images[len(kept)] = values
        kept.append(number)
        classes.append(codes.get(_class_of(file, path), -2))
    if not kept:
        raise FileError(f"{path.name}: none of its pictures can be opened ({faults.told[0]})")
    real = images[: len(kept)].astype(np.float32)
    real /= np.float32(255)
    columns: dict[str, NDArray[np.generic]] = {picture.name: real}
    if target is not None:
        columns[target.name] = np.array(classes, np.int64)
    return Loaded(columns, faults.sentences(len(kept)), np.array(kept, np.int64), "picture")


def _as_asked(given: Params, path: Path, files: list[Path], fields: Sequence[Field]) -> Loaded:
    """Return pictures that are opened as they are trained on; their headers are looked at now."""
    import numpy as np

    picture = next(one for one in fields if one.kind == "image")
    target = next((one for one in fields if one.kind == "category"), None)
    faults = Faults(keep_of(given), path.name, "picture")
    sound = [place for place, file in enumerate(files) if _channels(file, faults, place + 1)]
    if not sound:
        raise FileError(f"{path.name}: none of its pictures can be opened ({faults.told[0]})")
    read = partial(_read, [files[place] for place in sound], picture.shape, given.text("fit"))
    columns: dict[str, Any] = {picture.name: Lazy(len(sound), picture.shape, "float32", read)}
    if target is not None:
        codes = {label: code for code, label in enumerate(target.labels)}
        classes = [codes.get(_class_of(files[place], path), -2) for place in sound]
        columns[target.name] = np.array(classes, np.int64)
    lines = np.array(sound, np.int64) + 1
    return Loaded(columns, faults.sentences(len(sound)), lines, "picture")


def _read(
    files: Sequence[Path], shape: tuple[int, ...], fit: str, rows: "NDArray[np.int64]"
) -> "NDArray[np.float32]":
    """Return some of the pictures; a thread ahead of the training calls it.

    Raises:
        FileError: one of them is broken inside.
    """
    import numpy as np

    found = np.empty((len(rows), *shape), np.float32)
    faults = Faults(stop=True, file="pictures", unit="picture")
    for place, row in enumerate(rows.tolist()):
        values = _opened(files[row], shape, row + 1, faults, crop=fit == "cut")
        if values is not None:
            found[place] = values
    found /= np.float32(255)
    return found


def _files(path: Path) -> tuple[list[Path], list[str]]:
    """Return the pictures in order, and the classes: the folders that hold any."""
    files = sorted(_walked(path))
    classes = sorted({_class_of(file, path) for file in files})
    if len(classes) > MOST_CLASSES:
        raise FileError(f"{path.name}: expected at most {MOST_CLASSES:,} folders with pictures")
    return files, classes


def _walked(path: Path) -> Iterator[Path]:
    """Yield pictures; links to folders are not followed, so that none leads round in a circle."""
    count = 0
    for place, folders, names in os.walk(path, followlinks=False):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if Path(name).suffix.lower() in SUFFIXES and not name.startswith("."):
                count += 1
                if count > MOST_FILES:
                    raise FileError(f"{path.name}: expected at most {MOST_FILES:,} pictures")
                yield Path(place) / name


def _class_of(file: Path, root: Path) -> str:
    """Return the first folder on the way to a picture; empty where it lies in the root itself."""
    parts = file.relative_to(root).parts
    return parts[0] if len(parts) > 1 else ""


def _channels(file: Path, faults: Faults, number: int = 0) -> int:
    """Return 1 for a grey picture, 3 for a coloured one, 0 for one that cannot be opened."""
    from PIL import Image

    try:
        with Image.open(file) as image:
            if image.width * image.height > MOST_PIXELS:
                faults.add(number, f"{file.name} has {image.width:,}×{image.height:,} pixels")
                return 0
            return 1 if image.mode in {"1", "L", "I", "F", "LA", "I;16"} else 3
    except Exception as error:  # noqa: BLE001 - a decoder may raise anything on a broken file
        faults.add(number, _why(file, error))
        return 0


def _opened(
    file: Path, shape: tuple[int, ...], number: int, faults: Faults, *, crop: bool
) -> "NDArray[np.uint8] | None":
    """Return a picture as channels × height × width in bytes; None for one that is passed over."""
    import numpy as np
    from PIL import Image, ImageOps

    channels, height, width = shape
    try:
        with Image.open(file) as image:
            if image.width * image.height > MOST_PIXELS:
                faults.add(number, f"{file.name} has {image.width:,}×{image.height:,} pixels")
                return None
            image.draft("RGB", (width * 2, height * 2))
            upright = ImageOps.exif_transpose(image).convert("L" if channels == 1 else "RGB")
            fitted = (
                ImageOps.fit(upright, (width, height)) if crop else upright.resize((width, height))
            )
            values = np.asarray(fitted, np.uint8)
    except Exception as error:  # noqa: BLE001 - a decoder may raise anything on a broken file
        faults.add(number, _why(file, error))
        return None
    return values[np.newaxis] if channels == 1 else np.moveaxis(values, -1, 0)


def _why(file: Path, error: Exception) -> str:
    words = str(error).replace(str(file), file.name).splitlines()
    if "cannot identify" in str(error):
        return f"{file.name} is no picture"
    return f"{file.name} cannot be opened: {words[0] if words else type(error).__name__}"


PICTURES = Source(
    id="file_images",
    title="Folder of pictures",
    load="studio.sources.image_folder:load_images",
    examine="studio.sources.image_folder:examine_images",
    endings=("/",),
    params=(
        FOLDER,
        Param("side", 32, low=4, high=1024, unit="px", help="Height and width after scaling"),
        Param("colours", "auto", choices=("auto", "colour", "grey")),
        Param(
            "fit",
            "cut",
            choices=("cut", "stretch"),
            title="make square",
            help="Cut off what is too wide or high, or stretch",
        ),
        BAD_ROWS,
    ),
    help="Pictures of your own: each folder inside the folder is a class, of its name",
)
