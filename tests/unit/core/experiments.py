"""Random experiments and random edits of them."""

from hypothesis import strategies as st

from studio.core.copying import pasted
from studio.core.edits import (
    AddNodes,
    Connect,
    Disconnect,
    Edit,
    Move,
    RemoveNodes,
    Rename,
    SetLayout,
    SetPanel,
    SetParam,
    SetText,
    SetTraining,
)
from studio.core.experiment import Choice, Experiment, Objective, Training
from studio.core.graph import End, Graph, Node, Wire, fresh_ids
from studio.core.params import Value

words = st.text(max_size=12)
values: st.SearchStrategy[Value] = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | words
    | st.lists(st.integers(-9, 9), max_size=4).map(tuple)
)
settings = st.dictionaries(st.sampled_from(["a", "b", "c"]), values, max_size=3)
places = st.floats(-1e6, 1e6, allow_nan=False)


@st.composite
def edits(draw: st.DrawFn, graph: Graph) -> Edit:
    """Draw an edit that fits the graph."""
    ids = sorted(graph.nodes)
    kinds = ["add", "text", "training", "panel", "layout"]
    if ids:
        kinds += ["remove", "move", "param", "rename", "paste", "connect", "disconnect"]
    kind = draw(st.sampled_from(kinds))
    if kind in {"add", "text", "training", "panel", "layout"}:
        return draw(plain_edits(kind, graph))
    return draw(edits_of(kind, draw(st.sampled_from(ids)), graph))


@st.composite
def edits_of(draw: st.DrawFn, kind: str, node: str, graph: Graph) -> Edit:
    """Draw an edit of one block."""
    match kind:
        case "remove":
            return RemoveNodes((node,))
        case "move":
            return Move({node: (draw(places), draw(places))}, merge=draw(words))
        case "param":
            return SetParam((node,), draw(st.sampled_from(["a", "b"])), draw(values))
        case "rename":
            return Rename(node, draw(words.filter(str.strip)))
        case "paste":
            return pasted(graph, graph, dx=8.0, dy=8.0)
        case "disconnect":
            return Disconnect(tuple(end for end in graph.feeds if end.node == node))
        case _:
            later = graph.order[graph.order.index(node) + 1 :]
            ports = st.sampled_from(["x", "x.0", "x.1", "x.2"])
            wires = [Wire(End(node, "y"), End(other, draw(ports))) for other in later[:1]]
            return Connect(tuple(wires))


@st.composite
def plain_edits(draw: st.DrawFn, kind: str, graph: Graph) -> Edit:
    """Draw an edit that needs no block."""
    match kind:
        case "add":
            id_ = fresh_ids(draw(st.sampled_from(["conv", "fc", "图"])), graph.nodes)[0]
            return AddNodes((Node(id_, "nn.relu", draw(words), draw(settings), draw(places)),))
        case "text":
            return SetText(title=draw(words), notes=draw(words))
        case "training":
            losses = draw(st.dictionaries(words, st.floats(-9, 9), max_size=2))
            objective = Objective(draw(words), Choice(draw(words), draw(settings)), losses=losses)
            return SetTraining(Training(draw(settings), (objective,)))
        case "panel":
            return SetPanel(draw(words), draw(settings))
        case _:
            return SetLayout(draw(words))


@st.composite
def experiments(draw: st.DrawFn) -> Experiment:
    """Draw an experiment as a history of edits leaves it."""
    experiment = Experiment()
    for _ in range(draw(st.integers(0, 12))):
        experiment = draw(edits(experiment.graph))(experiment)
    return experiment
