"""What the adapters promise, with the packages played by small stand-ins."""

import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from studio.resources import shipped_plugins
from tests.helpers.hosts import hosted
from tests.helpers.plugins import module_of

VISION, HUB = module_of("datasets", "vision.py"), module_of("datasets", "hub.py")


class Pictures:
    """A set as torchvision gives it: bytes, channels last."""

    def __init__(self, folder: str, *, train: bool, download: bool) -> None:
        count = 6 if train else 2
        self.data = np.full((count, 32, 32, 3), 255, np.uint8)
        self.targets = list(range(count))


class Image:
    def convert(self, mode: str) -> "Image":
        assert mode == "RGB"
        return self

    def resize(self, size: tuple[int, int]) -> np.ndarray:
        return np.zeros((*size, 3), np.uint8)


class Rows:
    column_names = ("img", "label")

    def __len__(self) -> int:
        return 20

    def select(self, rows: range) -> "Rows":
        self.count = len(rows)
        return self

    def __getitem__(self, name: str) -> list[object]:
        return [Image() if name == "img" else 3 for _ in range(self.count)]


def test_the_official_test_part_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    package = ModuleType("torchvision")
    package.datasets = SimpleNamespace(CIFAR10=Pictures)
    monkeypatch.setitem(sys.modules, "torchvision", package)

    found = VISION.load_vision({"set": "CIFAR-10", "folder": "nowhere"})

    assert found["image"].shape == (8, 3, 32, 32)
    assert found["image"].max() == 1.0
    assert found["test"].tolist() == [False] * 6 + [True] * 2


def test_what_is_not_installed_is_left_out_and_told(tmp_path: Path) -> None:
    if find_spec("torchvision") or find_spec("datasets"):
        pytest.skip("both are told only where they are missing")
    with hosted(tmp_path, shipped=shipped_plugins()) as host:
        plugin = host.plugin("datasets")

    assert plugin.state == "on"
    assert not plugin.gives
    assert plugin.sentence.startswith("Left out: vision.py needs torchvision 0.15 or newer; hub.py")


def test_pictures_of_the_hub_come_in_one_size(monkeypatch: pytest.MonkeyPatch) -> None:
    package = ModuleType("datasets")
    package.load_dataset = lambda name, split: Rows()
    monkeypatch.setitem(sys.modules, "datasets", package)
    given = {"name": "a/b", "split": "train", "pictures": "img", "labels": "label"}

    found = HUB.load_pictures({**given, "classes": 10, "size": 16, "most": 5})

    assert found["image"].shape == (5, 3, 16, 16)
    with pytest.raises(ValueError, match="a/b has no column photo; it has img, label"):
        HUB.load_pictures({**given, "pictures": "photo", "classes": 10, "size": 16, "most": 5})
    with pytest.raises(ValueError, match="it has 4 classes; set classes to that"):
        HUB.load_pictures({**given, "classes": 2, "size": 16, "most": 5})
