"""All that a plug-in, a script or a declaration may import. Loads neither Qt nor torch.

A block is one ``BlockSpec``; an optimiser, a schedule, a source of data and a step of their
preparation are one value each. A script draws with ``Sketch``, and trains with ``train``. Panels
and actions also import ``studio.ui.api``, probes ``studio.engine.api``. What stands in ``__all__``
stays as it is within one ``API_VERSION``: things are added, never taken away or given another
meaning.
"""

from .compile.scripting import Trained, full_catalog, train
from .core.blocks import BlockSpec, Inferred, Metric, Port, Scoring, gives
from .core.catalog import Catalog
from .core.check import Checked, Problem, check
from .core.document import Document
from .core.errors import (
    CompileError,
    FileError,
    GraphError,
    ParamError,
    RunError,
    ShapeError,
    StudioError,
)
from .core.experiment import Choice, Data, Experiment, Objective, Training
from .core.fields import Examination, Field, FieldKind, FieldRole, Loaded
from .core.fileio import dumps, loads, open_file, save
from .core.graph import End, Graph, Node, Wire
from .core.params import Param, Params, Value
from .core.recipes import Column, Optimizer, Schedule, Source, Step
from .core.shapes import Dim, Shape, Shapes, broadcast, count, expect_float, expect_rank, size
from .core.sketch import Sketch, Spot
from .runs.lazy import Lazy

API_VERSION = 1
"""Grows by one when something a plug-in relies on changes."""

__all__ = [
    "API_VERSION",
    "BlockSpec",
    "Catalog",
    "Checked",
    "Choice",
    "Column",
    "CompileError",
    "Data",
    "Dim",
    "Document",
    "End",
    "Examination",
    "Experiment",
    "Field",
    "FieldKind",
    "FieldRole",
    "FileError",
    "Graph",
    "GraphError",
    "Inferred",
    "Lazy",
    "Loaded",
    "Metric",
    "Node",
    "Objective",
    "Optimizer",
    "Param",
    "ParamError",
    "Params",
    "Port",
    "Problem",
    "RunError",
    "Schedule",
    "Scoring",
    "Shape",
    "ShapeError",
    "Shapes",
    "Sketch",
    "Source",
    "Spot",
    "Step",
    "StudioError",
    "Trained",
    "Training",
    "Value",
    "Wire",
    "broadcast",
    "check",
    "count",
    "dumps",
    "expect_float",
    "expect_rank",
    "full_catalog",
    "gives",
    "loads",
    "open_file",
    "save",
    "size",
    "train",
]
