"""Promise: the figure that the notes promise, beside what the run on screen has measured."""

from collections.abc import Mapping
from dataclasses import dataclass

from studio.core.check import Checked
from studio.core.document import Diff
from studio.core.experiment import Experiment
from studio.core.signal import Signal
from studio.runs.events import Ended, Progress

from .gallery import PROMISES, Figure, stated
from .session import SessionState, TrainingSession
from .workspace import Workspace

_FIRST_EPOCHS = "The first epoch is under way"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was measured, in words, and whether it keeps the promise; None while that is open."""

    words: str
    kept: bool | None = None


class Promise:
    """Compares, for the open document, what its notes promise with what its last run measured.

    A run belongs to the document that was open when it began; another document has none yet.
    ``changed`` tells when the verdict may be another.
    """

    def __init__(self, workspace: Workspace, session: TrainingSession) -> None:
        self.changed: Signal[None] = Signal()
        self._workspace = workspace
        self._document = workspace.document
        self._session = session
        self._ran: Experiment | None = None
        session.changed.connect(self._on_session)
        session.progressed.connect(self._on_progress)
        workspace.document.changed.connect(self._on_changed)
        workspace.checked_changed.connect(self._on_checked)

    @property
    def verdict(self) -> Verdict | None:
        """What there is to say now; None without a promise or a measurement."""
        figure = stated(self._document.experiment)
        if figure is None:
            return None
        if figure.unit not in PROMISES:
            return _counted(figure, self._workspace.checked.parameters)
        if self._ran is None:
            return None
        if self._session.busy:
            return self._so_far(figure)
        return self._in_the_end(figure, self._session.ended)

    def _so_far(self, figure: Figure) -> Verdict | None:
        epochs = self._session.record.epochs
        if self._session.state == "loading" or not epochs:
            return Verdict(_FIRST_EPOCHS) if self._session.state == "running" else None
        last = epochs[-1]
        part = "validation/"
        values = {
            name.removeprefix(part): value
            for name, value in last.values.items()
            if name.startswith(part)
        }
        said = _said(figure, values)
        return Verdict(f"Validation after epoch {last.epoch}: {said}") if said else None

    def _in_the_end(self, figure: Figure, ended: Ended | None) -> Verdict | None:
        if ended is None:
            return None
        values = ended.metrics.get("test", {})
        said = _said(figure, values)
        if not said:
            return None
        run = "This run" if ended.reason != "stopped" else f"Stopped in epoch {ended.epoch}"
        older = "" if self._same else ". The experiment has changed since"
        return Verdict(f"{run}: {said}{older}", figure.kept_by(figure.measured(values)))

    @property
    def _same(self) -> bool:
        now, then = self._document.experiment, self._ran
        return then is not None and (now.graph, now.composites, now.data, now.training) == (
            then.graph, then.composites, then.data, then.training,
        )  # fmt: skip

    def _on_session(self, state: SessionState) -> None:
        if state == "loading":
            self._ran = self._document.experiment
        self.changed.tell(None)

    def _on_progress(self, _progress: Progress) -> None:
        self.changed.tell(None)

    def _on_changed(self, _change: Diff) -> None:
        document = self._document
        if not (document.history or document.undone or document.dirty):
            self._ran = None  # opened anew, for nothing can be undone
        self.changed.tell(None)

    def _on_checked(self, _checked: Checked) -> None:
        self.changed.tell(None)


def _counted(figure: Figure, parameters: int) -> Verdict:
    return Verdict(f"This drawing: {parameters:,} parameters", parameters == figure.value)


def _said(figure: Figure, metrics: Mapping[str, float]) -> str:
    """Return a measurement with figures enough not to seem to keep what it misses."""
    name, _, _ = PROMISES[figure.unit]
    if name not in metrics:
        return ""
    measured = figure.measured(metrics)
    rounded = (f"{measured:.{digits}g}" for digits in (3, 4, 5, 6))
    fair = (text for text in rounded if figure.kept_by(float(text)) == figure.kept_by(measured))
    return f"{float(next(fair, str(measured))):,g} {figure.unit}"
