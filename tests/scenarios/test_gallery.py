"""The gallery is what a newcomer sees first: whole, tidy, explained, and ready to train."""

import re

import pytest

from studio.app.catalogue import builtin_catalog
from studio.app.gallery import PROMISES, Exhibit, exhibits, find_experiment, stated
from studio.cli import main
from studio.compile.run import plan_run
from studio.core.check import check
from studio.core.errors import FileError
from studio.core.fileio import dumps
from studio.core.scope import Scope
from tests.helpers.cards import too_close

CATALOG = builtin_catalog()
EXHIBITS = exhibits()
GAP = 20.0
"""Between two cards, in the units of the canvas."""

every_exhibit = pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda exhibit: exhibit.name)


def test_the_gallery_has_what_the_handbook_names() -> None:
    names = {exhibit.name for exhibit in EXHIBITS}

    assert names >= {
        "characters",
        "lenet-digits",
        "recall-attention",
        "recall-lstm",
        "spirals-mlp",
        "wine-mlp",
    }
    assert len(names) == len(EXHIBITS)


@every_exhibit
def test_an_exhibit_has_no_problem_and_can_be_trained(exhibit: Exhibit) -> None:
    experiment = exhibit.read()

    spec = plan_run(experiment, CATALOG, run_id="test")

    assert check(experiment, CATALOG).problems == ()
    assert spec.program.losses


@every_exhibit
def test_an_exhibit_is_stored_exactly_as_the_program_would_save_it(exhibit: Exhibit) -> None:
    assert dumps(exhibit.read()) == exhibit.path.read_text(encoding="utf-8")


@every_exhibit
def test_an_exhibit_tells_what_to_look_at_and_what_to_try(exhibit: Exhibit) -> None:
    experiment = exhibit.read()

    assert experiment.title
    assert "Press Train" in experiment.notes
    assert "Try: " in experiment.notes


@every_exhibit
def test_an_exhibit_states_the_held_out_figure_that_it_reaches(exhibit: Exhibit) -> None:
    experiment = exhibit.read()
    figure = stated(experiment)

    assert figure is not None
    assert figure.unit in PROMISES
    program = plan_run(experiment, CATALOG, run_id="a").program
    shown = {metric.name for metric in (*program.measured, *program.scores)}
    assert PROMISES[figure.unit][0] in {"loss", *shown}
    assert figure.value > 0


@every_exhibit
def test_no_two_cards_of_an_exhibit_touch(exhibit: Exhibit) -> None:
    experiment = exhibit.read()

    scope = Scope(CATALOG, experiment.composites)
    for graph in (experiment.graph, *(known.graph for known in experiment.composites.values())):
        assert list(too_close(graph, scope, GAP)) == []


@every_exhibit
def test_wires_of_an_exhibit_run_to_the_right_within_a_row(exhibit: Exhibit) -> None:
    experiment = exhibit.read()

    for graph in (experiment.graph, *(known.graph for known in experiment.composites.values())):
        for wire in graph.wires:
            source, target = graph.nodes[wire.source.node], graph.nodes[wire.target.node]
            assert source.x < target.x or source.y < target.y, str(wire)


@pytest.mark.parametrize("name", ["lenet-digits", "lenet-digits.netwright"])
def test_a_name_of_the_gallery_serves_where_a_file_does(name: str) -> None:
    assert find_experiment(name).stem == "lenet-digits"


def test_a_name_that_a_plug_in_adds_serves_on_the_command_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert find_experiment("instruments").parent.parent.name == "tones"

    assert main(["check", "instruments"]) == 0
    assert main(["gallery"]) == 0
    assert re.search(r"^Tones\n  instruments ", capsys.readouterr().out, re.MULTILINE)


def test_a_wrong_name_is_answered_with_the_right_ones() -> None:
    with pytest.raises(FileError, match=r"lenet-digtis: .* wine-mlp.* instruments"):
        find_experiment("lenet-digtis")
