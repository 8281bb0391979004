"""How fast the training goes, when it ends, and what watching it costs."""

from studio.core.text import duration, scaled
from studio.runs.record import PROGRESS, RUN, SERIES
from studio.ui.dashboard.curve_panel import CurvePanel, Source
from studio.ui.dashboard.panel import PanelContext, PanelSpec


class SpeedPanel(CurvePanel):
    """Samples a second; above, the time left and the share of it that watching takes."""

    topics = frozenset({SERIES, PROGRESS, RUN})

    def __init__(self, context: PanelContext) -> None:
        super().__init__(context, "Speed")
        self.chart.hint = "Press Train to see how fast it goes"

    def sources(self) -> list[Source]:
        """Return the throughput."""
        series = self.record.series.get("throughput")
        if series is None:
            return []
        return [Source("samples/s", series, 2, of="throughput")]

    def caption_text(self) -> str:
        """Return how fast, how long still, and what watching costs."""
        now = self.record.progress
        if now is None:
            return "samples a second"
        left = f"{duration(now.seconds_left)} left" if self.record.live else "ended"
        watching = f"watching {100 * now.watching_share:.1f} %"
        return f"{scaled(now.samples_per_sec)} samples/s · {left} · {watching}"


SPEC = PanelSpec(
    id="speed",
    title="Speed",
    icon="gauge",
    help="Samples a second, time left, and the share of the time that watching takes",
    make=SpeedPanel,
    behind="metric",
    order=26,
    opens=False,
)
