"""What metrics of a whole part share: which ports they have, and what they keep of a batch."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from studio.api import Inferred, Params, Port, Shape, ShapeError, Shapes

from ._classes import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

Kept: TypeAlias = "Sequence[NDArray[Any]]"

NOTHING = Inferred({})
CLASSES = (
    Port("scores", "float", (2, 3), help="One score for each class, before or after a softmax"),
    Port("target", "int", (1, 2), help="The right class"),
)


def expect_classes(shapes: Shapes, _: Params) -> Inferred:
    """Refuse scores that are not one for each class of every target."""
    scores, target = shapes["scores"], shapes["target"]
    if scores.dims[:-1] != target.dims:
        wanted = "×".join([*(str(dim) for dim in target.dims), "classes"])
        raise ShapeError(f"expected scores {wanted}, received {scores}", "scores")
    if target.limit is not None and scores.dims[-1] != target.limit:
        raise ShapeError(
            f"expected one score for each of {target.limit} classes, received {scores.dims[-1]}",
            "scores",
        )
    return NOTHING


def picked(text: str, shapes: Shapes, p: Params) -> str:
    """Return the text of what belongs to the targets that count, in one row."""
    which = counted(shapes, p)
    if which:
        return f"{text}[{which[1:-1]}]"
    return f"{text}.flatten(0, 1)" if shapes["target"].rank > 1 else text


def guessed(shapes: Shapes, p: Params) -> str:
    """Keep the class of the highest score and the right one."""
    return f"{picked('{scores}.argmax(-1)', shapes, p)}, {picked('{target}', shapes, p)}"


def tokens_of(port: str, shape: Shape) -> str:
    """Return the text of the tokens of a port: themselves, or those of the highest scores."""
    return f"{{{port}}}.argmax(-1)" if shape.dtype == "float" else f"{{{port}}}"
