"""Poolings over one axis or two: parameters, shape rule and call."""

from collections.abc import Callable

from studio.api import Inferred, Param, Params, Shapes, gives

from ._source import call, pair
from ._windows import AXES, channels_and_places, pooled, shaped, stride_of


def _kernel(axes: int, unit: str) -> Param:
    return Param(
        "kernel_size",
        (2,) * axes,
        length=axes,
        low=1,
        high=1024,
        title="kernel",
        unit=unit,
        help="Size of the window that becomes one number",
    )


def window(axes: int, unit: str) -> tuple[Param, ...]:
    """Return the parameters of a window over so many axes."""
    places = {"px": "Pixels", "steps": "Steps"}[unit]
    return (
        _kernel(axes, unit),
        Param(
            "stride",
            None,
            length=axes,
            low=1,
            high=1024,
            optional=True,
            unit=unit,
            help=f"{places} between windows; none takes the kernel's size, so that they do not "
            "overlap",
        ),
        Param(
            "padding",
            (0,) * axes,
            length=axes,
            low=0,
            high=512,
            unit=unit,
            help="Added on each side",
        ),
        Param("ceil_mode", False, title="round up", help="Keep a last window that is cut off"),
    )


def pool_rule(axes: int) -> Callable[[Shapes, Params], Inferred]:
    """Return the shape rule of a pooling over so many axes."""

    def infer(shapes: Shapes, p: Params) -> Inferred:
        batch, channels, *places = channels_and_places(shapes["x"], axes)
        windows = [
            pooled(dim, name, axis, p)
            for axis, (dim, name) in enumerate(zip(places, AXES[axes], strict=True))
        ]
        return gives(shaped(batch, channels, windows))

    return infer


def pool_call(function: str) -> Callable[[Shapes, Params], str]:
    """Return what writes a call of a pooling function."""

    def expression(_: Shapes, p: Params) -> str:
        return call(
            function,
            "{x}",
            repr(pair(p.sizes("kernel_size"))),
            stride=(pair(stride_of(p)), pair(p.sizes("kernel_size"))),
            padding=(pair(p.sizes("padding")), 0),
            ceil_mode=(p.flag("ceil_mode"), False),
        )

    return expression


def adaptive_rule(axes: int) -> Callable[[Shapes, Params], Inferred]:
    """Return the shape rule of a pooling to fixed sizes over so many axes."""

    def infer(shapes: Shapes, p: Params) -> Inferred:
        batch, channels, *_ = channels_and_places(shapes["x"], axes)
        return gives(shaped(batch, channels, list(p.sizes("output_size"))))

    return infer


def adaptive_call(function: str) -> Callable[[Shapes, Params], str]:
    """Return what writes a call of an adaptive pooling function."""

    def expression(_: Shapes, p: Params) -> str:
        return f"{function}({{x}}, {pair(p.sizes('output_size'))!r})"

    return expression
