"""Weights & Biases: a run becomes an offline run, a folder that ``wandb sync`` can upload later.

Nothing is sent anywhere. Scalars come at different steps, and later ones of a run that goes on may
lie before others: each row therefore says its step, by which W&B draws every curve.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from studio.core.errors import FileError

from .events import EpochEnded, Failed, Points, Started
from .saved import open_run
from .sink import Book, End, News, Sink, told_of
from .store import EXPERIMENT, MODEL

if TYPE_CHECKING:
    import wandb

PROJECT = "netwright"
_CODES = {"finished": 0, "stopped": 0, "failed": 1, "cut off": 1}


class _WandbBook:
    """An offline run, always the whole of it: a folder that is there cannot be gone on with."""

    def __init__(self, run: Path, target: Path) -> None:
        import wandb

        with open_run(run) as saved:
            spec = saved.spec
        target.mkdir(parents=True, exist_ok=True)
        self._run: wandb.Run = wandb.init(
            project=PROJECT,
            dir=str(target),
            mode="offline",
            id=spec.id if spec else run.name,
            name=spec.id if spec else run.name,
            group=spec.title if spec else None,
            config=dict(told_of(spec)),
            settings=_quiet(),
        )
        self._run.define_metric("step")
        self._run.define_metric("*", step_metric="step")
        for name in (EXPERIMENT, MODEL):
            if (run / name).is_file():
                self._run.save(str(run / name), base_path=str(run), policy="now")
        self.place = str(Path(self._run.dir).parent)
        self.known: dict[str, int] = {}

    def write(self, news: News, time: float) -> None:
        """Take in what is new, a row a step."""
        rows: dict[int, dict[str, float]] = {}
        for event in news:
            match event:
                case Points(name=name, steps=steps, values=values):
                    for step, value in zip(steps, values, strict=True):
                        rows.setdefault(step, {})[name] = value
                case EpochEnded(step=step, values=means, epoch=epoch):
                    rows.setdefault(step, {}).update(means, epoch=epoch)
                case Started():
                    self._run.summary["device"] = event.device_name or event.device
                    self._run.summary["parameters"] = event.parameters
                case Failed(message=message):
                    self._run.summary["failure"] = message
        for step in sorted(rows):
            self._run.log({"step": step, **rows[step]})

    def close(self, end: End) -> None:
        """Note how the run ended."""
        self._run.summary["end"] = end
        self._run.finish(exit_code=_CODES[end])


def _quiet() -> "wandb.Settings":
    """Return settings with which W&B neither prints nor looks at this machine."""
    import wandb

    return wandb.Settings(
        silent=True,
        console="off",
        disable_git=True,
        save_code=False,
        x_disable_stats=True,
        x_disable_meta=True,
    )


def _open(run: Path, target: str) -> Book:
    import wandb

    try:
        return _WandbBook(run, Path(target).expanduser().absolute())
    except (wandb.Error, OSError) as error:
        raise FileError(f"{target}: W&B cannot write there: {error}") from None


WANDB = Sink(
    id="wandb",
    title="Weights & Biases",
    help="An offline run of Weights & Biases, which wandb sync uploads if you want",
    package="wandb",
    open=_open,
)
