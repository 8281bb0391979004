"""Project: an experiment as a folder of Python that needs nothing but torch."""

from dataclasses import replace
from pathlib import Path

from studio.core.catalog import Catalog
from studio.core.check import Checked
from studio.core.experiment import Experiment
from studio.core.fileio import write_whole
from studio.core.learning import reads_file, without_file
from studio.runs.spec import ColumnInfo

from .modules import read_definition
from .plan import Call, Plan
from .source import draw
from .writer import Page, write_page

_READER = "studio.engine.nn.weights:read_weights"


def export_python(
    experiment: Experiment,
    catalog: Catalog,
    folder: Path,
    *,
    weights: bytes | None = None,
    checked: Checked | None = None,
) -> Path:
    """Write ``model.py``, and ``weights.safetensors`` beside it if there are weights.

    Returns:
        The path of ``model.py``.

    Raises:
        CompileError: the drawing has errors.
        FileError: the folder cannot be written.
    """
    text = project_text(experiment, catalog, with_weights=weights is not None, checked=checked)
    if weights is not None:
        write_whole(folder / "weights.safetensors", weights)
    write_whole(folder / "model.py", text.encode())
    return folder / "model.py"


def project_text(
    experiment: Experiment,
    catalog: Catalog,
    *,
    with_weights: bool = False,
    checked: Checked | None = None,
) -> str:
    """Return the text of ``model.py``: the class, ``build()`` and a run on a random batch.

    Raises:
        CompileError: the drawing has errors.
    """
    drawn = draw(_with_all(experiment) if with_weights else experiment, catalog, checked)
    plan, copied, name = drawn.plan, drawn.copied, drawn.class_name
    if with_weights:
        copied = (*copied, read_definition(_READER))
    tail = (*_build(name, with_weights), "", "", *_main(plan))
    return write_page(Page(plan, experiment.title, name, copied, drawn.classes, tail=tail)).text


def _with_all(experiment: Experiment) -> Experiment:
    """Return the experiment as it needs no files of first weights, for all weights are there."""
    for where in ("", *experiment.composites):
        graph = experiment.graph_at(where)
        reading = [node for node in graph.nodes.values() if reads_file(node.weights)]
        changed = (replace(node, weights=without_file(node.weights)) for node in reading)
        experiment = experiment.with_graph(graph.put(*changed), where) if reading else experiment
    return experiment


def inputs_of(
    experiment: Experiment, catalog: Catalog, checked: Checked | None = None
) -> tuple[ColumnInfo, ...]:
    """Return what the arguments of ``forward`` are like, in order, without any data.

    Raises:
        CompileError: the drawing has errors.
    """
    calls = draw(experiment, catalog, checked).plan.inputs
    return tuple(_column(call) for call in calls)


def _column(call: Call) -> ColumnInfo:
    (name,), (shape,) = call.names.values(), call.facts.outputs.values()
    dims = tuple(2 if isinstance(dim, str) else dim for dim in shape.dims[1:])
    return ColumnInfo(name=name, role="input", shape=dims, dtype=shape.dtype, limit=shape.limit)


def _build(name: str, with_weights: bool) -> list[str]:
    if not with_weights:
        return [
            f"def build() -> {name}:",
            '    """Return the network with fresh weights."""',
            f"    return {name}()",
        ]
    return [
        f"def build() -> {name}:",
        '    """Return the network with the weights that lie beside this file."""',
        f"    model = {name}()",
        '    model.load_state_dict(read_weights(Path(__file__).with_name("weights.safetensors")))',
        "    return model",
    ]


def _main(plan: Plan) -> list[str]:
    arguments = [name for call in plan.inputs for name in call.names.values()]
    lines = ['if __name__ == "__main__":', "    model = build().eval()"]
    lines += [f"    {_random(call)}" for call in plan.inputs]
    lines += [
        "    with torch.no_grad():",
        f"        {', '.join(plan.returned)} = model({', '.join(arguments)})",
    ]
    return [*lines, *(f"    print(tuple({name}.shape))" for name in plan.returned)]


def _random(call: Call) -> str:
    """Return a statement that makes a random batch of two samples for an input."""
    (name,), (shape,) = call.names.values(), call.facts.outputs.values()
    sizes = ", ".join("2" if isinstance(dim, str) else str(dim) for dim in shape.dims)
    if shape.dtype == "int":
        return f"{name} = torch.randint(0, {shape.limit or 2}, ({sizes}{',' * (shape.rank == 1)}))"
    return f"{name} = torch.randn({sizes})"
