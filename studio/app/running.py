"""Running: from the drawing to what an engine is told, and why that cannot be done yet."""

from studio.core.check import Checked
from studio.core.errors import RunError
from studio.core.text import plural
from studio.runs.spec import RunSpec, Watch

from . import folders
from .workspace import Workspace


def why_not(workspace: Workspace) -> str:
    """Return why this cannot be trained yet, with a way out; empty if it can."""
    experiment, checked = workspace.document.experiment, workspace.checked
    if not experiment.graph.nodes:
        return "The canvas is empty: drag blocks onto it, or open an experiment of the gallery"
    if not experiment.data.source.kind:
        return "No data are chosen: choose some on the Data page"
    if checked.errors:
        return _first_of(checked)
    if not _has_loss(workspace):
        return "There is no loss to minimise: add one, such as Cross-entropy, from the palette"
    return ""


def run_spec(workspace: Workspace, watch: Watch) -> RunSpec:
    """Return everything the engine is told of a run of the current drawing.

    Raises:
        RunError: it cannot be trained yet.
        CompileError: the drawing cannot become a program.
    """
    reason = why_not(workspace)
    if reason:
        raise RunError(reason)
    from studio.compile.run import plan_run

    experiment = workspace.document.experiment
    folder = folders.new_run(experiment.title)
    return plan_run(
        experiment,
        workspace.catalog,
        run_id=folder.name,
        folder=str(folder),
        watch=watch,
        checked=workspace.checked,
    )


def _first_of(checked: Checked) -> str:
    first = checked.errors[0]
    way_out = f". {first.hint}" if first.hint else ""
    count = plural(len(checked.errors), "problem")
    rest = "" if len(checked.errors) == 1 else f"{count} are in the way; the first: "
    return f"{rest}{first.message}{way_out}"


def _has_loss(workspace: Workspace) -> bool:
    specs = (workspace.spec_of(node) for node in workspace.graph.nodes)
    return any(spec is not None and spec.role == "loss" for spec in specs)
