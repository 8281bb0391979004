"""Recurrent cells that show their gates, to watch what is written, kept and forgotten."""

from collections.abc import Callable

from studio.api import BlockSpec, Inferred, Param, Params, Port, Shape, Shapes, count

from ._forms import SEQUENCE, expect_sequence
from ._source import call

_PARAMS = (
    Param("hidden_size", 64, low=1, high=1_000_000, title="hidden", help="Numbers in the state"),
    Param("bias", True, help="Add learned constants"),
)


def _rule(gates: int, biases: tuple[str, ...]) -> Callable[[Shapes, Params], Inferred]:
    """Return the shape rule of a cell with so many gates and these biases."""

    def infer(shapes: Shapes, p: Params) -> Inferred:
        x = shapes["x"]
        width, hidden = expect_sequence(x), p.whole("hidden_size")
        weights: dict[str, tuple[int, ...]] = {
            "weight_ih_l0": (gates * hidden, width),
            "weight_hh_l0": (gates * hidden, hidden),
        }
        if p.flag("bias"):
            weights |= dict.fromkeys(biases, (gates * hidden,))
        outputs = {
            "y": Shape((*x.dims[:2], hidden)),
            "gates": Shape((*x.dims[:2], gates * hidden)),
        }
        macs = count(x.dims[1:2]) * gates * hidden * (width + hidden)
        return Inferred(outputs, {"input_size": width}, weights, macs)

    return infer


def _init(module: str) -> Callable[[Shapes, Params], str]:
    def init(_: Shapes, p: Params) -> str:
        return call(module, "{input_size}", "{hidden_size}", bias=(p.flag("bias"), True))

    return init


def _outputs(order: str) -> tuple[Port, ...]:
    gates = Port("gates", "float", (3,), help=f"The gates {order} side by side, at every step")
    return Port("y", "float", (3,), help="The state at every step"), gates


LSTM_GATES = BlockSpec(
    id="nn.lstm_gates",
    title="LSTM with gates",
    family="Recurrent",
    stem="lstm",
    inputs=SEQUENCE,
    outputs=_outputs("i, f, g, o"),
    params=_PARAMS,
    infer=_rule(4, ("bias_ih_l0", "bias_hh_l0")),
    init=_init("LSTMWithGates"),
    call="{y}, {gates} = {self}({x})",
    needs=("studio.engine.nn.gates:LSTMWithGates",),
    summary="{hidden_size}",
    formula="cₜ = f⊙cₜ₋₁ + i⊙g, hₜ = o⊙tanh(cₜ); i, f, o = σ(W·xₜ + U·hₜ₋₁ + b), g = tanh(…)",
    help=(
        "One layer of LSTM, with the same weights as PyTorch's, that also gives its gates: input, "
        "forget, cell and output side by side. A forget gate near 1 keeps its memory, one near 0 "
        "clears it. Cut them apart with Split in four."
    ),
    paper="Hochreiter, Schmidhuber 1997: Long short-term memory; PyTorch: torch.nn.LSTM",
    synonyms=("recurrent", "lstm cell", "gates", "memory", "forget gate"),
)

GRU_GATES = BlockSpec(
    id="nn.gru_gates",
    title="GRU with gates",
    family="Recurrent",
    stem="gru",
    inputs=SEQUENCE,
    outputs=_outputs("r, z, n"),
    params=_PARAMS,
    infer=_rule(3, ("bias_ih_l0", "bias_hh_l0")),
    init=_init("GRUWithGates"),
    call="{y}, {gates} = {self}({x})",
    needs=("studio.engine.nn.gates:GRUWithGates",),
    summary="{hidden_size}",
    formula="hₜ = (1 − z)⊙n + z⊙hₜ₋₁; n = tanh(W·xₜ + b + r⊙(U·hₜ₋₁ + c)), r, z = σ(…)",
    help=(
        "One layer of GRU, with the same weights as PyTorch's, that also gives its gates: reset, "
        "update and the new state side by side. The reset gate acts behind the matrix, so each "
        "of the three has two biases: 3(u(d + u) + 2u) parameters (reset_after in Keras)."
    ),
    paper="Cho et al. 2014: Learning phrase representations; PyTorch: torch.nn.GRU",
    synonyms=("recurrent", "gru cell", "gates", "reset_after", "update gate"),
)

GRU_RESET_BEFORE = BlockSpec(
    id="nn.gru_reset_before",
    title="GRU, reset before",
    family="Recurrent",
    stem="gru",
    inputs=SEQUENCE,
    outputs=_outputs("r, z, n"),
    params=_PARAMS,
    infer=_rule(3, ("bias_l0",)),
    init=_init("GRUResetBefore"),
    call="{y}, {gates} = {self}({x})",
    needs=("studio.engine.nn.gates:GRUResetBefore",),
    summary="{hidden_size}",
    formula="hₜ = (1 − z)⊙n + z⊙hₜ₋₁; n = tanh(W·xₜ + U·(r⊙hₜ₋₁) + b), r, z = σ(…)",
    help=(
        "The GRU as it was first published: the reset gate acts on the state before the matrix, "
        "and there is one bias: 3(u(d + u) + u) parameters. No fused kernel computes it, so it "
        "is slower than GRU. It gives its gates too."
    ),
    paper="Cho et al. 2014: Learning phrase representations; Keras: GRU(reset_after=False)",
    synonyms=("recurrent", "gru cell", "gates", "reset_after", "original gru"),
)
