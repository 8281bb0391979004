"""Reading: what takes a while is read beside the window, and a refusal becomes a notice."""

from collections.abc import Callable
from typing import Generic, TypeVar

from studio.core.errors import StudioError

T = TypeVar("T")
Beside = Callable[[Callable[[], None], Callable[[], None]], None]


class Reading(Generic[T]):
    """One thing that is read in a thread, and taken up in the window's."""

    def __init__(
        self, read: Callable[[], T], then: Callable[[T], None], refuse: Callable[[str], object]
    ) -> None:
        self._read = read
        self._then = then
        self._refuse = refuse
        self._value: list[T] = []
        self._refusal = ""

    def start(self, beside: Beside) -> None:
        """Begin; ``beside`` is that of the front."""
        beside(self._work, self._finish)

    def _work(self) -> None:
        try:
            self._value.append(self._read())
        except StudioError as error:
            self._refusal = str(error)

    def _finish(self) -> None:
        if self._value:
            self._then(self._value[0])
        else:
            self._refuse(self._refusal)
