"""Weights from a file, read with torch alone."""

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
