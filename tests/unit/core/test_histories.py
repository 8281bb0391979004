"""Random histories of every edit there is: undo, files and programs survive all combinations.

Each run of the machine makes up to 50 edits, undos and saves; 30 runs are well above 1,000 steps.
HISTORIES=3000 in the environment makes so many runs instead.
"""

import os
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from studio.app.catalogue import builtin_catalog
from studio.compile.source import compile_network
from studio.core.arranging import align, distribute
from studio.core.blocks import BlockSpec
from studio.core.check import Checker, check
from studio.core.composites import PORTS, composite_of
from studio.core.copying import pasted, piece_of
from studio.core.document import Document
from studio.core.edits import (
    AddNodes,
    Connect,
    Disconnect,
    Edit,
    Move,
    RemoveNodes,
    Rename,
    SetParam,
)
from studio.core.errors import CompileError, GraphError
from studio.core.experiment import Experiment
from studio.core.fileio import dumps, loads
from studio.core.folding import Fold
from studio.core.graph import End, Graph, Node, Wire, fresh_ids
from studio.core.layout import laid_out
from studio.core.library import RemoveComposite, SetComposite
from studio.core.marking import AddFrame, RemoveFrame, SetBends, SetBookmark
from studio.core.marks import Frame, View
from studio.core.parameters import RemoveParam, RenameParam
from studio.core.params import Param
from studio.core.reworking import DeleteHealed, InsertOnWire, replacing
from studio.core.scope import Scope
from studio.core.stacking import StackBlock, StackSelection
from studio.core.taking_part import SetMode, SetRepeat, Share, Unshare
from studio.core.unfolding import Unfold
from tests.helpers.composites import encoder_stack, residual_net, siamese

CATALOG = builtin_catalog()
KINDS = ["nn.relu", "nn.linear", "nn.add", "nn.layer_norm", "nn.dropout", "io.vector", "io.port_in"]
SOURCE = encoder_stack()

DECLARED = (
    Param("deep", False),
    Param("mode", "sum", choices=("sum", "mean")),
    Param("width", 4, low=1, high=64),
)

numbers = st.integers(0, 10_000)


class Histories(RuleBasedStateMachine):
    """A document under random edits, and a list of the values it went through."""

    @initialize(start=st.sampled_from([encoder_stack(), residual_net(), siamese(), Experiment()]))
    def begin(self, start: Experiment) -> None:
        self.document = Document(start)
        self.checker = Checker(CATALOG)
        self.seen = [self.document.experiment]

    # What is edited is chosen by numbers, which shrink well.

    def where(self, pick: int) -> str:
        return self.choice(["", "", *sorted(self.document.experiment.composites)], pick)

    def choice(self, items: list[str], pick: int) -> str:
        return items[pick % len(items)] if items else ""

    def some(self, graph: Graph, pick: int, most: int = 4) -> tuple[str, ...]:
        names = sorted(graph.nodes)
        start = pick % len(names)
        return tuple(names[start : start + 1 + pick % most])

    def apply(self, edit: Edit) -> None:
        before, count = self.document.experiment, len(self.document.history)
        try:
            self.document.apply(edit)
        except GraphError:
            assert self.document.experiment is before
            return
        if self.document.experiment is before:
            return
        if len(self.document.history) > count:
            del self.seen[count + 1 :]
            self.seen.append(self.document.experiment)
        else:
            self.seen = [*self.seen[:count], self.document.experiment]

    @rule(pick=numbers, kind=st.sampled_from(KINDS), x=st.integers(-900, 900))
    def add(self, pick: int, kind: str, x: int) -> None:
        where = self.where(pick)
        graph = self.document.experiment.graph_at(where)
        kinds = [kind, *(f"composite:{id_}" for id_ in self.document.experiment.composites)]
        id_ = fresh_ids("n", graph.nodes)[0]
        node = Node(id_, self.choice(kinds, pick // 3), id_, {}, float(x), float(pick % 500))
        self.apply(AddNodes((node,), where=where))

    @rule(pick=numbers, other=numbers, slot=st.sampled_from(["x", "x.0", "x.1"]))
    def connect(self, pick: int, other: int, slot: str) -> None:
        where = self.where(pick)
        names = sorted(self.document.experiment.graph_at(where).nodes)
        if names:
            source, target = self.choice(names, pick), self.choice(names, other)
            self.apply(Connect((Wire(End(source, "y"), End(target, slot)),), where=where))

    @rule(pick=numbers, action=st.integers(0, 26), number=st.integers(1, 9))
    def edit(self, pick: int, action: int, number: int) -> None:
        where = self.where(pick)
        graph = self.document.experiment.graph_at(where)
        if graph.nodes:
            self.apply(self.edit_of(graph, where, pick // 3, action, number))

    def edit_of(self, graph: Graph, where: str, pick: int, action: int, number: int) -> Edit:
        ids = self.some(graph, pick)
        one, ends = ids[0], sorted(graph.feeds)
        end = ends[pick % len(ends)] if ends else End(one, "x")
        edits: list[Edit] = [
            RemoveNodes(ids, where=where),
            DeleteHealed(ids, where=where),
            Disconnect((end,), where=where),
            Fold(ids, f"Group {number}", where=where),
            Unfold(one, where=where),
            Unfold(
                next((i for i in graph.nodes if "composite" in graph.nodes[i].kind), one), where
            ),
            Move({one: (float(number), float(pick))}, where=where),
            Rename(one, f"title {number}", where=where),
            SetParam(ids, "out_features", number if not where else f"=width*{number}", where=where),
            SetMode(ids, ("", "bypass", "freeze", "disable")[number % 4], where=where),
            Share(ids, self.choice(sorted(graph.nodes), pick + number), where=where),
            Unshare(ids, where=where),
            SetRepeat(ids, number if number > 1 else "=n", where=where),
            SetComposite(where or "none", f"Title {number}", (Param("width", number),)),
            RemoveComposite(self.choice(sorted(self.document.experiment.composites), pick)),
            SetBends(end, ((float(number), 0.0),), where=where),
            AddFrame(Frame(f"f{number}", "Frame"), where=where),
            SetBookmark("here", View(float(number)) if number > 3 else None, where=where),
            replacing(graph, one, CATALOG.blocks[KINDS[number % 5]], where=where),
            InsertOnWire(Node(f"i{pick}", "nn.relu", "i"), end, "x", "y", where),
            laid_out(graph, where=where),
            StackBlock(one, spec_of(self.document.experiment, graph, one), number, where),
            StackSelection(Fold(ids, f"Stack {number}", where=where), number),
            SetComposite(where or "none", params=DECLARED[: number % 4]),
            SetParam(ids, "bias", "=not deep" if where and number > 3 else True, where=where),
            RenameParam(where or "none", "width", ("wide", "deep", "width")[number % 3]),
            RemoveParam(where or "none", ("wide", "deep", "mode")[number % 3]),
        ]
        return edits[action]

    @rule(pick=numbers)
    def arrange(self, pick: int) -> None:
        where = self.where(pick)
        graph = self.document.experiment.graph_at(where)
        if graph.nodes:
            nodes = [graph.nodes[id_] for id_ in self.some(graph, pick)]
            self.apply(align(nodes, "left", where=where))
            self.apply(distribute(nodes, "y", where=where))
            self.apply(RemoveFrame(tuple(graph.frames), where=where))

    @rule(pick=numbers, foreign=st.booleans())
    def paste(self, pick: int, foreign: bool) -> None:
        where = self.where(pick)
        here = self.document.experiment
        source = SOURCE if foreign else here
        graph = here.graph_at(where)
        origin = source.graph if foreign else graph
        if origin.nodes and len(graph.nodes) < 60:
            piece = piece_of(origin, self.some(origin, pick, 8))
            edit = pasted(
                graph, piece, dx=8, dy=8, brought=source.composites, known=here.composites
            )
            self.apply(replace(edit, where=where))

    @rule(times=st.integers(1, 6))
    def undo(self, times: int) -> None:
        for _ in range(times):
            self.document.undo()
        assert self.document.experiment is self.seen[len(self.document.history)]

    @rule(times=st.integers(1, 6))
    def redo(self, times: int) -> None:
        for _ in range(times):
            self.document.redo()
        assert self.document.experiment is self.seen[len(self.document.history)]

    @precondition(lambda self: self.document.history)
    @rule()
    def go_all_the_way_back_and_forth(self) -> None:
        count = len(self.document.history)
        for value in reversed(self.seen[:count]):
            self.document.undo()
            assert self.document.experiment is value
        for value in self.seen[1 : count + 1]:
            self.document.redo()
            assert self.document.experiment is value

    @rule()
    def save_and_reopen(self) -> None:
        again = loads(dumps(self.document.experiment))
        assert again == self.document.experiment
        assert dumps(again) == dumps(self.document.experiment)
        assert program(again) == program(self.document.experiment)

    @invariant()
    def the_drawing_is_whole(self) -> None:
        made = self.document.experiment
        for where in ("", *made.composites):
            graph = made.graph_at(where)
            assert len(graph.order) == len(graph.nodes)
            assert all(end.node in graph.nodes for wire in graph.wires for end in wire)
            assert graph.bends.keys() <= graph.feeds.keys()
            assert all(node.id == id_ for id_, node in graph.nodes.items())
            assert all(
                not node.shares or node.shares in graph.nodes for node in graph.nodes.values()
            )
            for node in graph.nodes.values():
                composite = composite_of(node.kind)
                assert not composite or composite in made.composites

    @invariant()
    def the_remembering_check_agrees_with_a_fresh_one(self) -> None:
        made = self.document.experiment
        assert self.checker.check(made) == check(made, CATALOG)


def spec_of(made: Experiment, graph: Graph, id_: str) -> BlockSpec:
    found = Scope(CATALOG, made.composites).block(graph.nodes[id_].kind)
    return found or CATALOG.blocks["nn.relu"]


def program(made: Experiment) -> object:
    try:
        return compile_network(made, CATALOG)
    except CompileError as refusal:
        return str(refusal)


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=int(os.environ.get("HISTORIES", "30")), stateful_step_count=50, deadline=None
)


def test_ports_are_found_in_every_scope() -> None:
    scope = Scope(CATALOG, SOURCE.composites)
    spec = scope.block("composite:encoder_layer")

    assert spec is not None
    assert [port.name for port in (*spec.inputs, *spec.outputs)] == ["x", "y"]
    assert {CATALOG.blocks[kind].role for kind in PORTS} == {"port"}
