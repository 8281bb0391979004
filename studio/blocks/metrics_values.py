"""Metrics for numbers, computed once over a whole part by scikit-learn."""

from typing import TYPE_CHECKING

from studio.api import BlockSpec, Inferred, Params, Port, Scoring, ShapeError, Shapes

from ._scores import NOTHING

if TYPE_CHECKING:
    from ._scores import Kept

_HERE = "studio.blocks.metrics_values"
_INPUTS = (
    Port("prediction", "float", help="What the network says"),
    Port("target", "float", help="What is right"),
)
_CALL = "{prediction}, {target}"


def r2(kept: "Kept", _: Params) -> float | None:
    """Return the share of the variance explained; of one sample nothing is said."""
    from sklearn.metrics import r2_score

    prediction, target = (array.reshape(len(array), -1) for array in kept)
    return float(r2_score(target, prediction)) if len(target) > 1 else None


def mae(kept: "Kept", _: Params) -> float:
    """Return the mean absolute error."""
    from sklearn.metrics import mean_absolute_error

    prediction, target = (array.reshape(len(array), -1) for array in kept)
    return float(mean_absolute_error(target, prediction))


def rmse(kept: "Kept", _: Params) -> float:
    """Return the root of the mean squared error."""
    from sklearn.metrics import mean_squared_error

    prediction, target = (array.reshape(-1) for array in kept)
    return float(mean_squared_error(target, prediction) ** 0.5)


def _compared(shapes: Shapes, _: Params) -> Inferred:
    prediction, target = shapes["prediction"], shapes["target"]
    if prediction.dims != target.dims:
        raise ShapeError(f"expected {target} as the target, received {prediction}", "prediction")
    return NOTHING


R2 = BlockSpec(
    id="metric.r2",
    title="R²",
    family="Metric",
    role="metric",
    stem="r2",
    inputs=_INPUTS,
    outputs=(),
    infer=_compared,
    call=_CALL,
    scoring=Scoring(f"{_HERE}:r2"),
    formula="R² = 1 − Σ(t − p)² / Σ(t − mean t)²",
    help=(
        "The share of the targets' variance that the prediction explains: 1 is perfect, 0 is no "
        "better than their mean, and below 0 is worse. Several values a sample count the same."
    ),
    paper="Wright 1921: Correlation and causation; scikit-learn: r2_score",
    synonyms=("r squared", "coefficient of determination", "explained variance", "regression"),
)

MAE = BlockSpec(
    id="metric.mae",
    title="Mean absolute error",
    family="Metric",
    role="metric",
    stem="mae",
    inputs=_INPUTS,
    outputs=(),
    infer=_compared,
    call=_CALL,
    scoring=Scoring(f"{_HERE}:mae", higher_is_better=False),
    formula="mean of |prediction − target|",
    help=(
        "How far the prediction lies off on average, in the unit of the target. It is shown "
        "beside any loss, such as one that is measured in logarithms."
    ),
    paper="scikit-learn: mean_absolute_error",
    synonyms=("l1", "absolute error", "regression"),
)

RMSE = BlockSpec(
    id="metric.rmse",
    title="Root mean squared error",
    family="Metric",
    role="metric",
    stem="rmse",
    inputs=_INPUTS,
    outputs=(),
    infer=_compared,
    call=_CALL,
    scoring=Scoring(f"{_HERE}:rmse", higher_is_better=False),
    formula="√(mean of (prediction − target)²)",
    help=(
        "The squared error brought back to the unit of the target. The root is taken once over the "
        "whole part: the mean of the roots of batches would be less."
    ),
    paper="Gauss 1809; scikit-learn: mean_squared_error",
    synonyms=("rmsd", "standard error", "regression", "root"),
)
