"""Where plug-ins are found, what is read of a plain module, and what goes along into a program."""

import sys
from pathlib import Path

import pytest

from studio.api import ShapeError
from studio.compile.gathering import gathered
from studio.core.errors import CompileError
from studio.core.plugin_code import plugin_finder
from studio.plugins.discover import discovered, lacking
from studio.plugins.manifest import Need, read_manifest
from studio.plugins.plain import plain_modules, tree_of
from studio.plugins.plain_blocks import Question, plain_block
from tests.helpers.hosts import hosted
from tests.helpers.plugins import write_plugin

MIXER = """
    import torch
    from typing import Literal
    from torch import Tensor, nn
    from .helpers import squash, LIMIT

    class _Hidden(nn.Module):
        pass

    class TokenMixer2D(_Hidden):
        pass

    class GatedMixer(nn.Module):
        \"\"\"Mixes what arrives.

        Args:
            heads: How many ways of mixing
            mode (str): Which sum
                is taken
        \"\"\"

        def __init__(self, dim: int, heads: int = 4, mode: Literal["mean", "sum"] = "mean",
                     kernel=(3, 3), rate: float = 0, act=torch.tanh, *, deep: bool = False):
            super().__init__()
            self.inner = _Hidden()

        def forward(self, x: Tensor, ids: Tensor, mask=None) -> tuple[Tensor, Tensor]:
            return squash(x) * LIMIT, x
"""
HELPERS = """
    import math
    LIMIT = 3

    def squash(x):
        return _deeper(x) / math.pi

    def _deeper(x):
        return x
"""


def test_an_installed_package_is_found_by_its_entry_point_and_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    package = write_plugin(site, "installed", blocks="raise SystemError")
    (package / "__init__.py").write_text("raise SystemError")
    info = site / "installed-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: installed\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[netwright.plugins]\nit = installed\n")
    monkeypatch.syspath_prepend(str(site))

    found = discovered(None, tmp_path / "none")

    assert [(one.name, one.origin, one.folder) for one in found] == [
        ("installed", "package", package)
    ]
    assert "installed" not in sys.modules


def test_a_folder_of_code_without_a_manifest_is_told(tmp_path: Path) -> None:
    (tmp_path / "plugins" / "half").mkdir(parents=True)
    (tmp_path / "plugins" / "half" / "layers.py").touch()

    with hosted(tmp_path) as host:
        assert host.plugin("half").sentence == (
            "plugin.toml cannot be read: No such file or directory"
        )


def test_packages_are_looked_for_by_version() -> None:
    assert lacking([Need("pytest"), Need("pytest", "3.0")]) == ()
    assert lacking([Need("pytest", "999")]) == (Need("pytest", "999"),)
    assert str(Need("no-such", "1.2")) == "no-such 1.2 or newer"


def test_a_plain_module_is_read_as_a_block(tmp_path: Path) -> None:
    folder = write_plugin(tmp_path, "mix", layers=MIXER, helpers=HELPERS)
    asked: list[Question] = []

    def ask(question: Question) -> None:
        asked.append(question)
        raise ShapeError("asked")

    modules = plain_modules(tree_of(folder / "layers.py"), {})
    spec = plain_block(modules[0], "layers.py", read_manifest(folder), ask)

    assert [module.name for module in modules] == ["GatedMixer"]
    assert (spec.id, spec.title, spec.family) == ("mix.gated_mixer", "Gated mixer", "Mix")
    assert spec.help == "Mixes what arrives"
    assert [str(param) for param in spec.params] == [
        "heads = 4", "mode = mean", "kernel = 3×3", "rate = 0", "deep = off",
    ]  # fmt: skip
    assert [param.kind for param in spec.params] == ["int", "choice", "sizes", "float", "bool"]
    assert spec.params[1].help == "Which sum is taken"
    assert [(port.name, port.dtype, port.optional) for port in spec.inputs] == [
        ("x", "float", False), ("ids", "int", False), ("mask", "float", True),
    ]  # fmt: skip
    assert [port.name for port in spec.outputs] == ["y1", "y2"]


def test_what_a_class_uses_goes_along_in_order(tmp_path: Path) -> None:
    folder = write_plugin(tmp_path, "mix", layers=MIXER, helpers=HELPERS)
    plugin_finder().folders["mix"] = folder
    try:
        found = gathered("netwright_plugins.mix.layers:GatedMixer")
    finally:
        del plugin_finder().folders["mix"]

    names = [copied.name for copied in found]
    imports = {copied.name: copied.imports for copied in found}
    assert sorted(names) == ["GatedMixer", "LIMIT", "_Hidden", "_deeper", "squash"]
    assert names.index("_deeper") < names.index("squash") < names.index("GatedMixer")
    assert "math" in imports["squash"]
    assert "squash" not in imports["GatedMixer"]


def test_one_name_for_two_things_is_refused(tmp_path: Path) -> None:
    folder = write_plugin(
        tmp_path,
        "twice",
        layers="from torch import nn\nfrom .one import f\nfrom .two import g\n"
        "class It(nn.Module):\n    def forward(self, x): return f(x) + g(x)\n",
        one="def help(): pass\ndef f(x): return help()\n",
        two="def help(): pass\ndef g(x): return help()\n",
    )
    plugin_finder().folders["twice"] = folder
    try:
        with pytest.raises(CompileError, match=r"expected one meaning of help, received one of"):
            gathered("netwright_plugins.twice.layers:It")
    finally:
        del plugin_finder().folders["twice"]
