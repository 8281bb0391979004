"""Facts of a run: names and values as they stand beside the list."""

from studio.core.text import grouped
from studio.runs.index import Run

from .run_rows import lasted, metrics_of, value_of, when

Facts = list[tuple[str, str]]


def metrics(run: Run) -> Facts:
    """Return each figure with the weights that were kept, and the best if that is another."""
    rows = []
    for name in metrics_of((run,)):
        value, best = value_of(run, name), value_of(run, name, best=True)
        words = "" if value is None else f"{value:.4g}"
        if best is not None and best != value:
            words += f"{' · ' if words else ''}best {best:.4g}"
        rows.append((name.replace("/", " ").replace("_", " ").capitalize(), words))
    return rows or [("Nothing yet", "")]


def facts(run: Run) -> Facts:
    """Return how it was trained."""
    told = run.summary
    samples = ", ".join(f"{grouped(count)} {part}" for part, count in told.samples.items())
    rows = [
        ("Begun", when(run.begun)),
        ("Time", lasted(told.seconds)),
        ("Epochs", f"{grouped(told.epoch)} of {grouped(told.epochs)}" if told.epochs else ""),
        ("Steps", f"{grouped(told.step)} of {grouped(told.steps)}" if told.steps else ""),
        ("Batch size", grouped(told.batch_size) if told.batch_size else ""),
        ("Seed", "" if told.broken else str(told.seed)),
        ("Parameters", grouped(told.parameters) if told.parameters else ""),
        ("Data", told.source),
        ("Samples", samples),
        ("Begun with", _origin(run)),
        ("Weights", _weights(run)),
    ]  # fmt: skip
    return [row for row in rows if row[1]]


def circumstances(run: Run) -> Facts:
    """Return on what, and with which versions."""
    rows = [("Device", run.summary.device)] if run.summary.device else []
    known = run.summary.environment
    rows += [(name.capitalize() if name.islower() else name, known[name]) for name in known]
    return rows or [("Not recorded", "")]


def _origin(run: Run) -> str:
    origin = run.summary.origin
    return f"{origin.run}, step {grouped(origin.step)}" if origin else ""


def _weights(run: Run) -> str:
    began = run.summary.began
    if began is None:
        return ""
    told = (("kept", began.kept), ("of another shape", began.reshaped), ("new", began.new),
            ("left out", began.gone))  # fmt: skip
    return ", ".join(f"{len(names)} {what}" for what, names in told if names)
