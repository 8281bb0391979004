"""``netwright resume``: go on with a run from its last checkpoint, bit for bit."""

from argparse import ArgumentParser, Namespace

from .arguments import add_json, print_json
from .processes import add_processes, help_out, helps, processes
from .sinking import add_sinks, sinks_of
from .train import follow, say, say_nothing, stopping_at_interrupt
from .verb import Verb


def run(options: Namespace) -> int:
    """Go on with one run to its end, and say what came of it."""
    from msgspec.structs import replace

    from studio.app.folders import find_run
    from studio.app.resuming import going_on, gone_back
    from studio.runs.handle import Engine

    from .outcome import Outcome

    if helps():
        return help_out(say)
    folder = find_run(options.run)
    if options.lr is not None:
        start = gone_back(folder, step=options.step, lr=options.lr)
    else:
        start = going_on(folder, step=options.step, epochs=options.epochs)
    sinks = sinks_of(options, say)
    outcome = Outcome(say_nothing if options.json else say)
    with processes(options) as others, Engine() as engine, stopping_at_interrupt(engine):
        for _ in follow(engine, replace(start, shared=others.shared), outcome, others):
            sinks.begin(start.spec.folder)
    answer = outcome.answer(start.spec.id)
    print_json({**answer, "folder": start.spec.folder, **sinks.answer()})
    return outcome.exit_code


def _declare(parser: ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="the id of a run, or its folder")
    parser.add_argument(
        "--step", type=int, metavar="N", help="the newest checkpoint at or before this step"
    )
    parser.add_argument(
        "--epochs", type=int, metavar="N", help="up to so many epochs in all, to train for longer"
    )
    parser.add_argument(
        "--lr",
        type=float,
        metavar="RATE",
        help="go on at another learning rate, as a new run; the old one stays as it is",
    )
    add_processes(parser)
    add_sinks(parser)
    add_json(parser)


RESUME = Verb(
    "resume",
    "Go on with a run that was stopped, cut off or finished",
    "From its newest checkpoint, with the losses that it would have had. The answer is that of\n"
    "train. How often checkpoints are written is set by training.checkpoint_secs.",
    _declare,
    run,
)
