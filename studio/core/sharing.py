"""Sharing: which block owns the weights that another uses, and whether they fit."""

from collections.abc import Iterator, Mapping

from .blocks import BlockSpec
from .catalog import Catalog
from .facts import BlockFacts
from .graph import Graph, Node, NodeId
from .problems import Problem


def owner_of(graph: Graph, node: Node) -> Node:
    """Return the block whose weights a block uses: another one, or itself."""
    return graph.nodes.get(node.shares, node)


def misfits(graph: Graph, node: Node, spec: BlockSpec, catalog: Catalog) -> Iterator[Problem]:
    """Report weights that are not there to be shared, before shapes are looked at."""
    owner = graph.nodes.get(node.shares)
    wanted = " or ".join(_title(kind, catalog) for kind in spec.borrows)
    if owner is None:
        if node.shares or spec.borrows:
            yield Problem(
                message=f"{node.title}: expected the weights of "
                f"{f'an {wanted}' if wanted else 'another block'}, received none",
                node=node.id,
                hint="Choose the block whose weights it uses",
            )
    elif owner.shares:
        yield Problem(
            message=f"{node.title}: expected the owner of the weights, received {owner.title}, "
            "which shares them itself",
            node=node.id,
            hint="Share with the owner",
        )
    elif owner.kind not in (spec.borrows or (node.kind,)):
        yield Problem(
            message=f"{node.title}: expected the weights of {wanted or spec.title}, received "
            f"those of {owner.title}, which is {_title(owner.kind, catalog)}",
            node=node.id,
            hint="Choose another block to share with",
        )


def unlike(graph: Graph, node: Node, blocks: Mapping[NodeId, BlockFacts]) -> Iterator[Problem]:
    """Report weights that the arriving shape does not fit."""
    owner = graph.nodes.get(node.shares)
    if owner is None or owner.kind != node.kind or node.id not in blocks:
        return
    theirs, ours = weights_of(blocks.get(owner.id)), weights_of(blocks[node.id])
    if theirs is None or ours is None or theirs == ours:
        return
    place = next((name for name in theirs if theirs[name] != ours.get(name)), next(iter(ours), ""))
    yield Problem(
        message=f"{node.title}: expected weights of {_sizes(theirs.get(place))} as {owner.title} "
        f"has them, received a value that needs {_sizes(ours.get(place))}",
        node=node.id,
        hint=f"Give it weights of its own, or the sizes that arrive at {owner.title}",
    )


def weights_of(facts: BlockFacts | None) -> dict[str, object] | None:
    """Return all weights of a block by name, those inside an instance by path; None if unknown."""
    if facts is None:
        return None
    if facts.inside is None:
        found = facts.inferred
        return {**found.weights, **{f"={n}": v for n, v in found.sizes.items()}} if found else None
    inner = {id_: weights_of(known) for id_, known in facts.inside.blocks.items()}
    return {"repeat": facts.repeat} | {
        f"{id_}/{name}": sizes
        for id_, weights in inner.items()
        for name, sizes in (weights or {}).items()
    }


def _sizes(sizes: object) -> str:
    return "×".join(map(str, sizes)) if isinstance(sizes, tuple) else str(sizes)


def _title(kind: str, catalog: Catalog) -> str:
    spec = catalog.block(kind)
    return spec.title if spec else kind
