"""Activations: the bends that let a network be more than one linear map."""

from studio.api import (
    BlockSpec,
    Inferred,
    Param,
    Params,
    ShapeError,
    Shapes,
    expect_float,
    gives,
)

from ._source import call


def _same(shapes: Shapes, _: Params) -> Inferred:
    expect_float(shapes["x"])
    return gives(shapes["x"])


def _softmax(shapes: Shapes, p: Params) -> Inferred:
    x, axis = shapes["x"], p.whole("dim")
    expect_float(x)
    if not -x.rank <= axis < x.rank or axis % x.rank == 0:
        raise ShapeError(f"expected an axis of {x} behind the batch, received {axis}")
    return gives(x)


def _leaky_call(_: Shapes, p: Params) -> str:
    return call("F.leaky_relu", "{x}", negative_slope=(p.real("negative_slope"), 0.01))


def _gelu_call(_: Shapes, p: Params) -> str:
    return call("F.gelu", "{x}", approximate=(p.text("approximate"), "none"))


RELU = BlockSpec(
    id="nn.relu",
    title="ReLU",
    family="Activation",
    common=True,
    stem="relu",
    infer=_same,
    call="F.relu({x})",
    formula="y = max(0, x)",
    help=(
        "Cuts negative values off. Its gradient is exactly one where it is open, so that deep "
        "networks learn; a neuron that is never open gets no gradient and is called dead."
    ),
    paper="Nair, Hinton 2010: Rectified linear units; PyTorch: torch.nn.functional.relu",
    synonyms=("rectifier", "non-linearity", "ramp"),
)

LEAKY_RELU = BlockSpec(
    id="nn.leaky_relu",
    title="LeakyReLU",
    family="Activation",
    common=True,
    stem="leaky",
    params=(
        Param(
            "negative_slope",
            0.01,
            low=0.0,
            high=1.0,
            title="negative slope",
            help="Slope left of zero",
        ),
    ),
    infer=_same,
    call=_leaky_call,
    summary="{negative_slope}",
    formula="y = max(0, x) + a·min(0, x)",
    help=(
        "Like ReLU, but negative values leak through with a small slope, so that no neuron can "
        "die. Common in the discriminators of GANs."
    ),
    paper="Maas, Hannun, Ng 2013: Rectifier nonlinearities; PyTorch: F.leaky_relu",
    synonyms=("lrelu", "leaky rectifier"),
)

GELU = BlockSpec(
    id="nn.gelu",
    title="GELU",
    family="Activation",
    common=True,
    stem="gelu",
    params=(
        Param(
            "approximate",
            "none",
            choices=("none", "tanh"),
            help="The exact function, or the tanh formula of GPT-2",
        ),
    ),
    infer=_same,
    call=_gelu_call,
    formula="y = x·Φ(x), Φ the normal distribution's cumulative function",
    help=(
        "A smooth ReLU: values are weighted by how probable it is that a normal variable lies "
        "below them. The usual choice inside Transformers."
    ),
    paper="Hendrycks, Gimpel 2016: Gaussian error linear units; PyTorch: torch.nn.functional.gelu",
    synonyms=("gaussian error linear unit",),
)

SIGMOID = BlockSpec(
    id="nn.sigmoid",
    title="Sigmoid",
    family="Activation",
    common=True,
    stem="sigmoid",
    infer=_same,
    call="torch.sigmoid({x})",
    formula="y = 1 / (1 + e^(−x))",
    help=(
        "Squeezes every value between 0 and 1, as for a probability or a gate. Far from zero it "
        "is flat and its gradient vanishes, which is why deep networks seldom use it inside."
    ),
    paper="Rumelhart, Hinton, Williams 1986: Learning representations; PyTorch: torch.sigmoid",
    synonyms=("logistic", "gate"),
)

TANH = BlockSpec(
    id="nn.tanh",
    title="Tanh",
    family="Activation",
    common=True,
    stem="tanh",
    infer=_same,
    call="torch.tanh({x})",
    formula="y = (e^x − e^(−x)) / (e^x + e^(−x))",
    help=(
        "Squeezes every value between −1 and 1, with zero staying zero. The classical choice in "
        "recurrent networks; like the sigmoid it is flat far from zero."
    ),
    paper="LeCun et al. 1998: Efficient backprop; PyTorch: torch.tanh",
    synonyms=("hyperbolic tangent",),
)

SOFTMAX = BlockSpec(
    id="nn.softmax",
    title="Softmax",
    family="Activation",
    common=True,
    stem="softmax",
    params=(
        Param(
            "dim", -1, low=-4, high=4, title="axis", help="Axis that adds up to 1; −1 is the last"
        ),
    ),
    infer=_softmax,
    call="F.softmax({x}, dim={dim})",
    formula="yᵢ = e^(xᵢ) / Σⱼ e^(xⱼ)",
    help=(
        "Turns scores into probabilities that add up to 1. The cross-entropy block already has it "
        "inside: before that loss leave it away."
    ),
    paper="Bridle 1990: Probabilistic interpretation; PyTorch: torch.nn.functional.softmax",
    synonyms=("probabilities", "normalised exponential"),
)
