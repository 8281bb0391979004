"""Picture sets of the Hugging Face hub: any with one column of pictures and one of classes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from studio.api import Column, Param, Params, Source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def load_pictures(params: Mapping[str, Any]) -> "dict[str, NDArray[np.generic]]":
    """Return pictures of one size with values in 0 … 1, and their classes.

    Raises:
        ValueError: the columns are not there, or there are more classes than was said.
    """
    import datasets
    import numpy as np

    rows = datasets.load_dataset(params["name"], split=params["split"])
    for name in (params["pictures"], params["labels"]):
        if name not in rows.column_names:
            raise ValueError(
                f"{params['name']} has no column {name}; it has {', '.join(rows.column_names)}"
            )
    rows = rows.select(range(min(len(rows), int(params["most"]))))
    labels = np.asarray(rows[params["labels"]], np.int64)
    if labels.max(initial=0) >= params["classes"]:
        raise ValueError(f"it has {labels.max() + 1} classes; set classes to that")
    side = int(params["size"])
    pictures = [_picture(image, side) for image in rows[params["pictures"]]]
    return {"image": np.stack(pictures), "class": labels}


def _picture(image: Any, side: int) -> "NDArray[np.float32]":
    import numpy as np

    pixels = np.asarray(image.convert("RGB").resize((side, side)), np.float32) / 255.0
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))


def _columns(params: Params) -> tuple[Column, ...]:
    side = params.whole("size")
    return (
        Column("image", "input", (3, side, side)),
        Column("class", "target", (), "int", params.whole("classes")),
    )


HUB = Source(
    id="datasets.hub",
    title="Hugging Face pictures",
    load=f"{__name__}:load_pictures",
    columns=_columns,
    params=(
        Param("name", "uoft-cs/cifar10", help="The set's name on the hub"),
        Param("split", "train", help="Which of its parts; the studio divides it further"),
        Param("pictures", "img", title="column of pictures", help="Its name in the set"),
        Param("labels", "label", title="column of classes", help="Its name in the set"),
        Param("classes", 10, low=2, high=100_000, help="How many classes there are"),
        Param("size", 32, low=8, high=512, unit="px", help="Width and height after scaling"),
        Param("most", 10_000, low=10, high=10_000_000, help="No more pictures than this"),
    ),
    stratify="class",
    help="Any set of pictures with classes from the Hugging Face hub",
    licence="see each set's own page",
    citation="Lhoest et al.: Datasets, A Community Library for Natural Language Processing, 2021",
)
