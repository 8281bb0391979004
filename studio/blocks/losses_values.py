"""Losses for numbers: how far a prediction lies off."""

from studio.api import BlockSpec, Inferred, Param, Params, Port, ShapeError, Shapes

from ._forms import LOSS, SCALAR
from ._source import call
from ._values import INPUTS, both, compared, mean_of, over

_MAE = mean_of("mae", "abs")


def _l1_call(shapes: Shapes, _: Params) -> str:
    return call("F.l1_loss", *both(shapes))


def _smooth_call(shapes: Shapes, p: Params) -> str:
    return call("F.smooth_l1_loss", *both(shapes), beta=(p.real("beta"), 1.0))


def _huber(shapes: Shapes, p: Params) -> Inferred:
    if p.real("delta") == 0:
        raise ShapeError("expected a bend above 0, received 0")
    return compared(shapes, p)


def _huber_call(shapes: Shapes, p: Params) -> str:
    return call("F.huber_loss", *both(shapes), delta=(p.real("delta"), 1.0))


def _one_number(shapes: Shapes, _: Params) -> Inferred:
    if shapes["x"].rank:
        raise ShapeError(f"expected one number, received {shapes['x']}", "x")
    return SCALAR


def _term_call(_: Shapes, p: Params) -> str:
    return "{x}" if p.real("weight") == 1 else "{weight} * {x}"


L1 = BlockSpec(
    id="loss.l1",
    title="Mean absolute error",
    family="Loss",
    role="loss",
    stem="loss",
    inputs=INPUTS,
    outputs=LOSS,
    infer=compared,
    call=_l1_call,
    over=over,
    metrics=(mean_of("mse", "square"),),
    formula="L = mean of |prediction − target|",
    help=(
        "The mean of the absolute differences, in the unit of the target. Outliers count no more "
        "than they are large: the best constant answer is the median, that of the squared error "
        "the mean. The gradient does not fade near the goal."
    ),
    paper="Laplace 1774; PyTorch: torch.nn.functional.l1_loss",
    synonyms=(
        "l1",
        "mae",
        "regression",
        "absolute error",
        "median",
        "cycle-consistency",
        "identity",
    ),
)

SMOOTH_L1 = BlockSpec(
    id="loss.smooth_l1",
    title="Smooth L1",
    family="Loss",
    role="loss",
    stem="loss",
    inputs=INPUTS,
    outputs=LOSS,
    params=(Param("beta", 1.0, low=0.0, high=1e6, help="Below it the error is squared"),),
    infer=compared,
    call=_smooth_call,
    over=over,
    metrics=(_MAE,),
    formula="L = mean of ½e²/β for |e| < β, else |e| − ½β; e = prediction − target",
    help=(
        "Squared near the goal, straight far from it: fine steps at the end and no pull by "
        "outliers. With β to 0 it becomes the mean absolute error. Object detectors fit their "
        "boxes with it."
    ),
    paper="Girshick 2015: Fast R-CNN; PyTorch: torch.nn.functional.smooth_l1_loss",
    synonyms=("huber", "robust", "regression", "outliers"),
)

HUBER = BlockSpec(
    id="loss.huber",
    title="Huber",
    family="Loss",
    role="loss",
    stem="loss",
    inputs=INPUTS,
    outputs=LOSS,
    params=(Param("delta", 1.0, low=0.0, high=1e6, title="bend", help="Below it it is squared"),),
    infer=_huber,
    call=_huber_call,
    over=over,
    metrics=(_MAE,),
    formula="L = mean of ½e² for |e| ≤ δ, else δ·(|e| − ½δ); e = prediction − target",
    help=(
        "Squared near the goal, straight far from it. It is δ times Smooth L1 with β = δ, so that "
        "with a large δ it becomes half the squared error."
    ),
    paper="Huber 1964: Robust estimation of a location parameter; PyTorch: F.huber_loss",
    synonyms=("smooth l1", "robust", "regression", "outliers", "dqn"),
)

LOSS_TERM = BlockSpec(
    id="loss.term",
    title="Loss term",
    family="Loss",
    role="loss",
    stem="loss",
    inputs=(Port("x", "float", (0,), help="A number that is to become small"),),
    outputs=LOSS,
    params=(Param("weight", 1.0, low=-1e6, high=1e6, help="How much it counts beside others"),),
    infer=_one_number,
    call=_term_call,
    summary="× {weight}",
    formula="L = w·x",
    help=(
        "Makes a loss of a number that a block computes by itself: the load balance of a Mixture "
        "of Experts, the second output of Vector-Quantise. All losses of an objective are added."
    ),
    paper="Fedus, Zoph, Shazeer 2021: Switch Transformers, section 2.2",
    synonyms=("auxiliary loss", "penalty", "load balance", "commitment", "regulariser"),
)
