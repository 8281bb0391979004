"""An exported folder runs where there is nothing but torch."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save

from studio.compile.project import export_python
from studio.compile.source import compile_network
from studio.core.errors import CompileError, FileError
from studio.core.experiment import Experiment
from tests.helpers.builders import (
    CATALOG,
    attention_classifier,
    branching,
    lenet,
    lstm_classifier,
)
from tests.helpers.programs import built

ALONE = """
import runpy, sys
for name in ("studio", "safetensors", "PySide6", "msgspec", "sklearn"):
    sys.modules[name] = None
{run}
"""


def run_alone(folder: Path, run: str) -> str:
    """Run Python in isolation, where importing the studio fails."""
    answer = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", ALONE.format(run=run)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


@pytest.mark.parametrize(
    ("drawing", "printed"),
    [
        (lenet, "(2, 10)\n"),
        (lstm_classifier, "(2, 8)\n"),
        (attention_classifier, "(2, 8)\n"),
        (branching, "(2, 1)\n(2, 5)\n"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_an_exported_model_prints_its_output_shape(
    drawing: Callable[[], Experiment], printed: str, tmp_path: Path
) -> None:
    path = export_python(drawing(), CATALOG, tmp_path / "out")

    assert run_alone(path.parent, "runpy.run_path('model.py', run_name='__main__')") == printed


def test_an_exported_model_comes_with_its_weights(tmp_path: Path) -> None:
    model = built(compile_network(branching(), CATALOG)).eval()
    export_python(branching(), CATALOG, tmp_path, weights=save(model.state_dict()))
    x_BCHW = torch.randn(2, 3, 16, 16)
    torch.save(x_BCHW, tmp_path / "x.pt")

    run_alone(
        tmp_path,
        "import torch\n"
        "model = runpy.run_path('model.py')['build']().eval()\n"
        "torch.save(model(torch.load('x.pt')), 'y.pt')",
    )

    for ours, theirs in zip(model(x_BCHW), torch.load(tmp_path / "y.pt"), strict=True):
        assert torch.equal(ours, theirs)


def test_a_drawing_with_problems_leaves_no_folder_behind(tmp_path: Path) -> None:
    with pytest.raises(CompileError):
        export_python(Experiment(), CATALOG, tmp_path / "out")

    assert not (tmp_path / "out").exists()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")

    with pytest.raises(FileError, match="out"):
        export_python(lenet(), CATALOG, tmp_path / "out")
