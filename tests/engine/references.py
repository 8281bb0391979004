"""What the parity tests share: the published drawings made small, exported and fed."""

import json
import runpy
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from studio.app.gallery import find_experiment
from studio.cli import main
from studio.core.fileio import open_file, save
from studio.core.params import Value

FIXTURES = Path(__file__).parents[1] / "fixtures" / "parity"

SAME = 1e-5
"""How far an output may be from the reference's, in float32."""

_CHANNELS = {"channels", "out_channels", "width", "one", "two_reduced", "two"} | {
    "three_reduced",
    "three",
    "pooled",
}


def narrow(name: str, divisor: int, classes: int, folder: Path) -> Path:
    """Save a published network with fewer channels and classes, and return the file.

    Layers of 4,096 neurons are eight times fewer once more, as in the fixtures.
    """

    def less(value: Value) -> Value:
        assert isinstance(value, int), value
        return max(1, value // divisor // (8 if value == 4096 else 1))

    def smaller(params: Mapping[str, Value], kind: str) -> dict[str, Value]:
        if kind == "io.image":
            return dict(params)
        made = {name: less(value) if name in _CHANNELS else value for name, value in params.items()}
        return made | {name: classes for name in ("classes", "out_features") if name in params}

    experiment = open_file(find_experiment(name))
    nodes = experiment.graph.nodes.values()
    graph = experiment.graph.put(
        *(replace(node, params=smaller(node.params, node.kind)) for node in nodes)
    )
    save(replace(experiment, graph=graph), folder / f"{name}-small.netwright")
    return folder / f"{name}-small.netwright"


def exported(
    capsys: pytest.CaptureFixture[str], folder: Path, drawing: str | Path, *options: str | Path
) -> nn.Module:
    """Export a drawing by the command line and return what its ``build()`` gives."""
    arguments = ["export", str(drawing), "--to", "python", "-o", str(folder), *map(str, options)]
    code = main(arguments)
    told = capsys.readouterr()
    assert code == 0, told.err
    assert json.loads(told.out)["folder"] == str(folder)
    model = runpy.run_path(str(folder / "model.py"))["build"]()
    assert isinstance(model, nn.Module)
    return model.eval()


def scores(model: nn.Module, x: Tensor) -> Tensor:
    """Return what a network says, without a gradient."""
    with torch.no_grad():
        y = model(x)
    assert isinstance(y, Tensor)
    return y


def assert_same(ours: Tensor, theirs: Tensor) -> None:
    """Compare, after a look that there is something to compare."""
    assert theirs.std() > 0.01
    assert ours.shape == theirs.shape
    assert (ours - theirs).abs().max() <= SAME
