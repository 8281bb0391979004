"""Which classes of a file are blocks, and what they are called."""

import ast
from pathlib import Path

import pytest

from studio.plugins.containing import contain
from studio.plugins.plain import plain_modules, tree_of
from studio.plugins.words import Ended
from tests.helpers.hosts import hosted
from tests.helpers.plugins import write_page, write_plugin

FAMILY = '''
    from torch import nn

    class _Base(nn.Module):
        def __init__(self, dim: int, wide: int = 4):
            super().__init__()
            self.inside = nn.Linear(dim, wide)
            self.back = nn.Linear(wide, dim)

        def act(self, x):
            raise NotImplementedError

        def forward(self, x):
            return self.back(self.act(self.inside(x)))

    class Soft(_Base):
        """Tanh inside."""

        def act(self, x):
            return x.tanh()

    class Hard(Soft):
        """Signs inside."""

        def __init__(self, dim: int, wide: int = 8, scale: float = 1.0):
            super().__init__(dim, wide)
            self.scale = scale

        def act(self, x):
            return x.sign() * self.scale

    class NoBlock(dict):
        pass
    '''


def test_classes_that_derive_from_others_of_the_file_are_blocks(tmp_path: Path) -> None:
    folder = write_plugin(tmp_path, "it", family=FAMILY)

    soft, hard = plain_modules(tree_of(folder / "family.py"), {})

    assert (soft.name, [(param.name, param.default) for param in soft.params]) == (
        "Soft",
        [("wide", 4)],
    )
    assert (hard.name, [(param.name, param.default) for param in hard.params]) == (
        "Hard",
        [("wide", 8), ("scale", 1.0)],
    )
    assert soft.inputs == hard.inputs


def test_a_base_that_cannot_be_called_is_no_block(tmp_path: Path) -> None:
    text = FAMILY.replace("_Base", "Base").replace("def forward", "def later")
    text = text.replace(
        "def act(self, x):\n            return", "def forward(self, x):\n            return"
    )
    folder = write_plugin(tmp_path, "it", family=text)

    assert [kind.name for kind in plain_modules(tree_of(folder / "family.py"), {})] == [
        "Soft",
        "Hard",
    ]


def test_a_block_is_called_as_its_plug_in_where_that_is_its_name(home: Path) -> None:
    write_page(home / "plugins", "first-block.md")

    with hosted(home) as host:
        host.trust("swiglu")
        host.wait()

        assert host.catalog.blocks["swiglu.swi_glu"].title == "SwiGLU"


def test_functions_keep_arguments_lines_and_words_where_the_wish_to_end_is_caught() -> None:
    text = (
        '"""Words."""\nfrom __future__ import annotations\n\n'
        'def f(a, *, b=2):\n    """Says."""\n    return 1 / a + b\n\n'
        "g = lambda x, y=3: x + y\n\n"
        "def h():\n    global g\n    yield 1\n    raise SystemExit(2)\n"
    )
    names: dict = {}
    exec(compile(contain(ast.parse(text)), "it.py", "exec"), names)

    assert (names["f"].__doc__, names["f"](1), names["g"](1)) == ("Says.", 3.0, 4)
    assert names["f"].__code__.co_argcount == 1
    with pytest.raises(ZeroDivisionError) as divided:
        names["f"](0)
    assert divided.traceback[-1].lineno + 1 == 6
    drawn = names["h"]()
    assert next(drawn) == 1
    with pytest.raises(Ended):
        next(drawn)
