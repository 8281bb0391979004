"""The loss of every step, and that of the validation part after every epoch."""

from studio.ui.dashboard.curve_panel import CurvePanel, Source
from studio.ui.dashboard.panel import PanelContext, PanelSpec

_PARTS = (("train", 0, False), ("validation", 1, True), ("test", 2, True))


class LossPanel(CurvePanel):
    """What the network minimises."""

    smoothing = 0.6
    best = True

    def __init__(self, context: PanelContext) -> None:
        super().__init__(context, "Loss")
        self.chart.hint = "Press Train to see the loss of every step"

    def sources(self) -> list[Source]:
        """Return the loss of every part there is."""
        series = self.record.series
        return [
            Source(part, series[name], colour, dashed=dashed, smooth=not dashed, of=name)
            for part, colour, dashed in _PARTS
            if (name := f"{part}/loss") in series
        ]

    def caption_text(self) -> str:
        """Return what is measured."""
        return "mean of each batch"


SPEC = PanelSpec(
    id="loss",
    title="Loss",
    icon="trending-down",
    help="The loss of every training step, and of the validation part after every epoch",
    make=LossPanel,
    order=10,
)
