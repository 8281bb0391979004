"""What several verbs ask alike: an experiment, settings to change, and JSON as the answer."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.core.catalog import Catalog
    from studio.core.experiment import Experiment


def add_experiment(parser: ArgumentParser) -> None:
    """Ask for an experiment and for settings to change in it."""
    parser.add_argument("file", metavar="FILE", help="a *.netwright file or a name of the gallery")
    add_assignments(parser)


def add_assignments(parser: ArgumentParser) -> None:
    """Ask for settings to change."""
    parser.add_argument(
        "--set",
        dest="assignments",
        metavar="ADDRESS=VALUE",
        action="append",
        default=[],
        help="change a setting for this call, such as training.epochs=2, training.optimizer=sgd,"
        " blocks.conv1.kernel_size=5 or blocks.layers.repeat=2; may be repeated",
    )


def add_json(parser: ArgumentParser) -> None:
    """Offer JSON alone."""
    parser.add_argument("--json", action="store_true", help="print the JSON object and no words")


def experiment_of(options: Namespace, catalog: "Catalog") -> "Experiment":
    """Return the experiment that was asked for, with the settings changed.

    Raises:
        FileError: it cannot be read.
        ParamError: a setting does not exist or does not take the value.
    """
    from studio.app.gallery import find_experiment
    from studio.core.fileio import open_file

    return changed(open_file(find_experiment(options.file)), options, catalog)


def changed(experiment: "Experiment", options: Namespace, catalog: "Catalog") -> "Experiment":
    """Return the experiment with the settings changed that were asked for.

    Raises:
        ParamError: a setting does not exist or does not take the value.
    """
    from studio.core.addresses import set_at
    from studio.core.fitting import choose_data

    for assignment in options.assignments:
        before, experiment = experiment, set_at(experiment, assignment, catalog)
        if experiment.data.source != before.data.source:
            # As on the Data page: inputs and targets take their sizes from the new data.
            experiment = choose_data(experiment, experiment.data, catalog)(experiment)
    return experiment


def print_json(answer: Mapping[str, object]) -> None:
    """Print the answer as the last line of stdout; numbers that are none become null."""
    from studio.app.outcome import VERSION

    print(json.dumps(_plain({"version": VERSION, **answer}), ensure_ascii=False), flush=True)


def _plain(value: object) -> object:
    """Return what JSON can say: not-a-number and infinity become null, tuples become lists."""
    if isinstance(value, float):
        return value if value - value == 0.0 else None
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
