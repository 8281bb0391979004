"""Metrics can judge what a network writes by itself, not its next token behind the right ones."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from studio.app.gallery import find_experiment
from studio.blocks.metrics_sequences import bleu, exact, rouge_l
from studio.compile.run import plan_run
from studio.core.experiment import Experiment
from studio.core.fileio import open_file
from studio.core.graph import End, Node, Wire
from studio.core.params import Params, Value
from studio.core.vocabulary import END
from studio.engine.data.load import load
from studio.engine.data.split import Part
from studio.engine.evaluate import evaluate
from studio.engine.faults import BlockFault
from studio.engine.session import Session
from studio.engine.train import train
from studio.runs.events import Ended
from studio.runs.spec import RunSpec
from tests.helpers.builders import CATALOG

KINDS = ("exact_match", "bleu", "rouge_l")


def translator(**params: Value) -> Experiment:
    """Return the Transformer that pronounces words, small, with metrics of its answers."""
    experiment = open_file(find_experiment("transformer-phonemes"))
    graph = experiment.graph
    for kind in KINDS:
        graph = graph.add(Node(kind, f"metric.{kind}", kind, params))
        graph = graph.connect(Wire(End("head", "y"), End(kind, "answer")))
        graph = graph.connect(Wire(End("next", "y"), End(kind, "target")))
    source = replace(
        experiment.data.source, params={**experiment.data.source.params, "samples": 600}
    )
    data = replace(experiment.data, source=source)
    training = replace(experiment.training, settings={"batch_size": 32, "epochs": 1})
    return replace(experiment, graph=graph, data=data, training=training)


def told(session: Session, part: Part) -> dict[str, float]:
    """Return the metrics of a part."""
    running = evaluate(session, part=part, batch_size=64)
    while True:
        try:
            next(running)
        except StopIteration as done:
            return dict(done.value)


def by_hand(session: Session) -> tuple[Tensor, Tensor, int]:
    """Return the likeliest answers to the test part token by token, the right ones, and the end."""
    (_, (inputs, targets)), *_ = list(session.samples.in_order("test", batch_size=10_000))
    columns = session.samples.columns
    place = next(at for at, column in enumerate(columns) if column.name == "phonemes")
    labels = list(columns[place].labels)
    never = [labels.index("<pad>"), labels.index("<start>")]
    text = inputs[place][:, :1]
    module = session.network.module.eval()
    with torch.no_grad():
        for _ in range(inputs[place].shape[1]):
            given = [text if at == place else column for at, column in enumerate(inputs)]
            said = module(*given)
            scores = said[0] if isinstance(said, tuple) else said
            scores[:, :, never] = -torch.inf
            text = torch.cat([text, scores[:, -1].argmax(1, keepdim=True)], dim=1)
    return text[:, 1:], targets[0], labels.index(END)


@pytest.fixture(scope="module")
def spec() -> RunSpec:
    """A run of the translator whose metrics are of written answers."""
    return plan_run(translator(written=True), CATALOG, run_id="written")


def test_written_answers_are_judged_as_those_of_a_loop_over_the_tokens(spec: RunSpec) -> None:
    session = Session(spec, load)
    for weight in session.network.module.parameters():
        if weight.ndim > 1:
            torch.nn.init.normal_(weight, std=0.3)  # answers that differ and end somewhere

    found = told(session, "test")
    said, wanted, end = by_hand(session)

    kept = [said.numpy(), wanted.numpy()]
    params = Params({"ignore_index": 0, "end": end})
    assert len(np.unique(kept[0], axis=0)) > 10
    assert found["BLEU"] == pytest.approx(bleu(kept, params))
    assert found["ROUGE-L"] == pytest.approx(rouge_l(kept, params))
    assert found["Exact match"] == exact(kept, params)
    assert found["ROUGE-L"] > 0


def test_answers_are_written_for_the_test_part_alone_and_leave_no_trace(spec: RunSpec) -> None:
    blind = plan_run(translator(written=False), CATALOG, run_id="written")
    ends = []
    for one in (spec, blind):
        ends += [event for event in train(one) if isinstance(event, Ended)]

    written, forced = (end.metrics for end in ends)

    assert ends[0].reason == ends[1].reason == "finished"
    assert ends[0].losses == ends[1].losses
    assert "BLEU" not in written["validation"]
    assert {"BLEU", "ROUGE-L", "Exact match"} <= written["test"].keys() & forced["test"].keys()
    assert forced["test"]["ROUGE-L"] > written["test"]["ROUGE-L"] >= 0
    assert forced["test"]["loss"] == written["test"]["loss"]


def test_a_network_that_answers_nothing_is_refused_before_it_is_trained() -> None:
    experiment = open_file(find_experiment("gpt-kjv"))
    loss = next(node for node in experiment.graph.nodes.values() if "cross" in node.kind)
    wires = experiment.graph.inputs_of[loss.id]
    graph = experiment.graph.add(Node("exact", "metric.exact_match", "exact", {"written": True}))
    graph = graph.connect(Wire(wires["scores"], End("exact", "answer")))
    graph = graph.connect(Wire(wires["target"], End("exact", "target")))

    with pytest.raises(BlockFault, match="goes on with a text and answers none") as caught:
        Session(plan_run(replace(experiment, graph=graph), CATALOG, run_id="a"), load)

    assert caught.value.block == "exact"
