"""Recurrent networks: a state that is carried from step to step."""

from collections.abc import Callable

from studio.api import (
    BlockSpec,
    Inferred,
    Param,
    Params,
    Port,
    ShapeError,
    Shapes,
    count,
    expect_float,
    expect_rank,
    gives,
    size,
)

from ._forms import SEQUENCE, expect_mask
from ._source import call

_INPUTS = (
    *SEQUENCE,
    Port(
        "mask",
        "bool",
        (2,),
        optional=True,
        help="True where there is a step, from Padding mask: every sequence is read up to its own "
        "last step",
    ),
)
_PARAMS = (
    Param("hidden_size", 64, low=1, high=1_000_000, title="hidden", help="Numbers in the state"),
    Param("num_layers", 1, low=1, high=64, title="layers", help="One reads what the other says"),
    Param("bidirectional", False, help="A second one reads from the end; their states are joined"),
    Param(
        "dropout",
        0.0,
        low=0.0,
        high=1.0,
        help="Share of values set to zero between layers while training; needs two layers",
    ),
    Param(
        "output",
        "sequence",
        choices=("sequence", "last"),
        help="The state at every step, or the final one of each direction",
    ),
    Param("bias", True, help="Add learned constants"),
    Param(
        "one_bias",
        False,
        title="one bias",
        help="One constant for each gate, as in the papers and in Keras; PyTorch adds two, whose "
        "sum is all that counts",
    ),
)
_MEMORY = Param(
    "memory",
    0,
    low=0,
    high=1_000_000,
    unit="steps",
    help="How long the gates keep what they hold before anything is learned; 0 draws their biases "
    "as PyTorch does, which forgets half of it at every step",
)
_HERE = "studio.engine.nn.recurrent"
_NEEDS = (f"{_HERE}:packed", f"{_HERE}:unpacked", f"{_HERE}:with_one_bias")


def _rule(gates: int) -> Callable[[Shapes, Params], Inferred]:
    """Return the shape rule of a cell whose matrices are ``gates`` times as high as its state."""

    def infer(shapes: Shapes, p: Params) -> Inferred:
        x = shapes["x"]
        expect_float(x)
        expect_rank(x, 3, "a sequence B×T×D")
        expect_mask(shapes, x)
        _expect_biases(p)
        width, hidden = size(x.dims[2], "the features"), p.whole("hidden_size")
        directions = 2 if p.flag("bidirectional") else 1
        weights: dict[str, tuple[int, ...]] = {}
        macs = 0
        for layer in range(p.whole("num_layers")):
            into = width if layer == 0 else hidden * directions
            for ending in ("", "_reverse")[:directions]:
                weights[f"weight_ih_l{layer}{ending}"] = (gates * hidden, into)
                weights[f"weight_hh_l{layer}{ending}"] = (gates * hidden, hidden)
                if p.flag("bias"):
                    weights[f"bias_ih_l{layer}{ending}"] = (gates * hidden,)
                if p.flag("bias") and not p.flag("one_bias"):
                    weights[f"bias_hh_l{layer}{ending}"] = (gates * hidden,)
                macs += count(x.dims[1:2]) * gates * hidden * (into + hidden)
        steps = x.dims[1:2] if p.text("output") == "sequence" else ()
        y = x.with_dims(x.dims[0], *steps, hidden * directions)
        return gives(y, weights=weights, macs=macs, input_size=width)

    return infer


def _expect_biases(p: Params) -> None:
    if p.get("memory") and not p.flag("bias"):
        raise ShapeError("expected a bias, in which the memory is set, received none")
    if p.flag("one_bias") and not p.flag("bias"):
        raise ShapeError("expected a bias, of which there is to be one, received none")


def _init(module: str) -> Callable[[Shapes, Params], str]:
    def init(_: Shapes, p: Params) -> str:
        layers = p.whole("num_layers")
        made = call(
            f"nn.{module}",
            "{input_size}",
            "{hidden_size}",
            num_layers=(layers, 1),
            nonlinearity=(p.get("nonlinearity", "tanh"), "tanh"),
            bias=(p.flag("bias"), True),
            batch_first=(True, False),
            dropout=(p.real("dropout") if layers > 1 else 0.0, 0.0),
            bidirectional=(p.flag("bidirectional"), False),
        )
        made = f"with_one_bias({made})" if p.flag("one_bias") else made
        return f"remembering({made}, {{memory}})" if p.get("memory") else made

    return init


def _call(state: str) -> Callable[[Shapes, Params], str]:
    def statements(shapes: Shapes, p: Params) -> str:
        masked = "mask" in shapes
        given = "packed({x}, {mask})" if masked else "{x}"
        if p.text("output") == "last":
            both = p.flag("bidirectional")
            last = "torch.cat([h_LBD[-2], h_LBD[-1]], dim=1)" if both else "h_LBD[-1]"
            return f"_, {state} = {{self}}({given})\n{{y}} = {last}"
        if masked:
            return f"states, _ = {{self}}({given})\n{{y}} = unpacked(states, {{x}}.shape[1])"
        return f"{{y}}, _ = {{self}}({given})"

    return statements


RNN = BlockSpec(
    id="nn.rnn",
    title="RNN",
    family="Recurrent",
    common=True,
    stem="rnn",
    inputs=_INPUTS,
    params=(
        *_PARAMS,
        Param("nonlinearity", "tanh", choices=("tanh", "relu"), help="The bend of the state"),
    ),
    infer=_rule(1),
    init=_init("RNN"),
    call=_call("h_LBD"),
    needs=_NEEDS,
    summary="{hidden_size} · {output}",
    formula="hₜ = tanh(W·xₜ + U·hₜ₋₁ + b)",
    help=(
        "Reads a sequence step by step and keeps a state. The same matrix multiplies the state at "
        "each step, so that gradients vanish or explode over long gaps: compare it with LSTM on "
        "the recall task."
    ),
    paper="Elman 1990: Finding structure in time; PyTorch: torch.nn.RNN",
    synonyms=("recurrent", "elman", "vanilla rnn"),
)

LSTM = BlockSpec(
    id="nn.lstm",
    title="LSTM",
    family="Recurrent",
    common=True,
    stem="lstm",
    inputs=_INPUTS,
    params=(*_PARAMS, _MEMORY),
    infer=_rule(4),
    init=_init("LSTM"),
    call=_call("(h_LBD, _)"),
    needs=(*_NEEDS, f"{_HERE}:remembering"),
    summary="{hidden_size} · {output}",
    formula="cₜ = f⊙cₜ₋₁ + i⊙g, hₜ = o⊙tanh(cₜ); i, f, o = σ(W·xₜ + U·hₜ₋₁ + b), g = tanh(…)",
    help=(
        "A recurrent network with a memory cell that gates write, keep and read. What is kept is "
        "added and not multiplied, so that gradients survive long gaps. PyTorch has two biases a "
        "gate, the papers one. Memory sets how long it keeps things at first: give it the longest "
        "gap to be bridged."
    ),
    paper="Hochreiter, Schmidhuber 1997: Long short-term memory; memory: Tallec, Ollivier 2018: "
    "Can recurrent neural networks warp time?; PyTorch: torch.nn.LSTM",
    synonyms=("forget bias", "chrono", "recurrent", "long short-term memory", "memory", "gates"),
)

GRU = BlockSpec(
    id="nn.gru",
    title="GRU",
    family="Recurrent",
    common=True,
    stem="gru",
    inputs=_INPUTS,
    params=(*_PARAMS, _MEMORY),
    infer=_rule(3),
    init=_init("GRU"),
    call=_call("h_LBD"),
    needs=(*_NEEDS, f"{_HERE}:remembering"),
    summary="{hidden_size} · {output}",
    formula="hₜ = (1 − z)⊙n + z⊙hₜ₋₁; n = tanh(W·xₜ + b + r⊙(U·hₜ₋₁ + c)), r, z = σ(…)",
    help=(
        "A lighter LSTM: two gates instead of three and no separate memory cell, so a quarter "
        "fewer weights, often with the same accuracy. The reset gate acts behind the matrix, as "
        "in PyTorch and cuDNN."
    ),
    paper="Cho et al. 2014: Learning phrase representations; PyTorch: torch.nn.GRU",
    synonyms=("recurrent", "gated recurrent unit", "gates"),
)
