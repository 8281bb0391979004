"""Exporting: the network as a file that other programs run, checked against itself.

``onnx`` for ONNX Runtime and everything that reads it, ``pt2`` for ``torch.export.load``. The batch
may have any size; what is written is run once, with another batch than it was traced with, and must
compute what the network computes.
"""

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import torch
from torch import Tensor, nn

from studio.core.errors import FileError
from studio.core.fileio import write_whole
from studio.runs.spec import ColumnInfo, Program

from .build import Network, tensors_in
from .faults import sentence
from .weights import load_weights

Form = Literal["onnx", "pt2"]

_TOLERANCE = 1e-4
_TRACED, _TRIED = 2, 3
"""Samples in the batch that is traced, and in the one that is tried."""


def export(
    program: Program, columns: Sequence[ColumnInfo], path: Path, form: Form, weights: Path | None
) -> None:
    """Write the network into one file; ``columns`` are the arguments of ``forward``, in order.

    Raises:
        FileError: a package is missing, the network has something that the form cannot say, or
            the place cannot be written; nothing is written then.
        Fault: the network cannot be built.
    """
    network = Network(program, "export")
    module = network.module.eval()
    if weights is not None:
        module.load_state_dict(load_weights(weights))
    names = [argument.name for argument in program.inputs]
    with TemporaryDirectory() as folder, _quietly():
        trial = Path(folder) / f"network.{form}"
        try:
            _WRITERS[form](module, _batch(columns, _TRACED), names, program.outputs, trial)
        except ImportError as error:
            raise FileError(
                f"{form}: the package {error.name} is missing: pip install 'netwright[onnx]'"
            ) from None
        except Exception as error:
            raise FileError(
                f"{path.name}: {program.class_name} cannot be said in {form}: {_innermost(error)}"
            ) from error
        _compare(module, _batch(columns, _TRIED), trial, form)
        write_whole(path, trial.read_bytes())


def _write_onnx(
    module: nn.Module,
    batch: Sequence[Tensor],
    names: Sequence[str],
    outputs: Sequence[str],
    to: Path,
) -> None:
    import onnxscript  # noqa: F401 - torch says of a missing one less than its name

    written = torch.onnx.export(
        module,
        tuple(batch),
        dynamo=True,
        input_names=list(names),
        output_names=list(outputs),
        dynamic_shapes=_any_batch(batch),
        verbose=False,
    )
    assert written is not None
    written.save(to, external_data=False)


def _write_pt2(
    module: nn.Module,
    batch: Sequence[Tensor],
    names: Sequence[str],
    outputs: Sequence[str],
    to: Path,
) -> None:
    torch.export.save(
        torch.export.export(module, tuple(batch), dynamic_shapes=_any_batch(batch)), to
    )


_WRITERS = {"onnx": _write_onnx, "pt2": _write_pt2}


def _run_onnx(path: Path, batch: Sequence[Tensor]) -> list[Tensor]:
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    inputs = [argument.name for argument in session.get_inputs()]
    given = {name: value.numpy() for name, value in zip(inputs, batch, strict=True)}
    return [torch.from_numpy(value) for value in session.run(None, given)]


def _run_pt2(path: Path, batch: Sequence[Tensor]) -> list[Tensor]:
    return list(tensors_in(torch.export.load(path).module()(*batch)))


_RUNNERS = {"onnx": _run_onnx, "pt2": _run_pt2}


def _compare(module: nn.Module, batch: Sequence[Tensor], path: Path, form: Form) -> None:
    """Refuse a file that computes something else.

    Raises:
        FileError: naming the difference.
    """
    try:
        got = _RUNNERS[form](path, batch)
    except ImportError:
        return  # written it is; there is nothing here to run it with
    with torch.no_grad():
        wanted = list(tensors_in(module(*batch)))
        again = list(tensors_in(module(*batch)))
    if not all(map(torch.equal, wanted, again)):
        return  # it draws at random, and never computes the same twice
    apart = max(
        (_distance(one, other) for one, other in zip(got, wanted, strict=True)), default=0.0
    )
    if not apart <= _TOLERANCE:
        raise FileError(
            f"{path.name}: what was written differs from the network by {apart:.2g}; expected at "
            f"most {_TOLERANCE:g}"
        )


def _distance(one: Tensor, other: Tensor) -> float:
    """Return the largest difference between two values; masks have one too."""
    return (one.double() - other.double()).abs().max().item()


def _innermost(error: BaseException) -> str:
    """Return what the first of a chain of errors says."""
    while error.__cause__ is not None:
        error = error.__cause__
    return sentence(error)


def _batch(columns: Sequence[ColumnInfo], samples: int) -> list[Tensor]:
    random = torch.Generator().manual_seed(0)
    return [_values(column, samples, random) for column in columns]


def _values(column: ColumnInfo, samples: int, random: torch.Generator) -> Tensor:
    shape = (samples, *column.shape)
    if column.dtype == "int":
        return torch.randint(0, column.limit or 2, shape, generator=random)
    if column.dtype == "bool":
        return torch.rand(shape, generator=random) > 0.5
    return torch.randn(shape, generator=random)


def _any_batch(batch: Sequence[Tensor]) -> tuple[Mapping[int, object], ...]:
    return tuple({0: torch.export.Dim.AUTO} for _ in batch)


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep torch's exporters from telling what they think of their own code."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
