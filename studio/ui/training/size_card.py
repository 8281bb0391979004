"""SizeCard: how many samples a second each batch size trains, found by a short test on a copy."""

from collections.abc import Mapping
from math import log2
from typing import Any

from PySide6.QtWidgets import QWidget

from studio.app.choosing import set_training
from studio.app.workspace import Workspace
from studio.core.text import grouped, scaled

from .trial_card import Trial, TrialCard


class SizeCard(TrialCard):
    """Which batch size makes good use of this machine."""

    trial = Trial(
        title="Batch-size test",
        verb="find-batch",
        begin="Find a batch size",
        why="Trains copies for 50 steps with batches of 8, 16, 32, … samples, and shows how fast",
        testing="Testing batches of up to 2,048 samples on copies; leaving this page ends it",
        curve="Samples a second over the batch size",
        take="Take the batch size that was found",
    )

    def __init__(self, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(workspace, parent)
        self._size = 0

    def show_found(self, found: Mapping[str, Any]) -> str:
        """Show the speed of every size, and the smallest that is nearly as fast as the fastest."""
        points = [(size, speed) for size, speed in found["points"] if speed > 0]
        self._show_curve(points)
        self._size = found["size"] or 0
        now = grouped(found["now"]) if found["now"] else "all samples"
        if not self._size:
            self.offer("")
            return f"No size could be trained: 8 samples take more memory than there is; now {now}"
        self.offer(f"Take {grouped(self._size)}")
        speed = scaled(dict(points)[self._size])
        return (
            f"{grouped(self._size)} samples train at {speed} samples/s, nearly as fast as any; now "
            f"{now}. Larger batches make fewer steps an epoch, and may need a higher learning rate"
        )

    def take_found(self) -> None:
        """Set the batch size."""
        experiment = self._workspace.document.experiment
        self._workspace.apply(set_training(experiment, "settings", "batch_size", self._size))

    def _show_curve(self, points: list[tuple[int, float]]) -> None:
        self.curve.setVisible(len(points) > 1)
        if len(points) > 1:
            first, last = points[0][0], points[-1][0]
            shown = [(log2(size / first), speed) for size, speed in points]
            ends = (grouped(first), grouped(last))
            self.curve.show_points(shown, x_end=log2(last / first), ends=ends)
