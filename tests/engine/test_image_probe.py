"""What a network makes is shown as pictures, beside what they are made of."""

import numpy as np
import pytest
import torch

from studio.engine.build import Network
from studio.engine.data.batches import Samples
from studio.engine.data.load import load
from studio.engine.probes.images import ImageProbe
from studio.engine.probes.probe import Sight
from studio.engine.probes.quiet import quietly
from studio.engine.scalars import Scalars
from studio.engine.session import Session
from studio.engine.train import train
from studio.runs.arrays import array_to_numpy
from studio.runs.events import Note, Snapshot
from studio.runs.spec import Argument, ColumnInfo, DataJob, Program, Watch
from tests.engine import programs
from tests.engine.test_checkpoints import losses_in

HERE = "tests.engine.test_image_probe"

PAINTER = """
import torch
from torch import nn
from torch.nn import functional as F


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(16, 16)
        self.fc2 = nn.Linear(4, 16)
        self.fc3 = nn.Linear(16, 5)

    def forward(self, x):
        again = self.fc1(x.flatten(1))  # again
        noise = torch.randn(len(x), 4)
        made = self.fc2(noise).view(-1, 1, 4, 4)  # made
        code = self.fc3(again)  # code
        return again, made, x

    def losses(self, again, made, x):
        return {"loss": F.mse_loss(again, x.flatten(1)) + made.square().mean()}

    def metrics(self, again, made, x):
        return {}
"""


def load_squares(params: dict[str, int]) -> dict[str, np.ndarray]:
    """Return pictures of 4×4 pixels between −1 and 3."""
    random = np.random.default_rng(0)
    images = random.uniform(-1, 3, size=(params["samples"], 1, 4, 4)).astype(np.float32)
    return {"image": images}


def painter() -> Program:
    return programs.program(
        PAINTER,
        outputs=("again", "made", "x"),
        loss_arguments=("again", "made", "x"),
        inputs=(Argument(name="x", column="image"),),
        targets=(),
        metrics=(),
    )


def squares() -> DataJob:
    return DataJob(
        source="Squares",
        load=f"{HERE}:load_squares",
        params={"samples": 100},
        columns=(ColumnInfo(name="image", role="input", shape=(1, 4, 4)),),
    )


@pytest.fixture
def network() -> Network:
    torch.manual_seed(0)
    return Network(painter(), "painter")


@pytest.fixture
def samples() -> Samples:
    return Samples(squares(), painter(), torch.device("cpu"), load)


def looking(network: Network, samples: Samples) -> ImageProbe:
    return ImageProbe(Sight(network, samples, Scalars(samples.device)))


def seen(
    network: Network, samples: Samples, *blocks: str, probe: ImageProbe | None = None
) -> dict[str, Snapshot]:
    with quietly(network.module, samples.device):
        probe = probe or looking(network, samples)
        probe.set({"blocks": blocks})
        found = probe.between(3)
    return {snapshot.block: snapshot for snapshot in found}


def test_a_reconstruction_stands_beside_its_input_on_the_same_scale(
    network: Network, samples: Samples
) -> None:
    held = samples.held(24)[0][0]

    shown = seen(network, samples, "again")["again"]

    low, high = float(held.min()), float(held.max())
    made = network.module.fc1(held.flatten(1)).detach().numpy().reshape(held.shape)
    wanted = np.clip((made - low) / (high - low), 0, 1) * 255
    images = array_to_numpy(shown.arrays["images"]).astype(float)
    inputs = array_to_numpy(shown.arrays["inputs"]).astype(float)
    assert images.shape == inputs.shape == (15, 1, 4, 4)
    np.testing.assert_allclose(images, wanted, atol=0.51)
    np.testing.assert_allclose(inputs, (held.numpy() - low) / (high - low) * 255, atol=0.51)
    assert float(shown.notes["low"]) == pytest.approx(low, rel=1e-3)


def test_what_is_made_of_noise_stands_alone_and_is_the_same_at_every_look(
    network: Network, samples: Samples
) -> None:
    probe = looking(network, samples)

    first = seen(network, samples, "made", probe=probe)["made"]
    again = seen(network, samples, "made", probe=probe)["made"]

    assert list(first.arrays) == ["images"]
    assert first.arrays == again.arrays


def test_an_output_that_is_no_image_and_one_that_is_not_finite_are_left_out(
    network: Network, samples: Samples
) -> None:
    assert seen(network, samples, "code") == {}
    network.module.fc1.bias.data[0] = float("nan")
    assert list(seen(network, samples, "again", "made")) == ["made"]


def test_pictures_come_while_a_run_goes_on_and_change_no_loss() -> None:
    watch = Watch(probes={})
    spec = programs.run(program=painter(), data=squares(), watch=watch, epochs=30)
    looked = programs.run(
        program=painter(),
        data=squares(),
        epochs=30,
        watch=Watch(probes={"images": {"blocks": ("again", "made")}}, budget=0.5),
    )

    blind, events = list(train(spec)), list(train(looked))

    found = [event for event in events if isinstance(event, Snapshot)]
    assert {snapshot.block for snapshot in found} == {"again", "made"}
    assert {snapshot.kind for snapshot in found} == {"images"}
    assert max(snapshot.step for snapshot in found) == 90, "the last shows the weights that stay"
    assert not [event for event in events if isinstance(event, Note)]
    assert losses_in(blind) == losses_in(events)


def test_looking_at_no_images_costs_nothing() -> None:
    session = Session(programs.run(watch=Watch(probes={})), load)
    session.watcher.between(0)
    assert session.watcher.share() == 0.0
