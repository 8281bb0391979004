"""places: where a person's own files lie, told in an experiment's file from its own folder on."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from .experiment import Experiment
from .params import Value

_FARTHEST = 2
"""So many folders up a file may lie and still be told from the experiment's folder on."""


def beside(experiment: Experiment, folder: Path) -> Experiment:
    """Return the experiment with the files of its data told from a folder on, where they lie near.

    A folder with experiments and data can then be moved or sent as a whole.
    """
    base = os.path.realpath(folder)

    def told(text: str) -> str:
        if not os.path.isabs(text):
            return text
        try:
            near = os.path.relpath(os.path.realpath(text), base)
        except (ValueError, OSError):  # another drive, or links that lead to each other
            return text
        ups = Path(near).parts.count("..")
        return text if ups > _FARTHEST else Path(near).as_posix()

    return _with_paths(experiment, told)


def found_from(experiment: Experiment, folder: Path) -> Experiment:
    """Return the experiment with the files of its data told from the root on."""
    base = os.path.realpath(folder)

    def whole(text: str) -> str:
        plain = os.path.expanduser(text)
        return plain if os.path.isabs(plain) else os.path.normpath(os.path.join(base, plain))

    return _with_paths(experiment, whole)


def _with_paths(experiment: Experiment, change: Callable[[str], str]) -> Experiment:
    source = experiment.data.source
    if not experiment.data.fields:
        return experiment
    params: dict[str, Value] = {
        name: change(value) if isinstance(value, str) and value and _names_file(name) else value
        for name, value in source.params.items()
    }
    if params == dict(source.params):
        return experiment
    data = replace(experiment.data, source=replace(source, params=params))
    return replace(experiment, data=data)


def _names_file(name: str) -> bool:
    return name == "path" or name.endswith("_path")
