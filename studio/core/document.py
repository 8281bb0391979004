"""Document: the current experiment, its history, and one Diff told per change.

Decision: undo keeps the previous *values* instead of writing an inverse for every edit. Unchanged
blocks stay the same objects, so 500 steps of a 1,000-block graph cost a few megabytes, undo
returns the identical object, and no inverse can be wrong.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .edits import Edit
from .errors import StudioError
from .experiment import Experiment
from .graph import Graph, NodeId, Wire
from .signal import Signal


@dataclass(frozen=True, slots=True)
class Diff:
    """What differs between two experiments; views redraw from this and nothing else.

    The blocks and wires are those of the graph at ``where``, the id of a composite or empty for the
    experiment's own.
    """

    before: Experiment
    after: Experiment
    added: frozenset[NodeId]
    removed: frozenset[NodeId]
    changed: frozenset[NodeId]
    connected: frozenset[Wire]
    disconnected: frozenset[Wire]
    where: str = ""

    @property
    def graph(self) -> bool:
        """Whether anything drawn differs, here or in a composite."""
        return self.here or self.before.composites is not self.after.composites

    @property
    def here(self) -> bool:
        """Whether anything differs in the graph at ``where``."""
        return _graph_at(self.before, self.where) is not _graph_at(self.after, self.where)

    @property
    def data(self) -> bool:
        """Whether the data differ."""
        return self.before.data != self.after.data

    @property
    def training(self) -> bool:
        """Whether the training settings differ."""
        return self.before.training != self.after.training

    @property
    def dashboard(self) -> bool:
        """Whether the panels or their arrangement differ."""
        return self.before.dashboard != self.after.dashboard


def diff(before: Experiment, after: Experiment, where: str = "") -> Diff:
    """Return what leads from ``before`` to ``after``; a composite not there counts as empty."""
    old, new = _graph_at(before, where), _graph_at(after, where)
    if old is new:
        nothing: frozenset[NodeId] = frozenset()
        return Diff(before, after, nothing, nothing, nothing, frozenset(), frozenset(), where)
    kept = old.nodes.keys() & new.nodes.keys()
    return Diff(
        before,
        after,
        added=frozenset(new.nodes.keys() - old.nodes.keys()),
        removed=frozenset(old.nodes.keys() - new.nodes.keys()),
        changed=frozenset(id_ for id_ in kept if old.nodes[id_] is not new.nodes[id_]),
        connected=_wires_only_in(new, old),
        disconnected=_wires_only_in(old, new),
        where=where,
    )


_EMPTY = Graph()


def _graph_at(experiment: Experiment, where: str) -> Graph:
    if not where:
        return experiment.graph
    return experiment.composites[where].graph if where in experiment.composites else _EMPTY


def _wires_only_in(graph: Graph, other: Graph) -> frozenset[Wire]:
    if graph.feeds is other.feeds:
        return frozenset()
    return frozenset(
        Wire(source, target) for target, source in graph.feeds.items() - other.feeds.items()
    )


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the history: the value before and after, and what was done."""

    before: Experiment
    after: Experiment
    label: str
    merge: str


class Document:
    """The experiment being worked on.

    Promises: an edit that raises has changed nothing; undo returns the identical object; nothing
    merges across a save; a listener that edits while being told raises at once.
    """

    def __init__(self, experiment: Experiment | None = None) -> None:
        self.changed: Signal[Diff] = Signal()
        self.restarting: Signal[Experiment] = Signal()
        self._experiment = experiment or Experiment()
        self._saved = self._experiment
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._telling = False
        self._group: tuple[str, Experiment] | None = None

    @property
    def experiment(self) -> Experiment:
        """The current value."""
        return self._experiment

    @property
    def graph(self) -> Graph:
        """The current drawing."""
        return self._experiment.graph

    @property
    def dirty(self) -> bool:
        """Whether the current value is not the saved one."""
        return self._experiment is not self._saved

    @property
    def history(self) -> tuple[Step, ...]:
        """What was done, oldest first."""
        return tuple(self._done)

    @property
    def undone(self) -> tuple[Step, ...]:
        """What redo would do again, the next step first."""
        return tuple(reversed(self._undone))

    @property
    def undo_label(self) -> str:
        """What undo would take back; empty when there is nothing."""
        return self._done[-1].label if self._done else ""

    @property
    def redo_label(self) -> str:
        """What redo would do again; empty when there is nothing."""
        return self._undone[-1].label if self._undone else ""

    def apply(self, edit: Edit) -> None:
        """Change the experiment; one step of undo, or part of the last if the merge keys agree."""
        self._expect_quiet()
        before = self._experiment
        after = edit(before)
        if after == before:
            return
        if self._group is None:
            self._remember(Step(before, after, edit.label, edit.merge))
        self._become(after)

    @contextmanager
    def grouped(self, label: str) -> Iterator[None]:
        """Make everything applied inside one step; nothing of it stays if the block raises."""
        if self._group is not None:
            yield
            return
        before = self._experiment
        self._group = (label, before)
        try:
            yield
        except BaseException:
            self._group = None
            if self._experiment is not before:
                self._become(before)
            raise
        self._group = None
        if self._experiment is not before:
            self._remember(Step(before, self._experiment, label, ""))

    def undo(self) -> None:
        """Go back one step; without one, stay."""
        self._expect_quiet()
        if self._done and self._group is None:
            step = self._done.pop()
            self._undone.append(step)
            self._become(step.before)

    def redo(self) -> None:
        """Go forward one step; without one, stay."""
        self._expect_quiet()
        if self._undone and self._group is None:
            step = self._undone.pop()
            self._done.append(step)
            self._become(step.after)

    def restart(self, experiment: Experiment) -> None:
        """Work on another experiment from here on, saved and without a history."""
        self._expect_quiet()
        self._done.clear()
        self._undone.clear()
        self._saved = experiment
        self.restarting.tell(experiment)
        self._become(experiment)

    def mark_saved(self) -> None:
        """Take the current value for the one in the file."""
        self._saved = self._experiment

    def mark_unsaved(self) -> None:
        """Take the current value for one that is in no file, as after a recovery."""
        self._saved = Experiment()

    def _remember(self, step: Step) -> None:
        self._undone.clear()
        last = self._done[-1] if self._done else None
        mergeable = last is not None and step.merge and last.merge == step.merge
        if last is not None and mergeable and self._saved is not last.after:
            self._done[-1] = Step(last.before, step.after, step.label, step.merge)
        else:
            self._done.append(step)

    def _expect_quiet(self) -> None:
        if self._telling:
            raise StudioError("a listener changed the document while being told of a change")

    def _become(self, experiment: Experiment) -> None:
        change = diff(self._experiment, experiment)
        self._experiment = experiment
        self._telling = True
        try:
            self.changed.tell(change)
        finally:
            self._telling = False
