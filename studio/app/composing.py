"""Composing: what a person does with composites: fold, unfold, open, keep, bring in."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from studio.core.composites import Composite, composite_of, ports_in
from studio.core.edits import SetParam
from studio.core.errors import GraphError, ParamError
from studio.core.fileio import open_file
from studio.core.folding import Fold
from studio.core.graph import End, NodeId
from studio.core.library import SetComposite, import_composites
from studio.core.names import fresh_ids
from studio.core.params import Param, Value, complete
from studio.core.text import plural, unique
from studio.core.unfolding import Unfold

from .workspace import Workspace

OUTSIDE = frozenset({"input", "target", "loss", "metric", "output"})
"""Roles of blocks that stay outside composites."""


def foldable(workspace: Workspace) -> tuple[NodeId, ...]:
    """Return the selected blocks that can go into a composite: no data, no losses, no ports."""
    found = []
    for node in workspace.selected:
        spec = workspace.spec_of(node.id)
        if spec is None or spec.role not in {*OUTSIDE, "port"}:
            found.append(node.id)
    return tuple(found)


def suggested_title(workspace: Workspace) -> str:
    """Return a title for the next composite that none has yet."""
    titles = {known.title for known in workspace.document.experiment.composites.values()}
    return "Block" if "Block" not in titles else fresh_ids("Block ", titles)[0]


def fold(workspace: Workspace, title: str) -> NodeId:
    """Make the selected blocks a composite, and select the block that stands for them now.

    Raises:
        GraphError: nothing that can be folded is selected, or it does not stand together.
    """
    before = workspace.graph.nodes.keys()
    workspace.document.apply(folding(workspace, title))
    (made,) = workspace.graph.nodes.keys() - before
    workspace.select([made])
    return made


def folding(workspace: Workspace, title: str) -> Fold:
    """Return the edit that makes the selected blocks a composite.

    Raises:
        GraphError: nothing that can be folded is selected.
    """
    ids = foldable(workspace)
    if not ids:
        raise GraphError("Select blocks to fold; data, targets and losses stay outside")
    return Fold(ids, title, _loose(workspace, ids), workspace.where, f"Fold into {title}")


def _loose(workspace: Workspace, ids: tuple[NodeId, ...]) -> tuple[End, ...]:
    """Return the outputs at the end of the blocks, where nothing takes a value from them yet."""
    graph, chosen = workspace.graph, set(ids)
    if any(end.node not in chosen for id_ in ids for end in graph.consumers_of[id_]):
        return ()
    specs = [(id_, workspace.spec_of(id_)) for id_ in ids if not graph.consumers_of[id_]]
    return tuple(End(id_, spec.outputs[0].name) for id_, spec in specs if spec and spec.outputs)


def unfold(workspace: Workspace) -> None:
    """Put the blocks of each selected composite in its place, and select them.

    Raises:
        GraphError: it cannot be unfolded, and why.
    """
    before = set(workspace.graph.nodes)
    chosen = [node for node in workspace.selected if composite_of(node.kind)]
    label = f"Unfold {chosen[0].title}" if len(chosen) == 1 else "Unfold"
    with workspace.document.grouped(label):
        for node in chosen:
            workspace.document.apply(Unfold(node.id, workspace.where, label))
    workspace.select(workspace.graph.nodes.keys() - before)


def add_param(workspace: Workspace) -> None:
    """Give the open composite one more parameter, a whole number of 1 until it is changed."""
    composite = workspace.document.experiment.composites[workspace.where]
    name = unique("size", [param.name for param in composite.params])
    params = (*composite.params, Param(name, 1))
    workspace.apply(SetComposite(composite.id, params=params, label=f"Add parameter {name}"))


def expose(workspace: Workspace, block: NodeId, name: str) -> None:
    """Make a block's parameter one of the open composite, with the value that it has now."""
    composite = workspace.document.experiment.composites[workspace.where]
    spec, node = workspace.spec_of(block), workspace.graph.nodes[block]
    declared = spec.param(name) if spec else None
    assert declared is not None, name
    value = complete((declared,), node.params)[name]
    if value is None and not declared.length:
        workspace.refused.tell(f"{node.title}: set {declared.label} before it becomes a parameter")
        return
    made = replace(
        declared, name=unique(name, [param.name for param in composite.params]), default=value
    )
    label = f"Make {declared.label} a parameter"
    with workspace.document.grouped(label):
        workspace.apply(SetComposite(composite.id, params=(*composite.params, made), label=label))
        workspace.apply(SetParam((block,), name, f"={made.name}", label=label))


def set_default(workspace: Workspace, name: str, text: Value) -> None:
    """Give a parameter of the open composite another default, read from what was typed."""
    composite = workspace.document.experiment.composites[workspace.where]
    try:
        params = tuple(with_default(p, text) if p.name == name else p for p in composite.params)
    except ParamError as refusal:
        workspace.refused.tell(str(refusal))
        return
    workspace.apply(SetComposite(composite.id, params=params, label=f"Set default of {name}"))


def with_default(param: Param, typed: Value) -> Param:
    """Return a parameter with another default; what is typed decides its kind if that is free.

    Choices are written ``relu | gelu``; the first is the default.

    Raises:
        ParamError: it does not fit what the parameter admits.
    """
    if isinstance(typed, str) and "|" in typed:
        choices = tuple(dict.fromkeys(word.strip() for word in typed.split("|") if word.strip()))
        if len(choices) < 2:
            raise ParamError(f"{param.label}: expected choices such as relu | gelu, received one")
        return Param(param.name, choices[0], choices=choices, help=param.help)
    limited = param.choices or param.length or param.low is not None or param.high is not None
    if limited or not isinstance(typed, str):
        return replace(param, default=param.fit(typed))
    return Param(param.name, read_default(typed), help=param.help)


def read_default(text: str) -> Value:
    """Return the value that a person writes: 64, 0.1, true, 3x3, or else words."""
    text = text.strip()
    if text.lower() in {"true", "on", "false", "off"}:
        return text.lower() in {"true", "on"}
    for sample in (1, 1.0, (1, 1)):
        with suppress(ParamError):
            return Param("value", sample).fit(text)
    return text


def move_port(workspace: Workspace, port: NodeId, by: int) -> None:
    """Move a port of the open composite up or down among those of its side."""
    graph = workspace.graph
    ports = [node.id for node in ports_in(graph, graph.nodes[port].kind)]
    place = ports.index(port)
    to = min(max(place + by, 0), len(ports) - 1)
    ports.insert(to, ports.pop(place))
    with workspace.document.grouped(f"Move port {graph.nodes[port].title}"):
        for order, id_ in enumerate(ports):
            workspace.apply(SetParam((id_,), "order", order))


def chosen_composite(workspace: Workspace) -> Composite | None:
    """Return the composite meant: that of the selected block, else the one that is open."""
    known = workspace.document.experiment.composites
    nodes = workspace.selected
    if len(nodes) == 1:
        return known.get(composite_of(nodes[0].kind))
    return known.get(workspace.where) if not nodes else None


def has_composites(workspace: Workspace) -> bool:
    """Tell whether an instance of a composite is selected."""
    return any(composite_of(node.kind) for node in workspace.selected)


def import_from(workspace: Workspace, path: Path) -> str:
    """Bring the composites of another file in, and return what came of it as a sentence.

    Raises:
        FileError: it cannot be read.
    """
    brought = open_file(path).composites
    if not brought:
        return f"{path.name} holds no composites"
    experiment = workspace.document.experiment
    edit = import_composites(experiment, brought, sorted(brought))
    if not edit.composites:
        return f"The composites of {path.name} are here already"
    workspace.apply(edit)
    titles = ", ".join(composite.title for composite in edit.composites[:4])
    return f"Imported {plural(len(edit.composites), 'composite')} from {path.name}: {titles}"
