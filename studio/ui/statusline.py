"""StatusLine: the numbers under everything: problems, size of the network, how far the run is."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QStatusBar, QToolButton, QWidget

from studio.app.estimate import training_bytes, weight_bytes
from studio.app.session import SessionState, TrainingSession
from studio.core.check import Checked
from studio.core.experiment import Experiment
from studio.core.text import duration, grouped, memory, plural, scaled
from studio.runs.events import Progress

from .icons import Icons
from .theme import Tokens


class StatusLine(QStatusBar):
    """One line; a click on problems or findings opens their list."""

    problems_asked = Signal()
    findings_asked = Signal()

    def __init__(self, session: TrainingSession, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._icons: tuple[Icons, Tokens] | None = None
        self._count = 0
        self.setSizeGripEnabled(False)
        self._problems = QToolButton(self)
        self._problems.setToolButtonStyle(self._problems.toolButtonStyle().ToolButtonTextBesideIcon)
        self._problems.setToolTip("Show the list of problems")
        self._problems.clicked.connect(self.problems_asked)
        self.addWidget(self._problems)
        self._findings = QToolButton(self)
        self._findings.setToolButtonStyle(self._findings.toolButtonStyle().ToolButtonTextBesideIcon)
        self._findings.setAccessibleName("Findings of the diagnosis")
        self._findings.setToolTip("Show what is wrong with the run")
        self._findings.clicked.connect(self.findings_asked)
        self.addWidget(self._findings)
        self._findings.hide()
        self._network = QLabel(self)
        self._network.setAccessibleName("Size of the network")
        self.addWidget(self._network)
        self._run = QLabel(self)
        self._run.setAccessibleName("Progress of the run")
        self.addPermanentWidget(self._run)
        session.changed.connect(self._on_state)
        session.progressed.connect(self._on_progress)

    def show_checked(self, checked: Checked, experiment: Experiment) -> None:
        """Show the findings of the drawing."""
        self._count = len(checked.problems)
        self._problems.setText(plural(self._count, "problem") if self._count else "No problems")
        self._network.setText(
            f"{plural(checked.parameters, 'parameter')}  ·  {scaled(checked.macs, 'MAC')} a sample"
            f"  ·  about {memory(training_bytes(checked, experiment))} to train"
        )
        self._network.setToolTip(
            f"{memory(weight_bytes(checked))} of weights; to train, also their gradients, what "
            "the optimiser keeps, and the values of one batch"
        )
        self._paint_sign()

    def show_findings(self, count: int) -> None:
        """Show how much is found wrong with the run; nothing where nothing is."""
        self._findings.setText(plural(count, "finding"))
        self._findings.setVisible(count > 0)

    def set_icons(self, icons: Icons, theme: Tokens) -> None:
        """Take the icons of a theme."""
        self._icons = (icons, theme)
        self._paint_sign()

    def _paint_sign(self) -> None:
        if self._icons:
            icons, theme = self._icons
            name = "triangle-alert" if self._count else "circle-check"
            self._findings.setIcon(icons.get("lightbulb", theme.warning))
            self._problems.setIcon(icons.get(name, theme.error if self._count else theme.good))

    def _on_state(self, state: SessionState) -> None:
        ended = self._session.ended
        if state == "ended" and ended is not None:
            words = {
                "finished": "Finished", "early-stopped": "Stopped early",
                "stopped": "Stopped", "failed": "Failed",
            }  # fmt: skip
            self._run.setText(
                f"{words[ended.reason]} after {plural(ended.epoch, 'epoch')} "
                f"in {duration(ended.seconds)}"
            )
        elif state in {"cold", "warming", "ready"}:
            self._run.setText("")
        elif self._session.progress is None:
            self._run.setText("Loading the data…")

    def _on_progress(self, progress: Progress) -> None:
        started = self._session.started
        planned = started.epochs if started else 0
        of = f"/{planned}" if planned else ""
        self._run.setText(
            f"epoch {progress.epoch}{of}  ·  step {grouped(progress.step)}  ·  "
            f"{grouped(round(progress.samples_per_sec))} samples/s  ·  "
            f"{duration(progress.seconds_left)} left{_memory(progress)}"
        )
        self._run.setToolTip(_memory_details(progress))


def _memory(progress: Progress) -> str:
    """Return what is told of memory: the device's where it has its own, else the engine's."""
    used = progress.device_memory or progress.memory
    return f"  ·  {memory(used)} of memory" if used else ""


def _memory_details(progress: Progress) -> str:
    """Return which memory is in use, a line for each that is known."""
    told = (
        ("in use on the device", progress.device_memory),
        ("the most so far on the device", progress.device_peak),
        ("taken by the engine in the machine's memory", progress.memory),
    )
    return "\n".join(f"{memory(size)} {what}" for what, size in told if size)
