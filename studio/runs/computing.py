"""Computing: how the steps of a run are computed."""

from typing import Literal

from .struct import Struct


class Ways(Struct, frozen=True, kw_only=True):
    """How a step is computed where several ways come to the same but for the last bits."""

    threads: int = 0
    """How many compute on the processor; 0 for one less than it has cores."""
    channels_last: bool = False
    """Whether pictures and kernels lie in memory pixel by pixel."""
    compiled: bool = False
    """Whether the program goes through torch's compiler first."""


class Computing(Struct, frozen=True, kw_only=True):
    """How a step is computed; none of it changes what is learned, but ``precision`` a little."""

    accumulate: int = 1
    """In how many pieces a batch is computed, whose gradients are added up."""
    precision: Literal["float32", "bfloat16", "float16"] = "float32"
    recompute: bool = False
    """Whether the layers of a stack compute again what they need going backward."""
    speed: Literal["steady", "fastest"] = "steady"
    """Whether the run tries ways first, and keeps the fastest."""
    compile: bool = False
    """Whether the program is to be compiled; among the fastest, if that is faster."""
    ways: Ways | None = None
    """How a run computed that is made again or goes on; None where it is to be found."""
