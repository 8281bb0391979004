"""What was looked at while a run trained, as pictures and texts of some of its moments."""

import io
from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from studio.runs.arrays import array_to_numpy
from studio.runs.events import Snapshot
from studio.runs.record import Record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

MOST = 24
"""Moments of each view; of more an even choice is taken, with the last among them."""
_CLOUD_PX = 360
_VIRIDIS = (
    "440154 481a6c 472f7d 414487 39568c 31688e 2a788e 23888e 1f988b 22a884 35b779 54c568 7ad151 "
    "a5db36 d2e21b fde725"
)
_CLASSES = "0072B2 D55E00 009E73 B0578D B07700 56B4E9 6A5ACD 8C6D31 B0B7C0 7A4F9A 3F7F7F B5495B"


def stills_of(record: Record, titles: dict[str, str]) -> list[dict[str, object]]:
    """Return what is known of each block at some moments; ``titles`` are those of the blocks."""
    drawn: dict[str, Callable[[Snapshot], Pixels]] = {
        "attention": _maps, "embedding": _cloud, "images": _images,
    }  # fmt: skip
    found: list[dict[str, object]] = []
    for (kind, block), history in record.snapshots.items():
        chosen = some(history.snapshots)
        title = titles.get(block, block)
        steps = [snapshot.step for snapshot in chosen]
        told: dict[str, object] = {"steps": steps, "kind": kind}
        if kind in drawn:
            pictures = [png(drawn[kind](snapshot)) for snapshot in chosen]
            found.append({**told, "title": f"{_NAMES[kind]}: {title}", "pictures": pictures})
        elif kind == "text" and (texts := [_text(snapshot) for snapshot in chosen]) and texts[-1]:
            found.append({**told, "title": "Text that the network writes", "texts": texts})
    return found


_NAMES = {"attention": "Attention", "embedding": "Embedding", "images": "Samples"}


def some(snapshots: Sequence[Snapshot]) -> list[Snapshot]:
    """Return an even choice, with the first and the last among them."""
    count = len(snapshots)
    if count <= MOST:
        return list(snapshots)
    places = sorted({round(place * (count - 1) / (MOST - 1)) for place in range(MOST)})
    return [snapshots[place] for place in places]


def png(pixels: "Pixels") -> str:
    """Return rows × columns × (red, green, blue) as a PNG in Base64."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", optimize=True)
    return b64encode(buffer.getvalue()).decode()


def _table(colours: str) -> "Pixels":
    import numpy as np

    return np.array([list(bytes.fromhex(text)) for text in colours.split()], np.uint8)


def _maps(snapshot: Snapshot) -> "Pixels":
    """Return the heads beside each other, from 0 to their greatest weight."""
    import numpy as np

    weights = np.asarray(array_to_numpy(snapshot.arrays["weights"]), np.float64)
    shares = np.nan_to_num(weights / (weights.max(initial=0.0) or 1.0))
    anchors = _table(_VIRIDIS).astype(np.float64)
    at = shares * (len(anchors) - 1)
    low = np.clip(np.floor(at).astype(int), 0, len(anchors) - 2)
    rest = (at - low)[..., None]
    coloured = (anchors[low] * (1 - rest) + anchors[low + 1] * rest).round().astype(np.uint8)
    each = max(1, 360 // max(coloured.shape[2] * min(len(coloured), 4), 1))
    large = coloured.repeat(each, axis=1).repeat(each, axis=2)
    return _tiled(large)


def _images(snapshot: Snapshot) -> "Pixels":
    """Return the pictures that were made, those they are made of above them."""
    import numpy as np

    made = np.asarray(array_to_numpy(snapshot.arrays["images"]), np.uint8)
    given = snapshot.arrays.get("inputs")
    both = made if given is None else np.concatenate(
        (np.asarray(array_to_numpy(given), np.uint8)[: len(made)], made), axis=2
    )  # fmt: skip
    three = np.broadcast_to(both, (len(both), 3, *both.shape[2:])) if both.shape[1] == 1 else both
    return _tiled(three[:16].transpose(0, 2, 3, 1), columns=8)


def _tiled(pictures: "Pixels", columns: int = 4) -> "Pixels":
    import numpy as np

    count, tall, wide = pictures.shape[:3]
    columns = min(columns, count)
    rows, gap = -(-count // columns), max(2, wide // 40)
    sheet = np.full((rows * (tall + gap) - gap, columns * (wide + gap) - gap, 3), 128, np.uint8)
    for place, picture in enumerate(pictures):
        row, column = divmod(place, columns)
        top, left = row * (tall + gap), column * (wide + gap)
        sheet[top : top + tall, left : left + wide] = picture
    return sheet


def _cloud(snapshot: Snapshot) -> "Pixels":
    """Return the first two components as dots, coloured by class."""
    import numpy as np

    points = np.asarray(array_to_numpy(snapshot.arrays["points"]), np.float64)[:, :2]
    points = np.nan_to_num(points)
    middle = (points.max(axis=0) + points.min(axis=0)) / 2
    reach = float(np.ptp(points, axis=0).max()) / 2 or 1.0
    places = ((points - middle) / reach * [1, -1] * 0.47 + 0.5) * (_CLOUD_PX - 1)
    table = _table(_CLASSES)
    labels = snapshot.arrays.get("labels")
    classes = np.zeros(len(points), int)
    if labels is not None:
        classes = np.unique(array_to_numpy(labels).ravel(), return_inverse=True)[1]
    sheet = np.full((_CLOUD_PX, _CLOUD_PX, 3), 255, np.uint8)
    columns, rows = places.round().astype(int).T
    for dy, dx in ((0, 0), (0, 1), (1, 0), (1, 1), (-1, 0), (-1, 1), (0, -1), (1, -1), (-1, -1)):
        at = np.clip(rows + dy, 0, _CLOUD_PX - 1), np.clip(columns + dx, 0, _CLOUD_PX - 1)
        sheet[at] = table[classes % len(table)]
    return sheet


def _text(snapshot: Snapshot) -> str:
    notes = snapshot.notes
    if "text" in notes:
        return f"{notes.get('prompt', '')}{notes['text']}"
    pairs = [
        (name.split()[-1], value) for name, value in notes.items() if name.startswith("source ")
    ]
    lines = [f"{source}\n→ {notes.get(f'answer {number}', '')}" for number, source in pairs]
    return "\n\n".join(lines)
