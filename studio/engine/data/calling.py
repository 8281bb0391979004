"""Calling what a declaration names by import string: loaders and steps."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from studio.core.params import Params
from studio.engine.faults import DataFault
from studio.runs.spec import DataJob


def function_named(name: str) -> Callable[..., Any]:
    """Return the function of a name such as ``studio.sources.curve:load_curve``."""
    module, _, attribute = name.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), attribute)
    return found


def called(job: DataJob) -> Any:
    """Return what the loader of these data answers.

    Raises:
        DataFault: it failed, and why.
    """
    arguments = (Params(job.params), job.fields) if job.fields else (Params(job.params),)
    try:
        return function_named(job.load)(*arguments)
    except MemoryError:
        raise
    except Exception as error:
        raise DataFault(
            f"{job.source}: the data could not be loaded: {str(error) or type(error).__name__}"
        ) from error
