"""Answering: what others' modules give, found out by running them where nothing can come to harm.

    python -m studio.engine.answering

A line of JSON is a question, a line of JSON the answer. Whoever asks ends this process when an
answer takes too long; a process of its own, so that a plug-in that hangs, ends or crashes takes no
run along.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import IO, Any

from studio.core.plugin_code import from_environment

LARGEST_BYTES = 8 << 30
"""How much memory a question may take, where the system can limit it."""


def main() -> None:
    """Answer until nobody asks any more."""
    from_environment()
    _limit_memory()
    with _own_stdout() as answers:
        for line in sys.stdin:
            question = json.loads(line)
            answers.write(json.dumps(answer(question)) + "\n")
            answers.flush()


def answer(question: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer to a question, or why there is none."""
    try:
        return _job(question["job"])(question)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - others' code may even want to exit
        return {"refused": told(error)}


def _job(name: str) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    from .examining import examine
    from .shaping import shapes
    from .trying import load_twice, optimize

    jobs: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
        "ready": _ready,
        "shapes": shapes,
        "examine": examine,
        "optimize": optimize,
        "load": load_twice,
    }
    return jobs[name]


def told(error: BaseException) -> str:
    """Return one line that says what was raised."""
    words = " ".join(str(error).split())
    if isinstance(error, SystemExit):
        return "it wants to end the program"
    return f"{type(error).__name__}: {words}"[:300] if words else type(error).__name__


def _ready(_: Mapping[str, Any]) -> dict[str, Any]:
    """Have all that answers need, so that the first takes no longer than the others."""
    import torch

    from .shaping import shapes

    inputs = {"input": (("B", 2), "float", None)}
    arguments = {"in_features": 2, "out_features": 2}
    code = "from torch import nn\nLinear = nn.Linear"
    shapes({"code": code, "name": "Linear", "arguments": arguments, "inputs": inputs})
    return {"torch": torch.__version__}


def _own_stdout() -> IO[str]:
    """Keep the way to whoever asks; what others' code prints goes to stderr."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _limit_memory() -> None:
    with suppress(ImportError, ValueError, OSError):
        import resource

        if sys.platform != "darwin":  # where it is not kept
            hard = resource.getrlimit(resource.RLIMIT_AS)[1]
            resource.setrlimit(resource.RLIMIT_AS, (LARGEST_BYTES, hard))


if __name__ == "__main__":
    main()
