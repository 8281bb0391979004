"""Values compared entry by entry: what losses over them take, and what a mask keeps of them."""

from studio.api import Inferred, Metric, Params, Port, ShapeError, Shapes

from ._forms import SCALAR

INPUTS = (
    Port("prediction", "float", help="What the network says"),
    Port("target", "float", help="What is right"),
    Port(
        "mask",
        "bool",
        optional=True,
        help="True where the entry counts, for each step or each number; the mean is over those",
    ),
)


def compared(shapes: Shapes, _: Params) -> Inferred:
    """Refuse a target of another shape, and a mask of what is not there."""
    prediction, target, mask = shapes["prediction"], shapes["target"], shapes.get("mask")
    if prediction.dims != target.dims:
        raise ShapeError(f"expected {target} as the target, received {prediction}", "prediction")
    if mask is not None and mask.dims != prediction.dims[: mask.rank]:
        raise ShapeError(f"expected a mask for {prediction}, received {mask}", "mask")
    return SCALAR


def both(shapes: Shapes) -> tuple[str, str]:
    """Return the texts of what counts of the prediction and of the target."""
    which = "[{mask}]" if "mask" in shapes else ""
    return f"{{prediction}}{which}", f"{{target}}{which}"


def over(shapes: Shapes, _: Params) -> str:
    """Return the text of how much counts, empty for all of it."""
    return "{mask}.sum()" if "mask" in shapes else ""


def mean_of(name: str, form: str) -> Metric:
    """Return a metric: the mean of a method of the error, such as ``abs``."""

    def source(shapes: Shapes, _: Params) -> str:
        prediction, target = both(shapes)
        return f"({prediction} - {target}).{form}().mean()"

    return Metric(name, source, higher_is_better=False, over=over)
