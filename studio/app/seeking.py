"""Seeking: blocks of the experiment by title, kind, parameter or problem, composites included."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from studio.core.blocks import BlockSpec
from studio.core.check import BlockFacts
from studio.core.composites import composite_of
from studio.core.facts import Checked
from studio.core.graph import Graph, Node, NodeId
from studio.core.names import natural
from studio.core.params import Value, complete, show

from .workspace import Workspace

PROBLEM_WORDS = frozenset({"problem", "problems", "error", "errors", "wrong", "warning"})


@dataclass(frozen=True, slots=True)
class Found:
    """A block: the instances through which it is reached, and its titles from outside in."""

    path: tuple[NodeId, ...]
    titles: tuple[str, ...]

    @property
    def block(self) -> NodeId:
        """The block itself."""
        return self.path[-1]


def seek(workspace: Workspace, text: str) -> tuple[Found, ...]:
    """Return the blocks that fit what was typed, in reading order; none for nothing typed.

    Every word must fit: a piece of title, kind or family, ``heads=4`` a parameter, ``problem`` or a
    piece of its sentence a problem. Each block of a composite is found once, through its first
    instance.
    """
    words = text.lower().split()
    if not words:
        return ()
    seeking = _Seeking(workspace, words)
    graph, checked = workspace.document.experiment.graph, workspace.checked
    return tuple(seeking.in_graph(graph, checked, (), ()))


def go_to(workspace: Workspace, found: Found) -> bool:
    """Open the drawing in which a block lies, and select it.

    Returns:
        Whether it is still there.
    """
    if workspace.path_of_instances != found.path[:-1]:
        workspace.go_to(0)
        for instance in found.path[:-1]:
            node = workspace.graph.nodes.get(instance)
            composite = composite_of(node.kind) if node else ""
            if composite not in workspace.document.experiment.composites:
                return False
            workspace.open_composite(composite, through=instance)
    workspace.select([found.block])
    return found.block in workspace.graph.nodes


class _Seeking:
    def __init__(self, workspace: Workspace, words: list[str]) -> None:
        self._workspace = workspace
        self._words = words
        self._seen: set[str] = set()

    def in_graph(
        self,
        graph: Graph,
        checked: Checked | None,
        path: tuple[NodeId, ...],
        titles: tuple[str, ...],
    ) -> Iterator[Found]:
        known = self._workspace.document.experiment.composites
        for node in sorted(graph.nodes.values(), key=lambda n: (n.x, n.y, natural(n.id))):
            facts = checked.blocks.get(node.id, BlockFacts()) if checked else BlockFacts()
            here = (*path, node.id), (*titles, node.title)
            if self._fits(node, self._workspace.scope.block(node.kind), facts):
                yield Found(*here)
            composite = composite_of(node.kind)
            if composite in known and composite not in self._seen:
                self._seen.add(composite)
                yield from self.in_graph(known[composite].graph, facts.inside, *here)

    def _fits(self, node: Node, spec: BlockSpec | None, facts: BlockFacts) -> bool:
        names = [node.title, node.kind, spec.title if spec else "", spec.family if spec else ""]
        text = " ".join([*names, node.mode]).lower()
        said = " ".join(problem.message for problem in facts.problems).lower()
        return all(
            word in text
            or (bool(said) and (word in PROBLEM_WORDS or word in said))
            or ("=" in word and _has(word, node, spec, facts))
            for word in self._words
        )


def _has(word: str, node: Node, spec: BlockSpec | None, facts: BlockFacts) -> bool:
    name, _, wanted = word.partition("=")
    declared = complete(spec.params, {}) if spec else {}
    values = {**declared, **node.params}
    for known, value in values.items():
        if name and _plain(name) in _plain(known):
            shown = {*_read(value), *_read(facts.params.get(known, value))}
            if wanted in shown or wanted.replace("x", "×") in shown:
                return True
    return False


def _read(value: Value) -> Iterator[str]:
    """Yield how a value may be written; a size that is equal both ways also as one number."""
    yield show(value).lower()
    if isinstance(value, tuple) and len(set(value)) == 1:
        yield show(value[0]).lower()


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
