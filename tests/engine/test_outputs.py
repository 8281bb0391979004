"""Outputs name what a network returns; label noise disturbs what losses compare with."""

from pathlib import Path

import pytest
import torch

from studio.compile.project import inputs_of
from studio.compile.source import compile_network
from studio.core.errors import CompileError
from studio.engine.build import Network
from studio.engine.calls import Calls
from studio.engine.exporting import export
from tests.helpers.builders import CATALOG, Drawing
from tests.helpers.computed import computed
from tests.helpers.programs import built

CLASSES = torch.arange(5).repeat(2000)


def autoencoder(*, loss: bool) -> Drawing:
    """Return a drawing whose code, halfway, has a name."""
    net = Drawing("Autoencoder")
    x = net.place("io.vector", features=8)
    code = net.chain(("nn.linear", {"out_features": 2}), after=x)
    net.wire(code, net.place("io.output", title="the code"))
    again = net.chain("nn.tanh", ("nn.linear", {"out_features": 8}), after=code)
    if loss:
        judged = net.place("loss.mse")
        net.wire(again, f"{judged}.prediction")
        net.wire(x, f"{judged}.target")
    return net


@pytest.mark.parametrize("loss", [True, False])
def test_an_output_names_a_value_that_the_network_returns(loss: bool) -> None:
    program = compile_network(autoencoder(loss=loss).experiment(), CATALOG)

    values = built(program)(torch.randn(3, 8))

    by_name = dict(zip(program.outputs, values, strict=True))
    assert by_name["the_code_BD"].shape == (3, 2)
    assert len(by_name) == (3 if loss else 2)


def test_an_output_passes_its_value_on_and_is_returned_all_the_same() -> None:
    net = Drawing("Classifier")
    named = net.place("io.output", title="halfway")
    net.wire(net.chain(("io.vector", {"features": 8}), ("nn.linear", {"out_features": 4})), named)
    net.loss(net.chain("nn.relu", ("nn.linear", {"out_features": 3}), after=named), classes=3)

    program = compile_network(net.experiment(), CATALOG)

    assert program.outputs == ("halfway_BD", "fc2_BD")


def test_an_exported_network_has_the_name_of_the_output(tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    experiment = autoencoder(loss=False).experiment()
    program = compile_network(experiment, CATALOG)

    export(program, inputs_of(experiment, CATALOG), tmp_path / "m.onnx", "onnx", None)

    session = onnxruntime.InferenceSession(tmp_path / "m.onnx")
    assert [value.name for value in session.get_outputs()] == list(program.outputs)


def test_what_depends_on_a_target_cannot_be_an_output() -> None:
    net = Drawing("Unfit")
    scores = net.chain(("io.vector", {"features": 8}), ("nn.linear", {"out_features": 3}))
    net.loss(scores, classes=3)
    net.wire("target1", net.place("io.output", title="answer"))

    with pytest.raises(CompileError, match="answer: expected a value that the network computes"):
        compile_network(net.experiment(), CATALOG)


def test_label_noise_makes_the_share_wrong_and_all_other_classes_alike() -> None:
    noisy = computed("nn.label_noise", x=CLASSES[:, None], p=0.2, training=True)

    wrong = noisy != CLASSES[:, None]
    assert wrong.float().mean() == pytest.approx(0.2, abs=0.02)
    steps = ((noisy - CLASSES[:, None]) % 5)[wrong]
    assert torch.bincount(steps)[1:].float().div(len(steps)).tolist() == pytest.approx(
        [0.25] * 4, abs=0.05
    )


def test_label_noise_leaves_padding_alone_and_all_when_the_network_is_used() -> None:
    x = CLASSES[:, None]

    noisy = computed("nn.label_noise", x=x, p=1.0, ignore_index=0, training=True)

    assert torch.equal(noisy == x, x == 0)
    assert torch.equal(computed("nn.label_noise", x=x, p=1.0), x)


def test_measuring_sees_the_right_labels_and_draws_nothing() -> None:
    net = Drawing("Noisy")
    scores = net.chain(("io.vector", {"features": 4}))
    noise = net.place("nn.label_noise", p=1.0)
    net.wire(net.place("io.target", classes=4), noise)
    loss = net.place("loss.cross_entropy")
    net.wire(scores, f"{loss}.scores")
    net.wire(net.chain(("nn.linear", {"out_features": 4}), after=scores), net.place("io.output"))
    net.wire(noise, f"{loss}.target")
    calls = Calls(network := Network(compile_network(net.experiment(), CATALOG), "noisy"))
    network.module.train()
    classes = torch.tensor([0, 1, 2, 3])
    arguments = [torch.eye(4), classes]
    state = torch.get_rng_state()

    accuracy = calls.metrics(arguments)["accuracy"]

    assert accuracy == 1.0
    assert torch.equal(torch.get_rng_state(), state)
    assert network.module.training
    assert calls.losses(arguments)["loss1"] > 1.5
