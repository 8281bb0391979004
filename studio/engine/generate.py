"""Generating: a writer for a network that is given as a program, and where its text begins."""

from collections.abc import Sequence

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_safetensors
from torch import Tensor

from studio.core.errors import FileError
from studio.runs.spec import ColumnInfo, DataJob, Program

from .build import Network
from .data.load import load
from .faults import sentence
from .writer import Writer


def writer_of(program: Program, columns: Sequence[ColumnInfo], weights: bytes | None) -> Writer:
    """Return what writes with these weights, a safetensors file; None for first ones.

    Raises:
        FileError: the weights are those of another network.
        NoLanguageError: the network does not say what comes next, and why.
    """
    torch.manual_seed(0)
    module = Network(program, "generate").module.eval()
    if weights is not None:
        try:
            module.load_state_dict(load_safetensors(weights))
        except (RuntimeError, SafetensorError) as error:
            raise FileError(f"The weights do not fit the drawing: {sentence(error)}") from None
    return Writer(module, columns)


def begin(
    writer: Writer, program: Program, data: DataJob | None, prompt: str
) -> tuple[Tensor, Tensor | None]:
    """Return the tokens to go on from and, for an encoder and decoder, what is answered.

    Without data it is neither known on which side short sources are filled up, nor whether the
    network learned what comes next.

    Raises:
        DataFault: the data cannot be loaded.
        NoLanguageError: the target of the data is not the text one step on.
        ParamError: the prompt has no tokens, too many or unknown ones.
    """
    arrays = load(data) if data else {}
    columns = {name: torch.from_numpy(array) for name, array in arrays.items()}
    names = [argument.column for argument in program.inputs]
    text = columns.get(names[writer.language.text])
    if text is not None:
        writer.expect_next(text, [columns[target.column] for target in program.targets])
    if writer.language.source is None:
        return writer.prompt(prompt), None
    sources = columns.get(names[writer.language.source])
    before = sources is not None and writer.pads_before(sources)
    return writer.begin(text), writer.source(prompt, before=before)
