"""Columns: what the chosen data give, and which of it an input or target block stands for."""

from .blocks import BlockSpec
from .catalog import Catalog
from .experiment import Data
from .graph import Node
from .params import Params, complete
from .preparing import prepared_columns
from .recipes import Column


def columns_of(data: Data, catalog: Catalog) -> tuple[Column, ...]:
    """Return the columns that the chosen data give."""
    source = catalog.sources.get(data.source.kind)
    if source is None:
        return ()
    if source.examine:
        return prepared_columns(data, catalog.steps)
    return source.columns(Params(complete(source.params, data.source.params)))


def column_for(spec: BlockSpec, node: Node, columns: tuple[Column, ...]) -> Column | None:
    """Return the column a block stands for: the named one, else the first of its role."""
    fitting = [column for column in columns if column.role == spec.role]
    name = node.params.get("column")
    if name:
        return next((column for column in columns if column.name == name), None)
    return fitting[0] if fitting else None
