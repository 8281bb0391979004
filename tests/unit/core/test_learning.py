"""First weights and rates are set on a block of any kind, and go wherever the block goes."""

import pytest

from studio.compile.run import plan_run
from studio.compile.source import compile_network
from studio.core.addresses import set_at
from studio.core.check import check
from studio.core.compare import compare
from studio.core.document import Document
from studio.core.errors import ParamError
from studio.core.experiment import Experiment
from studio.core.fileio import dumps, loads
from studio.core.learning import WEIGHTS, settable
from studio.core.stacking import StackBlock
from studio.core.taking_part import SetWeights, Share, Unshare
from studio.core.unfolding import Unfold
from tests.helpers import composites
from tests.helpers.builders import CATALOG, lenet


def initial(experiment: Experiment, block: str, kind: str) -> Experiment:
    return set_at(experiment, f"blocks.{block}.initial={kind}", CATALOG)


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("uniform", "nn.init.uniform_(self.conv1.weight, -0.02, 0.02)"),
        ("normal", "nn.init.normal_(self.conv1.weight, std=0.02)"),
        ("Xavier uniform", "nn.init.xavier_uniform_(self.conv1.weight)"),
        ("Xavier normal", "nn.init.xavier_normal_(self.conv1.weight)"),
        ("He uniform", 'nn.init.kaiming_uniform_(self.conv1.weight, nonlinearity="relu")'),
        ("He normal", 'nn.init.kaiming_normal_(self.conv1.weight, nonlinearity="relu")'),
        ("orthogonal", "nn.init.orthogonal_(self.conv1.weight)"),
        ("zeros", "nn.init.zeros_(self.conv1.weight)"),
        ("ones", "nn.init.ones_(self.conv1.weight)"),
    ],
)
def test_first_weights_stand_in_the_code_behind_their_module(kind: str, line: str) -> None:
    lines = compile_network(initial(lenet("digits"), "conv1", kind), CATALOG).text.splitlines()

    (place,) = (number for number, text in enumerate(lines) if "nn.init" in text)
    assert lines[place] == f"        {line}"
    assert lines[place - 1].startswith("        self.conv1 = nn.Conv2d(")


def test_nothing_is_drawn_anew_where_nothing_is_chosen() -> None:
    assert "nn.init" not in compile_network(lenet("digits"), CATALOG).text


def test_every_copy_in_a_stack_is_drawn_by_itself() -> None:
    stack = initial(composites.encoder_stack(3), "encoder/fc1", "He normal")

    program = compile_network(stack, CATALOG)

    text = program.text.partition("class EncoderLayer")[2].partition("class ")[0]
    assert 'nn.init.kaiming_normal_(self.fc1.weight, nonlinearity="relu")' in text
    assert program.text.count("kaiming") == 1


def test_settings_survive_the_file_and_an_older_file_has_none() -> None:
    plain = lenet("digits")
    drawn = set_at(initial(plain, "conv1", "orthogonal"), "blocks.conv1.rate=0.1", CATALOG)

    assert loads(dumps(drawn)).graph.nodes["conv1"].weights == {
        "initial": "orthogonal",
        "rate": 0.1,
    }
    assert '"weights"' not in dumps(plain)
    assert dumps(loads(dumps(plain))) == dumps(plain)


def test_a_setting_can_be_undone_and_the_usual_is_not_kept() -> None:
    document = Document(lenet("digits"))
    before = document.experiment

    document.apply(SetWeights(("conv1", "conv2"), "initial", "zeros"))
    assert document.experiment.graph.nodes["conv2"].weights == {"initial": "zeros"}
    document.undo()
    assert document.experiment is before

    document.apply(SetWeights(("conv1",), "rate", 2.0))
    document.apply(SetWeights(("conv1",), "rate", 1.0))
    assert document.experiment.graph.nodes["conv1"].weights == {}


def test_two_versions_are_told_apart_by_it() -> None:
    plain = lenet("digits")

    said = str(compare(plain, initial(plain, "conv1", "He normal")))

    assert "weights.initial" in said
    assert "He normal" in said


def test_rates_of_a_composite_and_of_a_block_inside_multiply() -> None:
    net = composites.encoder_stack(2)
    net = set_at(net, "blocks.encoder.rate=0.5", CATALOG)
    net = set_at(net, "blocks.encoder/fc1.rate=0.1", CATALOG)

    rates = {info.id: info.rate for info in compile_network(net, CATALOG).blocks}

    assert rates["encoder#2/fc1"] == rates["encoder#1/fc1"] == pytest.approx(0.05)
    assert rates["encoder#1/fc2"] == rates["encoder"] == 0.5
    assert rates["embedding1"] == 1.0


def test_unfolding_keeps_the_rates_and_a_block_that_becomes_a_stack_its_own() -> None:
    net = composites.encoder_stack(1)
    net = set_at(net, "blocks.encoder.rate=0.5", CATALOG)
    net = set_at(net, "blocks.encoder/fc1.rate=0.1", CATALOG)
    unfolded = Unfold("encoder")(net).graph.nodes.values()
    assert sorted({node.weights["rate"] for node in unfolded if node.weights}) == [
        pytest.approx(0.05),
        0.5,
    ]

    image = set_at(lenet("digits"), "blocks.relu1.rate=0.5", CATALOG)
    spec = CATALOG.block("nn.relu")
    assert spec is not None
    stacked = StackBlock("relu1", spec, 2)(image)
    (inner,) = stacked.composites.values()
    assert stacked.graph.nodes["relu1"].weights == {}
    assert inner.graph.nodes["relu1"].weights == {"rate": 0.5}


def test_who_shares_weights_has_the_owners_say() -> None:
    net = set_at(lenet("digits"), "blocks.fc2.rate=0.5", CATALOG)
    shared = Share(("fc3",), "fc2")(net)

    own = Unshare(("fc3",))(shared)

    assert own.graph.nodes["fc3"].weights == {"rate": 0.5}


@pytest.mark.parametrize(
    "assignment", ["conv1.initial=Glorot", "conv1.rate=-1", "conv1.spread=many"]
)
def test_what_does_not_fit_is_refused(assignment: str) -> None:
    with pytest.raises(ParamError):
        set_at(lenet("digits"), f"blocks.{assignment}", CATALOG)


def test_a_file_with_what_does_not_fit_is_reported() -> None:
    text = dumps(initial(lenet("digits"), "conv1", "zeros")).replace('"zeros"', '"Glorot"')

    problems = check(loads(text), CATALOG).problems

    assert any("first weights: expected one of" in problem.message for problem in problems)


def test_only_what_makes_a_difference_is_offered() -> None:
    names = [param.name for param in settable([(3, 2), (3,)], {"initial": "normal"})]

    assert names == ["initial", "spread", "rate"]
    assert [param.name for param in settable([(3,)], {})] == ["rate"]
    assert settable([], {}) == ()
    assert settable([(2, 2)], {"initial": "Xavier normal"})[1] == WEIGHTS[2]


def test_a_run_is_told_the_rates() -> None:
    spec = plan_run(set_at(lenet("digits"), "blocks.conv1.rate=0", CATALOG), CATALOG, run_id="r")

    assert {info.id: info.rate for info in spec.program.blocks}["conv1"] == 0.0
