"""Facts: what the check finds out, block by block, and inside the instances of composites."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .blocks import Inferred
from .graph import End, NodeId
from .params import Value
from .problems import Problem
from .shapes import Shape


@dataclass(frozen=True, slots=True)
class BlockFacts:
    """What is known of one placed block; outputs are missing where an input is unknown.

    ``params`` are its values as they count: expressions evaluated, defaults put in, those of the
    weights' owner where it shares. Of an instance ``inside`` are the findings of its graph, and the
    counts hold for all ``repeat`` of them. ``trainable`` counts parameters that are not frozen. A
    block that takes no part (disabled, or hanging on such a one) is ``absent``; one whose outputs
    somebody else is ``asked`` for will soon have them.
    """

    inputs: Mapping[str, Shape] = field(default_factory=dict)
    outputs: Mapping[str, Shape] = field(default_factory=dict)
    inferred: Inferred | None = None
    parameters: int = 0
    macs: int = 0
    problems: tuple[Problem, ...] = ()
    params: Mapping[str, Value] = field(default_factory=dict)
    inside: "Checked | None" = None
    repeat: int = 1
    trainable: int = 0
    absent: bool = False
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """The findings for a whole experiment, or for the graph of one instance."""

    blocks: Mapping[NodeId, BlockFacts]
    problems: tuple[Problem, ...]
    parameters: int
    macs: int
    trainable: int = 0

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep the drawing from becoming a program."""
        return tuple(problem for problem in self.problems if problem.level == "error")

    def shape_at(self, end: End) -> Shape | None:
        """Return the shape at an output or input, or None while it is unknown."""
        facts = self.blocks.get(end.node)
        return (facts.outputs.get(end.port) or facts.inputs.get(end.port)) if facts else None

    def at(self, path: str) -> BlockFacts | None:
        """Return the facts of a block by its path, such as ``encoder1/attention1``."""
        first, _, rest = path.partition("/")
        facts = self.blocks.get(first)
        if facts is None or not rest:
            return facts
        return facts.inside.at(rest) if facts.inside else None

    def listing(self) -> Iterator[tuple[str, BlockFacts]]:
        """Yield path and facts of every block, those inside an instance behind it."""
        for id_, facts in self.blocks.items():
            yield id_, facts
            if facts.inside:
                yield from ((f"{id_}/{path}", inner) for path, inner in facts.inside.listing())
