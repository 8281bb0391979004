"""The map of samples: neighbours that are neighbours, a trust that is known, maps that stay put."""

from threading import Event

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.manifold import trustworthiness

from studio.engine.probes import layouts
from studio.engine.probes.layouts import Aside, Tsne, Umap, neighbours, trust
from studio.engine.train import train
from studio.runs.arrays import array_to_numpy
from studio.runs.events import Snapshot
from studio.runs.spec import Watch
from tests.engine.programs import run

DIGITS = load_digits().data[:160].astype(np.float64)


def test_neighbours_are_those_of_all_distances() -> None:
    apart = np.sqrt(((DIGITS[:, None] - DIGITS[None]) ** 2).sum(axis=2))
    np.fill_diagonal(apart, np.inf)

    found = neighbours(DIGITS, 5)

    assert found.shape == (160, 5)
    near = np.take_along_axis(apart, found, axis=1)
    assert near == pytest.approx(np.sort(apart, axis=1)[:, :5])


def test_trust_is_that_of_venna_and_kaski() -> None:
    points = DIGITS @ np.random.default_rng(1).normal(size=(64, 2))

    assert trust(DIGITS, points) == pytest.approx(trustworthiness(DIGITS, points, n_neighbors=10))
    scattered = np.random.default_rng(0).normal(size=(160, 2))
    assert trust(scattered, scattered) == pytest.approx(1.0)


def test_a_map_of_neighbours_begins_where_it_was() -> None:
    layout = Tsne(2)
    first = layout.place(DIGITS)
    moved = DIGITS + np.random.default_rng(0).normal(scale=0.1, size=DIGITS.shape)

    second = layout.place(moved)
    afresh = Tsne(2).place(moved + 0.5)

    reach = np.ptp(first, axis=0).max()
    assert np.abs(second - first).mean() < 0.15 * reach
    assert trust(moved, second) > 0.95
    assert afresh.shape == first.shape == (160, 2)
    assert Tsne(3).place(DIGITS[:60]).shape == (60, 3)


def test_maps_are_made_beside_the_training_one_at_a_time() -> None:
    aside: Aside[int] = Aside(Tsne(2))

    aside.begin(DIGITS, 7)
    aside.begin(DIGITS[:50], 8)  # one is under way
    while (made := aside.take()) is None:
        pass

    assert made.of == 7
    assert made.points is not None
    assert made.points.shape == (160, 2)
    assert aside.take() is None


def test_the_training_waits_only_so_long_for_a_map(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Event()

    class Slow:
        def place(self, values: np.ndarray) -> np.ndarray:
            slow.wait(20)
            return values[:, :2]

    monkeypatch.setattr(layouts, "PATIENCE_SECS", 0.05)
    aside: Aside[int] = Aside(Slow())

    first = aside.now(DIGITS, 1)
    again = aside.now(DIGITS, 2)
    slow.set()
    while (made := aside.take()) is None:
        pass

    assert first is again is None
    assert made.of == 1


def test_what_fails_beside_the_training_is_told_by_it() -> None:
    class Broken:
        def place(self, values: np.ndarray) -> np.ndarray:
            raise ValueError("no map")

    aside: Aside[int] = Aside(Broken())
    aside.begin(DIGITS, 1)

    with pytest.raises(ValueError, match="no map"):  # noqa: PT012
        while aside.take() is None:
            pass


def test_umap_says_what_it_needs() -> None:
    pytest.importorskip("sklearn")
    try:
        import umap  # noqa: F401
    except ImportError:
        with pytest.raises(Exception, match="netwright\\[umap\\]"):
            Umap(2).place(DIGITS)
    else:
        assert Umap(2).place(DIGITS).shape == (160, 2)


@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_every_point_says_which_sample_it_is_and_what_the_network_says(method: str) -> None:
    watch = Watch(probes={"embedding": {"block": "fc1", "method": method, "samples": 64}})
    told = list(train(run(watch=watch)))
    maps = [one for one in told if isinstance(one, Snapshot) and one.kind == "embedding"]
    inputs = [one for one in told if isinstance(one, Snapshot) and one.kind == "samples"]

    last = {name: array_to_numpy(array) for name, array in maps[-1].arrays.items()}

    count = len(last["points"])
    assert len(inputs) == 1
    assert len(array_to_numpy(inputs[0].arrays["inputs"])) == count
    assert len(set(last["rows"].tolist())) == count
    assert last["neighbours"].shape == (count, min(10, count - 1))
    assert 0.5 < float(last["trust"][0]) <= 1.0
    assert last["points"].shape[1] == (3 if method == "pca" else 2)
    assert last["predicted"].shape == last["loss"].shape == (count,)
    right = last["predicted"] == last["labels"].ravel()
    assert last["loss"][right].mean() < last["loss"][~right].mean() or right.all()
