"""Windows that slide over an axis: how many places there are, in torch's words and rounding."""

from studio.api import Dim, Params, Shape, ShapeError, expect_float, expect_rank, size

AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
FORMS = {1: "a sequence B×C×T", 2: "an image B×C×H×W", 3: "a volume B×C×D×H×W"}


def channels_and_places(x: Shape, axes: int, *, features_last: bool = False) -> list[Dim]:
    """Return batch, channels and places of a value with so many axes of places.

    Raises:
        ShapeError: it is something else.
    """
    expect_float(x)
    expect_rank(x, axes + 2, "a sequence B×T×D" if features_last else FORMS[axes])
    batch, *rest = x.dims
    return [batch, rest[-1], *rest[:-1]] if features_last else [batch, *rest]


def shaped(batch: Dim, channels: Dim, places: list[int], *, features_last: bool = False) -> Shape:
    """Return the shape of a result, in the layout of the input."""
    return Shape((batch, *places, channels) if features_last else (batch, channels, *places))


def convolved(dim: Dim, name: str, axis: int, p: Params) -> int:
    """Return the places of a convolution along an axis.

    Raises:
        ShapeError: the kernel is longer than the axis with its padding.
    """
    padded = size(dim, f"the {name}") + 2 * p.sizes("padding")[axis]
    window = p.sizes("dilation")[axis] * (p.sizes("kernel_size")[axis] - 1) + 1
    if window > padded:
        raise ShapeError(
            f"expected a {name} of at least {window} for the kernel, received {padded} "
            "with its padding"
        )
    return (padded - window) // p.sizes("stride")[axis] + 1


def transposed(dim: Dim, name: str, axis: int, p: Params) -> int:
    """Return the places of a transposed convolution along an axis.

    Raises:
        ShapeError: nothing is left of the axis, or more is added than torch allows.
    """
    stride, dilation = p.sizes("stride")[axis], p.sizes("dilation")[axis]
    extra = p.sizes("output_padding")[axis]
    if extra >= max(stride, dilation):
        raise ShapeError(
            f"expected an output padding below {max(stride, dilation)}, the larger of stride and "
            f"dilation, received {extra}"
        )
    spread = (size(dim, f"the {name}") - 1) * stride - 2 * p.sizes("padding")[axis]
    extent = spread + dilation * (p.sizes("kernel_size")[axis] - 1) + extra + 1
    if extent < 1:
        raise ShapeError(f"expected a padding that leaves something of the {name}")
    return extent


def pooled(dim: Dim, name: str, axis: int, p: Params) -> int:
    """Return the windows of a pooling along an axis.

    Raises:
        ShapeError: no window fits, or the padding is more than half of one.
    """
    length, window = size(dim, f"the {name}"), p.sizes("kernel_size")[axis]
    padding, stride = p.sizes("padding")[axis], stride_of(p)[axis]
    if 2 * padding > window:
        raise ShapeError(
            f"expected a padding of at most half the kernel, {window // 2}, received {padding}"
        )
    extent = _windows(length + 2 * padding - window, stride, round_up=p.flag("ceil_mode"))
    # torch drops a window that would begin in the padding on the right
    if p.flag("ceil_mode") and (extent - 1) * stride >= length + padding:
        extent -= 1
    if extent < 1:
        raise ShapeError(
            f"expected a {name} of at least {window} for the kernel, received "
            f"{length + 2 * padding} with its padding"
        )
    return extent


def stride_of(p: Params) -> tuple[int, ...]:
    """Return the stride of a pooling, which is the kernel's size where none is given."""
    return p.sizes("kernel_size") if p["stride"] is None else p.sizes("stride")


def _windows(room: int, stride: int, *, round_up: bool) -> int:
    return (-(room // -stride) if round_up else room // stride) + 1
