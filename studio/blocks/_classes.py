"""One right class each: what losses over it count, and what is shown beside them."""

from studio.api import Metric, Param, Params, Shapes

NO_CLASS = -100

IGNORED = Param(
    "ignore_index",
    NO_CLASS,
    low=NO_CLASS,
    high=10_000_000,
    title="ignored class",
    help="Targets of this class count nowhere, neither in the loss nor in what is shown beside "
    "it: the number that fills up short texts, often 0. −100 is none of the classes",
)


def counted(shapes: Shapes, p: Params) -> str:
    """Return the text of which targets count, empty where all do.

    Classes of a known number are checked when they are loaded, so that −100 is none of them.
    """
    nothing = p.whole("ignore_index") == NO_CLASS and shapes["target"].limit is not None
    return "" if nothing else "({target} != {ignore_index})"


def how_many(shapes: Shapes, p: Params) -> str:
    """Return the text of how many targets count, empty where all do."""
    which = counted(shapes, p)
    return which and f"{which}.sum()"


def share_of(right: str, shapes: Shapes, p: Params) -> str:
    """Return the text of how often something is right where the target counts."""
    which = counted(shapes, p)
    if not which:
        return f"{right}.float().mean()"
    return f"({right} & {which}).sum() / {which}.sum().clamp(min=1)"


def accuracy(port: str) -> Metric:
    """Return how often the highest score is that of the right class."""

    def source(shapes: Shapes, p: Params) -> str:
        return share_of(f"({{{port}}}.argmax(-1) == {{target}})", shapes, p)

    return Metric("accuracy", source, unit="%", over=how_many)
