"""One block computed on given tensors, through the program that the studio writes for it."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from studio.compile.source import compile_network
from studio.core.check import check
from studio.core.params import Value
from tests.helpers.builders import CATALOG, Drawing
from tests.helpers.programs import built


def program_of(
    kind: str, tensors: Mapping[str, Tensor], **params: Value
) -> tuple[nn.Module, list[str]]:
    """Return the network of one block whose ports are wired to inputs shaped like these, and
    the ports in the order of the program's arguments: for a loss, of its ``losses``.
    """
    net = Drawing("One block")
    block = net.place(kind, title="it", **params)
    for port, tensor in tensors.items():
        source, sizes = _target(tensor) if port == "target" else _input(tensor)
        net.wire(net.place(source, title=f"the {port}", **sizes), f"{block}.{port}")
    experiment = net.experiment()
    checked = check(experiment, CATALOG)
    assert not checked.errors, checked.errors
    program = compile_network(experiment, CATALOG, checked)
    arguments = program.loss_arguments or [argument.name for argument in program.inputs]
    return built(program), [
        next(port for port in tensors if name.startswith(f"the_{port}")) for name in arguments
    ]


def computed(kind: str, *, training: bool = False, **given: object) -> Tensor:
    """Return the first output of a block for the tensors among ``given``; the rest are params."""
    tensors = {name: value for name, value in given.items() if isinstance(value, Tensor)}
    params = {name: value for name, value in given.items() if name not in tensors}
    module, order = program_of(kind, tensors, **params)
    result = module.train(training)(*(tensors[port] for port in order))
    return result[0] if isinstance(result, tuple) else result


def measured(kind: str, **given: object) -> tuple[Tensor, dict[str, Tensor]]:
    """Return the value of a loss and its metrics for the tensors among ``given``."""
    tensors = {name: value for name, value in given.items() if isinstance(value, Tensor)}
    params = {name: value for name, value in given.items() if name not in tensors}
    module, order = program_of(kind, tensors, **params)
    arguments = [tensors[port] for port in order]
    return module.losses(*arguments)["it"], module.metrics(*arguments)


def _input(x: Tensor) -> tuple[str, dict[str, Value]]:
    match tuple(x.shape):
        case (_, length) if x.dtype == torch.long:
            return "io.tokens", {"length": length, "vocabulary": int(x.max()) + 1}
        case (_, features):
            return "io.vector", {"features": features}
        case (_, length, features):
            return "io.sequence", {"length": length, "features": features}
        case (_, channels, height, width):
            return "io.image", {"channels": channels, "height": height, "width": width}
    raise AssertionError(x.shape)


def _target(x: Tensor) -> tuple[str, dict[str, Value]]:
    match tuple(x.shape):
        case (_,):
            return "io.target", {"form": "class", "classes": int(x.max()) + 1}
        case (_, length) if x.dtype == torch.long:
            return "io.target", {"form": "tokens", "length": length, "classes": int(x.max()) + 1}
        case (_, width):
            return "io.target", {"form": "value", "width": width}
    raise AssertionError(x.shape)
