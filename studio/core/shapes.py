"""Shapes of tensors as a person draws them: whole numbers, or names for what is not yet known."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Literal, TypeAlias

from .errors import ShapeError

Dim: TypeAlias = int | str
"""A size, or the name of one that only the data decide: ``"B"`` is the batch."""

DType: TypeAlias = Literal["float", "int", "bool"]
Kind: TypeAlias = Literal["image", "sequence", "vector", "tokens", "classes", "scalar", "tensor"]

_FLOAT_KINDS: dict[int, Kind] = {0: "scalar", 2: "vector", 3: "sequence", 4: "image"}
_INT_KINDS: dict[int, Kind] = {0: "scalar", 1: "classes", 2: "tokens"}
_FLOAT_AXES = {0: "", 1: "B", 2: "BD", 3: "BTD", 4: "BCHW", 5: "BCDHW"}
_INT_AXES = {0: "", 1: "B", 2: "BT"}


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of one tensor, batch first.

    ``limit`` belongs to whole numbers that count something: a token or a class lies in
    ``0 … limit - 1``.
    """

    dims: tuple[Dim, ...]
    dtype: DType = "float"
    limit: int | None = None

    @property
    def kind(self) -> Kind:
        """What a person calls a tensor of this rank; decides the colour of a port."""
        table = _FLOAT_KINDS if self.dtype == "float" else _INT_KINDS
        return table.get(len(self.dims), "tensor")

    @property
    def axes(self) -> str:
        """The letters that end a tensor's name in generated code, such as ``BCHW``."""
        table = _FLOAT_AXES if self.dtype == "float" else _INT_AXES
        return table.get(len(self.dims), "")

    @property
    def rank(self) -> int:
        """Number of axes, the batch included."""
        return len(self.dims)

    def __str__(self) -> str:
        """``B×32×8×8``, as it stands on a block."""
        return "×".join(str(dim) for dim in self.dims) or "scalar"

    def with_dims(self, *dims: Dim) -> "Shape":
        """Return the same kind of numbers in another shape."""
        return Shape(dims, self.dtype, self.limit)


class Shapes(Mapping[str, Shape]):
    """The shapes at a block's input ports, by port name.

    A port that takes several wires has one entry for each, named ``x.0``, ``x.1``, ….
    """

    __slots__ = ("_of",)

    def __init__(self, of: Mapping[str, Shape]) -> None:
        self._of = dict(of)

    def many(self, port: str) -> list[Shape]:
        """Return the shapes at a port that takes several wires, in slot order."""
        slots = [name for name in self._of if name.partition(".")[0] == port]
        return [self._of[name] for name in sorted(slots, key=slot_of)]

    def __getitem__(self, port: str) -> Shape:
        return self._of[port]

    def __iter__(self) -> Iterator[str]:
        return iter(self._of)

    def __len__(self) -> int:
        return len(self._of)


def slot_of(port: str) -> int:
    """Return the slot number of a many-port's name: 2 for ``x.2``, 0 for ``x``."""
    _, _, slot = port.partition(".")
    return int(slot) if slot.isdecimal() else 0


def size(dim: Dim, what: str) -> int:
    """Return a size that must be known to build weights.

    Raises:
        ShapeError: the size is only a name.
    """
    if isinstance(dim, int):
        return dim
    raise ShapeError(f"expected a fixed size for {what}, received the open size {dim}")


def count(dims: Sequence[Dim]) -> int:
    """Return the product of the sizes that are known; open ones count as one."""
    return prod(dim for dim in dims if isinstance(dim, int))


def expect_rank(shape: Shape, rank: int, what: str) -> None:
    """Refuse a tensor of another rank.

    Raises:
        ShapeError: with the expected form in words.
    """
    if shape.rank != rank:
        raise ShapeError(f"expected {what}, received {shape}")


def expect_float(shape: Shape) -> None:
    """Refuse whole numbers where real numbers are meant.

    Raises:
        ShapeError: the tensor holds tokens or classes.
    """
    if shape.dtype != "float":
        raise ShapeError(
            f"expected real numbers, received {shape.kind} {shape}; put an Embedding before it"
        )


def broadcast(shapes: Sequence[Shape]) -> Shape:
    """Return the shape of an element-wise operation over all of ``shapes`` (NumPy's rule).

    Raises:
        ShapeError: two sizes differ and neither is one.
    """
    rank = max(shape.rank for shape in shapes)
    dims: list[Dim] = []
    for axis in range(-rank, 0):
        sizes = {shape.dims[axis] for shape in shapes if shape.rank >= -axis} - {1}
        if len(sizes) > 1:
            received = " and ".join(str(shape) for shape in shapes)
            raise ShapeError(f"expected equal shapes, received {received}")
        dims.append(sizes.pop() if sizes else 1)
    return Shape(tuple(dims), shapes[0].dtype)
