"""fitting: input and target blocks take their sizes from the chosen data."""

from collections.abc import Mapping

from .blocks import BlockSpec
from .catalog import Catalog
from .check import column_for, columns_of
from .edits import SetData
from .experiment import Data, Experiment
from .graph import Node, NodeId
from .params import Value
from .recipes import Column


def choose_data(experiment: Experiment, data: Data, catalog: Catalog) -> SetData:
    """Return the edit that chooses data and fits every input and target block to it.

    A block that names a column which the new data lack goes back to the first that fits.
    """
    columns = columns_of(data, catalog)
    params: dict[NodeId, Mapping[str, Value]] = {}
    for node in experiment.graph.nodes.values():
        spec = catalog.block(node.kind)
        fitted = fitted_params(spec, node, columns) if spec else {}
        if fitted:
            params[node.id] = fitted
    return SetData(data, params)


def fitted_params(spec: BlockSpec, node: Node, columns: tuple[Column, ...]) -> dict[str, Value]:
    """Return the parameters under which an input or target block gives its column."""
    if spec.fit is None or not columns:
        return {}
    column = column_for(spec, node, columns)
    fits = [item for item in columns if item.role == spec.role and spec.fit(item) is not None]
    if column is None or spec.fit(column) is None:
        column = fits[0] if fits else None
    fitted = spec.fit(column) if column else None
    if column is None or fitted is None:
        return {}
    named = node.params.get("column")
    renamed: dict[str, Value] = {"column": column.name} if named and named != column.name else {}
    return {**fitted, **renamed}
