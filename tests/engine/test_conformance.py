"""The kit that plug-ins are held to holds for all that ships, and finds what is wrong."""

from typing import Any

import pytest

from studio.app.catalogue import builtin_catalog
from studio.engine.answering import answer
from studio.plugins.conformance import conform
from studio.plugins.promises import examined
from studio.runs.asking import Asker
from tests.helpers.builders import CATALOG
from tests.helpers.plugins import write_plugin

SHIPPED = [
    *(spec.id for spec in CATALOG.blocks.values() if spec.role in {"layer", "loss"}),
    *CATALOG.optimizers,
    *CATALOG.schedules,
]
SHARING = {spec.id for spec in CATALOG.blocks.values() if spec.borrows}


class Here:
    """Answers in this process, which knows the code of what ships."""

    def now(self, question: dict[str, Any], *, secs: float = 0.0) -> dict[str, Any]:
        return answer(question)


@pytest.mark.parametrize("id_", [id_ for id_ in SHIPPED if id_ not in SHARING])
def test_all_that_ships_keeps_the_promises(id_: str) -> None:
    assert list(examined(id_, CATALOG, Here(), most=2)) == []


FAULTS = {
    "a lost parameter": (
        "self.idle = nn.Linear(2, 2)",
        "return self.a(x)",
        ("gradients", "no gradient reaches it.idle.weight: leave it out, or use it in forward"),
    ),
    "state in an attribute": (
        "self.calls = [0]",
        "self.calls[0] += 1; return self.a(x) + self.calls[0]",
        (
            "save and load",
            "weights that were saved and read again give other values: keep state in parameters "
            "or buffers, not in plain attributes",
        ),
    ),
    "chance of its own": (
        "pass",
        "import random; return self.a(x) * random.random()",
        ("chance", "the same seed gives other values: draw chance from torch's generator alone"),
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_the_kit_finds(name: str, tmp_path: Any) -> None:
    make, forward, (rule, sentence) = FAULTS[name]
    folder = write_plugin(
        tmp_path,
        "faulty",
        layers=f"""
            from torch import nn

            class Faulty(nn.Module):
                def __init__(self, dim):
                    super().__init__()
                    self.a = nn.Linear(dim, 3)
                    {make}

                def forward(self, x):
                    {forward}
            """,
    )

    found = conform(folder, builtin_catalog())

    assert (rule, sentence) in {(one.rule, one.sentence) for one in found.findings}


CODE = "import torch\nfrom torch import nn\nclass It(nn.Module):\n"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("    def forward(self, x): raise OSError('no')", {"refused": "OSError: no"}),
        ("    def forward(self, x): return x[:, 99999]", {"refused": "IndexError"}),
        ("    def forward(self, x): import sys; sys.exit()", {"refused": "it wants to end"}),
        (
            "    def forward(self, x): print('{}'); return x.expand(10**9, *x.shape)",
            {"refused": ""},
        ),
        ("    def forward(self, x): import os; os._exit(9)", {"failed": "it ended the process"}),
        (
            "    def forward(self, x):\n        while True: pass",
            {"failed": "it took longer than 3"},
        ),
        ("    def __init__(self): raise KeyError('k')\n", {"refused": "KeyError: 'k'"}),
        ("    def forward(self, x): return x.flatten()", {"refused": "ValueError: the sizes of"}),
        ("    def forward(self, x): return 'text'", {"outputs": []}),
    ],
)
def test_a_module_that_misbehaves_is_told_and_the_next_question_answered(
    body: str, told: dict[str, object]
) -> None:
    question = {
        "job": "shapes",
        "code": CODE + body,
        "name": "It",
        "arguments": {},
        "inputs": {"x": [["B", 4], "float", None]},
    }
    sound = {**question, "code": CODE + "    def forward(self, x): return x * 2"}
    asker = Asker(secs=3.0)
    try:
        found = asker.now(question)
        after = asker.now(sound)
    finally:
        asker.close()

    for name, begin in told.items():
        assert name in found, found
        assert str(found[name]).startswith(str(begin)), found
    assert after["outputs"] == [[["B", 4], "float"]]
