"""Live: what of a run can be changed while it learns, and what has been."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, get_args

from studio.core.catalog import Catalog
from studio.core.edits import SetTraining
from studio.core.experiment import OBJECTIVE, TRAINING, Objective, Training
from studio.core.fileio import loads
from studio.core.params import Param, Value, complete
from studio.core.signal import Signal
from studio.runs.events import Adjusted, Event
from studio.runs.spec import Adjustment, RunSpec

from .choosing import Part, set_training, values_of
from .session import SessionState, TrainingSession
from .workspace import Workspace

Setting: TypeAlias = Literal["lr", "weight_decay", "clip_norm", "batch_size"]
SETTINGS: tuple[Setting, ...] = get_args(Setting)
RUN = "run"
"""The topic of a record that tells of what was done to its run."""
_PARTS: Mapping[Setting, Part] = {
    "lr": "optimizer",
    "weight_decay": "optimizer",
    "clip_norm": "objective",
    "batch_size": "settings",
}


@dataclass(frozen=True, slots=True)
class LiveSetting:
    """A setting of the run as it is now; ``since`` the step from which on, if it was changed."""

    name: Setting
    param: Param
    value: float
    since: int | None = None


class Live:
    """The settings of the run under way. The document is left alone, unless ``keep`` is asked.

    ``changed`` tells when they may be others; ``at`` is the place of an objective among several.
    """

    def __init__(self, workspace: Workspace, session: TrainingSession) -> None:
        self.changed: Signal[None] = Signal()
        self._workspace = workspace
        self._session = session
        self._run: RunSpec | None = None
        self._training = Training()
        self._of_document = False
        session.changed.connect(self._on_state)

    def begin(self, run: RunSpec) -> None:
        """Be about this run from now on."""
        if self._run is None:
            self._session.record.changed.connect(self._on_record)
        self._run = run
        self._training = loads(run.experiment).training
        self._of_document = True
        self.changed.tell(None)

    def let_go(self) -> None:
        """Offer no more to keep what was changed: another document or another run is shown."""
        self._of_document = False
        self.changed.tell(None)

    @property
    def open(self) -> bool:
        """Whether a run is under way whose settings can be changed."""
        return self._run is not None and self._session.state in {"running", "paused"}

    def settings(self, at: int = 0) -> tuple[LiveSetting, ...]:
        """Return what can be changed, as it is now."""
        objective = self._objective(at)
        params = _params(objective, self._workspace.catalog)
        told = self._session.record.interventions if self._run else ()
        made = {name: self._last(name, at, told) for name in params}
        return tuple(
            LiveSetting(
                name,
                param,
                adjusted.adjustment.value if (adjusted := made[name]) else self._first(name, at),
                adjusted.step if adjusted else None,
            )
            for name, param in params.items()
        )

    def value(self, name: Setting, at: int = 0, *, until: int | None = None) -> float:
        """Return what a setting is now, or was at a step."""
        told = [
            one
            for one in (self._session.record.interventions if self._run else ())
            if until is None or one.step <= until
        ]
        adjusted = self._last(name, at, told)
        return adjusted.adjustment.value if adjusted else self._first(name, at)

    def change(self, name: Setting, value: float, at: int = 0) -> None:
        """Change a setting from the next step on; a batch size from the next epoch on."""
        if self.open and value != self.value(name, at):
            self._session.adjust(
                Adjustment(setting=name, value=value, objective=self._name(name, at))
            )

    def unkept(self) -> tuple[tuple[int, LiveSetting], ...]:
        """Return, with the place of their objective, what was changed and the document has not."""
        objectives = self._workspace.document.experiment.training.objectives
        if not self._of_document or len(objectives) != len(self._training.objectives):
            return ()
        return tuple(
            (at, setting)
            for at in range(len(objectives))
            for setting in self.settings(at)
            if setting.since is not None
            and setting.value != self._in_document(setting, at)
            and not (at and setting.name == "batch_size")
        )

    def keep(self) -> None:
        """Set in the document what was changed in the run: one step to be undone."""
        experiment = self._workspace.document.experiment
        for at, setting in self.unkept():
            value = setting.param.fit(setting.value)
            edit = set_training(experiment, _PARTS[setting.name], setting.name, value, at=at)
            experiment = edit(experiment)
        if experiment is not self._workspace.document.experiment:
            edit = SetTraining(experiment.training, label="Keep the settings of the run")
            self._workspace.apply(edit)

    def _on_state(self, _state: SessionState) -> None:
        self.changed.tell(None)

    def _on_record(self, topics: frozenset[str]) -> None:
        if RUN in topics:
            self.changed.tell(None)

    def _objective(self, at: int) -> Objective:
        return self._training.objectives[min(at, len(self._training.objectives) - 1)]

    def _name(self, name: Setting, at: int) -> str:
        """Return what an adjustment calls the objective: nothing where there is one."""
        several = len(self._training.objectives) > 1 and name != "batch_size"
        return self._objective(at).name if several else ""

    def _last(self, name: Setting, at: int, told: Sequence[Event]) -> Adjusted | None:
        of = {"", self._name(name, at)}
        made = [
            one
            for one in told
            if isinstance(one, Adjusted)
            and one.adjustment.setting == name
            and one.adjustment.objective in of
        ]
        return made[-1] if made else None

    def _first(self, name: Setting, at: int) -> float:
        """Return what the run began with."""
        assert self._run is not None
        if name == "batch_size":
            started = self._session.started
            return float(self._run.batch_size or (started.samples["train"] if started else 0))
        param = _params(self._objective(at), self._workspace.catalog)[name]
        objective = self._objective(at)
        values = objective.settings if _PARTS[name] == "objective" else objective.optimizer.params
        return float(_number(complete((param,), values)[name]))

    def _in_document(self, setting: LiveSetting, at: int) -> float:
        values = values_of(self._workspace.document.experiment, _PARTS[setting.name], at=at)
        return float(_number(complete((setting.param,), values)[setting.name]))


def _params(objective: Objective, catalog: Catalog) -> dict[Setting, Param]:
    """Return what can be changed under an objective, in the order it is shown."""
    optimizer = catalog.optimizers.get(objective.optimizer.kind)
    known = {param.name: param for param in (*TRAINING, *OBJECTIVE)}
    known |= {param.name: param for param in (optimizer.params if optimizer else ())}
    found = {name: known[name] for name in SETTINGS if name in known}
    found["batch_size"] = replace(known["batch_size"], low=1, zero="")
    return found


def _number(value: Value) -> float:
    assert isinstance(value, (int, float)), value
    return value
