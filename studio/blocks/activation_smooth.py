"""More activations: learned, smooth, and cheap ones."""

from studio.api import BlockSpec, Inferred, Param, Params, ShapeError, Shapes, gives, size

from ._forms import axis_of, expect_features, same_shape
from ._source import call


def _prelu(shapes: Shapes, p: Params) -> Inferred:
    x = shapes["x"]
    expect_features(x)
    slopes = size(x.dims[1], "the channels") if p.text("slopes") == "per channel" else 1
    return gives(x, weights={"weight": (slopes,)}, num_parameters=slopes)


def _prelu_init(_: Shapes, p: Params) -> str:
    slopes = "{num_parameters}" if p.text("slopes") == "per channel" else ""
    start = call("", init=(p.real("init"), 0.25))[1:-1]
    return f"nn.PReLU({', '.join(part for part in (slopes, start) if part)})"


def _elu_call(_: Shapes, p: Params) -> str:
    return call("F.elu", "{x}", alpha=(p.real("alpha"), 1.0))


def _softplus_call(_: Shapes, p: Params) -> str:
    return call("F.softplus", "{x}", beta=(p.real("beta"), 1.0))


def _softplus(shapes: Shapes, p: Params) -> Inferred:
    if p.real("beta") == 0:
        raise ShapeError("expected a sharpness above 0, received 0")
    return same_shape(shapes, p)


def _log_softmax(shapes: Shapes, p: Params) -> Inferred:
    expect_features(shapes["x"])
    axis_of(shapes["x"], p.whole("dim"))
    return gives(shapes["x"])


PRELU = BlockSpec(
    id="nn.prelu",
    title="PReLU",
    family="Activation",
    stem="prelu",
    params=(
        Param(
            "slopes",
            "one",
            choices=("one", "per channel"),
            help="One slope for all, or one for each channel (axis 1)",
        ),
        Param(
            "init",
            0.25,
            low=-10.0,
            high=10.0,
            title="initial slope",
            help="The slope below 0 that learning begins with",
        ),
    ),
    infer=_prelu,
    init=_prelu_init,
    call="{self}({x})",
    summary="{slopes}",
    formula="y = max(0, x) + a·min(0, x), a learned",
    help=(
        "A LeakyReLU that learns its slope left of zero. It costs next to nothing and was part of "
        "the first network that beat people on ImageNet."
    ),
    paper="He et al. 2015: Delving deep into rectifiers; PyTorch: torch.nn.PReLU",
    synonyms=("parametric relu", "learned slope"),
)

ELU = BlockSpec(
    id="nn.elu",
    title="ELU",
    family="Activation",
    stem="elu",
    params=(Param("alpha", 1.0, low=0.0, high=100.0, help="Minus this is the lowest value"),),
    infer=same_shape,
    call=_elu_call,
    formula="y = x for x > 0, else α·(e^x − 1)",
    help=(
        "Like ReLU to the right, and a soft bend down to −α to the left. Negative values bring "
        "the mean nearer to zero, and no neuron dies."
    ),
    paper="Clevert, Unterthiner, Hochreiter 2015: Exponential linear units; PyTorch: F.elu",
    synonyms=("exponential linear unit",),
)

SILU = BlockSpec(
    id="nn.silu",
    title="SiLU",
    family="Activation",
    stem="silu",
    infer=same_shape,
    call="F.silu({x})",
    formula="y = x·σ(x)",
    help=(
        "A smooth ReLU that gates a value by its own sigmoid, also called Swish. EfficientNet, "
        "LLaMA and diffusion models use it."
    ),
    paper="Elfwing, Uchibe, Doya 2017: Sigmoid-weighted linear units; PyTorch: F.silu",
    synonyms=("swish", "sigmoid linear unit"),
)

SOFTPLUS = BlockSpec(
    id="nn.softplus",
    title="Softplus",
    family="Activation",
    stem="softplus",
    params=(
        Param(
            "beta",
            1.0,
            low=0.0,
            high=1000.0,
            title="sharpness",
            help="How tight the bend at 0 is; a great one makes it ReLU",
        ),
    ),
    infer=_softplus,
    call=_softplus_call,
    formula="y = 1/β · log(1 + e^(β·x))",
    help=(
        "A ReLU with a round corner, always above zero. It turns a free number into a positive "
        "one, such as a variance or a rate."
    ),
    paper="Dugas et al. 2000: Incorporating second-order knowledge; PyTorch: F.softplus",
    synonyms=("smooth relu", "positive"),
)

LOG_SOFTMAX = BlockSpec(
    id="nn.log_softmax",
    title="LogSoftmax",
    family="Activation",
    stem="log_softmax",
    params=(
        Param("dim", -1, low=-4, high=4, title="axis", help="Axis whose exponentials add up to 1"),
    ),
    infer=_log_softmax,
    call="F.log_softmax({x}, dim={dim})",
    formula="yᵢ = xᵢ − log Σⱼ e^(xⱼ)",
    help=(
        "The logarithms of a softmax's probabilities, computed without overflow. It belongs "
        "before NLL and KL divergence; Cross-entropy has it inside."
    ),
    paper="PyTorch: torch.nn.functional.log_softmax",
    synonyms=("log probabilities", "nll"),
)

HARDSWISH = BlockSpec(
    id="nn.hardswish",
    title="Hardswish",
    family="Activation",
    stem="hardswish",
    infer=same_shape,
    call="F.hardswish({x})",
    formula="y = x·min(max(x + 3, 0), 6) / 6",
    help=(
        "SiLU drawn with straight lines, cheap on telephones and exact in whole numbers. "
        "MobileNetV3 uses it."
    ),
    paper="Howard et al. 2019: Searching for MobileNetV3; PyTorch: F.hardswish",
    synonyms=("hard swish", "mobilenet"),
)

MISH = BlockSpec(
    id="nn.mish",
    title="Mish",
    family="Activation",
    stem="mish",
    infer=same_shape,
    call="F.mish({x})",
    formula="y = x·tanh(log(1 + e^x))",
    help=(
        "A smooth ReLU much like SiLU, a little steeper around zero. Object detectors of the YOLO "
        "line use it."
    ),
    paper="Misra 2019: Mish, a self regularized activation; PyTorch: F.mish",
    synonyms=("smooth relu", "yolo"),
)
