"""EngineHold: what the program without its window needs of an engine."""

from collections.abc import Sequence
from typing import Protocol

from studio.runs.commands import Command
from studio.runs.events import Event


class EngineHold(Protocol):
    """What a session needs of an engine; ``studio.runs.handle.Engine`` is one."""

    @property
    def alive(self) -> bool:
        """Whether it can still answer."""

    def start(self) -> None:
        """Begin to warm up; returns at once."""

    def send(self, command: Command) -> None:
        """Ask for something."""

    def poll(self) -> Sequence[Event]:
        """Return what happened since the last time."""

    def close(self, *, at_once: bool = False) -> None:
        """End it; ``at_once`` without waiting for what it does."""

    def leave(self) -> None:
        """Let it go on alone with its run."""
