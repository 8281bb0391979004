"""Tables of numbers: iris, wine, breast cancer and diabetes, all shipped with scikit-learn.

Features are returned as measured: the engine standardises them over the training part, so that
nothing is fitted on what is held out.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from studio.api import Column, Params, Source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Arrays = dict[str, NDArray[np.generic]]

_UCI = "UCI Machine Learning Repository"


def load_iris(params: Mapping[str, object]) -> "Arrays":
    """Return 150 flowers: four lengths in centimetres, and the species."""
    from sklearn import datasets

    bunch = datasets.load_iris()
    return _classes(bunch.data, bunch.target)


def load_wine(params: Mapping[str, object]) -> "Arrays":
    """Return 178 wines: thirteen measurements, and the grower."""
    from sklearn import datasets

    bunch = datasets.load_wine()
    return _classes(bunch.data, bunch.target)


def load_breast_cancer(params: Mapping[str, object]) -> "Arrays":
    """Return 569 tumours: thirty measurements of cell nuclei, and the diagnosis."""
    from sklearn import datasets

    bunch = datasets.load_breast_cancer()
    return _classes(bunch.data, bunch.target)


def load_diabetes(params: Mapping[str, object]) -> "Arrays":
    """Return 442 patients: ten measurements, and how far the illness went in a year.

    The measurements are read unscaled: scikit-learn's own scaling has seen every sample.
    """
    import numpy as np
    from sklearn import datasets

    bunch = datasets.load_diabetes(scaled=False)
    return {
        "features": bunch.data.astype(np.float32),
        "progression": bunch.target.astype(np.float32)[:, np.newaxis],
    }


def _classes(features: "NDArray[np.generic]", labels: "NDArray[np.generic]") -> "Arrays":
    import numpy as np

    return {"features": features.astype(np.float32), "class": labels.astype(np.int64)}


def _iris_columns(params: Params) -> tuple[Column, ...]:
    return _columns(4, "setosa", "versicolor", "virginica")


def _wine_columns(params: Params) -> tuple[Column, ...]:
    return _columns(13, "grower 1", "grower 2", "grower 3")


def _breast_cancer_columns(params: Params) -> tuple[Column, ...]:
    return _columns(30, "malignant", "benign")


def _diabetes_columns(params: Params) -> tuple[Column, ...]:
    return (Column("features", "input", (10,)), Column("progression", "target", (1,)))


def _columns(width: int, *labels: str) -> tuple[Column, ...]:
    return (
        Column("features", "input", (width,)),
        Column("class", "target", (), "int", len(labels), labels),
    )


IRIS = Source(
    id="iris",
    title="Iris",
    load="studio.sources.tables:load_iris",
    columns=_iris_columns,
    stratify="class",
    standardize=("features",),
    help="150 flowers of three species, known by length and width of sepals and petals",
    licence="CC BY 4.0",
    citation=f"Fisher: Iris, {_UCI}, 1936",
)

WINE = Source(
    id="wine",
    title="Wine",
    load="studio.sources.tables:load_wine",
    columns=_wine_columns,
    stratify="class",
    standardize=("features",),
    help="178 wines of three growers, known by thirteen chemical measurements",
    licence="CC BY 4.0",
    citation=f"Aeberhard, Forina: Wine, {_UCI}, 1992",
)

BREAST_CANCER = Source(
    id="breast_cancer",
    title="Breast cancer",
    load="studio.sources.tables:load_breast_cancer",
    columns=_breast_cancer_columns,
    stratify="class",
    standardize=("features",),
    help="569 tumours, malignant or benign, known by thirty measurements of their cell nuclei",
    licence="CC BY 4.0",
    citation=f"Wolberg, Mangasarian, Street, Street: Breast Cancer Wisconsin (Diagnostic), {_UCI}, "
    "1993",
)

DIABETES = Source(
    id="diabetes",
    title="Diabetes",
    load="studio.sources.tables:load_diabetes",
    columns=_diabetes_columns,
    standardize=("features", "progression"),
    help="442 patients with ten measurements each; predict how far the illness goes in a year, in "
    "standard deviations of the training part",
    licence="free, with the article cited",
    citation="Efron, Hastie, Johnstone, Tibshirani: Least Angle Regression, Annals of Statistics, "
    "2004",
)
