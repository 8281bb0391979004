"""Regularisation: disturbances that keep a network from learning by heart."""

from studio.api import BlockSpec, Inferred, Param, Params, Shapes, expect_float, gives


def _same(shapes: Shapes, _: Params) -> Inferred:
    expect_float(shapes["x"])
    return gives(shapes["x"])


DROPOUT = BlockSpec(
    id="nn.dropout",
    title="Dropout",
    family="Regularisation",
    stem="dropout",
    params=(
        Param("p", 0.5, low=0.0, high=1.0, title="probability", help="Share of values set to zero"),
    ),
    infer=_same,
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
