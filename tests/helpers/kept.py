"""Runs in the home folder as an engine leaves them: small, and made in a moment."""

from pathlib import Path

from msgspec.structs import replace

from studio.app import folders
from studio.core.experiment import Experiment, Training
from studio.core.fileio import dumps
from studio.runs.events import Ended, EpochEnded, Event, Points, Started
from studio.runs.spec import DataJob, MetricInfo, Program, RunSpec
from studio.runs.store import RunStore

PROGRAM = Program(
    text="class Small: ...\n", class_name="Small", lines={}, tapped="", inputs=(), outputs=(),
    loss_arguments=(), targets=(), losses=(), metrics=("accuracy",), blocks=(),
    measured=(MetricInfo(name="accuracy", loss="loss"),),
)  # fmt: skip
SPEC = RunSpec(
    id="", title="Clouds", experiment="", program=PROGRAM,
    data=DataJob(source="clouds", load="", params={}, columns=()),
    objectives=(), epochs=4, batch_size=8, seed=0,
)  # fmt: skip
STEPS = 40


def events(*, seed: int = 0, loss: float = 0.5, title: str = "Clouds") -> list[Event]:
    """Return what a run of four epochs tells, without its end."""
    begun = Started(
        run="", title=title, time=1_790_000_000.0 + seed, device="cpu", device_name="CPU",
        seed=seed, parameters=61_706, epochs=4, steps_per_epoch=10, samples={"train": 80},
    )  # fmt: skip
    steps = range(1, STEPS + 1)
    curve = tuple(loss + 1 / step for step in steps)
    epochs = [
        EpochEnded(
            epoch=epoch,
            step=10 * epoch,
            values={"validation/loss": loss + 1 / epoch, "validation/accuracy": 0.9 - loss / epoch},
        )
        for epoch in (1, 2, 3, 4)
    ]
    return [begun, Points(name="train/loss", steps=tuple(steps), values=curve), *epochs]


def ended(loss: float = 0.5) -> Ended:
    metrics = {"validation": {"loss": loss}, "test": {"loss": loss, "accuracy": 1 - loss}}
    return Ended(reason="finished", step=STEPS, epoch=4, seconds=3.0, metrics=metrics)


def kept_run(
    name: str,
    *,
    seed: int = 0,
    loss: float = 0.5,
    title: str = "Clouds",
    whole: bool = True,
    batch_size: int = 8,
) -> Path:
    """Leave a run in the home folder, with its end or without."""
    folder = folders.runs() / f"2026-11-22-1405{seed:02}-{name}"
    store = RunStore(folder)
    training = Training(settings={"seed": seed, "batch_size": batch_size})
    spec = replace(
        SPEC,
        id=folder.name,
        title=title,
        seed=seed,
        batch_size=batch_size,
        experiment=dumps(Experiment(title=title, training=training)),
    )
    store.describe(spec)
    store.append([*events(seed=seed, loss=loss, title=title), *([ended(loss)] if whole else [])])
    store.close()
    return folder
