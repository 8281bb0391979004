"""Moments: the steps of a run that are worth a look, for whoever goes through it in time."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from .record import Record

EVENLY = 120
"""So many moments there are at least in a run that is seen through curves alone."""


def moments_of(record: Record) -> list[int]:
    """Return the steps at which something was looked at or an epoch ended, and the last step.

    Where nothing was looked at, they stand evenly; a run without steps has none.
    """
    last = record.step
    if not last:
        return []
    seen = {one.step for history in record.snapshots.values() for one in history.snapshots}
    found = {*seen, *(epoch.step for epoch in record.epochs), last}
    if not seen:
        count = min(EVENLY, last)
        found |= {round(place * last / count) for place in range(1, count + 1)}
    return sorted(step for step in found if 0 <= step <= last)


def after(moments: Sequence[int], step: float) -> int | None:
    """Return the first moment later than a step; None at the end."""
    at = bisect_right(moments, step)
    return moments[at] if at < len(moments) else None


def before(moments: Sequence[int], step: float) -> int | None:
    """Return the last moment earlier than a step; None at the beginning."""
    at = bisect_left(moments, step)
    return moments[at - 1] if at else None
