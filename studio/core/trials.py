"""Trials: an edit is tried on the experiment as a value before it is offered as a fix."""

from .catalog import Catalog
from .check import Checker, Problem
from .edits import Edit
from .errors import StudioError
from .experiment import Experiment


class Trial:
    """Tells whether edits of the graph at ``where`` remove a problem and bring no other."""

    def __init__(
        self, experiment: Experiment, catalog: Catalog, where: str, problem: Problem
    ) -> None:
        self._experiment, self._where, self._problem = experiment, where, problem
        self._checker = Checker(catalog)
        self._before = self._problems(experiment)

    def removes(self, edit: Edit) -> bool:
        """Tell whether the edit leaves fewer problems, and not this one."""
        try:
            after = self._problems(edit(self._experiment))
        except StudioError:
            return False
        return self._key(self._problem) not in after and len(after) < len(self._before)

    def _problems(self, experiment: Experiment) -> list[tuple[object, ...]]:
        checked = (
            self._checker.inside(experiment, self._where)
            if self._where
            else self._checker.check(experiment)
        )
        return [self._key(problem) for problem in checked.problems]

    @staticmethod
    def _key(problem: Problem) -> tuple[object, ...]:
        return problem.node, problem.message
