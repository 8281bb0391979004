"""Guard: declarations of a plug-in whose functions are measured, limited in time, and told of."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import update_wrapper
from time import perf_counter
from typing import Any, TypeVar

from studio.api import (
    BlockSpec,
    Inferred,
    Schedule,
    Shape,
    ShapeError,
    Source,
    StudioError,
)
from studio.core.recipes import Step

from .watchdog import LIMIT_SECS, Overran, Watchdog
from .words import told

T = TypeVar("T")

MOST_AXES = 16
LARGEST_SIZE = 2**40


@dataclass(slots=True)
class Guard:
    """Watches what one plug-in does in this process.

    ``report`` is told once what went wrong; from then on nothing of the plug-in is called.
    """

    watchdog: Watchdog
    report: Callable[[str, BaseException | None], None]
    slowest_secs: float = 0.0
    slowest: str = ""
    broken: str = ""

    def run(self, what: str, function: Callable[..., T], *args: Any, secs: float = LIMIT_SECS) -> T:
        """Call a function of the plug-in, which may take so many seconds.

        Raises:
            StudioError: it refuses, which is its right; or it went wrong, which is reported.
        """
        if self.broken:
            raise ShapeError(self.broken)
        begin = perf_counter()
        try:
            return self.watchdog.call(secs, function, *args)
        except (StudioError, KeyboardInterrupt):
            raise
        except Overran as late:
            raise self.breaks(f"{what} took longer than {secs:g} s", late) from None
        except BaseException as error:
            raise self.breaks(f"{what} failed: {told(error)}", error) from error
        finally:
            took = perf_counter() - begin
            if took > self.slowest_secs:
                self.slowest_secs, self.slowest = took, what

    def breaks(self, sentence: str, error: BaseException | None = None) -> ShapeError:
        """Report what went wrong, and return it as a refusal."""
        if not self.broken:
            self.broken = sentence
            self.report(sentence, error)
        return ShapeError(self.broken)


class _Guarded:
    """A function of a plug-in, which keeps its name so that the engine finds it."""

    def __init__(self, guard: Guard, what: str, function: Callable[..., Any]) -> None:
        self._guard, self._what, self._function = guard, what, function
        update_wrapper(self, function)

    def __call__(self, *args: Any) -> Any:
        return self._guard.run(self._what, self._function, *args)


class _GuardedRule(_Guarded):
    def __call__(self, *args: Any) -> Any:
        found = super().__call__(*args)
        if not _is_sound(found):
            raise self._guard.breaks(f"{self._what} gives no sound shapes: {str(found)[:80]}")
        return found


@dataclass(frozen=True, slots=True)
class _Wrapping:
    guard: Guard
    id: str

    def around(self, value: Any, what: str) -> Any:
        """Return a function under guard; what is no function as it is."""
        return _Guarded(self.guard, f"{what} of {self.id}", value) if callable(value) else value


def guarded(value: object, guard: Guard) -> object:
    """Return a declaration with all its functions under guard; anything else as it is."""
    match value:
        case BlockSpec():
            return _block(value, guard)
        case Source():
            wrap = _Wrapping(guard, value.id)
            return replace(value, columns=wrap.around(value.columns, "the list of columns"))
        case Schedule():
            wrap = _Wrapping(guard, value.id)
            factor = wrap.around(value.factor, "the factor")
            return replace(value, factor=factor)
        case Step():
            wrap = _Wrapping(guard, value.id)
            return replace(value, gives=wrap.around(value.gives, "what becomes of a field"))
        case _:
            return value


def _block(spec: BlockSpec, guard: Guard) -> BlockSpec:
    wrap = _Wrapping(guard, spec.id)
    metrics = tuple(
        replace(
            metric,
            source=wrap.around(metric.source, "the text of a metric"),
            over=wrap.around(metric.over, "the count of a metric"),
        )
        for metric in spec.metrics
    )
    return replace(
        spec,
        infer=_GuardedRule(guard, f"the shape rule of {spec.id}", spec.infer),
        init=wrap.around(spec.init, "the text of the module"),
        call=wrap.around(spec.call, "the text of the call"),
        over=wrap.around(spec.over, "the count"),
        fit=wrap.around(spec.fit, "the fitting"),
        metrics=metrics,
    )


def _is_sound(found: object) -> bool:
    if not isinstance(found, Inferred):
        return False
    try:
        shapes: list[object] = list(found.outputs.values())
        weights: list[object] = list(found.weights.values())
        return all(map(_is_shape, shapes)) and all(map(_are_sizes, weights))
    except Exception:  # noqa: BLE001 - they may be of any type
        return False


def _is_shape(shape: object) -> bool:
    return isinstance(shape, Shape) and shape.rank <= MOST_AXES and _are_sizes(shape.dims)


def _are_sizes(dims: object) -> bool:
    return isinstance(dims, tuple) and all(
        isinstance(dim, str) or (isinstance(dim, int) and 0 <= dim <= LARGEST_SIZE) for dim in dims
    )
