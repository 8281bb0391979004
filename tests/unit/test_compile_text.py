"""The pieces of generated text: templates, imports, copied classes."""

from pathlib import Path

import pytest

from studio.compile.imports import import_lines
from studio.compile.modules import Copied, read_definition
from studio.compile.source import compile_network
from studio.compile.template import fill_names, literal
from studio.core.blocks import BlockSpec, Inferred, Port
from studio.core.catalog import Catalog
from studio.core.errors import CompileError
from studio.core.params import Param, Params
from studio.core.shapes import Shapes
from tests.helpers.builders import CATALOG, Drawing


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of a plug-in on the path, whose import would fail."""
    folder = tmp_path / "mixing_plugin"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise RuntimeError('imported')\n")
    (folder / "layers.py").write_text(
        "import math\nimport functools as ft\nfrom torch import nn\n\n\n"
        "@ft.total_ordering\nclass Mixer(nn.Module):\n    scale = math.pi\n\n\n"
        "def unused():\n    return 1\n"
    )
    (folder / "other.py").write_text("from numpy import pi as math\n\nclass Other:\n    x = math\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    return folder


def test_a_class_is_read_without_importing_its_package(plugin: Path) -> None:
    mixer = read_definition("mixing_plugin.layers:Mixer")

    assert mixer.text.startswith("@ft.total_ordering\nclass Mixer")
    assert mixer.text.endswith("scale = math.pi")
    assert mixer.imports["ft"] == "import functools as ft"


def test_a_changed_file_is_read_anew(plugin: Path) -> None:
    read_definition("mixing_plugin.layers:Mixer")
    (plugin / "layers.py").write_text("class Mixer:\n    changed = True\n")

    assert "changed" in read_definition("mixing_plugin.layers:Mixer").text


@pytest.mark.parametrize(
    ("reference", "sentence"),
    [
        ("mixing_plugin.layers:Blender", "layers.py has no Blender"),
        ("mixing_plugin.nothing:Mixer", "the source of mixing_plugin.nothing:Mixer is not install"),
        ("no_such_plugin.layers:Mixer", "is not installed"),
    ],
)
def test_a_class_that_is_not_there_is_named(plugin: Path, reference: str, sentence: str) -> None:
    with pytest.raises(CompileError, match=sentence):
        read_definition(reference)


def test_a_module_of_its_own_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lonely_layer.py").write_text("class Lonely:\n    pass\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    assert read_definition("lonely_layer:Lonely").text == "class Lonely:\n    pass"


def test_only_what_is_used_is_imported(plugin: Path) -> None:
    mixer = read_definition("mixing_plugin.layers:Mixer")

    assert import_lines("x = F.relu(y)", [mixer]) == [
        "import functools as ft",
        "import math",
        "",
        "from torch import nn",
        "from torch.nn import functional as F",
    ]


def test_one_name_for_two_things_is_refused(plugin: Path) -> None:
    both = [
        read_definition("mixing_plugin.layers:Mixer"),
        read_definition("mixing_plugin.other:Other"),
    ]

    with pytest.raises(CompileError, match="Other: expected math to mean import math"):
        import_lines("", both)


def test_names_are_sorted_as_a_linter_wants() -> None:
    one = Copied("A", "MAX Tensor relu", {"MAX": "from m import MAX", "relu": "from m import relu"})

    assert import_lines("Tensor", [one]) == ["from m import MAX, relu", "from torch import Tensor"]


def test_values_are_written_as_python() -> None:
    values = (3, 0.1, (3, 3), True, None, 'a "b"', float("inf"), "é")

    assert [literal(value) for value in values] == [
        "3", "0.1", "(3, 3)", "True", "None", '"a \\"b\\""', 'float("inf")', '"é"',
    ]  # fmt: skip


def test_other_braces_are_left_alone() -> None:
    names = {"x": "a", "x.0": "b"}

    assert fill_names("{1: {x}, 'k': {x.0}} {}", names, "test") == "{1: a, 'k': b} {}"
    with pytest.raises(AssertionError, match="nothing it has"):
        fill_names("{z}", names, "test")


def splitter(call: str = "") -> Catalog:
    """Return a catalog with a block of two outputs and a module with a plain call."""

    def halves(shapes: Shapes, _: Params) -> Inferred:
        return Inferred({"low": shapes["x"], "high": shapes["x"]}, {"width": 2})

    split = BlockSpec(
        id="my.split",
        title="Split",
        family="Mine",
        infer=halves,
        call=call,
        init="nn.Identity({width}, {label})",
        stem="split",
        outputs=(Port("low"), Port("high")),
        params=(Param("label", "both"),),
    )
    return Catalog([split, *CATALOG.blocks.values()])


@pytest.mark.parametrize(
    ("call", "line"),
    [
        ("", "split1_low_BD, split1_high_BD = self.split1(vector1_BD)  # B×2, B×2"),
        (
            "{low}, {high} = {self}({x}).chunk({width})",
            "split1_low_BD, split1_high_BD = self.split1(vector1_BD).chunk(2)  # B×2, B×2",
        ),
    ],
)
def test_a_block_may_give_several_values(call: str, line: str) -> None:
    catalog = splitter(call)
    net = Drawing(catalog=catalog)
    last = net.chain("io.vector", "my.split")
    net.chain("nn.relu", after=f"{last}.high")

    program = compile_network(net.experiment(), catalog)

    assert line in program.text
    assert 'self.split1 = nn.Identity(2, "both")' in program.text
    assert program.outputs == ("split1_low_BD", "relu1_BD")
    assert 'tap("split1", split1_low_BD)' in program.tapped


def test_two_copied_classes_of_one_name_are_refused(plugin: Path) -> None:
    (plugin / "twin.py").write_text("class Mixer:\n    pass\n")
    relu = CATALOG.blocks["nn.relu"]
    first, second = (
        BlockSpec(
            id=f"my.{name}",
            title=name,
            family="Mine",
            infer=relu.infer,
            init="Mixer()",
            needs=(f"mixing_plugin.{name}:Mixer",),
        )
        for name in ("layers", "twin")
    )
    catalog = Catalog([first, second, CATALOG.blocks["io.vector"]])
    net = Drawing(catalog=catalog)
    net.chain("io.vector", "my.layers", "my.twin")

    with pytest.raises(CompileError, match="two called Mixer"):
        compile_network(net.experiment(), catalog)
