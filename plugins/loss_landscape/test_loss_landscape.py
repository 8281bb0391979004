"""What the map promises: the very losses of moved weights, and no trace of having looked."""

import numpy as np
import pytest
import torch

from studio.compile.run import plan_run
from studio.engine.train import Training
from studio.runs.arrays import array_to_numpy
from studio.runs.events import Ended, Snapshot
from studio.runs.spec import Watch
from tests.helpers.builders import CATALOG, mlp
from tests.helpers.plugins import module_of

PROBE = "netwright_plugins.loss_landscape.probe:PROBE"
ASKED = {PROBE: {"request": 1, "points": 7, "span": 1.0, "samples": 64}}


def trained(probes: dict[str, dict[str, object]]) -> list[object]:
    module_of("loss_landscape", "probe.py")
    experiment = mlp(2, 16, 2, source="spirals", epochs=3)
    spec = plan_run(experiment, CATALOG, run_id="landscape", watch=Watch(probes=probes))
    return [event for events in Training(spec).steps() for event in events]


def test_the_middle_of_the_map_is_the_loss_of_the_weights_and_looking_changes_nothing() -> None:
    seen = trained(ASKED)
    unseen = trained({})

    maps = [event for event in seen if isinstance(event, Snapshot)]
    losses = array_to_numpy(maps[-1].arrays["losses"])
    ended = [next(event for event in run if isinstance(event, Ended)) for run in (seen, unseen)]
    assert maps[-1].kind == "loss-landscape"
    assert losses.shape == (7, 7)
    assert np.isfinite(losses).all()
    assert losses[3, 3] == pytest.approx(np.log(2), rel=0.3)
    assert losses.max() > losses[3, 3]
    assert ended[0].losses == ended[1].losses


def test_directions_are_as_large_as_the_weights_filter_by_filter() -> None:
    probe = module_of("loss_landscape", "probe.py")
    weights = [torch.randn(5, 3, 2, 2), torch.randn(5), torch.randn(4, 5) * 100]

    found = probe._direction(weights, torch.Generator().manual_seed(1))

    assert torch.allclose(found[0].flatten(1).norm(dim=1), weights[0].flatten(1).norm(dim=1))
    assert torch.allclose(found[2].norm(dim=1), weights[2].norm(dim=1))
    assert not found[1].any()


def test_lines_of_equal_loss_lie_where_the_loss_is_equal() -> None:
    panel = module_of("loss_landscape", "panel.py")
    y, x = np.mgrid[-5:6, -5:6]

    pieces = panel._contour((x**2 + y**2).astype(float), 9.0)

    ends = np.array(pieces).reshape(-1, 2) - 5.0
    assert len(pieces) > 8
    assert np.hypot(*ends.T) == pytest.approx(3.0, abs=0.15)
