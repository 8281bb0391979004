"""Published pictures networks give what torchvision's own gave; tests/fixtures/parity says how."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from tests.engine.references import FIXTURES, assert_same, exported, narrow, scores
from tests.engine.test_project import run_alone
from tests.fixtures.parity.record import CLASSES, picture

RECORDED = json.loads((FIXTURES / "scores.json").read_text(encoding="utf-8"))

SIZES = {
    # The vision Transformer of the fixture: settings of the published drawing.
    "vit-b-16": {
        "blocks.patches.patch_size": 8,
        "blocks.patches.embedding_dim": 32,
        "blocks.layers.d_model": 32,
        "blocks.layers.heads": 4,
        "blocks.layers.repeat": 2,
    }
}

every_recording = pytest.mark.parametrize("name", sorted(RECORDED))


def drawing(name: str, folder: Path) -> tuple[str | Path, ...]:
    """The published drawing in the sizes of its fixture, as arguments of the command line."""
    size, divisor = RECORDED[name]["size"], RECORDED[name]["divisor"]
    set_to = {"blocks.image.height": size, "blocks.image.width": size, **SIZES.get(name, {})}
    options = [word for at, value in set_to.items() for word in ("--set", f"{at}={value}")]
    return narrow(name, divisor, CLASSES, folder), *options


def recorded(name: str) -> Tensor:
    """What torchvision's network said of the two pictures."""
    return torch.tensor(RECORDED[name]["scores"])


@every_recording
def test_an_exported_network_with_torchvision_weights_gives_torchvision_scores(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = FIXTURES / f"{name}.safetensors"

    model = exported(
        capsys, tmp_path / "out", *drawing(name, tmp_path), "--weights", weights, "--map", name
    )

    assert_same(scores(model, picture(RECORDED[name]["size"])), recorded(name))


def test_a_checkpoint_of_torch_is_read_like_safetensors(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoint = tmp_path / "resnet18.pth"
    torch.save({"state_dict": load_file(FIXTURES / "resnet18.safetensors")}, checkpoint)

    model = exported(
        capsys, tmp_path / "out", *drawing("resnet18", tmp_path), "--weights", checkpoint,
        "--map", "resnet18",
    )  # fmt: skip

    assert_same(scores(model, picture(RECORDED["resnet18"]["size"])), recorded("resnet18"))


def test_auxiliary_heads_and_old_names_and_missing_counters_are_understood(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = load_file(FIXTURES / "googlenet.safetensors")
    state = {name: value for name, value in state.items() if "num_batches" not in name}
    state |= {"aux1.conv.conv.weight": torch.ones(8, 32, 1, 1), "aux2.fc1.bias": torch.ones(4)}
    torch.save(state, tmp_path / "googlenet.pth")
    vit = load_file(FIXTURES / "vit-b-16.safetensors")
    old = {"mlp.0": "mlp.linear_1", "mlp.3": "mlp.linear_2"}
    for new, former in old.items():
        vit = {name.replace(new, former): value for name, value in vit.items()}
    torch.save(vit, tmp_path / "vit-b-16.pth")

    for name in ("googlenet", "vit-b-16"):
        checkpoint = tmp_path / f"{name}.pth"
        model = exported(
            capsys, tmp_path / name, *drawing(name, tmp_path), "--weights", checkpoint,
            "--map", name,
        )  # fmt: skip
        assert_same(scores(model, picture(RECORDED[name]["size"])), recorded(name))


def test_an_exported_folder_with_foreign_weights_runs_where_there_is_only_torch(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    weights = FIXTURES / "resnet50.safetensors"
    exported(capsys, out, *drawing("resnet50", tmp_path), "--weights", weights, "--map", "resnet50")
    torch.save(picture(RECORDED["resnet50"]["size"]), out / "x.pt")

    run_alone(
        out,
        "import torch\n"
        "model = runpy.run_path('model.py')['build']().eval()\n"
        "torch.save(model(torch.load('x.pt')).detach(), 'y.pt')",
    )

    assert_same(torch.load(out / "y.pt"), recorded("resnet50"))
