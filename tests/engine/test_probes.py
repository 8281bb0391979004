"""Probes: what they show is what torch computes otherwise, and they leave no trace."""

from time import perf_counter, thread_time

import numpy as np
import pytest
import torch
from torch import nn

from studio.compile.source import compile_network
from studio.engine.build import Network
from studio.engine.data.load import load
from studio.engine.probes.attention import attention_maps
from studio.engine.probes.governor import Governor
from studio.engine.probes.norms import Norms
from studio.engine.probes.probe import Probe, ProbeSpec
from studio.engine.probes.projection import Projection
from studio.engine.probes.quiet import quietly
from studio.engine.train import Training, train
from studio.runs.arrays import array_from_numpy, array_to_numpy
from studio.runs.events import Event, LayerRow, Note, Points, Progress, Snapshot, Started
from studio.runs.spec import Program, Watch
from tests.engine import programs
from tests.helpers.builders import CATALOG, Drawing
from tests.helpers.composites import with_nodes

CPU = torch.device("cpu")


def snapshots(events: list[Event], kind: str) -> list[Snapshot]:
    return [event for event in events if isinstance(event, Snapshot) and event.kind == kind]


# Norms


def test_norms_of_gradients_are_those_that_torch_computes_weight_by_weight() -> None:
    torch.manual_seed(0)
    layers = nn.ModuleList([nn.Linear(5, 7), nn.Linear(7, 3)])
    layers[1](layers[0](torch.randn(4, 5))).square().sum().backward()

    expected = [
        torch.linalg.vector_norm(torch.cat([p.grad.flatten() for p in layer.parameters()])).item()
        for layer in layers
    ]

    norms = Norms([list(layer.parameters()) for layer in layers])
    assert expected == pytest.approx(norms.of_gradients().tolist())


def test_a_block_without_a_gradient_has_the_norm_0() -> None:
    used, unused = nn.Linear(2, 2), nn.Linear(2, 2)
    used(torch.ones(1, 2)).sum().backward()

    first, second = Norms([list(used.parameters()), list(unused.parameters())]).of_gradients()

    assert first > 0
    assert second == 0


def test_a_run_tells_a_norm_for_every_layer_that_was_started_with() -> None:
    events = list(train(programs.run()))

    started = next(event for event in events if isinstance(event, Started))
    rows = [e for e in events if isinstance(e, LayerRow) and e.name == "grad_norm"]
    totals = {
        step: value
        for event in events
        if isinstance(event, Points) and event.name == "grad_norm"
        for step, value in zip(event.steps, event.values, strict=True)
    }
    assert (("fc1", "FC1"), ("norm", "NORM"), ("fc2", "FC2")) == started.layers
    assert rows[0].step == 1
    assert all(len(row.values) == 3 for row in rows)
    assert np.linalg.norm(rows[0].values) == pytest.approx(totals[1])


# Attention

ATTENTION = """
import torch
from torch import nn
from torch.nn import functional as F


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(9, 8)
        self.attn_a = nn.MultiheadAttention(8, 2, dropout=0.3, batch_first=True)
        self.attn_b = nn.Linear(8, 24)
        self.head = nn.Linear(8, 3)

    def forward(self, tokens):
        h = self.embed(tokens)  # embed
        h = self.attn_a(h, h, h, need_weights=False)[0]  # attn_a
        q, k, v = self.attn_b(h).view(*h.shape[:2], 3, 2, 4).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=CAUSAL)
        h = y.transpose(1, 2).flatten(2)  # attn_b
        logits = self.head(h.mean(1))  # head
        return logits

    def losses(self, logits, target):
        return {"loss": F.cross_entropy(logits, target)}

    def metrics(self, logits, target):
        return {}
"""


@pytest.mark.parametrize("causal", [False, True])
def test_attention_maps_are_exact(causal: bool) -> None:
    torch.manual_seed(0)
    network = Network(programs.program(ATTENTION.replace("CAUSAL", str(causal))), "maps")
    tokens = torch.randint(0, 9, (4, 6))
    module = network.module.eval()
    with torch.no_grad():
        h = module.embed(tokens[:1])
        after, expected = module.attn_a(h, h, h, average_attn_weights=False)
        q, k, _ = module.attn_b(after).view(1, 6, 3, 2, 4).permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-2, -1) / 2.0
        if causal:
            scores = scores.masked_fill(~torch.ones(6, 6, dtype=torch.bool).tril(), -torch.inf)
    module.train()

    with quietly(module, CPU):
        maps = attention_maps(network, [tokens])

    assert torch.equal(expected[0], maps["attn_a"])
    assert torch.allclose(scores.softmax(-1)[0], maps["attn_b"], atol=1e-6)
    assert maps["attn_a"].shape == (2, 6, 6)


def test_a_boolean_mask_counts_in_the_map() -> None:
    masked = ATTENTION.replace("is_causal=CAUSAL", "attn_mask=torch.tensor([[True, False] * 3])")
    network = Network(programs.program(masked), "maps")

    with quietly(network.module, CPU):
        maps = attention_maps(network, [torch.zeros(1, 6, dtype=torch.long)])

    weights = maps["attn_b"]
    assert weights[..., 1::2].eq(0).all()
    assert torch.allclose(weights.sum(-1), torch.ones(2, 6))


def test_attention_that_is_written_out_shows_its_own_weights() -> None:
    torch.manual_seed(0)
    network = Network(_translator(), "maps")
    asked, offered = torch.randint(1, 9, (2, 1, 6))
    offered[0, 4:] = 0
    module = network.module.eval()
    with torch.no_grad():
        read = module.get_submodule("embedding1")
        _, expected = module.get_submodule("attention1")(read(asked), read(offered), offered != 0)
    module.train()

    with quietly(module, CPU):
        maps = attention_maps(network, [asked, offered])

    torch.testing.assert_close(maps["attention1"], expected)
    assert maps["attention1"][..., 4:].eq(0).all()


def _translator() -> Program:
    """Return additive attention of some tokens to others, where token 0 is padding."""
    net = Drawing("Translator")
    asked = net.place("io.tokens", length=6, vocabulary=9)
    offered = net.place("io.tokens", length=6, vocabulary=9)
    table = net.chain(("nn.embedding", {"embedding_dim": 8}), after=asked)
    other = net.chain(("nn.embedding", {"embedding_dim": 8}), after=offered)
    net.graph = with_nodes(net.graph, {other: {"shares": table}})
    look = net.place("nn.additive_attention", hidden_size=5)
    for source, port in (
        (table, "query"),
        (other, "memory"),
        (net.chain("nn.padding_mask", after=offered), "mask"),
    ):
        net.wire(source, f"{look}.{port}")
    return compile_network(net.experiment(), CATALOG)


def load_tokens(params: object) -> dict[str, np.ndarray]:
    """Return short strings of tokens whose class is the first."""
    tokens = np.random.default_rng(0).integers(0, 3, (90, 6))
    return {"tokens": tokens, "class": tokens[:, 0]}


def attending(text: str, *inputs: str) -> list[Event]:
    """Train the attention network on columns of the same tokens."""
    from studio.runs.spec import Argument, ColumnInfo

    spec = programs.run(
        program=programs.program(
            text.replace("CAUSAL", "True"),
            inputs=tuple(Argument(name=name, column="tokens") for name in inputs),
            metrics=(),
        ),
        data=programs.data(
            load="tests.engine.test_probes:load_tokens",
            columns=(
                ColumnInfo(name="tokens", role="input", shape=(6,), dtype="int", limit=9),
                ColumnInfo(name="class", role="target", shape=(), dtype="int", limit=3),
            ),
        ),
        watch=Watch(),
    )
    return list(train(spec))


def test_a_run_shows_every_attention_block_with_the_tokens_it_looked_at() -> None:
    events = attending(ATTENTION, "tokens")

    started = next(event for event in events if isinstance(event, Started))
    shown = snapshots(events, "attention")
    assert (("attn_a", "ATTN_A"), ("attn_b", "ATTN_B")) == started.attentions
    assert {"attn_a", "attn_b"} == {snapshot.block for snapshot in shown}
    assert shown[0].step == 0
    assert shown[0].arrays["weights"].shape == (2, 6, 6)
    assert array_to_numpy(shown[0].arrays["queries"]).shape == (6,)
    assert shown[0].notes == {"queries": "tokens", "keys": "tokens"}


# Embedding


def test_an_embedding_is_shown_from_the_start_with_classes_of_held_out_samples() -> None:
    events = list(
        train(
            programs.run(
                watch=Watch(
                    probes={"gradients": {}, "attention": {}, "embedding": {"block": "norm"}}
                )
            )
        )
    )

    first = snapshots(events, "embedding")[0]
    assert first.step == 0
    assert first.arrays["points"].shape == (36, 3)
    assert [12, 12, 12] == np.bincount(array_to_numpy(first.arrays["labels"])).tolist()
    assert 0 < array_to_numpy(first.arrays["explained"])[0] <= 1


def test_the_last_embedding_is_that_of_the_weights_that_are_kept() -> None:
    job = programs.objective(lr=0.3)
    spec = programs.run(
        objectives=(job,),
        epochs=20,
        early_stopping=3,
        watch=Watch(probes={"gradients": {}, "attention": {}, "embedding": {"block": "fc1"}}),
    )
    training = Training(spec)

    events = [event for step in training.steps() for event in step]

    last = array_to_numpy(snapshots(events, "embedding")[-1].arrays["points"])
    weight, bias = (training.weights()[f"fc1.{name}"] for name in ("weight", "bias"))
    assert training._session is not None
    inputs, _ = training._session.samples.held(512)
    values = (inputs[0] @ weight.T + bias).numpy()
    # Distances in the picture are those of the outputs, as far as three dimensions can show them.
    assert (
        np.linalg.norm(last, axis=1).max() <= np.linalg.norm(values - values.mean(0), axis=1).max()
    )
    fitted = Projection().view(values.astype(np.float64))
    assert np.square(last).sum() == pytest.approx(np.square(fitted.points).sum(), rel=0.3)
    assert snapshots(events, "embedding")[-1].step == training.step


def test_a_projection_shows_the_principal_components() -> None:
    from sklearn.decomposition import PCA

    values = np.random.default_rng(0).normal(size=(60, 8)) * np.arange(1, 9)

    view = Projection().view(values)

    pca = PCA(3).fit(values)
    assert np.allclose(np.abs(pca.transform(values)), np.abs(view.points))
    assert pca.explained_variance_ratio_.sum() == pytest.approx(view.explained)


def test_a_projection_of_more_features_than_samples_is_the_same() -> None:
    from sklearn.decomposition import PCA

    values = np.random.default_rng(0).normal(size=(20, 50))

    view = Projection().view(values)

    assert np.allclose(np.abs(PCA(3).fit_transform(values)), np.abs(view.points))


def test_points_stay_where_they_were_until_the_axes_show_too_little() -> None:
    random = np.random.default_rng(0)
    wide, narrow = np.array([9.0, 8, 7, 0.1, 0.1, 0.1]), np.array([0.1, 0.1, 0.1, 9, 8, 7])
    values = random.normal(size=(80, 6))
    projection = Projection()

    first = projection.view(values * wide)
    same = projection.view(values * wide + 5.0)
    turned = projection.view(values * narrow)

    assert [True, False, True] == [first.refitted, same.refitted, turned.refitted]
    assert np.allclose(first.points, same.points)
    assert turned.explained > 0.9


def test_new_axes_are_turned_to_lie_over_the_picture_before() -> None:
    """The same cloud, seen through other features: after the refit it has not moved."""
    random = np.random.default_rng(0)
    cloud = random.normal(size=(80, 3)) * [5, 4, 3]
    elsewhere = np.linalg.qr(random.normal(size=(12, 12)))[0]
    projection = Projection()

    before = projection.view(cloud @ elsewhere[:3])
    after = projection.view(cloud @ elsewhere[3:6])

    assert after.refitted
    assert np.allclose(before.points, after.points, atol=1e-8)


def test_fewer_than_three_features_still_give_points_in_space() -> None:
    view = Projection().view(np.random.default_rng(0).normal(size=(10, 2)))

    assert view.points.shape == (10, 3)
    assert np.all(view.points[:, 2] == 0)


# No trace


def test_a_look_leaves_generators_modes_and_running_means_alone() -> None:
    network = Network(programs.program(), "quiet")
    module = network.module.train()
    module.norm.eval()
    state = torch.get_rng_state()
    before = {name: value.clone() for name, value in module.state_dict().items()}

    with quietly(module, CPU):
        out = network.look([torch.randn(8, 4)], lambda block, value: None)

    assert torch.equal(state, torch.get_rng_state())
    assert all(torch.equal(before[name], value) for name, value in module.state_dict().items())
    assert (module.training, module.norm.training, module.fc1.training) == (True, False, True)
    assert isinstance(out, torch.Tensor)
    assert not out.requires_grad


def test_the_governor_keeps_a_probe_to_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr("studio.engine.probes.governor.perf_counter", lambda: clock[0])
    monkeypatch.setattr("studio.engine.probes.governor.thread_time", lambda: clock[0])
    governor = Governor(per_sec=10, share=0.01)

    while clock[0] < 100.0:
        if governor.due(clock[0]):
            with governor.look(1000):
                clock[0] += 0.004
        clock[0] += 0.001

    assert 0.008 < governor.spent_secs / clock[0] <= 0.011


def test_nothing_is_watched_with_a_budget_of_nothing() -> None:
    events = list(
        train(
            programs.run(
                watch=Watch(
                    probes={"gradients": {}, "attention": {}, "embedding": {"block": "fc1"}},
                    budget=0.0,
                )
            )
        )
    )

    assert not snapshots(events, "embedding")
    assert not [event for event in events if isinstance(event, LayerRow)]


# Declaring


class Failing(Probe):
    """Looks once and breaks."""

    def between(self, step: int) -> list[Event]:
        raise ValueError("the lens is broken")


class Moved(Probe):
    """Tells how far the weights of a block moved in a step, as torch sees it."""

    def before_step(self, step: int) -> tuple[()]:
        self.before = self.sight.network.module.fc1.weight.detach().clone()
        return ()

    def after_step(self, step: int) -> list[Snapshot]:
        now = self.sight.network.module.fc1.weight.detach()
        far = array_from_numpy((now - self.before).norm().reshape(1).numpy())
        return [Snapshot(kind="moved", block="fc1", step=step, arrays={"far": far})]


FAILING = ProbeSpec(id="failing", title="The lens", make=Failing)
MOVED = ProbeSpec(id="moved", title="The way of the weights", make=Moved, at="step")
HERE = "tests.engine.test_probes"


def test_a_probe_of_a_plugin_is_named_by_import_string_and_sees_a_step_before_and_after() -> None:
    watch = Watch(probes={f"{HERE}:MOVED": {}}, budget=0.5)

    events = list(train(programs.run(watch=watch)))

    moved = [array_to_numpy(one.arrays["far"])[0] for one in snapshots(events, "moved")]
    assert moved
    assert min(moved) > 0


def test_a_probe_that_fails_is_named_and_let_go_and_the_others_look_on() -> None:
    watch = Watch(probes={f"{HERE}:FAILING": {}, "embedding": {"block": "fc1"}})

    events = list(train(programs.run(watch=watch)))

    (said,) = [event.message for event in events if isinstance(event, Note)]
    assert said == "The lens is no longer watched: the lens is broken"
    assert snapshots(events, "embedding")[-1].step > 0


@pytest.mark.parametrize("unknown", ["nothing", f"{HERE}:HERE", "no.such.module:SPEC"])
def test_a_probe_that_is_not_there_is_said_to_be_missing(unknown: str) -> None:
    events = list(train(programs.run(watch=Watch(probes={unknown: {}}))))

    (said,) = [event.message for event in events if isinstance(event, Note)]
    assert said.startswith(f"{unknown} is no longer watched: ")


def test_what_every_probe_costs_is_told() -> None:
    watch = Watch(probes={"gradients": {}, "embedding": {"block": "fc1"}})

    events = list(train(programs.run(watch=watch, epochs=200)))

    told = [event for event in events if isinstance(event, Progress)][-1]
    assert set(told.watching) == {"gradients", "embedding"}
    assert sum(told.watching.values()) == pytest.approx(told.watching_share)


class Greedy(Probe):
    """Looks for longer than it may."""

    def between(self, step: int) -> list[Event]:
        end = thread_time() + 0.3
        while thread_time() < end:
            pass
        return [Snapshot(kind="greedy", block="", step=step, arrays={})]


class Modest(Probe):
    """Looks at nothing."""

    def after_step(self, step: int) -> list[Event]:
        return [Snapshot(kind="modest", block="", step=step, arrays={})]


GREEDY = ProbeSpec(id="greedy", title="Much", make=Greedy)
MODEST = ProbeSpec(id="modest", title="Little", make=Modest, at="step")


def test_no_probe_waits_for_ever_for_its_first_look_behind_a_greedy_one() -> None:
    from studio.engine.session import Session

    watch = Watch(probes={f"{HERE}:GREEDY": {}, f"{HERE}:MODEST": {}})
    session = Session(programs.run(watch=watch), load)
    greedy = session.watcher.look_again(0)
    began, seen = perf_counter(), list[Event]()

    while not seen and perf_counter() < began + 20:
        session.make_step(session.batches()[0])
        seen = snapshots(session.watcher.between(session.step), "modest")

    assert snapshots([*greedy], "greedy")
    assert seen
    assert perf_counter() - began > 0.2, "it waited for a while"


class Quick(Probe):
    """Looks at next to no cost."""

    def between(self, step: int) -> list[Event]:
        return [Snapshot(kind="quick", block="", step=step, arrays={})]


QUICK = ProbeSpec(id="quick", title="Little", make=Quick)


def test_early_steps_are_looked_at_as_often_as_the_share_allows() -> None:
    watch = Watch(probes={f"{HERE}:QUICK": {}}, budget=0.5)

    events = list(train(programs.run(watch=watch, epochs=30)))

    early = [one for one in snapshots(events, "quick") if one.step < 60]
    assert len(early) > 30, "not only every 50 ms"
