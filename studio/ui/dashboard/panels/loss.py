"""The loss of every step, and that of the validation part after every epoch."""

from studio.ui.dashboard.curve_panel import CurvePanel, Source
from studio.ui.dashboard.panel import PanelContext, PanelSpec

_EACH = "train/loss/"
_PARTS = (("train", 0, False), ("validation", 1, True), ("test", 2, True))


class LossPanel(CurvePanel):
    """What the network minimises."""

    smoothing = 0.6
    best = True

    def __init__(self, context: PanelContext) -> None:
        super().__init__(context, "Loss")
        self.chart.hint = "Press Train to see the loss of every step"

    def sources(self) -> list[Source]:
        """Return the loss of every part there is, and each of several that it is the sum of."""
        series = self.record.series
        whole = [
            Source(part, series[name], colour, dashed=dashed, smooth=not dashed, of=name)
            for part, colour, dashed in _PARTS
            if (name := f"{part}/loss") in series
        ]
        return [*whole, *self._apart()]

    def _apart(self) -> list[Source]:
        """Return the losses by their titles, as they are before their weights."""
        series = self.record.series
        names = [name for name in series if name.startswith(_EACH)]
        found: list[Source] = []
        for colour, name in enumerate(names, len(_PARTS)):
            title = name.removeprefix(_EACH)
            found.append(Source(title, series[name], colour, smooth=True, of=name))
            held = f"validation/loss/{title}"
            if held in series:
                words = f"{title}, validation"
                found.append(Source(words, series[held], colour, dashed=True, of=held))
        return found

    def caption_text(self) -> str:
        """Return what is measured."""
        apart = any(name.startswith(_EACH) for name in self.record.series)
        return "mean of each batch" + (" · each loss before its weight" if apart else "")


SPEC = PanelSpec(
    id="loss",
    title="Loss",
    icon="trending-down",
    help="The loss of every training step, and of the validation part after every epoch",
    make=LossPanel,
    order=10,
)
