"""Networks at published size are drawn from composites and have exactly the published weights."""

import json

import pytest
import torch
from torch import Tensor

from studio.app.actions import run_action
from studio.app.gallery import Exhibit, exhibits, find_experiment, published, stated
from studio.app.studio import Studio
from studio.cli import main
from studio.compile.source import compile_network
from studio.core.check import Checked, check
from studio.core.edits import SetParam
from studio.core.experiment import Experiment
from studio.core.fileio import dumps
from studio.core.graph import Graph
from studio.core.scope import Scope
from tests.helpers.builders import CATALOG
from tests.helpers.cards import too_close
from tests.helpers.programs import BATCH, arguments, built

GAP = 24.0
"""Between two cards, in the units of the canvas."""

D, HIDDEN, WORDS = 512, 2048, 37_000
ATTENTION = 4 * (D * D + D)
FEED_FORWARD = 2 * D * HIDDEN + HIDDEN + D
NORM = 2 * D

PARAMETERS = {
    "alexnet": 61_100_840,
    "googlenet": 6_624_904,
    "gpt2": 124_439_808,
    "llama-7b": 6_738_415_616,
    "llama2-70b": 68_976_648_192,
    # Four blocks of a k×k convolution and two of 1×1, each with a bias.
    "nin": sum(
        (given * size * size + 1) * wide + (wide + 1) * wide + (wide + 1) * out
        for given, size, wide, out in (
            (3, 11, 96, 96),
            (96, 5, 256, 256),
            (256, 3, 384, 384),
            (384, 3, 1024, 1000),
        )
    ),
    "resnet18": 11_689_512,
    "resnet50": 25_557_032,
    # One table for both languages and the scores; six layers on either side.
    "transformer-base": WORDS * D
    + 6 * (ATTENTION + FEED_FORWARD + 2 * NORM)
    + 6 * (2 * ATTENTION + FEED_FORWARD + 3 * NORM),
    "vgg11": 132_863_336,
    "vgg16": 138_357_544,
    "vit-b-16": 86_567_656,
}
"""Of the reference implementations (torchvision, transformers), or by the paper's formula."""

every_network = pytest.mark.parametrize("exhibit", published(), ids=lambda exhibit: exhibit.name)


def opened(exhibit: Exhibit) -> tuple[Experiment, Checked]:
    """Return an exhibit and what the check finds in it."""
    experiment = exhibit.read()
    return experiment, check(experiment, CATALOG)


def graphs(experiment: Experiment) -> list[Graph]:
    """Return the drawing and those inside its composites."""
    return [experiment.graph, *(known.graph for known in experiment.composites.values())]


def test_there_is_a_drawing_for_every_network_of_the_table() -> None:
    assert sorted(PARAMETERS) == [exhibit.name for exhibit in published()]


@every_network
def test_a_network_has_the_published_parameters_and_no_problem(exhibit: Exhibit) -> None:
    experiment, checked = opened(exhibit)
    figure = stated(experiment)

    assert checked.problems == ()
    assert checked.parameters == PARAMETERS[exhibit.name]
    assert figure is not None
    assert (figure.value, figure.unit) == (PARAMETERS[exhibit.name], "parameters")


@every_network
def test_the_program_of_a_network_builds_and_runs_with_those_parameters(exhibit: Exhibit) -> None:
    experiment, checked = opened(exhibit)
    program = compile_network(experiment, CATALOG, checked)

    # Meta tensors have shapes and no memory, so that even 70 billion weights cost nothing.
    with torch.device("meta"):
        network = built(program)
        scores = network(*arguments(experiment, checked))

    assert sum(weight.numel() for weight in network.parameters()) == PARAMETERS[exhibit.name]
    assert isinstance(scores, Tensor)
    assert scores.shape[0] == BATCH
    assert scores.shape[-1] in {1000, 32_000, WORDS, 50_257}


@every_network
def test_a_network_is_stored_exactly_as_the_program_would_save_it(exhibit: Exhibit) -> None:
    assert dumps(exhibit.read()) == exhibit.path.read_text(encoding="utf-8")


@every_network
def test_a_network_is_drawn_from_composites_and_tells_its_story(exhibit: Exhibit) -> None:
    experiment = exhibit.read()

    assert experiment.composites
    assert "\n\nLook " in experiment.notes
    assert "\n\nTry: " in experiment.notes


@every_network
def test_no_two_cards_of_a_network_touch_and_wires_run_to_the_right_or_into_a_lower_row(
    exhibit: Exhibit,
) -> None:
    experiment = exhibit.read()
    scope = Scope(CATALOG, experiment.composites)
    for graph in graphs(experiment):
        assert list(too_close(graph, scope, GAP)) == []
        for wire in graph.wires:
            source, target = graph.nodes[wire.source.node], graph.nodes[wire.target.node]
            assert source.x < target.x or source.y < target.y, str(wire)


def test_a_change_inside_the_basic_block_reaches_every_place_it_stands_in() -> None:
    found = next(exhibit for exhibit in published() if exhibit.name == "resnet18")
    experiment, before = opened(found)

    changed = SetParam(("conv1",), "bias", True, where="basic_block")(experiment)

    # Twice at 64 channels, once each at 128, 256 and 512.
    assert check(changed, CATALOG).parameters - before.parameters == 2 * 64 + 128 + 256 + 512


def test_a_published_network_is_found_by_name_and_opened_from_the_menu_as_a_copy() -> None:
    studio = Studio()
    try:
        rows = {action.id: action for action in studio.actions.actions(studio)}
        assert run_action(rows["file.gallery.resnet18"], studio)
        assert studio.workspace.document.experiment.title == "ResNet-18"
        assert studio.filing.path is None
    finally:
        studio.close()
    assert find_experiment("llama2-70b").parent.name == "published"


def test_the_gallery_is_listed_with_stated_figures_and_parameters(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["gallery", "--json"]) == 0
    listed = {row["name"]: row for row in json.loads(capsys.readouterr().out)["exhibits"]}

    assert {name: listed[name]["parameters"] for name in PARAMETERS} == PARAMETERS
    assert all(listed[name]["stated"]["value"] == count for name, count in PARAMETERS.items())
    assert listed["lenet-digits"] == {
        "name": "lenet-digits",
        "title": "LeNet on digits",
        "group": "Images",
        "stated": {"value": 97, "unit": "% accuracy", "at_least": True},
        "parameters": 60_670,
    }


def test_the_gallery_is_listed_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gallery"]) == 0
    lines = capsys.readouterr().out.splitlines()

    assert "Basics" in lines
    assert "Published" in lines
    assert next(line for line in lines if "vgg16" in line).endswith("138,357,544 parameters")


def test_columns_of_the_listed_gallery_never_run_into_each_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["gallery"]) == 0
    lines = capsys.readouterr().out.splitlines()

    for exhibit in (*exhibits(), *published()):
        line = next(line for line in lines if line.startswith(f"  {exhibit.name}  "))
        assert f"  {exhibit.read().title}  " in line
