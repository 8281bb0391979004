"""``netwright find-batch``: how many samples a second each batch size trains."""

from argparse import ArgumentParser, Namespace

from .arguments import add_experiment, add_json, experiment_of, print_json
from .train import say
from .verb import Verb


def run(options: Namespace) -> int:
    """Test one experiment, and say which size of a batch is fast."""
    from studio.app.plugging import full_catalog
    from studio.app.ranging import find_size, suggested_size
    from studio.compile.run import plan_run
    from studio.runs.handle import Engine

    catalog = full_catalog()
    spec = plan_run(experiment_of(options, catalog), catalog, run_id="range-test")
    sizes = [2**power for power in range(3, 24) if 2**power <= options.most]
    points = []
    with Engine() as engine:
        for point in find_size(engine, spec, sizes, steps=options.steps):
            points.append(point)
            if not options.json:
                speed = f"{point.samples_per_sec:12,.0f} samples/s"
                say(f"{point.size:9,} {point.refusal or speed}")
    size = suggested_size(points)
    print_json(
        {
            "size": size,
            "now": spec.batch_size,
            "points": [[point.size, point.samples_per_sec] for point in points],
        }
    )
    return 0 if size else 1


def _declare(parser: ArgumentParser) -> None:
    add_experiment(parser)
    parser.add_argument("--most", type=int, default=2048, metavar="N", help="the largest size")
    parser.add_argument("--steps", type=int, default=50, metavar="N", help="steps of each size")
    add_json(parser)


FIND_BATCH = Verb(
    "find-batch",
    "Find a batch size that makes good use of this machine",
    "Trains copies for some steps with batches of 8, 16, 32, … samples, up to what fits into\n"
    "memory; the file stays as it is. The last line of stdout is one JSON object with the\n"
    "smallest size that is nearly as fast as the fastest, and the samples a second of each.\n"
    "Exit code 0: a size was found, 1: none could be trained, 2: the test could not begin.",
    _declare,
    run,
)
