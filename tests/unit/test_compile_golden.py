"""The generated source is pinned to the byte; a change in it is reviewed like code.

``NETWRIGHT_UPDATE_GOLDEN=1`` writes the files anew.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.compile.project import project_text
from studio.compile.source import compile_network
from studio.core.experiment import Experiment
from tests.helpers.builders import (
    CATALOG,
    attention_classifier,
    branching,
    lenet,
    lstm_classifier,
)
from tests.helpers.composites import encoder_stack, residual_net, siamese, tied_model

GOLDEN = Path(__file__).parent.parent / "golden"
DRAWINGS: list[Callable[[], Experiment]] = [
    lenet,
    lstm_classifier,
    attention_classifier,
    branching,
    encoder_stack,
    residual_net,
    siamese,
    tied_model,
]


def expect_golden(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("NETWRIGHT_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")

    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("drawing", DRAWINGS, ids=lambda drawing: drawing.__name__)
def test_a_drawing_gives_the_golden_source(drawing: Callable[[], Experiment]) -> None:
    expect_golden(f"{drawing.__name__}.py", compile_network(drawing(), CATALOG).text)


def test_a_tapped_twin_is_golden_too() -> None:
    expect_golden("lenet_tapped.py", compile_network(lenet(), CATALOG).tapped)


def test_a_tapped_twin_of_composites_is_golden_too() -> None:
    expect_golden("encoder_stack_tapped.py", compile_network(encoder_stack(), CATALOG).tapped)


def test_an_exported_project_is_golden_too() -> None:
    text = project_text(lstm_classifier(), CATALOG, with_weights=True)

    expect_golden("lstm_classifier_project.py", text)
