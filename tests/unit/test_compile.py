"""A drawing becomes a program: what is named how, what belongs where, what is refused."""

import random
import re
from dataclasses import replace

import pytest

from studio.compile.run import plan_data, plan_run
from studio.compile.source import compile_network
from studio.core.check import check
from studio.core.errors import CompileError
from studio.core.experiment import Choice, Experiment, Objective
from studio.core.graph import End, Graph
from studio.runs.spec import Program
from tests.helpers.builders import (
    CATALOG,
    Drawing,
    attention_classifier,
    branching,
    chain,
    lenet,
    mlp,
)


def program(experiment: Experiment) -> Program:
    return compile_network(experiment, CATALOG)


def line_of(text: str, words: str) -> int:
    return next(number for number, line in enumerate(text.split("\n"), 1) if words in line)


def test_the_order_of_the_file_does_not_matter() -> None:
    experiment = branching()
    nodes, feeds = list(experiment.graph.nodes.items()), list(experiment.graph.feeds.items())
    random.shuffle(nodes)
    random.shuffle(feeds)

    shuffled = replace(experiment, graph=Graph(dict(nodes), dict(feeds)))

    assert program(shuffled) == program(experiment)


def test_every_line_of_a_block_leads_back_to_it() -> None:
    compiled = program(lenet())

    assert compiled.lines[line_of(compiled.text, "self.conv1 = ")] == "conv1"
    assert compiled.lines[line_of(compiled.text, "self.conv1(")] == "conv1"
    assert compiled.lines[line_of(compiled.text, "F.cross_entropy")] == "loss1"
    assert compiled.lines[line_of(compiled.text, '"accuracy"')] == "loss1"
    assert set(compiled.lines.values()) == {block.id for block in compiled.blocks} - {"image1"}


def test_lines_of_the_tapped_twin_lead_back_too() -> None:
    compiled = program(lenet())
    lines = compiled.tapped.split("\n")

    taps = {
        number: found[1]
        for number, line in enumerate(lines, 1)
        if (found := re.search(r'tap\("(\w+)"', line))
    }

    assert taps.items() <= compiled.tapped_lines.items()
    assert len(taps) == 13


def test_a_program_names_its_arguments_and_values() -> None:
    compiled = program(branching())

    assert [argument.name for argument in compiled.inputs] == ["image1_BCHW"]
    assert compiled.outputs == ("angle_BD", "scores_BD")
    assert compiled.loss_arguments == ("angle_BD", "scores_BD", "target1_B", "target2_BD")
    assert compiled.losses == ("loss1", "loss2")
    assert compiled.metrics == ("accuracy", "mae")


def test_arguments_stand_for_columns_of_the_data() -> None:
    compiled = program(lenet("digits"))

    assert [argument.column for argument in compiled.inputs] == ["image"]
    assert [argument.column for argument in compiled.targets] == ["class"]


def test_modules_are_named_after_titles_that_python_takes() -> None:
    net = Drawing()
    last = net.place("io.vector")
    for title in ("First layer", "first layer!", "train", "3rd", "class", "线性"):
        here = net.place("nn.linear", title=title)
        net.wire(last, here)
        last = here

    compiled = program(net.experiment())

    assert [block.attribute for block in compiled.blocks] == [
        "",
        "first_layer",
        "first_layer_2",
        "train_2",
        "block_3rd",
        "class_",
        "block",
    ]
    compile(compiled.text, "names", "exec")


def test_values_never_hide_each_other() -> None:
    net = Drawing()
    x = net.place("io.vector", title="x")
    left = net.place("nn.relu", title="torch")
    right = net.place("nn.tanh", title="Torch")
    both = net.place("nn.multiply")
    for source, target in ((x, left), (x, right), (left, both), (right, both)):
        net.wire(source, target)

    text = program(net.experiment()).text

    assert "def forward(self, x_2_BD: Tensor)" in text
    assert "torch_BD = F.relu(x_2_BD)" in text
    assert "x_BD = torch.tanh(x_2_BD)" in text
    assert "mul1_BD = torch_BD * x_BD" in text


def test_a_title_cannot_break_the_text() -> None:
    experiment = replace(chain("io.vector", "nn.relu"), title='a """quoted\\ \n title"')

    text = program(experiment).text

    compile(text, "title", "exec")
    assert text.startswith('"""a \'\'\'quoted/ title\'."""\n')


def test_a_network_named_like_a_module_of_ours_gets_another_name() -> None:
    experiment = replace(attention_classifier(), title="Self attention")

    assert program(experiment).class_name == "SelfAttentionNetwork"


def test_what_depends_on_a_target_is_left_out_of_forward() -> None:
    net = Drawing()
    scores = net.chain(("io.vector", {"features": 3}), ("nn.linear", {"out_features": 1}))
    target = net.place("io.target", form="value", width=1)
    bent = net.chain("nn.tanh", after=target)
    loss = net.place("loss.mse")
    net.wire(scores, loss)
    net.wire(bent, loss)

    forward, _, late = program(net.experiment()).text.partition("def losses")

    assert "tanh" not in forward
    assert late.count("torch.tanh(target1_BD)") == 2, "in losses and in metrics"


def test_an_input_that_a_loss_compares_with_is_returned() -> None:
    net = Drawing("Autoencoder")
    image = net.place("io.vector", features=6)
    again = net.chain(
        ("nn.linear", {"out_features": 2}), ("nn.linear", {"out_features": 6}), after=image
    )
    loss = net.place("loss.mse")
    net.wire(again, loss)
    net.wire(image, loss)

    compiled = program(net.experiment())

    assert compiled.outputs == ("vector1_BD", "fc2_BD")
    assert compiled.targets == ()
    assert compiled.loss_arguments == ("vector1_BD", "fc2_BD")


def test_values_that_nothing_wants_are_returned() -> None:
    net = Drawing()
    x = net.place("io.vector")
    net.chain("nn.relu", after=x)
    net.chain("nn.tanh", after=x)

    assert program(net.experiment()).outputs == ("relu1_BD", "tanh1_BD")


def test_an_unused_input_is_no_argument() -> None:
    net = Drawing()
    net.chain("io.vector", "nn.relu")
    net.place("io.image")

    assert [argument.name for argument in program(net.experiment()).inputs] == ["vector1_BD"]


def test_two_losses_of_a_kind_have_metrics_of_their_own() -> None:
    net = Drawing()
    x = net.place("io.vector")
    for _ in range(2):
        net.loss(net.chain(("nn.linear", {"out_features": 3}), after=x), classes=3)

    assert program(net.experiment()).metrics == ("accuracy of loss1", "accuracy of loss2")


def test_a_branch_stays_together() -> None:
    net = Drawing()
    x = net.chain("io.image", "nn.conv2d")
    net.chain("nn.conv2d", "nn.relu", after=x)
    net.chain("nn.conv2d", "nn.relu", after=x)

    blocks = [block.id for block in program(net.experiment()).blocks]

    assert blocks == ["image1", "conv1", "conv2", "relu1", "conv3", "relu2"]


def test_problems_are_told_line_by_line() -> None:
    net = Drawing()
    net.chain(("io.vector", {"features": 3}), "nn.conv2d")
    net.place("nn.add")

    with pytest.raises(CompileError) as refusal:
        program(net.experiment())

    assert str(refusal.value).split("\n") == [
        "add1: nothing is connected to x",
        "conv1: expected an image B×C×H×W, received B×3",
    ]


def test_an_empty_drawing_says_what_is_missing() -> None:
    with pytest.raises(CompileError, match="put a block behind an input"):
        program(Experiment())


def test_a_large_drawing_keeps_every_block() -> None:
    experiment = mlp(*[16] * 251)
    checked = check(experiment, CATALOG)

    compiled = compile_network(experiment, CATALOG, checked)

    assert len(compiled.blocks) == 501
    assert compiled.text.count("nn.Linear(16, 16)") == 250


def test_a_run_is_told_everything() -> None:
    experiment = lenet("digits", epochs=3, batch_size=32, seed=7)

    spec = plan_run(experiment, CATALOG, run_id="r1", folder="runs/r1")

    assert (spec.epochs, spec.batch_size, spec.seed, spec.folder) == (3, 32, 7, "runs/r1")
    assert spec.data.load == CATALOG.sources["digits"].load
    assert [column.name for column in spec.data.columns] == ["image", "class"]
    assert spec.data.stratify == "class"
    (objective,) = spec.objectives
    assert objective.optimizer.startswith("torch.optim.AdamW(params, lr=lr, ")
    assert objective.losses == {"loss1": 1.0}
    assert objective.schedule == "studio.training.schedules:constant_factor"
    assert objective.schedule_params["epochs"] == 3


def test_an_objective_names_the_modules_of_its_blocks() -> None:
    experiment = lenet("digits")
    objective = Objective(blocks=("fc3", "relu1", "conv1"), losses={"loss1": 0.5})
    training = replace(experiment.training, objectives=(objective,))

    spec = plan_run(replace(experiment, training=training), CATALOG, run_id="r1")

    assert spec.objectives[0].blocks == ("conv1", "fc3")
    assert spec.objectives[0].losses == {"loss1": 0.5}


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (lambda e: replace(e, data=replace(e.data, source=Choice(""))), "choose some on the Data"),
        (
            lambda e: replace(e, data=replace(e.data, source=Choice("moon"))),
            "data moon are not installed",
        ),
        (
            lambda e: replace(e, graph=e.graph.disconnect(End("loss1", "scores")).remove("loss1")),
            "connect a loss",
        ),
        (
            lambda e: replace(
                e, training=replace(e.training, objectives=(Objective(optimizer=Choice("magic")),))
            ),
            "optimiser magic is not installed",
        ),
        (
            lambda e: replace(
                e, training=replace(e.training, objectives=(Objective(losses={"relu1": 1.0}),))
            ),
            "expected losses of the drawing, received relu1",
        ),
    ],
)
def test_a_run_that_lacks_something_says_what(broken, sentence: str) -> None:
    with pytest.raises(CompileError, match=sentence):
        plan_run(broken(lenet("digits")), CATALOG, run_id="r1")


def test_without_stratification_the_split_knows_no_classes() -> None:
    data = replace(lenet("digits").data, split={"stratified": False, "test": 0.25})

    job = plan_data(data, CATALOG)

    assert (job.stratify, job.test) == ("", 0.25)
