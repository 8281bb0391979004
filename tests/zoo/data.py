"""Samples made to order for the zoo: clouds with rare classes, wrong labels, far-off scales."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from studio.core.params import Param, Params
from studio.core.recipes import Column, Source

FEATURES, CLASSES = 8, 4

Arrays = dict[str, NDArray[np.generic]]


def load_clouds(params: Mapping[str, float]) -> Arrays:
    """Return points around one centre for each class."""
    random = np.random.default_rng(int(params["seed"]))
    count = int(params["samples"])
    shares = np.full(CLASSES, 1.0)
    shares[0] = params["commonest"] * (CLASSES - 1) / max(1 - params["commonest"], 1e-9)
    labels = random.choice(CLASSES, count, p=shares / shares.sum())
    centres = np.random.default_rng(7).normal(size=(CLASSES, FEATURES))
    points = (centres[labels] + random.normal(size=(count, FEATURES))) * params["scale"]
    if params["distinct"]:
        points = points[random.integers(0, int(params["distinct"]), count)]
    wrong = random.random(count) < params["wrong"]
    labels = np.where(wrong, random.integers(0, CLASSES, count), labels)
    return {"point": points.astype(np.float32), "class": labels.astype(np.int64)}


def load_wave(params: Mapping[str, float]) -> Arrays:
    """Return numbers and a smooth function of the first two of them, with noise."""
    random = np.random.default_rng(int(params["seed"]))
    points = random.normal(size=(int(params["samples"]), FEATURES))
    wave = np.sin(2 * points[:, :1]) + points[:, 1:2]
    wave = (wave + random.normal(scale=params["noise"], size=wave.shape)) / 1.2
    return {
        "point": points.astype(np.float32),
        "height": (wave * params["scale"]).astype(np.float32),
    }


def _cloud_columns(_params: Params) -> tuple[Column, ...]:
    return (
        Column("point", "input", (FEATURES,)),
        Column("class", "target", (), "int", CLASSES, tuple("abcd")),
    )


def _wave_columns(_params: Params) -> tuple[Column, ...]:
    return (Column("point", "input", (FEATURES,)), Column("height", "target", (1,)))


def _params(**defaults: float) -> tuple[Param, ...]:
    return tuple(
        Param(name, value, low=0, high=1e9, help=f"{name} of the samples")
        for name, value in defaults.items()
    )


CLOUDS = Source(
    id="zoo_clouds",
    title="Clouds",
    load="tests.zoo.data:load_clouds",
    columns=_cloud_columns,
    params=_params(samples=1200, seed=0, commonest=0.25, wrong=0.0, scale=1.0, distinct=0),
    stratify="class",
    help="Points around four centres",
)

WAVE = Source(
    id="zoo_wave",
    title="Wave",
    load="tests.zoo.data:load_wave",
    columns=_wave_columns,
    params=_params(samples=1200, seed=0, noise=0.1, scale=1.0),
    help="A smooth function of two of eight numbers",
)
