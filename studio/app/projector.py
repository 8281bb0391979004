"""Embeddings as TensorBoard's projector reads them: vectors, what they are of, and a sprite."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studio.core.errors import FileError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SPRITE_PX = 8192
"""The largest sprite that browsers take, a side."""


def write_projector(
    folder: Path,
    name: str,
    vectors: "NDArray[np.floating]",
    columns: Mapping[str, Sequence[object]],
    pictures: "NDArray[np.uint8] | None" = None,
) -> Path:
    """Write ``tensors.tsv``, ``metadata.tsv``, ``sprite.png`` and the projector's settings.

    Args:
        columns: what is known of each vector, by name.
        pictures: samples × channels × height × width.

    Raises:
        FileError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lines = ("\t".join(f"{value:.6g}" for value in row) for row in vectors.tolist())
        (folder / "tensors.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (folder / "metadata.tsv").write_text(_metadata(columns), encoding="utf-8")
        sprite = "" if pictures is None else _write_sprite(folder / "sprite.png", pictures)
        settings = (
            f'embeddings {{\n  tensor_name: "{_plain(name)}"\n  tensor_path: "tensors.tsv"\n'
            f'  metadata_path: "metadata.tsv"\n{sprite}}}\n'
        )
        (folder / "projector_config.pbtxt").write_text(settings, encoding="utf-8")
    except OSError as error:
        raise FileError(f"{folder}: cannot be written: {error}") from None
    return folder


def _metadata(columns: Mapping[str, Sequence[object]]) -> str:
    """Return a line each; one column alone has no heading, so the projector wants it."""
    rows = ["\t".join(map(_plain, row)) for row in zip(*columns.values(), strict=True)]
    head = ["\t".join(columns)] if len(columns) > 1 else []
    return "\n".join([*head, *rows]) + "\n"


def _plain(value: object) -> str:
    return str(value).replace("\t", " ").replace("\n", " ").replace('"', "'")


def _write_sprite(path: Path, pictures: "NDArray[np.uint8]") -> str:
    """Write the pictures as a square of squares, row by row, and return what is said of it."""
    import numpy as np
    from PIL import Image

    count, channels, tall, wide = pictures.shape
    side = int(np.ceil(np.sqrt(count)))
    if side * max(tall, wide) > SPRITE_PX:
        return ""
    three = np.broadcast_to(pictures, (count, 3, tall, wide)) if channels == 1 else pictures
    sheet = np.zeros((side * side, tall, wide, 3), np.uint8)
    sheet[:count] = three.transpose(0, 2, 3, 1)
    whole = sheet.reshape(side, side, tall, wide, 3).transpose(0, 2, 1, 3, 4)
    Image.fromarray(whole.reshape(side * tall, side * wide, 3)).save(path)
    return (
        '  sprite {\n    image_path: "sprite.png"\n'
        f"    single_image_dim: {wide}\n    single_image_dim: {tall}\n  }}\n"
    )
