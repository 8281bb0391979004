"""RangeCard: the loss over the learning rate, found by a short test on a copy."""

from collections.abc import Mapping
from math import log10
from typing import Any

from PySide6.QtWidgets import QWidget

from studio.app.choosing import set_training
from studio.app.workspace import Workspace

from .trial_card import Trial, TrialCard

FIND = "Find a learning rate"
TESTING = "Testing about 100 steps on a copy; leaving this page ends it"
WHY = "Trains a copy for 100 steps while the rate rises, and shows where the loss falls"


class RangeCard(TrialCard):
    """Which learning rate fits."""

    trial = Trial(
        title="Learning-rate test",
        verb="find-lr",
        begin=FIND,
        why=WHY,
        testing=TESTING,
        curve="Loss over the learning rate",
        take="Take the learning rate that was found",
    )

    def __init__(self, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(workspace, parent)
        self._rate = 0.0

    def show_found(self, found: Mapping[str, Any]) -> str:
        """Show the loss at every rate, and the one that fits."""
        self._show_curve([(rate, loss) for rate, loss in found["points"] if rate > 0])
        self._rate = float(f"{found['rate']:.2g}") if found["rate"] else 0.0
        self.offer(f"Take {self._rate:g}" if self._rate else "")
        if not self._rate:
            return "The loss never fell: the network may learn nothing, or only at lower rates"
        now = f"{found['now']:g}"
        return f"{self._rate:g} fits: a tenth of the rate with the least loss; now {now}"

    def take_found(self) -> None:
        """Set the rate of the first objective."""
        experiment = self._workspace.document.experiment
        self._workspace.apply(set_training(experiment, "optimizer", "lr", self._rate))

    def _show_curve(self, points: list[tuple[float, float]]) -> None:
        self.curve.setVisible(len(points) > 1)
        if len(points) > 1:
            first, last = points[0][0], points[-1][0]
            worst = 2 * points[0][1]  # where it diverges, how far says nothing
            shown = [(log10(rate / first), min(loss, worst)) for rate, loss in points]
            ends = (f"{first:.2g}", f"{last:.2g}")
            self.curve.show_points(shown, x_end=log10(last / first), ends=ends)
