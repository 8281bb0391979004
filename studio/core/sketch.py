"""Sketch: an experiment written in a few lines, for scripts, notebooks and tests."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from .addresses import set_at
from .blocks import BlockSpec
from .catalog import Catalog
from .columns import columns_of
from .errors import GraphError, ParamError
from .experiment import Choice, Data, Experiment
from .fitting import fitted_params
from .graph import End, Graph, Node, Wire, fresh_ids
from .params import Value
from .text import identifier, unique
from .wiring import free_input

Part: TypeAlias = str | tuple[str, Mapping[str, Value]]
"""A kind of block, or a kind and its parameters."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A block that was placed, as what the next one is wired to; ``spot["h"]`` is another
    output.
    """

    id: str
    port: str = ""

    def __getitem__(self, port: str) -> "Spot":
        return Spot(self.id, port)


class Sketch:
    """A drawing in the making; data that are chosen give inputs and targets their sizes."""

    def __init__(self, title: str, catalog: Catalog, *, data: str = "", **settings: Value) -> None:
        """Begin an empty drawing over data with these settings.

        Raises:
            ParamError: there are no such data, or no such setting.
        """
        self._catalog = catalog
        self._graph = Graph()
        if data and data not in catalog.sources:
            known = ", ".join(catalog.sources)
            raise ParamError(f"expected data such as {known}, received {data}")
        self._data = Data(Choice(data, dict(settings))) if data else Data()
        self._title = title
        self._changes: list[str] = []

    def add(self, kind: str, *feeds: Spot, title: str = "", **params: Value) -> Spot:
        """Place a block, wire its inputs in order, and return it.

        Raises:
            GraphError: there is no such block, or it has fewer inputs.
        """
        return self.place(kind, feeds, params, title)

    def place(
        self, kind: str, feeds: Iterable[Spot], params: Mapping[str, Value], title: str = ""
    ) -> Spot:
        """Do what ``add`` does, with parameters of any name.

        Raises:
            GraphError: there is no such block, or it has fewer inputs.
        """
        spec = self._catalog.block(kind)
        if spec is None:
            raise GraphError(f"there is no block {kind}. {self._catalog.way_to(kind)}")
        if title:
            id_ = unique(identifier(title), self._graph.nodes)
        else:
            id_ = fresh_ids(spec.name_stem, self._graph.nodes)[0]
        node = Node(id_, kind, title or id_, dict(params), 220.0 * len(self._graph.nodes), 0.0)
        if self._data.source.kind:
            columns = columns_of(self._data, self._catalog)
            node = replace(node, params={**fitted_params(spec, node, columns), **params})
        self._graph = self._graph.add(node)
        for feed in feeds:
            self.wire(feed, Spot(id_))
        return Spot(id_)

    def chain(self, first: Spot, *parts: Part) -> Spot:
        """Place blocks one behind the other, and return the last.

        Raises:
            GraphError: one of them cannot be placed.
        """
        last = first
        for part in parts:
            kind, params = part if isinstance(part, tuple) else (part, {})
            last = self.place(kind, (last,), params)
        return last

    def wire(self, source: Spot, target: Spot) -> None:
        """Join an output to an input; without a port the first, and the first that is free.

        Raises:
            GraphError: there is none.
        """
        giving, taking = self._spec(source), self._spec(target)
        output = source.port or next((port.name for port in giving.outputs), "")
        taken = self._graph.inputs_of[target.id]
        free = next((port for port in taking.inputs if port.many or port.name not in taken), None)
        port = taking.input(target.port) if target.port else free
        if port is None or not giving.output(output):
            raise GraphError(f"there is nothing left to join {source.id} to {target.id}")
        end = (
            End(target.id, target.port)
            if "." in target.port
            else free_input(self._graph, target.id, port)
        )
        self._graph = self._graph.connect(Wire(End(source.id, output), end))

    def _spec(self, spot: Spot) -> BlockSpec:
        spec = self._catalog.block(self._graph.nodes[spot.id].kind)
        assert spec is not None  # add() placed it
        return spec

    def set(self, address: str, value: Value) -> None:
        """Set something as ``netwright train --set`` does, such as ``training.epochs`` to 3.

        Raises:
            ParamError: there is no such setting, or it does not take the value.
        """
        self._changes.append(f"{address}={_written(value)}")
        self.experiment()

    def experiment(self) -> Experiment:
        """Return the experiment as it is drawn now."""
        experiment = Experiment(title=self._title, graph=self._graph)
        if self._data.source.kind:
            experiment = replace(experiment, data=self._data)
        for change in self._changes:
            experiment = set_at(experiment, change, self._catalog)
        return experiment


def _written(value: Value) -> str:
    return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)
