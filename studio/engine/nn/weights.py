"""Weights from a file, read with torch alone. Nothing that stands in a file is executed."""

import ast
import json
from pathlib import Path

import torch
from torch import Tensor


def read_weights(path: Path) -> dict[str, Tensor]:
    """Read a safetensors file: the length of its header, the header as JSON, the numbers."""
    content = path.read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    kinds = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16"}
    kinds |= {"I64": "int64", "I32": "int32", "U8": "uint8", "BOOL": "bool"}
    weights = {}
    for name, entry in json.loads(content[8:start]).items():
        if name != "__metadata__":
            first, last = (start + offset for offset in entry["data_offsets"])
            numbers = bytearray(content[first:last])
            kind = getattr(torch, kinds[entry["dtype"]])
            weights[name] = torch.frombuffer(numbers, dtype=kind).reshape(entry["shape"])
    return weights


def read_npy(path: Path) -> Tensor:
    """Read real numbers from a file of NumPy: a mark, the header as a Python literal, the numbers.

    Raises:
        ValueError: it is none, or has something else than real numbers in it.
    """
    content = path.read_bytes()
    if content[:6] != b"\x93NUMPY":
        raise ValueError("expected the mark of NumPy at its start, found none")
    begin = 12 if content[6] > 1 else 10
    end = begin + int.from_bytes(content[8:begin], "little")
    header = ast.literal_eval(content[begin:end].decode("latin-1"))
    kinds = {"<f2": torch.float16, "<f4": torch.float32, "<f8": torch.float64}
    if header["descr"] not in kinds:
        raise ValueError(f"expected real numbers such as float32, received {header['descr']}")
    numbers = torch.frombuffer(bytearray(content[end:]), dtype=kinds[header["descr"]])
    shape = tuple(header["shape"])
    if header["fortran_order"]:
        return numbers.reshape(shape[::-1]).permute(*reversed(range(len(shape))))
    return numbers.reshape(shape)


def read_vectors(path: Path, rows: int, width: int) -> Tensor:
    """Read lines of a word and its numbers, as word2vec and GloVe write them.

    A first line that tells only how many there are is passed over.

    Raises:
        ValueError: naming the line that does not fit.
    """
    found: list[list[float]] = []
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            words = line.split()
            if number == 1 and len(words) == 2 and width > 1:
                continue
            if len(words) not in (width, width + 1):
                raise ValueError(
                    f"line {number}: expected a word and {width} numbers, received "
                    f"{len(words)} words"
                )
            if len(found) == rows:
                raise ValueError(f"expected {rows} lines, one for each row, received more")
            try:
                found.append([float(word) for word in words[-width:]])
            except ValueError as error:
                raise ValueError(f"line {number}: {error}") from None
    return torch.tensor(found)


def set_from_file(weight: Tensor, file: str) -> None:
    """Set a weight to the numbers of a file: ``.npy``, ``.safetensors``, or lines of text.

    Of several tensors the one of the weight's sizes is taken.

    Raises:
        ValueError: there is no such file, or it has no such numbers; the sentence says which.
    """
    path, sizes = Path(file).expanduser(), "×".join(map(str, weight.shape))
    if not path.is_file():
        raise ValueError(f"expected a file of first weights, found none at {file or 'no name'}")
    try:
        if path.suffix.lower() == ".safetensors":
            tensors = list(read_weights(path).values())
        elif path.suffix.lower() == ".npy":
            tensors = [read_npy(path)]
        else:
            tensors = [read_vectors(path, weight.shape[0], weight.shape[-1])]
    except (ValueError, KeyError, TypeError, SyntaxError, AttributeError, RuntimeError) as error:
        raise ValueError(f"{path.name} cannot be read: {error}") from None
    fitting = [tensor for tensor in tensors if tensor.shape == weight.shape]
    if len(fitting) != 1:
        there = ", ".join("×".join(map(str, tensor.shape)) for tensor in tensors[:4])
        raise ValueError(f"{path.name}: expected one tensor of {sizes}, received {there or 'none'}")
    with torch.no_grad():
        weight.copy_(fitting[0])
