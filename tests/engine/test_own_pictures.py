"""Pictures: augmented alike whenever a step is made again, tried with a drawing, read late."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from studio.app.catalogue import builtin_catalog
from studio.compile.run import plan_run
from studio.core.experiment import Preparation
from studio.core.fileio import open_file
from studio.core.params import complete
from studio.engine.data.answering import answer
from studio.engine.data.augment import Augmentation, uniform
from studio.engine.data.load import load
from studio.engine.train import Training, train
from studio.engine.weights import save_weights
from studio.resources import resource
from studio.runs.arrays import array_from_numpy, array_to_numpy
from studio.runs.events import Ended
from studio.runs.questions import Examine, Examined, Predict, Predicted, Varied, Vary
from studio.runs.spec import RunSpec
from studio.runs.store import RunStore
from studio.sources import image_folder, numpy_file

CATALOG = builtin_catalog()
AUGMENTS = [step.id for step in CATALOG.steps.values() if step.augment]


def _digits(folder: Path | None = None, *steps: str, epochs: int = 1, pieces: int = 1) -> RunSpec:
    """Return a short run of the gallery's LeNet with these steps."""
    shown = open_file(resource("gallery/images/lenet-digits.netwright"))
    data = replace(shown.data, steps=tuple(map(Preparation, steps)))
    settings = {**shown.training.settings, "epochs": epochs, "accumulate": pieces}
    training = replace(shown.training, settings=settings)
    experiment = replace(shown, data=data, training=training)
    return plan_run(experiment, CATALOG, run_id="r", folder=str(folder or ""))


def _losses(spec: RunSpec) -> tuple[float, ...]:
    last = list(train(spec))[-1]
    assert isinstance(last, Ended)
    assert last.reason == "finished"
    return last.losses


def test_what_is_drawn_depends_on_seed_step_and_sample_alone() -> None:
    rows = torch.arange(4000)
    drawn = uniform(rows, 3, seed=1, step=7, salt=0)

    assert torch.equal(drawn[100:120], uniform(rows[100:120], 3, seed=1, step=7, salt=0))
    assert not torch.equal(drawn, uniform(rows, 3, seed=1, step=8, salt=0))
    assert not torch.equal(drawn, uniform(rows, 3, seed=2, step=7, salt=0))
    assert abs(float(drawn.mean()) - 0.5) < 0.02
    assert 0.0 <= float(drawn.min()) <= float(drawn.max()) < 1.0


@pytest.mark.parametrize("kind", AUGMENTS)
def test_every_augmentation_gives_pictures_of_the_same_size_from_0_to_1(kind: str) -> None:
    job = _digits(None, kind).data
    pictures = torch.rand(6, 3, 12, 10)

    (changed,) = Augmentation(job, ["image"])([pictures], torch.arange(6), 3)

    assert changed.shape == pictures.shape
    assert torch.isfinite(changed).all()
    assert -1e-5 <= float(changed.min()) <= float(changed.max()) <= 1 + 1e-5


def test_augmented_runs_have_the_same_losses_again_and_other_ones_than_plain_runs() -> None:
    augmented = _losses(_digits(None, "move", "noise"))

    assert augmented == _losses(_digits(None, "move", "noise"))
    assert augmented != _losses(_digits(None))


def test_one_picture_is_varied_and_the_first_is_as_it_is() -> None:
    job = _digits(None, "move").data

    varied = answer(Vary(request=1, data=job, sample=3, times=5), load)

    assert isinstance(varied, Varied)
    seen = array_to_numpy(varied.arrays["image"])
    assert seen.shape == (5, 1, 8, 8)
    assert any(np.array_equal(seen[0], one) for one in load(job)["image"])
    assert not np.array_equal(seen[1], seen[2])


def test_a_drawing_is_answered_with_a_class(tmp_path) -> None:
    spec = _digits(tmp_path, epochs=3)
    store = RunStore(tmp_path)
    store.describe(spec)
    training = Training(spec)
    for _ in training.steps():
        pass
    save_weights(training.weights(), str(tmp_path))
    store.close()
    arrays = load(spec.data)
    one = int(np.flatnonzero(arrays["class"] == 0)[0])

    said = answer(
        Predict(request=1, folder=str(tmp_path), picture=array_from_numpy(arrays["image"][one])),
        load,
    )
    wrong = answer(
        Predict(request=2, folder=str(tmp_path), picture=array_from_numpy(np.zeros((1, 5, 5)))),
        load,
    )

    assert isinstance(said, Predicted)
    assert said.error == ""
    assert said.rows[0][1] == "0"
    assert isinstance(wrong, Predicted)
    assert "Expected a picture of 1×8×8" in wrong.error


@pytest.mark.parametrize("kind", ["file_images", "file_numpy"])
def test_pictures_that_are_read_late_are_the_same(tmp_path, monkeypatch, kind: str) -> None:
    from PIL import Image

    random = np.random.default_rng(0)
    pixels = random.integers(0, 255, (20, 12, 12), np.uint8)
    path = tmp_path / ("data" if kind == "file_images" else "data.npz")
    if kind == "file_images":
        for place, picture in enumerate(pixels):
            (path / "ab"[place % 2]).mkdir(parents=True, exist_ok=True)
            Image.fromarray(picture).save(path / "ab"[place % 2] / f"{place:02}.png")
    else:
        np.savez(path, x=pixels, y=np.arange(20) % 2)
    source = CATALOG.sources[kind]
    params = complete(source.params, {"path": str(path), "side": 12})
    found = answer(Examine(request=1, title="", examine=source.examine, params=params), load)
    assert isinstance(found, Examined)
    loader = image_folder.load_images if kind == "file_images" else numpy_file.load_numpy
    name = next(one.name for one in found.fields if one.kind == "image")

    at_once = loader({**params, **found.params}, found.fields).columns[name]
    for module in (image_folder, numpy_file):
        monkeypatch.setattr(module, "LARGE_BYTES", 100)
    late = loader({**params, **found.params}, found.fields).columns[name]

    assert not isinstance(late, np.ndarray)
    assert np.array_equal(at_once, late[np.arange(20)])
