"""Metrics for generated samples, computed once over a whole part: how alike two crowds are."""

from typing import TYPE_CHECKING, Any

from studio.api import BlockSpec, Inferred, Params, Port, Scoring, ShapeError, Shapes

from ._scores import NOTHING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ._scores import Kept

_HERE = "studio.blocks.metrics_samples"


def frechet(kept: "Kept", _: Params) -> float | None:
    """Return the distance of two normal distributions; of one sample nothing is said."""
    import numpy as np

    made, real = (array.reshape(len(array), -1).astype(np.float64) for array in kept)
    if len(real) < 2:
        return None
    between = np.square(made.mean(axis=0) - real.mean(axis=0)).sum()
    one, two = _covariance(made), _covariance(real)
    root = _root(one)
    # The eigenvalues of ΣΣ' are those of √Σ Σ' √Σ, which is symmetric.
    shared = np.linalg.eigvalsh(root @ two @ root)
    mixed = np.sqrt(np.maximum(shared, 0.0)).sum()
    return float(max(between + np.trace(one) + np.trace(two) - 2 * mixed, 0.0))


def _covariance(values: "NDArray[Any]") -> "NDArray[Any]":
    centred = values - values.mean(axis=0)
    covariance: NDArray[Any] = centred.T @ centred / (len(values) - 1)
    return covariance


def _root(matrix: "NDArray[Any]") -> "NDArray[Any]":
    import numpy as np

    values, vectors = np.linalg.eigh(matrix)
    root: NDArray[Any] = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return root


def _compared(shapes: Shapes, _: Params) -> Inferred:
    made, real = shapes["made"], shapes["real"]
    if made.dims != real.dims:
        raise ShapeError(f"expected {real} as what is made, received {made}", "made")
    return NOTHING


FRECHET = BlockSpec(
    id="metric.frechet",
    title="Fréchet distance",
    family="Metric",
    role="metric",
    stem="frechet",
    inputs=(
        Port("made", "float", help="Generated samples, or features of them"),
        Port("real", "float", help="The same of real ones"),
    ),
    outputs=(),
    infer=_compared,
    call="{made}, {real}",
    scoring=Scoring(f"{_HERE}:frechet", higher_is_better=False),
    formula="‖μ − μ′‖² + tr(Σ + Σ′ − 2·(ΣΣ′)^½)",
    help=(
        "How far two crowds of samples lie apart, taken as normal distributions, 0 where means and "
        "covariances agree. Single samples are not compared: a generator that always makes the "
        "same has no variance and is far off. Use few features, such as an image pooled to 7×7. "
        "Of a trained network's features it is the Fréchet inception distance."
    ),
    paper="Dowson, Landau 1982; Heusel et al. 2017: GANs trained by a two time-scale update rule",
    synonyms=("fid", "frechet inception distance", "wasserstein", "gan", "generator", "samples"),
)
