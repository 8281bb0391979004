"""Dividing samples into train, validation and test: by seed, each class in proportion."""

import numpy as np

from studio.engine.faults import DataFault
from studio.runs.spec import DataJob

from .load import TEST, VALIDATION, Arrays, samples
from .methods import PARTS, Indices, Part, by_method, classes_of, take

__all__ = ["PARTS", "Indices", "Part", "split"]


def split(arrays: Arrays, job: DataJob) -> dict[Part, Indices]:
    """Return the rows of every part, ascending; the same seed gives the same parts.

    Official marks of the test or validation part are kept as they are; its share then does not
    count.

    Raises:
        DataFault: nothing is left to train on.
    """
    if job.method != "random":
        return _with_samples(by_method(arrays, job, samples(arrays)), job)
    random = np.random.default_rng(job.seed)
    rows = np.arange(samples(arrays))
    classes = classes_of(arrays, job)
    validation_share = job.validation
    if _is_marked(TEST, arrays, job):
        marked = arrays[TEST].astype(bool)
        test, rest = rows[marked], rows[~marked]
    else:
        test, rest = take(rows, classes, job.test, random)
        # Both shares are of all the samples.
        validation_share *= len(rows) / max(len(rest), 1)
    if _is_marked(VALIDATION, arrays, job):
        marked = arrays[VALIDATION][rest].astype(bool)
        validation, train = rest[marked], rest[~marked]
    else:
        validation, train = take(rest, classes, min(validation_share, 1.0), random)
    return _with_samples({"train": train, "validation": validation, "test": test}, job)


def _with_samples(parts: dict[Part, Indices], job: DataJob) -> dict[Part, Indices]:
    if not len(parts["train"]):
        count = sum(map(len, parts.values()))
        raise DataFault(
            f"{job.source}: expected samples to train on, received none of {count:,} after "
            f"{len(parts['validation']):,} for validation and {len(parts['test']):,} for the "
            "test. Lower the shares"
        )
    return parts


def _is_marked(part: str, arrays: Arrays, job: DataJob) -> bool:
    return part in arrays and part not in {column.name for column in job.columns}
