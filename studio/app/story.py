"""Story: the notes of an experiment as a page to read, with ways to its blocks and its kin."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, TypeAlias

from studio.core.experiment import Experiment

from .gallery import promised
from .seeking import Found, seek
from .workspace import Workspace

Kind: TypeAlias = Literal["text", "do", "try", "expect"]

_BEGINNINGS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("do", re.compile(r"(?=Press Train\b)")),
    ("try", re.compile(r"Try:\s+")),
    ("expect", re.compile(r"Expect:\s+")),
)

_WORDS = re.compile(
    r"```.*?```|`[^`]*`|\[[^\]]*\]\([^)]*\)|<[^>\s]*>|\w+://\S+|\w+(?:-\w+)*", re.DOTALL
)
"""What is written as code, as a link or as an address, each whole, and the words between."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of the story in Markdown: what to read, to do, to try, or to expect."""

    kind: Kind
    text: str


def passages(experiment: Experiment) -> tuple[Passage, ...]:
    """Return the story of an experiment, part by part; none for no notes.

    A paragraph that begins with ``Press Train``, ``Try:`` or ``Expect:`` is a part of its own.
    """
    parts: list[Passage] = []
    for paragraph in re.split(r"\n\s*\n", experiment.notes.strip()):
        part = _passage(paragraph)
        if part.kind == "text" and parts and parts[-1].kind == "text":
            parts[-1] = Passage("text", f"{parts[-1].text}\n\n{part.text}")
        elif part.text:
            parts.append(part)
    return tuple(parts)


def linked(text: str, exhibits: Collection[str], blocks: Collection[str]) -> str:
    """Return Markdown in which names of the gallery and of blocks lead there.

    Only names that cannot be ordinary words do so by themselves: ``recall-rnn`` and ``conv2``, but
    neither ``characters`` nor ``attention``.
    """

    def led(found: re.Match[str]) -> str:
        word = found[0]
        telling = not word.isalpha()
        if telling and word in exhibits:
            return f"[{word}](gallery:{word})"
        if telling and word in blocks:
            return f"[{word}](block:{word})"
        return word

    return _WORDS.sub(led, text)


def block_titles(experiment: Experiment) -> frozenset[str]:
    """Return the titles of all blocks, those in composites included."""
    graphs = [experiment.graph, *(one.graph for one in experiment.composites.values())]
    return frozenset(node.title for graph in graphs for node in graph.nodes.values())


def block_named(workspace: Workspace, name: str) -> Found | None:
    """Return the first block of a title, or else of an id of the drawing; None without one."""
    node = workspace.document.graph.nodes.get(name)
    same = (found for found in seek(workspace, name) if found.titles[-1] == name)
    by_id = Found((node.id,), (node.title,)) if node else None
    return next(same, by_id)


def first_sentence(experiment: Experiment) -> str:
    """Return the sentence with which the notes begin; empty for no notes."""
    first = next((part.text for part in passages(experiment) if part.kind == "text"), "")
    line = " ".join(first.split("\n\n")[0].split())
    return re.split(r"(?<=[.!?])\s+(?=[A-Z“\"])", line)[0]


def _passage(paragraph: str) -> Passage:
    for kind, beginning in _BEGINNINGS:
        found = beginning.match(paragraph)
        if found is not None:
            rest = paragraph[found.end() :].strip()
            if kind == "expect":
                return Passage(kind, promised(paragraph) or rest)
            return Passage(kind, rest[:1].upper() + rest[1:])
    return Passage("text", paragraph.strip("\n"))
