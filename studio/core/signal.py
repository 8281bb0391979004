"""Signal[T]: tell listeners at once, hold bound methods weakly."""

from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakMethod

T = TypeVar("T")


class Signal(Generic[T]):
    """A synchronous announcement with one value.

    Bound methods are held weakly, so a listener that dies is forgotten; plain functions are
    held strongly. A listener that raises stops the telling: errors are never swallowed here.
    """

    def __init__(self) -> None:
        self._listeners: list[WeakMethod[Callable[[T], object]] | Callable[[], object]] = []

    def connect(self, listener: Callable[[T], object]) -> None:
        """Call ``listener`` with every value told from now on."""
        if hasattr(listener, "__self__") and hasattr(listener, "__func__"):
            self._listeners.append(WeakMethod(listener))
        else:
            self._listeners.append(lambda: listener)

    def disconnect(self, listener: Callable[[T], object]) -> None:
        """Stop calling ``listener``; one that was never connected is no error."""
        self._listeners = [ref for ref in self._listeners if ref() not in (listener, None)]

    def tell(self, value: T) -> None:
        """Call every living listener with ``value``, in the order they connected."""
        living = [(ref, ref()) for ref in self._listeners]
        self._listeners = [ref for ref, listener in living if listener is not None]
        for _, listener in living:
            if callable(listener):
                listener(value)
