"""The values of a diagnosis: rule, symptom, finding, evidence and remedy."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from studio.core.edits import Edit

if TYPE_CHECKING:
    from .case import Case

Level: TypeAlias = Literal["alert", "hint"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where it can be seen: the panel that shows it, at which step, and what stands there.

    ``series`` is the name in the record; ``says`` the measurement beside its limit, in words.
    """

    panel: str
    series: str
    step: int
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom:
    """What a rule found in one run; ``blocks`` are paths, those that the record names, in order."""

    says: str
    evidence: tuple[Evidence, ...]
    blocks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """An edit that ought to help, and why in half a sentence."""

    label: str
    edit: Edit
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One way in which learning goes wrong.

    Attributes:
        id: stable, such as ``gradients.vanishing``.
        rank: the deeper a cause lies, the smaller; findings are listed in this order.
        why: the theory, in two sentences.
        paper: where the rule or its threshold comes from.
        find: reads a case; yields nothing for a healthy one, and nothing while it cannot know.
        cures: yields what may help, the best first; each is tried on the drawing before it is
            offered.
        explains: rules whose findings follow from this one.
        level: a ``hint`` is worth a look, an ``alert`` is wrong.
    """

    id: str
    title: str
    rank: int
    why: str
    paper: str
    find: "Callable[[Case], Iterable[Symptom]]"
    cures: "Callable[[Case, Symptom], Iterable[Remedy]]"
    explains: tuple[str, ...] = ()
    level: Level = "alert"


@dataclass(frozen=True, slots=True)
class Finding:
    """A symptom under its rule; ``follows`` is the rule that explains it, empty for a root."""

    rule: Rule
    symptom: Symptom
    follows: str = ""

    @property
    def step(self) -> int:
        """The step at which it shows."""
        return self.symptom.evidence[0].step if self.symptom.evidence else 0
