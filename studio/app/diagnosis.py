"""Diagnosis: what is wrong with the run on screen, and what of it can be mended in the drawing."""

from time import monotonic
from typing import TYPE_CHECKING

from studio.core.check import Checker
from studio.core.errors import StudioError
from studio.core.experiment import Experiment
from studio.core.fileio import loads
from studio.core.signal import Signal

from .seeking import Found, go_to
from .session import TrainingSession
from .trainer import Trainer
from .try_out import TryOut
from .workspace import Workspace

if TYPE_CHECKING:
    from studio.runs.diagnosis.words import Finding, Remedy

FEWEST_SECS = 1.0
"""So long at least a look is let count while a run goes on."""

SHARE = 0.01
"""The share of the window's time that looking may take."""

TOPICS = frozenset({"run", "epochs", "layers", "series"})
"""News of a record that a rule may read."""


class Diagnosis:
    """Looks at the record now and then, and keeps what was found.

    Attributes:
        changed: there are other findings.
        block_asked: a block of a finding is to be brought into view.
    """

    def __init__(
        self, workspace: Workspace, session: TrainingSession, trainer: Trainer, try_out: TryOut
    ) -> None:
        self.changed: Signal[None] = Signal()
        self.block_asked: Signal[str] = Signal()
        self.findings: tuple[Finding, ...] = ()
        self.try_out = try_out
        self._workspace = workspace
        self._session = session
        self._trainer = trainer
        self._due_at = 0.0
        self._run: tuple[str, Experiment] | None = None
        self._begun = False

    @property
    def roots(self) -> tuple["Finding", ...]:
        """The findings that follow from no other."""
        return tuple(finding for finding in self.findings if not finding.follows)

    def begin(self) -> None:
        """Follow the record from now on; reading one needs NumPy, which the first paint waits not
        for.
        """
        if not self._begun:
            self._begun = True
            self._session.record.changed.connect(self._on_record)
            self.look()

    def look(self) -> None:
        """Look at the run as it is known now."""
        from studio.runs.diagnosis.case import Case
        from studio.runs.diagnosis.judging import diagnose

        began = monotonic()
        record = self._session.record
        found = (
            diagnose(Case(record, self._experiment, self._workspace.catalog))
            if record.started is not None or record.failed is not None
            else ()
        )
        now = monotonic()
        self._due_at = now + max(FEWEST_SECS, (now - began) / SHARE)
        if found != self.findings:
            self.findings = found
            self.changed.tell(None)

    def remedies(self, finding: "Finding") -> tuple["Remedy", ...]:
        """Return what may help in the drawing as it is now; none where it is another drawing."""
        from studio.runs.diagnosis.case import Case
        from studio.runs.diagnosis.judging import remedies

        experiment = self._workspace.document.experiment
        if not _akin(self._experiment, experiment):
            return ()
        catalog = self._workspace.catalog
        case = Case(self._session.record, experiment, catalog)
        return remedies(case, finding, Checker(catalog))

    def apply(self, remedy: "Remedy") -> bool:
        """Do what a remedy says: one step of undo."""
        return self._workspace.apply(remedy.edit)

    def attempt(self, remedy: "Remedy") -> None:
        """Try a remedy in a second engine; a refusal is told."""
        try:
            self.try_out.begin(remedy)
        except StudioError as error:
            self._workspace.refused.tell(str(error))

    def select(self, finding: "Finding") -> bool:
        """Select the blocks of a finding, in the drawing in which the first of them lies.

        Returns:
            Whether there is any.
        """
        from studio.runs.diagnosis.anatomy import plain

        paths = [tuple(plain(path).split("/")) for path in finding.symptom.blocks]
        if not paths or not go_to(self._workspace, Found(paths[0], ())):
            return False
        # Of what lies inside a composite, its instance lights up.
        depth = len(paths[0]) - 1
        here = [path[depth] for path in paths if path[:depth] == paths[0][:depth]]
        self._workspace.select(here)
        self.block_asked.tell(paths[0][-1])
        return True

    @property
    def _experiment(self) -> Experiment:
        """The experiment that ran; the open one where nobody knows."""
        run = self._trainer.run
        if run is None:
            return self._workspace.document.experiment
        if self._run is None or self._run[0] != run.experiment:
            self._run = (run.experiment, loads(run.experiment))
        return self._run[1]

    def _on_record(self, topics: frozenset[str]) -> None:
        if "run" in topics or (topics & TOPICS and monotonic() >= self._due_at):
            self.look()


def _akin(ran: Experiment, now: Experiment) -> bool:
    """Tell whether a drawing is still, for the better part, the one that ran."""
    if ran.graph is now.graph:
        return True
    kept = sum(
        id_ in now.graph.nodes and now.graph.nodes[id_].title == node.title
        for id_, node in ran.graph.nodes.items()
    )
    return 2 * kept >= len(ran.graph.nodes)
