"""Entry: a plug-in from found to at work, as the host keeps it, and as it is told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from .discover import Found, Origin
from .files import stamp_of
from .guard import Guard
from .manifest import Manifest

State: TypeAlias = Literal["on", "off", "untrusted", "trying", "lacking", "wrong", "failed"]
Tell: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plug-in as it is now.

    ``sentence`` says why it is not on; ``gives`` is what it contributes, as kind, id and title,
    once that is known.
    """

    id: str
    folder: Path
    origin: Origin
    manifest: Manifest | None
    state: State
    sentence: str = ""
    details: str = ""
    gives: tuple[tuple[str, str, str], ...] = ()
    slowest: str = ""
    """What of it took longest so far, and how long."""
    digest: str = ""

    @property
    def title(self) -> str:
        """What it is called."""
        return self.manifest.title if self.manifest else self.id


@dataclass(slots=True)
class Entry:
    """What the host knows of a plug-in; ``loaded`` are the paths of its parts that are at work."""

    found: Found
    digest: str = ""
    stamp: tuple[tuple[str, int, int], ...] = ()
    state: State = "off"
    sentence: str = ""
    details: str = ""
    gives: tuple[tuple[str, str, str], ...] = ()
    guard: Guard | None = None
    loaded: set[str] = field(default_factory=set)
    broken: tuple[str, str] | None = None
    """What went wrong and was not dealt with yet: sentence and details."""

    @property
    def title(self) -> str:
        """What it is called."""
        return self.found.manifest.title if self.found.manifest else self.found.name

    @property
    def own(self) -> bool:
        """Whether it is a person's, whose files may change."""
        return self.found.origin == "folder"

    def look(self) -> None:
        """Note what its files are like now."""
        self.stamp = stamp_of(self.found.folder) if self.own else ()

    @property
    def changed(self) -> bool:
        """Whether its files are others than when they were last looked at."""
        return self.own and stamp_of(self.found.folder) != self.stamp

    def told(self, name: str) -> Plugin:
        """Return what is told of it."""
        slowest = ""
        if self.guard is not None and self.guard.slowest:
            slowest = f"{self.guard.slowest}, {self.guard.slowest_secs * 1000:.1f} ms"
        return Plugin(
            name,
            self.found.folder,
            self.found.origin,
            self.found.manifest,
            self.state,
            self.sentence,
            self.details,
            self.gives,
            slowest,
            self.digest,
        )
