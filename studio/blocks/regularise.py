"""Regularisation: disturbances that keep a network from learning by heart."""

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
    gives,
)

from ._classes import NO_CLASS
from ._forms import IMAGE, SEQUENCE, expect_features, expect_image, expect_sequence, same_shape
from ._source import call

_P = Param("p", 0.5, low=0.0, high=1.0, title="probability", help="Share of values set to zero")


def _checked(expect: Callable[..., int]) -> Callable[[Shapes, Params], Inferred]:
    def infer(shapes: Shapes, _: Params) -> Inferred:
        expect(shapes["x"])
        return gives(shapes["x"])

    return infer


def _drop_path_call(shapes: Shapes, _: Params) -> str:
    ones = ", ".join(["{x}.shape[0]", *["1"] * (shapes["x"].rank - 1)])
    return f"{{x}} * F.dropout({{x}}.new_ones({ones}), {{p}}, self.training)"


def _drop_path(shapes: Shapes, _: Params) -> Inferred:
    expect_float(shapes["x"])
    expect_features(shapes["x"])
    return gives(shapes["x"])


def _drop_connect(shapes: Shapes, p: Params) -> Inferred:
    x = shapes["x"]
    width, out = expect_features(x), p.whole("out_features")
    weights = {"weight": (out, width)} | ({"bias": (out,)} if p.flag("bias") else {})
    macs = count(x.dims[1:-1]) * width * out
    return gives(x.with_dims(*x.dims[:-1], out), weights=weights, macs=macs, in_features=width)


def _drop_connect_init(_: Shapes, p: Params) -> str:
    return call("nn.Linear", "{in_features}", "{out_features}", bias=(p.flag("bias"), True))


def _label_noise(shapes: Shapes, _: Params) -> Inferred:
    x = shapes["x"]
    if x.limit is None or x.limit < 2:
        raise ShapeError(f"expected two classes or more, received {x.limit or 'any number'}", "x")
    return gives(x, classes=x.limit)


def _label_noise_call(_: Shapes, p: Params) -> str:
    chosen = "torch.rand({x}.shape, device={x}.device) < {p}"
    if p.whole("ignore_index") != NO_CLASS:
        chosen = f"({chosen}) & ({{x}} != {{ignore_index}})"
    other = "({x} + torch.randint_like({x}, 1, {classes})) % {classes}"
    return f"torch.where({chosen}, {other}, {{x}}) if self.training else {{x}}"


DROPOUT = BlockSpec(
    id="nn.dropout",
    title="Dropout",
    family="Regularisation",
    common=True,
    stem="dropout",
    params=(_P,),
    infer=same_shape,
    call="F.dropout({x}, {p}, self.training)",
    summary="{p}",
    formula="y = x·m / (1 − p), m ∼ Bernoulli(1 − p)",
    help=(
        "Sets values to zero at random while training and scales up the rest, so that no neuron "
        "can rely on a single other one. It does nothing when the network is used. Training loss "
        "above validation loss is normal with it."
    ),
    paper="Srivastava et al. 2014: Dropout; PyTorch: torch.nn.functional.dropout",
    synonyms=("regularization", "overfitting", "noise"),
)

DROPOUT1D = BlockSpec(
    id="nn.dropout1d",
    title="Dropout1d",
    family="Regularisation",
    stem="dropout",
    inputs=SEQUENCE,
    params=(_P,),
    infer=_checked(expect_sequence),
    call="F.dropout1d({x}, {p}, self.training)",
    summary="{p}",
    formula="y_c = x_c·m_c / (1 − p), m_c ∼ Bernoulli(1 − p)",
    help=(
        "Sets whole channels of a series B×C×T to zero at random while training. Neighbouring "
        "steps say nearly the same, so that single missing values would teach nothing. On a "
        "sequence B×T×D it drops whole steps."
    ),
    paper="Tompson et al. 2014: Efficient object localization; PyTorch: F.dropout1d",
    synonyms=("spatial dropout", "channel dropout", "regularization"),
)

DROPOUT2D = BlockSpec(
    id="nn.dropout2d",
    title="Dropout2d",
    family="Regularisation",
    stem="dropout",
    inputs=IMAGE,
    params=(_P,),
    infer=_checked(expect_image),
    call="F.dropout2d({x}, {p}, self.training)",
    summary="{p}",
    formula="y_c = x_c·m_c / (1 − p), m_c ∼ Bernoulli(1 − p)",
    help=(
        "Sets whole channels of an image to zero at random while training. Neighbouring pixels "
        "say nearly the same, so that the network could fill in single missing ones."
    ),
    paper="Tompson et al. 2014: Efficient object localization; PyTorch: F.dropout2d",
    synonyms=("spatial dropout", "channel dropout", "regularization"),
)

DROP_PATH = BlockSpec(
    id="nn.drop_path",
    title="DropPath",
    family="Regularisation",
    stem="drop_path",
    params=(Param("p", 0.1, low=0.0, high=1.0, title="probability", help="Share of samples"),),
    infer=_drop_path,
    call=_drop_path_call,
    summary="{p}",
    formula="y_b = x_b·m_b / (1 − p), m_b ∼ Bernoulli(1 − p), one for each sample",
    help=(
        "Leaves out a whole branch for some samples of each batch while training. Put it at the "
        "end of a residual branch, before the Add: those samples take the shortcut, as if the "
        "network were shallower."
    ),
    paper="Huang et al. 2016: Deep networks with stochastic depth; timm: DropPath",
    synonyms=("stochastic depth", "residual", "layer drop"),
)

DROP_CONNECT = BlockSpec(
    id="nn.drop_connect",
    title="DropConnect-Linear",
    family="Regularisation",
    stem="fc",
    params=(
        Param(
            "out_features", 64, low=1, high=10_000_000, title="outputs", help="Number of neurons"
        ),
        Param("p", 0.5, low=0.0, high=1.0, title="probability", help="Share of weights left out"),
        Param("bias", True, help="Add a learned constant to each output"),
    ),
    infer=_drop_connect,
    init=_drop_connect_init,
    call="F.linear({x}, F.dropout({self}.weight, {p}, self.training), {self}.bias)",
    summary="{out_features} · {p}",
    formula="y = x·(M ⊙ W / (1 − p))ᵀ + b, Mᵢⱼ ∼ Bernoulli(1 − p)",
    help=(
        "A linear layer that leaves out single weights at random while training, where Dropout "
        "leaves out neurons. The same weights are missing for the whole batch. When the network "
        "is used all of them take part, as with Dropout."
    ),
    paper="Wan et al. 2013: Regularization of neural networks using DropConnect",
    synonyms=("weight dropout", "regularization", "weight noise"),
)

GAUSSIAN_NOISE = BlockSpec(
    id="nn.gaussian_noise",
    title="Gaussian noise",
    family="Regularisation",
    stem="noise",
    params=(
        Param("std", 0.1, low=0.0, high=1000.0, title="deviation", help="Strength of the noise"),
    ),
    infer=same_shape,
    call="{x} + {std} * torch.randn_like({x}) if self.training else {x}",
    summary="{std}",
    formula="y = x + σ·ε, ε ∼ N(0, 1)",
    help=(
        "Adds normal noise while training and nothing afterwards. On inputs it is the simplest "
        "augmentation, and what a denoising autoencoder takes away again."
    ),
    paper="Bishop 1995: Training with noise is equivalent to Tikhonov regularization",
    synonyms=("denoising", "augmentation", "jitter", "regularization"),
)

LABEL_NOISE = BlockSpec(
    id="nn.label_noise",
    title="Label noise",
    family="Regularisation",
    stem="noise",
    inputs=(Port("x", "int", (1, 2), help="Classes or tokens, such as those of a Target"),),
    params=(
        Param("p", 0.1, low=0.0, high=1.0, title="probability", help="Share of wrong classes"),
        Param(
            "ignore_index",
            NO_CLASS,
            low=NO_CLASS,
            high=10_000_000,
            title="kept class",
            help="This class stays as it is: the number that fills up short texts, often 0. "
            "−100 is none of the classes",
        ),
    ),
    infer=_label_noise,
    call=_label_noise_call,
    summary="{p}",
    formula="t̃ = t with probability 1 − p, else any other class, each p / (K − 1)",
    help=(
        "Makes a share of the classes wrong at random while training; between a Target and a "
        "loss it shows what wrong labels do. Other ones are wrong in every epoch, so that they "
        "cannot be learned by heart. What is measured beside the loss sees the right classes."
    ),
    paper="Xie et al. 2016: DisturbLabel; Szegedy et al. 2015: Rethinking the Inception",
    synonyms=("disturb label", "wrong labels", "noisy labels", "label smoothing", "corruption"),
)
