"""The recall task: read a string of symbols, wait, then name the first."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from studio.api import Column, Param, ParamError, Params, Source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_GAP = "·"


def load_recall(params: Mapping[str, int]) -> "dict[str, NDArray[np.generic]]":
    """Return strings that all differ, each followed by the gap, and the first symbol of each.

    The gap is blank, or filled at random with symbols that mean nothing.

    No string is drawn twice: what is held out was never seen in training.

    Raises:
        ParamError: there are not that many different strings.
    """
    import numpy as np

    symbols, length, samples = params["symbols"], params["length"], params["samples"]
    if samples > symbols**length:
        raise ParamError(
            f"expected at most {symbols**length:,} samples, as many as there are strings "
            f"of {length} from {symbols} symbols, received {samples:,}"
        )
    random = np.random.default_rng(params["seed"])
    strings = np.empty((0, length), np.int64)
    while len(strings) < samples:
        more = random.integers(0, symbols, (samples, length))
        both = np.concatenate([strings, more])
        _, first = np.unique(both, axis=0, return_index=True)
        strings = both[np.sort(first)]
    strings = strings[:samples]
    gap = np.full((samples, params["gap"]), symbols, np.int64)
    if params["distractors"]:
        gap += random.integers(0, params["distractors"], gap.shape)
    return {"tokens": np.concatenate([strings, gap], axis=1), "first": strings[:, 0].copy()}


def _columns(params: Params) -> tuple[Column, ...]:
    symbols = params.whole("symbols")
    names = tuple(_LETTERS[:symbols])
    between = tuple(_LETTERS[: params.whole("distractors")].lower()) or (_GAP,)
    steps = params.whole("length") + params.whole("gap")
    return (
        Column("tokens", "input", (steps,), "int", symbols + len(between), (*names, *between)),
        Column("first", "target", (), "int", symbols, names),
    )


RECALL = Source(
    id="recall",
    title="Recall",
    load="studio.sources.recall:load_recall",
    columns=_columns,
    params=(
        Param("symbols", 8, low=2, high=26, help="How many different symbols there are"),
        Param("length", 5, low=1, high=1000, unit="symbols", help="Length of the string"),
        Param("gap", 4, low=0, high=1000, unit="steps", help="Steps between string and answer"),
        Param(
            "distractors",
            0,
            low=0,
            high=26,
            help="How many other symbols fill the gap, at random; with 0 it is blank",
        ),
        Param("samples", 4000, low=4, high=1_000_000, help="Number of strings, all different"),
        Param("seed", 0, low=0, high=2**31 - 1, help="Fixes which strings are drawn"),
    ),
    stratify="first",
    help="Read a string of symbols, wait through a gap of blanks or of distracting symbols, then "
    "name the first symbol",
    licence="made here",
    citation="after Hochreiter, Schmidhuber: Long Short-Term Memory, Neural Computation, 1997",
)
