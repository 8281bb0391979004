"""Programs built and fed, for tests that may load torch."""

import torch
from torch import Tensor, nn

from studio.core.check import Checked
from studio.core.experiment import Experiment
from studio.core.graph import End
from studio.core.shapes import Shape
from studio.runs.spec import Program
from tests.helpers.builders import CATALOG

BATCH = 3


def built(program: Program) -> nn.Module:
    """Execute the program's text and return an instance of its class."""
    names: dict[str, object] = {"__name__": "generated"}
    exec(compile(program.text, "generated.py", "exec"), names)
    kind = names[program.class_name]
    assert isinstance(kind, type)
    module = kind()
    assert isinstance(module, nn.Module)
    return module


def sizes(shape: Shape) -> tuple[int, ...]:
    """Return a shape as torch gives it for a batch of three."""
    return tuple(BATCH if dim == "B" else int(dim) for dim in shape.dims)


def random_like(shape: Shape) -> Tensor:
    """Return a random batch of this shape."""
    if shape.dtype == "int":
        return torch.randint(0, shape.limit or 2, sizes(shape))
    return torch.randn(sizes(shape))


def arguments(experiment: Experiment, checked: Checked, *, role: str = "input") -> list[Tensor]:
    """Return a random batch for every input, or every target, that the drawing uses."""
    return [
        random_like(checked.blocks[id_].outputs["y"])
        for id_ in experiment.graph.order
        if getattr(CATALOG.block(experiment.graph.nodes[id_].kind), "role", "") == role
        and experiment.graph.consumers_of[id_]
    ]


def shape_of(checked: Checked, block: str, port: str = "y") -> tuple[int, ...]:
    """Return the promised shape at an output for a batch of three."""
    shape = checked.shape_at(End(block, port))
    assert shape is not None, (block, port)
    return sizes(shape)
