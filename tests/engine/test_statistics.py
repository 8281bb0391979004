"""Statistics of layers: what probes tell is what torch computes otherwise."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from studio.engine.build import Network
from studio.engine.data.batches import Samples
from studio.engine.data.load import load
from studio.engine.probes.histograms import counts_of
from studio.engine.probes.plane import everywhere
from studio.engine.probes.predictions import probabilities
from studio.engine.probes.probe import Probe, Sight, probe_spec
from studio.engine.probes.quiet import quietly
from studio.engine.probes.recurrent import gates_of
from studio.engine.scalars import Scalars
from studio.engine.train import Training, train
from studio.runs.arrays import array_to_numpy
from studio.runs.events import Event, LayerRow, Note, Snapshot
from studio.runs.histograms import BINS, centres, edges
from studio.runs.record import Record
from studio.runs.spec import Argument, ColumnInfo, DataJob, Program, Watch
from tests.engine import programs

CPU = torch.device("cpu")
HERE = "tests.engine.test_statistics"

BENDS = """\
import torch
from torch import nn
from torch.nn import functional as F


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(4, 8)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(8, 6)
        self.squash = nn.Sigmoid()
        self.out = nn.Linear(6, 3)

    def forward(self, x):
        y = self.fc1(x)  # fc1
        z = self.relu(y)  # relu
        u = self.fc2(z)  # fc2
        v = self.squash(u)  # squash
        logits = self.out(v)  # out
        return logits

    def losses(self, logits, target):
        return {"loss": F.cross_entropy(logits, target)}

    def metrics(self, logits, target):
        return {"accuracy": (logits.argmax(1) == target).float().mean()}
"""

KINDS = {"relu": "nn.relu", "squash": "nn.sigmoid"}


def bends() -> Program:
    from msgspec.structs import replace

    program = programs.program(BENDS)
    blocks = tuple(replace(one, kind=KINDS.get(one.id, one.kind)) for one in program.blocks)
    return replace(program, blocks=blocks)


def rows_of(events: list[Event], name: str) -> list[LayerRow]:
    return [event for event in events if isinstance(event, LayerRow) and event.name == name]


def looking(id_: str, program: Program, data: DataJob, **options: object) -> tuple[Probe, Scalars]:
    torch.manual_seed(0)
    network = Network(program, "looking")
    samples, scalars = Samples(data, program, CPU, load), Scalars(CPU)
    probe = probe_spec(id_).make(Sight(network, samples, scalars))
    probe.share = 1.0
    probe.set(options)  # type: ignore[arg-type]  # options of the test's own
    return probe, scalars


def test_the_update_ratio_is_how_far_the_weights_moved_by_their_size() -> None:
    from studio.engine.session import Session

    spec = programs.run(watch=Watch(probes={"updates": {}}, budget=0.9))
    session = Session(spec, load)
    module = session.network.module
    before = {name: value.detach().clone() for name, value in module.named_parameters()}

    session.make_step(session.batches()[0])

    (row,) = rows_of(session.known(wait=True), "update_ratio")
    names_of = {weight: name for name, weight in module.named_parameters()}
    blocks = [[names_of[weight] for weight in own] for _, own in session.network.weights()]
    now = dict(module.named_parameters())
    expected = [
        float(
            torch.cat([(now[n].detach() - before[n]).flatten() for n in names]).norm()
            / torch.cat([before[n].flatten() for n in names]).norm()
        )
        for names in blocks
    ]
    assert row.values == pytest.approx(expected, rel=1e-4)


def test_activations_are_measured_at_every_block_and_only_where_the_word_fits() -> None:
    probe, scalars = looking("activations", bends(), programs.data())
    network, samples = probe.sight.network, probe.sight.samples
    network.module.fc1.bias.data[2:4] = -100.0  # two units that never fire
    network.module.fc2.weight.data *= 30

    with quietly(network.module, CPU):
        probe.between(7)

    record = Record.from_events(scalars.take(wait=True))
    (x,), _ = samples.held(64)
    z = F.relu(network.module.fc1(x)).detach()
    v = torch.sigmoid(network.module.fc2(z)).detach()
    ids = [id_ for id_, _ in record.layers_of("activation_mean")]
    means = dict(zip(ids, record.layers["activation_mean"].values[0], strict=True))
    spread, dead = record.layers["activation_std"].values[0], record.layers["dead"].values[0]
    assert list(means) == ["fc1", "relu", "fc2", "squash", "out"]
    assert means["relu"] == pytest.approx(float(z.mean()), rel=1e-4)
    assert spread[3] == pytest.approx(float(v.std(correction=0)), rel=1e-4)
    assert record.layers_of("dead") == (("relu", "RELU"),)
    assert dead[0] == pytest.approx(float((z == 0).all(0).float().mean()))
    assert dead[0] >= 2 / 8
    far = ((v < 0.025) | (v > 0.975)).float().mean()
    assert record.layers_of("saturated") == (("squash", "SQUASH"),)
    assert record.layers["saturated"].values[0][0] == pytest.approx(float(far), abs=1e-6)


def test_the_layers_of_a_row_are_told_once_and_no_total_is_made_of_means() -> None:
    spec = programs.run(watch=Watch(probes={"activations": {}}, budget=0.5), epochs=60)

    events = list(train(spec))

    rows = rows_of(events, "activation_mean")
    assert len(rows) > 1
    assert [bool(row.layers) for row in rows] == [True, *[False] * (len(rows) - 1)]
    assert "activation_mean" not in Record.from_events(events).series


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e3])
def test_a_histogram_counts_every_value_in_its_bin(scale: float) -> None:
    values = torch.randn(5000, generator=torch.Generator().manual_seed(1)) * scale
    values[:3] = torch.tensor([0.0, float("nan"), float("inf")])

    counts = counts_of(values).numpy()

    good = values[values.isfinite()].double().numpy()
    limits = edges()
    positive, _ = np.histogram(np.clip(good[good >= 1e-8], None, 9999.0), limits)
    negative, _ = np.histogram(np.clip(-good[good <= -1e-8], None, 9999.0), limits)
    near = int((np.abs(good) < 1e-8).sum())
    expected = np.concatenate([negative[::-1], [near], positive])
    assert counts[-1] == 2
    assert counts[:-1].sum() == len(good)
    assert np.abs(counts[:-1] - expected).sum() <= 4, "single precision, at the limits of bins"
    assert len(centres()) == 2 * BINS + 1 == len(counts) - 1


def test_histograms_come_of_weights_gradients_and_activations_of_every_block() -> None:
    probes = {"weight-histograms": {}, "activation-histograms": {}}
    events = list(train(programs.run(program=bends(), watch=Watch(probes=probes, budget=0.5))))

    record = Record.from_events(events)
    assert record.blocks_seen("histogram-weights") == ("fc1", "fc2", "out")
    assert record.blocks_seen("histogram-gradients") == ("fc1", "fc2", "out")
    assert set(record.blocks_seen("histogram-activations")) >= {"fc1", "relu", "squash", "out"}
    newest = record.newest("histogram-weights", "fc1")
    assert newest is not None
    assert array_to_numpy(newest.arrays["counts"]).sum() == 4 * 8 + 8


RECURRENT = """\
import torch
from torch import nn
from torch.nn import functional as F


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(2, 5, batch_first=True)
        self.gru = nn.GRU(5, 5, batch_first=True)
        self.out = nn.Linear(5, 3)

    def forward(self, x):
        y, _ = self.lstm(x)  # lstm
        z, _ = self.gru(y)  # gru
        logits = self.out(z[:, -1])  # out
        return logits

    def losses(self, logits, target):
        return {"loss": F.cross_entropy(logits, target)}

    def metrics(self, logits, target):
        return {"accuracy": (logits.argmax(1) == target).float().mean()}
"""


def load_series(params: object) -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    x = random.normal(size=(60, 9, 2)).astype(np.float32)
    return {"x": x, "class": (x[:, 0, 0] > 0).astype(np.int64)}


def series() -> DataJob:
    return programs.data(
        load=f"{HERE}:load_series",
        columns=(
            ColumnInfo(name="x", role="input", shape=(9, 2), dtype="float"),
            ColumnInfo(name="class", role="target", shape=(), dtype="int", limit=3),
        ),
    )


def recurrent() -> Program:
    return programs.program(RECURRENT, inputs=(Argument(name="x", column="x"),))


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU])
def test_gates_lead_to_the_states_that_torch_gives(kind: type[nn.LSTM | nn.GRU]) -> None:
    torch.manual_seed(0)
    layer = kind(3, 6, batch_first=True)
    x_TD = torch.randn(11, 3)

    with torch.no_grad():
        found = gates_of(layer, x_TD)
        states, _ = layer(x_TD[None])

    torch.testing.assert_close(found["state"], states[0])
    gate = found["forget" if kind is nn.LSTM else "update"]
    assert ((gate > 0) & (gate < 1)).all()


def test_the_gradient_through_time_is_that_of_the_loss_by_what_came_in_at_each_step() -> None:
    probe, _ = looking("through-time", recurrent(), series())
    module, samples = probe.sight.network.module, probe.sight.samples

    with quietly(module, CPU):
        told = {one.block: one for one in probe.between(3) if isinstance(one, Snapshot)}

    _, ((x,), (target,)) = next(samples.in_order("validation", batch_size=16))
    y, _ = module.lstm(x)
    y = y.detach().requires_grad_()
    loss = F.cross_entropy(module.out(module.gru(y)[0][:, -1]), target)
    (grad,) = torch.autograd.grad(loss, y)
    assert set(told) == {"lstm", "gru"}
    norms = array_to_numpy(told["gru"].arrays["norms"])
    np.testing.assert_allclose(norms, grad.norm(dim=2).mean(0).numpy(), rtol=1e-4)
    assert norms[-1] > norms[0]
    assert all(weight.grad is None for weight in module.parameters())


def test_gates_and_gradients_through_time_come_while_training_and_change_no_loss() -> None:
    fields = {"program": recurrent(), "data": series(), "epochs": 5}
    blind = list(train(programs.run(**fields, watch=Watch(probes={}))))
    probes = {"gates": {}, "through-time": {}, "updates": {}, "weight-histograms": {}}

    seen = list(train(programs.run(**fields, watch=Watch(probes=probes, budget=0.9))))

    record = Record.from_events(seen)
    assert not [event for event in seen if isinstance(event, Note)]
    assert record.blocks_seen("gates") == record.blocks_seen("through-time") == ("lstm", "gru")
    newest = record.newest("gates", "lstm")
    assert newest is not None
    assert newest.arrays["forget"].shape == (5, 9)
    plain = Record.from_events(blind).series["train/loss"].values
    assert np.array_equal(plain, record.series["train/loss"].values)


def test_a_packed_sequence_shows_its_gradient_through_time_too() -> None:
    from functools import partial

    from torch.nn.utils.rnn import pack_padded_sequence

    from studio.engine.probes.recurrent import _reading

    torch.manual_seed(0)
    layer, x = nn.LSTM(3, 4, batch_first=True), torch.randn(3, 6, 3)
    lengths = torch.tensor([2, 6, 4])
    pack = partial(pack_padded_sequence, lengths=lengths, batch_first=True, enforce_sorted=False)
    leaf = x.clone().requires_grad_()
    _, (state, _) = layer(pack(leaf))
    state.square().sum().backward()

    with _reading([("lstm", layer)], afresh=True) as given:
        _, (again, _) = layer(pack(x))
        (grad,) = torch.autograd.grad(again.square().sum(), given["lstm"])

    torch.testing.assert_close(grad, leaf.grad)


PAINTS = BENDS.replace(
    "self.fc1 = nn.Linear(4, 8)",
    "self.conv = nn.Conv2d(1, 3, 2)\n        self.fc1 = nn.Linear(27, 8)",
).replace(
    "y = self.fc1(x)  # fc1",
    "w = self.conv(x)  # conv\n        y = self.fc1(w.flatten(1))  # fc1",
)


def load_pictures(params: object) -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(60, 1, 4, 4)).astype(np.float32),
        "class": random.integers(0, 3, 60),
    }


def test_feature_maps_and_filters_are_those_of_the_chosen_convolution_and_sample() -> None:
    data = programs.data(
        load=f"{HERE}:load_pictures",
        columns=(
            ColumnInfo(name="x", role="input", shape=(1, 4, 4), dtype="float"),
            ColumnInfo(name="class", role="target", shape=(), dtype="int", limit=3),
        ),
    )
    program = programs.program(PAINTS, inputs=(Argument(name="x", column="x"),))
    probe, _ = looking("features", program, data, block="conv", sample=2)
    module = probe.sight.network.module

    with quietly(module, CPU):
        (told,) = probe.between(3)

    assert isinstance(told, Snapshot)
    (x,), _ = probe.sight.samples.held(64)
    maps = module.conv(x[2:3])[0].detach().numpy()
    pairs = array_to_numpy(told.arrays["limits"]).reshape(-1, 2)
    limits = dict(zip(told.notes["order"].split(), pairs, strict=True))
    low, high = limits["maps"]
    shown = array_to_numpy(told.arrays["maps"]) / 255 * (high - low) + low
    np.testing.assert_allclose(shown, maps, atol=(high - low) / 500)
    assert told.arrays["filters"].shape == (3, 1, 2, 2)
    assert limits["input"][1] == pytest.approx(float(x[2].max()))


def test_a_network_without_recurrence_is_not_asked_for_gates() -> None:
    training = Training(programs.run(watch=Watch(probes={"gates": {}, "through-time": {}})))

    events = [event for events in training.steps() for event in events]

    assert not [event for event in events if isinstance(event, (Note, Snapshot))]


@pytest.mark.parametrize("form", ["logits", "log", "probabilities"])
def test_scores_of_any_form_become_probabilities(form: str) -> None:
    logits = torch.randn(50, 4, generator=torch.Generator().manual_seed(0)) * 3
    given = {"logits": logits, "log": logits.log_softmax(1), "probabilities": logits.softmax(1)}

    found = probabilities(given[form])

    torch.testing.assert_close(found, logits.softmax(1))


def test_one_number_a_sample_is_the_score_of_the_second_class() -> None:
    scores = torch.tensor([[-3.0], [0.5], [4.0]])

    torch.testing.assert_close(probabilities(scores)[:, 1], scores[:, 0].sigmoid())
    torch.testing.assert_close(probabilities(scores.sigmoid())[:, 1], scores[:, 0].sigmoid())


def test_predictions_come_with_what_is_right_and_the_samples_worth_a_look() -> None:
    probe, _ = looking("predictions", bends(), programs.data(), samples=30)
    module, samples = probe.sight.network.module, probe.sight.samples

    with quietly(module, CPU):
        (told,) = probe.between(3)
        expected = module(samples.batch(samples.held_rows(30))[0][0]).softmax(1).numpy()
        module.out.bias.data[2] = 100.0  # every answer becomes the third class
        (later,) = probe.between(4)

    assert isinstance(told, Snapshot)
    assert isinstance(later, Snapshot)
    rows = torch.from_numpy(array_to_numpy(told.arrays["rows"]).copy())
    _, (target,) = samples.batch(rows)
    scores = array_to_numpy(told.arrays["scores"])
    np.testing.assert_allclose(scores, expected, rtol=1e-5)
    assert np.array_equal(array_to_numpy(told.arrays["classes"]), target.numpy())
    right = scores[np.arange(len(scores)), target.numpy()]
    shown = array_to_numpy(told.arrays["shown"])
    assert right.argmin() in shown
    assert told.arrays["inputs"].shape == (len(shown), 4)
    assert told.notes == {"inputs": "x", "as": "numbers"}
    changed = np.flatnonzero(scores.argmax(1) != 2)[:24]
    assert set(changed) <= set(array_to_numpy(later.arrays["shown"]).tolist())


def test_a_run_tells_its_predictions_and_another_kind_of_network_is_not_asked() -> None:
    watch = Watch(probes={"predictions": {}}, budget=0.5)

    told = Record.from_events(train(programs.run(program=bends(), watch=watch)))

    newest = told.newest("predictions", "class")
    assert newest is not None
    said = array_to_numpy(newest.arrays["scores"]).argmax(1)
    share = (said == array_to_numpy(newest.arrays["classes"])).mean()
    assert told.ended is not None
    assert share == pytest.approx(told.ended.metrics["validation"]["accuracy"], abs=0.01)


def load_places(params: object) -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    x = random.normal(size=(60, 2)).astype(np.float32)
    return {"x": x, "class": (x[:, 0] > x[:, 1]).astype(np.int64)}


def test_of_two_numbers_the_answer_is_told_everywhere() -> None:
    data = programs.data(
        load=f"{HERE}:load_places",
        columns=(
            ColumnInfo(name="x", role="input", shape=(2,), dtype="float"),
            ColumnInfo(name="class", role="target", shape=(), dtype="int", limit=3),
        ),
    )
    program = programs.program(BENDS.replace("nn.Linear(4, 8)", "nn.Linear(2, 8)"))
    probe, _ = looking("predictions", program, data)
    module = probe.sight.network.module

    with quietly(module, CPU):
        (told,) = probe.between(3)
        (left, right), (low, high) = array_to_numpy(told.arrays["limits"]).tolist()
        corners = torch.tensor([[left, low], [right, low], [left, high]])
        expected = module(corners).softmax(1).numpy()

    plane = array_to_numpy(told.arrays["plane"])
    points = array_to_numpy(told.arrays["points"])
    assert plane.shape == (64, 64, 3)
    found = np.stack([plane[0, 0], plane[0, -1], plane[-1, 0]])
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert left < points[:, 0].min() < points[:, 0].max() < right


def test_of_one_number_the_curve_is_told() -> None:
    found = everywhere(nn.Linear(1, 2), [torch.tensor([[0.0], [10.0]])], 0)

    assert found["line"].shape == (256, 2)
    assert found["line_x"][0] < 0
    assert found["line_x"][-1] > 10
    assert everywhere(nn.Linear(3, 2), [torch.zeros(4, 3)], 0) == {}
