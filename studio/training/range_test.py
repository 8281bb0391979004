"""The rate of a range test: it rises by the same share at every step. No schedule to choose."""

from studio.api import Params


def rising_factor(step: int, _steps: int, params: Params) -> float:
    """Return ``lowest`` at the first step, 1 at step number ``steps``, and stay there."""
    share = min(step / max(params.whole("steps") - 1, 1), 1.0)
    return float(params.real("lowest") ** (1.0 - share))
