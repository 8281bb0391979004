"""Records of runs that went wrong, made by hand, for the rules of the diagnosis."""

from collections.abc import Iterable, Mapping, Sequence
from math import log

from studio.core.catalog import Catalog
from studio.core.experiment import Experiment
from studio.runs.diagnosis.case import Case
from studio.runs.diagnosis.judging import diagnose
from studio.runs.events import Ended, EpochEnded, Event, LayerRow, Points, Started
from studio.runs.record import Record
from studio.runs.targets import TargetFacts

from .builders import CATALOG

STEPS = 20
"""Steps of an epoch in all these records."""

EVEN = TargetFacts(column="class", classes=10, entropy=log(10), counts=(100,) * 10)


def told(
    losses: Sequence[float],
    *,
    first: float | None = None,
    layers: Iterable[str] = ("fc1", "fc2", "fc3"),
    epochs: int = 0,
    rows: Mapping[str, Sequence[Sequence[float]]] | None = None,
    extra: Mapping[str, Sequence[float]] | None = None,
    targets: tuple[TargetFacts, ...] = (EVEN,),
    validation: int = 400,
) -> list[Event]:
    """Return a run with these training losses of its epochs, and rows of layers for each of them.

    ``first`` is the loss of the first step, else that of the first epoch; ``extra`` are other means
    of the epochs, by name.
    """
    samples = {"train": 1000, "validation": validation, "test": 400}
    events: list[Event] = [
        Started(
            run="r", title="Sick", time=0.0, device="cpu", device_name="CPU", seed=0,
            parameters=100, epochs=epochs or len(losses), steps_per_epoch=STEPS, samples=samples,
            layers=tuple((name, name) for name in layers), targets=targets,
        )
    ]  # fmt: skip
    start = losses[0] if first is None else first
    events.append(Points(name="train/loss", steps=(1,), values=(start,)))
    for epoch, loss in enumerate(losses):
        step = (epoch + 1) * STEPS
        last = Points(name="train/loss", steps=(step,), values=(loss,))
        looks = [
            LayerRow(name=name, step=step, values=tuple(values[epoch]))
            for name, values in (rows or {}).items()
        ]
        means = {name: values[epoch] for name, values in (extra or {}).items()}
        ended = EpochEnded(epoch=epoch + 1, step=step, values={"train/loss": loss, **means})
        events += [last, *looks, ended]
    return events


def finished(events: Sequence[Event]) -> list[Event]:
    """Return a run that came to its end."""
    return [*events, Ended(reason="finished", step=0, epoch=0, seconds=1.0)]


def case_of(events: Iterable[Event], experiment: Experiment, catalog: Catalog = CATALOG) -> Case:
    """Return a run with its drawing, as the rules look at it."""
    return Case(Record.from_events(events), experiment, catalog)


def found(case: Case) -> list[str]:
    """Return the rules that speak as roots."""
    return [finding.rule.id for finding in diagnose(case) if not finding.follows]
