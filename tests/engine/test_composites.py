"""Programs of composites compute what the same modules written by hand compute."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from studio.compile.source import compile_network
from studio.core.check import check
from studio.core.edits import SetParam
from studio.core.experiment import Experiment
from studio.core.folding import Fold
from studio.core.graph import Node
from studio.core.params import Param
from studio.core.unfolding import Unfold
from studio.engine.build import Network
from studio.engine.faults import BlockFault
from studio.engine.objectives import Objective
from studio.runs.spec import ObjectiveJob
from tests.helpers.builders import CATALOG, branching
from tests.helpers.composites import (
    composite,
    drawing,
    encoder_stack,
    experiment,
    residual_net,
    siamese,
    tied_model,
    with_nodes,
)
from tests.helpers.programs import arguments, built, shape_of


class EncoderLayer(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.norm2 = nn.LayerNorm(width)
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm1(x)
        x = x + self.attention(y, y, y, need_weights=False)[0]
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class EncoderStack(nn.Module):
    def __init__(self, positions: nn.Module) -> None:
        super().__init__()
        self.embedding = nn.Embedding(8, 16)
        self.positions = positions
        self.layers = nn.ModuleList(EncoderLayer(16, 4) for _ in range(3))
        self.head = nn.Linear(16, 8)

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.positions(self.embedding(tokens))
        for layer in self.layers:
            x = layer(x)
        return self.head(x.mean(1))


class Residual(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))))


class ResidualNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.first = nn.Sequential(Residual(8), Residual(8))
        self.down = nn.Conv2d(8, 12, 3, stride=2, padding=1)
        self.second = Residual(12)
        self.head = nn.Linear(12, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.second(self.down(self.first(self.stem(x))))
        return self.head(x.mean((2, 3)))


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(11, 8)
        self.fc = nn.Linear(8, 8)

    def forward(self, tokens: Tensor) -> Tensor:
        return F.gelu(self.fc(self.embedding(tokens))) @ self.embedding.weight.T


def copy_weights(ours: nn.Module, theirs: nn.Module) -> None:
    """Copy parameters in their order: the names differ, the modules stand in the same order."""
    pairs = list(zip(ours.parameters(), theirs.parameters(), strict=True))
    with torch.no_grad():
        for mine, other in pairs:
            other.copy_(mine)


def by_hand(made: Experiment, module: nn.Module) -> nn.Module:
    match made.title:
        case "Encoder stack":
            return EncoderStack(module.get_submodule("position1"))
        case "Residual net":
            return ResidualNet()
        case _:
            return Tied()


ALL = [encoder_stack, residual_net, tied_model, siamese]


@pytest.mark.parametrize("made", [encoder_stack, residual_net, tied_model])
def test_a_program_of_composites_computes_what_torch_computes(
    made: Callable[[], Experiment],
) -> None:
    drawn = made()
    checked = check(drawn, CATALOG)
    module = built(compile_network(drawn, CATALOG, checked))
    hand = by_hand(drawn, module)
    copy_weights(module, hand)
    given = arguments(drawn, checked)

    torch.testing.assert_close(module.eval()(*given), hand.eval()(*given))
    torch.testing.assert_close(module.train()(*given), hand.train()(*given))


@pytest.mark.parametrize("made", ALL)
def test_the_check_counts_what_torch_counts(made: Callable[[], Experiment]) -> None:
    checked = check(made(), CATALOG)
    module = built(compile_network(made(), CATALOG, checked))

    assert sum(p.numel() for p in module.parameters()) == checked.parameters
    y = module(*arguments(made(), checked))
    last = made().graph.feeds
    loss = next(id_ for id_ in made().graph.nodes if id_.startswith("loss"))
    source = next(end for target, end in sorted(last.items()) if target.node == loss)
    assert tuple(y.shape) == shape_of(checked, source.node, source.port)


@pytest.mark.parametrize("made", ALL)
def test_the_tapped_twin_tells_every_value_by_its_path(made: Callable[[], Experiment]) -> None:
    drawn = made()
    checked = check(drawn, CATALOG)
    network = Network(compile_network(drawn, CATALOG, checked), "test")
    network.module.eval()
    told: dict[str, Tensor] = {}

    def tap(block: str, value: object) -> None:
        assert block not in told
        assert isinstance(value, Tensor)
        told[block] = value

    given = arguments(drawn, checked)
    looked = network.look(given, tap)

    assert isinstance(looked, Tensor)
    torch.testing.assert_close(looked, network.module(*given))
    known = {block.id for block in network.program.blocks if not block.id.startswith("loss")}
    assert known <= told.keys()
    for path, value in told.items():
        plain = "/".join(part.partition("#")[0] for part in path.split("/"))
        facts = checked.at(plain)
        assert facts is not None
        shape = next(iter(facts.outputs.values()))
        assert [dim for dim in shape.dims if dim != "B"] == list(value.shape[1:])


def test_every_weight_has_a_row_of_its_own_block() -> None:
    network = Network(compile_network(encoder_stack(), CATALOG), "test")

    rows = dict(network.weights())

    assert "encoder" not in rows
    assert [w.shape for w in rows["encoder#2/fc1"]] == [(64, 16), (64,)]
    total = sum(weight.numel() for weights in rows.values() for weight in weights)
    assert total == check(encoder_stack(), CATALOG).parameters
    assert network.titles["encoder#2/fc1"] == "encoder#2 › fc1"
    assert network.titles["encoder/fc1"].endswith("› fc1")


def test_an_error_inside_a_composite_names_the_block_at_fault() -> None:
    program = compile_network(residual_net(), CATALOG)
    network = Network(program, "test")
    line = next(number for number, block in program.lines.items() if block == "stage_1/bn2")

    assert network.block_at(line) == "stage_1/bn2"
    network.module.get_submodule("stage_1.0.bn1").running_mean = torch.zeros(3)
    with pytest.raises(BlockFault, match="bn1") as fault, network.blaming():
        network.module(torch.randn(2, 3, 16, 16))
    assert fault.value.block == "stage_1/bn1"


def test_frozen_weights_are_not_trained_and_disabled_blocks_are_not_there() -> None:
    made = encoder_stack()
    graph = with_nodes(made.graph, {"encoder": {"mode": "freeze"}, "position1": {"mode": "bypass"}})
    program = compile_network(replace(made, graph=graph), CATALOG)
    network = Network(program, "test")

    assert "self.encoder.requires_grad_(False)" in program.text
    assert "position" not in program.text
    assert {block for block, _ in network.weights()} == {"embedding1", "fc1"}
    job = ObjectiveJob(name="main", optimizer="torch.optim.SGD(params, lr=lr)", lr=0.1, losses={})
    assert len(Objective(job, network).weights) == 3


def test_a_disabled_branch_leaves_the_program() -> None:
    made = branching()
    graph = with_nodes(made.graph, {"conv3": {"mode": "disable"}, "angle": {"mode": "disable"}})
    program = compile_network(replace(made, graph=graph), CATALOG)

    assert "conv3" not in program.text
    assert "mse" not in program.text
    assert built(program)(torch.randn(2, 3, 16, 16)).shape == (2, 5)


def test_instances_that_no_argument_can_tell_apart_have_classes_of_their_own() -> None:
    made = residual_net()
    net = drawing("Norms")
    x = net.chain("io.port_in", ("nn.linear", {"out_features": 6, "bias": "=biased"}))
    net.wire(x, net.place("io.port_out", title="y"))
    block = composite(net, "block", Param("biased", True))
    whole = drawing("Whole", block)
    whole.chain(
        ("io.vector", {"features": 6}),
        block.kind,
        (block.kind, {"biased": False}),
        block.kind,
    )
    text = compile_network(experiment(whole, block), CATALOG).text

    assert text.count("class Norms") == 2
    assert "nn.Linear(6, 6, bias=False)" in text
    assert text.count("= Norms()") == 2
    assert "class ResidualBlock" in compile_network(made, CATALOG).text


def test_sizes_that_differ_without_a_parameter_become_arguments() -> None:
    net = drawing("Wide")
    x = net.chain("io.port_in", ("nn.linear", {"out_features": 7}))
    net.wire(x, net.place("io.port_out", title="y"))
    block = composite(net, "wide")
    whole = drawing("Whole", block)
    whole.chain(("io.vector", {"features": 3}), block.kind, block.kind)
    made = experiment(whole, block)
    program = compile_network(made, CATALOG)

    assert "def __init__(self, in_features: int) -> None:" in program.text
    assert "self.fc1 = nn.Linear(in_features, 7)" in program.text
    assert "Wide(in_features=3)" in program.text
    assert built(program)(torch.randn(2, 3)).shape == (2, 7)


def test_a_stack_with_several_inputs_hands_the_others_to_each() -> None:
    net = drawing("Mix")
    x, memory = net.place("io.port_in", title="x"), net.place("io.port_in", title="memory")
    net.graph = with_nodes(net.graph, {memory: {"params": {"order": 1}}})
    add = net.place("nn.add")
    net.wire(x, add)
    net.wire(net.chain(("nn.linear", {"out_features": "=width"}), after=memory), add)
    net.wire(add, net.place("io.port_out", title="y"))
    mix = composite(net, "mix", Param("width", 4))
    whole = drawing("Whole", mix)
    one, two = (whole.chain(("io.vector", {"features": 4})) for _ in range(2))
    stack = whole.place(mix.kind, title="stack")
    whole.wire(one, f"{stack}.x")
    whole.wire(whole.chain("nn.relu", after=two), f"{stack}.memory")
    whole.graph = with_nodes(whole.graph, {stack: {"repeat": 3}})
    made = experiment(whole, mix)
    program = compile_network(made, CATALOG)
    module = built(program)
    x_BD, m_BD = torch.randn(2, 4), torch.randn(2, 4)

    expected = x_BD
    for layer in module.get_submodule("stack").children():
        expected = expected + layer.fc1(m_BD.relu())
    given = [x_BD, m_BD] if program.inputs[0].name.startswith("vector1") else [m_BD, x_BD]
    torch.testing.assert_close(module(*given), expected)
    network = Network(program, "stack")
    told: list[str] = []
    network.look(given, lambda block, _: told.append(block))
    assert "stack#3/fc1" in told


def test_composites_inside_composites_become_classes_inside_classes() -> None:
    made = Fold(("fc1", "gelu1", "fc2"), "Feed forward", where="encoder_layer")(encoder_stack())
    program = compile_network(made, CATALOG)
    network = Network(program, "nested")

    assert program.text.index("class FeedForward(") < program.text.index("class EncoderLayer(")
    assert "self.feed_forward = FeedForward(d_model=d_model)" in program.text.replace(
        "forward1", "forward"
    )
    assert "encoder#3/feed_forward1/fc2" in dict(network.weights())
    flat = compile_network(Unfold("feed_forward1", where="encoder_layer")(made), CATALOG)
    torch.manual_seed(0)
    nested = built(program)
    torch.manual_seed(0)
    plain = built(flat)
    tokens = torch.randint(0, 8, (2, 12))
    torch.testing.assert_close(nested(tokens), plain(tokens))


def test_equal_drawings_give_equal_bytes_in_whichever_order_they_were_made() -> None:
    made = residual_net()
    graph = made.graph
    shuffled = replace(
        graph,
        nodes=dict(reversed(graph.nodes.items())),
        feeds=dict(reversed(graph.feeds.items())),
    )
    inner = made.composites["residual"]
    mixed = replace(inner.graph, nodes=dict(reversed(inner.graph.nodes.items())))
    other = replace(made, graph=shuffled, composites={"residual": replace(inner, graph=mixed)})

    assert other == made
    assert compile_network(other, CATALOG) == compile_network(made, CATALOG)


def test_an_edit_inside_changes_every_instance_in_the_program() -> None:
    made = SetParam(("conv1",), "kernel_size", (5, 5), where="residual")(residual_net())
    made = SetParam(("conv1",), "padding", (2, 2), where="residual")(made)
    text = compile_network(made, CATALOG).text

    assert text.count("channels, channels, 5, padding=2") == 1
    assert built(compile_network(made, CATALOG))(torch.randn(2, 3, 16, 16)).shape == (2, 5)


def test_a_composite_nobody_uses_leaves_no_trace() -> None:
    made = residual_net()
    spare = replace(made, graph=made.graph.remove("stage_1", "stage_2", "conv2"))
    graph = spare.graph.add(Node("drop", "nn.dropout", "drop"))

    assert check(replace(spare, graph=graph), CATALOG).problems
    assert (
        "ResidualBlock"
        not in compile_network(
            replace(encoder_stack(), composites={**made.composites, **encoder_stack().composites}),
            CATALOG,
        ).text
    )
