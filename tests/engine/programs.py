"""Programs and runs to train in tests, written by hand as the compiler writes them."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from studio.runs.spec import (
    Argument,
    BlockInfo,
    ColumnInfo,
    DataJob,
    ObjectiveJob,
    Program,
    RunSpec,
    Watch,
)

HERE = "tests.engine.programs"

MLP = """
import torch
from torch import nn
from torch.nn import functional as F


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(4, 16)
        self.norm = nn.BatchNorm1d(16)
        self.fc2 = nn.Linear(16, 3)

    def forward(self, x):
        h = self.fc1(x)  # fc1
        h = self.norm(h)  # norm
        h = F.dropout(torch.relu(h), 0.2, self.training)  # drop
        logits = self.fc2(h)  # fc2
        return logits

    def losses(self, logits, target):
        return {"loss": F.cross_entropy(logits, target)}

    def metrics(self, logits, target):
        return {"accuracy": (logits.argmax(1) == target).float().mean()}
"""


def program(text: str = MLP, **changes: object) -> Program:
    """Return a program; a comment at the end of a line names its block."""
    lines = {
        number: line.rpartition("  # ")[2]
        for number, line in enumerate(text.splitlines(), 1)
        if "  # " in line
    }
    tapped = []
    for number, line in enumerate(text.splitlines(), 1):
        tapped.append(line)
        if "  # " in line and " = " in line:
            value = line.strip().partition(" = ")[0].partition(",")[0]
            tapped.append(f'        tap("{lines[number]}", {value})')
    blocks = tuple(
        BlockInfo(
            id=name,
            title=name.upper(),
            kind="nn.attention" if "attn" in name else "nn.block",
            attribute=name if f"self.{name} =" in text else "",
            **(dict.fromkeys(("queries", "keys"), "tokens") if "attn" in name else {}),
        )
        for name in dict.fromkeys([*lines.values(), "loss"])
    )
    fields: dict[str, object] = {
        "text": text,
        "class_name": "Small",
        "lines": lines,
        "tapped": "\n".join(tapped),
        "inputs": (Argument(name="x", column="x"),),
        "outputs": ("logits",),
        "loss_arguments": ("logits", "target"),
        "targets": (Argument(name="target", column="class"),),
        "losses": ("loss",),
        "metrics": ("accuracy",),
        "blocks": blocks,
    }
    tapped_lines = {}
    for number, line in enumerate(tapped, 1):
        if "  # " in line:
            tapped_lines[number] = line.rpartition("  # ")[2]
    fields["tapped_lines"] = tapped_lines
    return Program(**{**fields, **changes})


def load_clouds(params: Mapping[str, int]) -> dict[str, np.ndarray]:
    """Return three clouds of points in four dimensions."""
    random = np.random.default_rng(params.get("seed", 0))
    classes = np.arange(params["samples"]) % 3
    centres = random.normal(size=(3, 4)) * 3
    return {
        "x": (centres[classes] + random.normal(size=(len(classes), 4))).astype(np.float32),
        "class": classes.astype(np.int64),
    }


def data(samples: int = 240, load: str = f"{HERE}:load_clouds", **changes: object) -> DataJob:
    """Return the clouds as a job."""
    fields: dict[str, object] = {
        "source": "Clouds",
        "load": load,
        "params": {"samples": samples},
        "columns": (
            ColumnInfo(name="x", role="input", shape=(4,)),
            ColumnInfo(name="class", role="target", shape=(), dtype="int", limit=3),
        ),
        "stratify": "class",
    }
    return DataJob(**{**fields, **changes})


def objective(**changes: object) -> ObjectiveJob:
    """Return Adam over everything."""
    fields: dict[str, object] = {
        "name": "main",
        "optimizer": "torch.optim.Adam(params, lr=lr)",
        "lr": 0.01,
        "losses": {"loss": 1.0},
    }
    return ObjectiveJob(**{**fields, **changes})


def run(folder: Path | None = None, **changes: object) -> RunSpec:
    """Return a run of the small network over the clouds."""
    fields: dict[str, object] = {
        "id": "run-1",
        "title": "Clouds",
        "experiment": "{}",
        "program": program(),
        "data": data(),
        "objectives": (objective(),),
        "epochs": 3,
        "batch_size": 32,
        "seed": 7,
        "device": "cpu",
        "watch": Watch(probes={"gradients": {}, "attention": {}, "embedding": {"block": "fc1"}}),
        "folder": str(folder or ""),
    }
    return RunSpec(**{**fields, **changes})
