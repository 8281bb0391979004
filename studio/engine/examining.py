"""Examining: a block's program, run where the block is not installed, is held to its promises."""

import io
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from studio.runs.spec import Program

from .build import Network, tensors_in

_SEED = 7


def examine(question: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of the promises does not hold, each with a sentence.

    ``program`` is the program as data, ``inputs`` are sizes, kind of number and limit of its
    arguments, ``outputs`` the promised sizes and kinds, ``weights`` those of the block, by name.
    """
    import msgspec

    program = msgspec.convert(question["program"], Program, strict=False)
    made = [tuple(given) for given in question["inputs"]]
    found: list[list[str]] = []
    network = Network(program, "conformance")
    for name, rule in (_OF_LOSSES if question["loss"] else _RULES).items():
        if name == "export" and not question["export"]:
            continue
        try:
            found += [[name, sentence] for sentence in rule(network, made, question)]
        except Exception as error:  # noqa: BLE001 - the block's code; whatever it raises is told
            found.append([name, f"{type(error).__name__}: {error}"])
    return {"found": found}


Rule = Callable[[Network, list[tuple[Any, ...]], Mapping[str, Any]], Iterator[str]]


def _shapes(
    network: Network, made: list[tuple[Any, ...]], question: Mapping[str, Any]
) -> Iterator[str]:
    for batch in (2, 3):
        given = list(tensors_in(network.module(*_values(made, batch))))
        if len(given) != len(question["outputs"]):
            yield f"expected {len(question['outputs'])} outputs, received {len(given)}"
            return
        for y, (dims, number) in zip(given, question["outputs"], strict=True):
            wanted = [batch if dim == "B" else dim for dim in dims]
            fits = all(isinstance(w, str) or w == n for w, n in zip(wanted, y.shape, strict=False))
            if len(wanted) != y.ndim or not fits:
                yield f"the rule promises {_written(wanted)}, forward gives {_written(y.shape)}"
            if _number(y) != number:
                yield f"the rule promises {number} numbers, forward gives {y.dtype}"


def _weights(
    network: Network, _: list[tuple[Any, ...]], question: Mapping[str, Any]
) -> Iterator[str]:
    there = {
        name.partition(".")[2]: list(weight.shape)
        for name, weight in network.module.named_parameters()
        if weight.requires_grad
    }
    if there != question["weights"]:
        yield f"the rule promises the weights {question['weights']}, the module has {there}"


def _gradients(
    network: Network, made: list[tuple[Any, ...]], question: Mapping[str, Any]
) -> Iterator[str]:
    torch.manual_seed(_SEED)
    given = list(tensors_in(network.module.train()(*_values(made, 4))))
    learned = [(y * torch.randn_like(y)).sum() for y in given if y.requires_grad]
    weights = {name: w for name, w in network.module.named_parameters() if w.requires_grad}
    if not learned:
        if weights:
            yield "no gradient reaches its weights: forward gives nothing that depends on them"
        return
    torch.stack(learned).sum().backward()
    for name, weight in weights.items():
        if weight.grad is None:
            yield f"no gradient reaches {name}: leave it out, or use it in forward"
        elif not torch.isfinite(weight.grad).all():
            yield f"the gradient of {name} is not finite"


def _save_and_load(
    network: Network, made: list[tuple[Any, ...]], question: Mapping[str, Any]
) -> Iterator[str]:
    module, values = network.module.eval(), _values(made, 2)
    file = io.BytesIO()
    torch.save(module.state_dict(), file)
    file.seek(0)
    again = Network(network.program, "conformance again").module.eval()
    again.load_state_dict(torch.load(file, weights_only=True))
    if not _same(module, again, values):
        yield (
            "weights that were saved and read again give other values: keep state in parameters "
            "or buffers, not in plain attributes"
        )


def _chance(
    network: Network, made: list[tuple[Any, ...]], question: Mapping[str, Any]
) -> Iterator[str]:
    module = network.module.train()
    values = _values(made, 2)
    if not _same(module, module, values):
        yield "the same seed gives other values: draw chance from torch's generator alone"


def _export(
    network: Network, made: list[tuple[Any, ...]], question: Mapping[str, Any]
) -> Iterator[str]:
    imported = {
        line.split()[1].partition(".")[0]
        for line in network.program.text.splitlines()
        if line.startswith(("import ", "from ")) and len(line.split()) > 1
    }
    others = sorted(imported & {"studio", "netwright_plugins"})
    if others:
        yield f"the exported program imports {others[0]}: it has to run without Netwright"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's own modules cause some
        torch.export.export(network.module.eval(), tuple(_values(made, 2)))


def _loss(
    network: Network, made: list[tuple[Any, ...]], question: Mapping[str, Any]
) -> Iterator[str]:
    program, module = network.program, network.module.train()
    given = list(tensors_in(module(*_values(made, 4))))
    drawn = _values([tuple(target) for target in question["targets"]], 4)
    # Between 0 and 1, as probabilities are and other numbers may be.
    wanted = [y.abs() / (1 + y.abs()) if y.is_floating_point() else y for y in drawn]
    names = (*program.outputs, *(target.name for target in program.targets))
    by_name = dict(zip(names, (*given, *wanted), strict=True))
    losses: Any = module.losses
    loss = losses(*(by_name[name] for name in program.loss_arguments))[question["loss"]]
    if loss.shape != ():
        yield f"expected one number, received {_written(loss.shape)}"
        return
    if not torch.isfinite(loss):
        yield f"expected a number, received {loss.item()}"
    loss.backward()
    if not any(weight.grad is not None for weight in module.parameters()):
        yield "no gradient reaches what stands before it"


_OF_LOSSES: dict[str, Rule] = {"loss": _loss}
_RULES: dict[str, Rule] = {
    "shapes": _shapes,
    "weights": _weights,
    "gradients": _gradients,
    "save and load": _save_and_load,
    "chance": _chance,
    "export": _export,
}


def _values(made: list[tuple[Any, ...]], batch: int) -> list[Tensor]:
    generator = torch.Generator().manual_seed(_SEED)
    found = []
    for dims, number, limit in made:
        shape = [batch if dim == "B" else 5 if isinstance(dim, str) else dim for dim in dims]
        if number == "float":
            found.append(torch.randn(shape, generator=generator))
        else:
            whole = torch.randint(0, limit or 2, shape, generator=generator)
            found.append(whole.bool() if number == "bool" else whole)
    return found


def _same(one: nn.Module, other: nn.Module, values: list[Tensor]) -> bool:
    results = []
    for module in (one, other):
        torch.manual_seed(_SEED)
        state = {name: value.clone() for name, value in module.state_dict().items()}
        results.append(list(tensors_in(module(*values))))
        module.load_state_dict(state)
    return all(torch.equal(a, b) for a, b in zip(*results, strict=True))


def _number(y: Tensor) -> str:
    if y.is_floating_point():
        return "float"
    return "bool" if y.dtype == torch.bool else "int"


def _written(dims: Any) -> str:
    return "×".join(map(str, dims)) or "one number"
