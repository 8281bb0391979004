"""Refusals: edits that were refused, told until another one is done."""

from studio.core.document import Diff

from .notices import Notice, Notices, capital
from .workspace import Workspace


class Refusals:
    """Says what was refused, and takes it back once it is past."""

    def __init__(self, workspace: Workspace, notices: Notices) -> None:
        self._notices = notices
        self._told: list[Notice] = []
        workspace.document.changed.connect(self._on_changed)
        workspace.refused.connect(self._on_refused)

    def say(self, sentence: str) -> Notice:
        """Say that something was refused, and why."""
        return self._notices.say(capital(sentence), "warning")

    def _on_refused(self, sentence: str) -> None:
        self._told.append(self.say(sentence))

    def _on_changed(self, _change: Diff) -> None:
        told, self._told = self._told, []
        for notice in told:
            self._notices.dismiss(notice)
