"""``netwright train``: the same engine as the window's, and bit for bit the same losses."""

import signal
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import TYPE_CHECKING

from .arguments import add_experiment, add_json, experiment_of, print_json
from .processes import ALONE, Processes, add_processes, help_out, helps, processes
from .sinking import add_sinks, sinks_of
from .verb import Verb

if TYPE_CHECKING:
    from studio.runs.commands import Start
    from studio.runs.handle import Engine
    from studio.runs.spec import RunSpec

    from .outcome import Outcome

_WAIT_SECS = 0.5
"""How long to wait for news before the engine is asked again whether it lives."""

_SAME_SECS = 0.5
"""Interrupts this close are one: some launchers send theirs to a process and again to its group."""


def run(options: Namespace) -> int:
    """Train one experiment to its end, and say what came of it."""
    from studio.runs.commands import Start
    from studio.runs.handle import Engine

    from .outcome import Outcome

    if helps():
        return help_out(say)
    sinks = sinks_of(options, say)
    spec = _spec(options)
    outcome = Outcome(say_nothing if options.json else say)
    with processes(options) as others, Engine() as engine, stopping_at_interrupt(engine):
        for _ in follow(engine, Start(spec=spec, shared=others.shared), outcome, others):
            sinks.begin(spec.folder)
    print_json({**outcome.answer(spec.id), "folder": spec.folder, **sinks.answer()})
    return outcome.exit_code


def _spec(options: Namespace) -> "RunSpec":
    from studio.app.folders import new_run
    from studio.app.plugging import full_catalog
    from studio.compile.run import plan_run
    from studio.runs.spec import Watch

    if options.seed is not None:
        options.assignments.append(f"training.seed={options.seed}")
    if options.device is not None:
        options.assignments.append(f"training.device={options.device}")
    catalog = full_catalog()
    experiment = experiment_of(options, catalog)
    folder = new_run(experiment.title)
    where = Path(options.out).expanduser().resolve() if options.out else folder
    return plan_run(
        experiment,
        catalog,
        run_id=folder.name,
        folder=str(where),
        watch=Watch() if options.watch else Watch(probes={}),
    )


def follow(
    engine: "Engine", start: "Start", outcome: "Outcome", others: Processes = ALONE
) -> Iterator[None]:
    """Start a run and read what happens, to its end or that of one of the others.

    Yields whenever there was news of a run that has begun, and is on the disk.
    """
    engine.send(start)
    while outcome.ended is None:
        alive = engine.alive  # asked first, so that no last words are missed
        outcome.read(engine.wait(_WAIT_SECS))
        if outcome.ended is None:
            outcome.read(others.lost())
        if outcome.started is not None:
            yield
        if not alive:
            break


@contextmanager
def stopping_at_interrupt(engine: "Engine") -> Iterator[None]:
    """Let the first Ctrl-C end the run after its batch, and a later one the program."""
    from studio.runs.commands import Stop

    asked_at: list[float] = []

    def stop(number: int, frame: FrameType | None) -> None:
        if asked_at and monotonic() - asked_at[0] > _SAME_SECS:
            raise KeyboardInterrupt
        if asked_at:
            return
        asked_at.append(monotonic())
        say("Stopping after this batch; press Ctrl-C again to leave at once")
        engine.send(Stop())

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def say(line: str) -> None:
    """Tell a person."""
    print(line, file=sys.stderr, flush=True)


def say_nothing(line: str) -> None:
    """Leave stderr to whoever reads the JSON."""


def _declare(parser: ArgumentParser) -> None:
    add_experiment(parser)
    parser.add_argument("--seed", type=int, metavar="N", help="the same as --set training.seed=N")
    parser.add_argument(
        "--device", metavar="NAME", help="auto, cuda, mps or cpu; the same as --set training.device"
    )
    parser.add_argument(
        "--out", metavar="DIR", help="where the record and the weights go; else among your runs"
    )
    parser.add_argument(
        "--watch",
        action="store_true",
        help="also record gradients and attention, as the window does; the losses stay the same",
    )
    add_processes(parser)
    add_sinks(parser)
    add_json(parser)


TRAIN = Verb(
    "train",
    "Train an experiment without a window",
    "News goes to stderr; the last line of stdout is one JSON object with the run, its losses\n"
    "(one a step, at most the first 1000) and its metrics.\n"
    "Exit code 0: trained, 1: the run failed, 2: it could not begin, 130: stopped with Ctrl-C,\n"
    "the weights so far kept.",
    _declare,
    run,
)
