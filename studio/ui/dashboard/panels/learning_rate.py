"""The learning rate of every step, as the schedule and the person set it."""

from studio.ui.dashboard.curve_panel import CurvePanel, Source
from studio.ui.dashboard.panel import PanelContext, PanelSpec


class LearningRatePanel(CurvePanel):
    """The size of the optimiser's steps."""

    def __init__(self, context: PanelContext) -> None:
        super().__init__(context, "Learning rate")
        self.chart.hint = "Press Train to see the learning rate follow its schedule"

    def sources(self) -> list[Source]:
        """Return the rate of every objective."""
        found = [name for name in self.record.series if name.split("/", 1)[0] == "lr"]
        return [
            Source(name.partition("/")[2] or "rate", self.record.series[name], place, of=name)
            for place, name in enumerate(found)
        ]

    def caption_text(self) -> str:
        """Return what is measured."""
        return "per step of the optimiser"


SPEC = PanelSpec(
    id="learning-rate",
    title="Learning rate",
    icon="activity",
    help="The learning rate of every step",
    make=LearningRatePanel,
    behind="loss",
    order=15,
)
