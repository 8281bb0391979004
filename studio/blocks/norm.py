"""Normalisation: values brought to mean 0 and variance 1, then scaled as learned."""

from studio.api import (
    BlockSpec,
    Inferred,
    Param,
    Params,
    Port,
    ShapeError,
    Shapes,
    expect_float,
    expect_rank,
    gives,
    size,
)

from ._source import call

_EPS = Param("eps", 1e-5, low=0.0, high=1.0, log=True, help="Keeps the division away from zero")
_MOMENTUM = Param(
    "momentum", 0.1, low=0.0, high=1.0, help="Share of a new batch in the running statistics"
)
_AFFINE = Param("affine", True, help="Learn a scale and a shift for each feature")


def _batch_norm1d(shapes: Shapes, p: Params) -> Inferred:
    expect_float(shapes["x"])
    expect_rank(shapes["x"], 2, "vectors B×D")
    return _batch_norm(shapes, p)


def _batch_norm2d(shapes: Shapes, p: Params) -> Inferred:
    expect_float(shapes["x"])
    expect_rank(shapes["x"], 4, "an image B×C×H×W")
    return _batch_norm(shapes, p)


def _batch_norm(shapes: Shapes, p: Params) -> Inferred:
    width = size(shapes["x"].dims[1], "the features")
    return gives(shapes["x"], weights=_scale_and_shift(p, (width,)), num_features=width)


def _layer_norm(shapes: Shapes, p: Params) -> Inferred:
    x, axes = shapes["x"], p.whole("axes")
    expect_float(x)
    if axes >= x.rank:
        raise ShapeError(f"expected at least {axes} axes behind the batch, received {x}", "x")
    over = tuple(size(dim, "the normalised axes") for dim in x.dims[-axes:])
    literal = over[0] if axes == 1 else over
    return gives(x, weights=_scale_and_shift(p, over), normalized_shape=literal)


def _scale_and_shift(p: Params, sizes: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    return {"weight": sizes, "bias": sizes} if p.flag("affine") else {}


def _batch_norm1d_init(_: Shapes, p: Params) -> str:
    return _batch_norm_init("nn.BatchNorm1d", p)


def _batch_norm2d_init(_: Shapes, p: Params) -> str:
    return _batch_norm_init("nn.BatchNorm2d", p)


def _batch_norm_init(module: str, p: Params) -> str:
    return call(
        module,
        "{num_features}",
        eps=(p.real("eps"), 1e-5),
        momentum=(p.real("momentum"), 0.1),
        affine=(p.flag("affine"), True),
    )


def _layer_norm_init(_: Shapes, p: Params) -> str:
    return call(
        "nn.LayerNorm",
        "{normalized_shape}",
        eps=(p.real("eps"), 1e-5),
        elementwise_affine=(p.flag("affine"), True),
    )


BATCH_NORM1D = BlockSpec(
    id="nn.batch_norm1d",
    title="BatchNorm1d",
    family="Normalisation",
    common=True,
    stem="bn",
    inputs=(Port("x", "float", (2,)),),
    params=(_EPS, _MOMENTUM, _AFFINE),
    infer=_batch_norm1d,
    init=_batch_norm1d_init,
    call="{self}({x})",
    formula="y = γ·(x − mean_B) / √(var_B + ε) + β",
    help=(
        "Normalises each feature over the batch while training and with running statistics "
        "afterwards. It allows larger learning rates and makes samples of a batch depend on each "
        "other, so that very small batches are noisy."
    ),
    paper="Ioffe, Szegedy 2015: Batch normalization; PyTorch: torch.nn.BatchNorm1d",
    synonyms=("bn", "batch norm", "batch normalization"),
)

BATCH_NORM2D = BlockSpec(
    id="nn.batch_norm2d",
    title="BatchNorm2d",
    family="Normalisation",
    common=True,
    stem="bn",
    inputs=(Port("x", "float", (4,)),),
    params=(_EPS, _MOMENTUM, _AFFINE),
    infer=_batch_norm2d,
    init=_batch_norm2d_init,
    call="{self}({x})",
    formula="y_c = γ_c·(x_c − mean_BHW) / √(var_BHW + ε) + β_c",
    help=(
        "Normalises each channel over the batch and all pixels. Between a convolution and its "
        "activation it keeps signals in range however deep the network is; the bias of that "
        "convolution then does nothing and can be left out."
    ),
    paper="Ioffe, Szegedy 2015: Batch normalization; PyTorch: torch.nn.BatchNorm2d",
    synonyms=("bn", "batch norm", "batch normalization"),
)

LAYER_NORM = BlockSpec(
    id="nn.layer_norm",
    title="LayerNorm",
    family="Normalisation",
    common=True,
    stem="norm",
    params=(
        Param("axes", 1, low=1, high=4, help="How many of the last axes are normalised together"),
        _EPS,
        _AFFINE,
    ),
    infer=_layer_norm,
    init=_layer_norm_init,
    call="{self}({x})",
    formula="y = γ·(x − mean_D) / √(var_D + ε) + β",
    help=(
        "Normalises the features of each sample, and of each step of a sequence, by themselves. "
        "It does the same in training and afterwards and does not care about the batch, which is "
        "why Transformers use it."
    ),
    paper="Ba, Kiros, Hinton 2016: Layer normalization; PyTorch: torch.nn.LayerNorm",
    synonyms=("ln", "layer norm", "layer normalization"),
)
