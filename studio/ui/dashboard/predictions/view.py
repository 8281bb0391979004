"""View: one way of showing predictions. A view is a class here with a ``title``, one a file."""

from collections.abc import Iterator, Sequence
from importlib import import_module
from inspect import isclass
from pkgutil import iter_modules
from typing import ClassVar

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from studio.ui.dashboard.paint import Row
from studio.ui.theme import Tokens

from .judged import Judged


class View:
    """Paints predictions of classes, or of numbers.

    Attributes:
        order: the place in the menu.
        of_classes: whether it is for classes; else it is for numbers.
    """

    title: ClassVar[str] = ""
    order: ClassVar[int] = 0
    of_classes: ClassVar[bool] = True

    def fits(self, judged: Judged) -> bool:
        """Whether there is something of this kind to show."""
        return judged.of_classes == self.of_classes

    def caption(self, judged: Judged) -> str:
        """Return what is said above the picture."""
        raise NotImplementedError

    def paint(self, painter: QPainter, area: QRectF, judged: Judged, theme: Tokens) -> None:
        """Draw it into a place."""
        raise NotImplementedError

    def rows_at(self, at: QPointF, judged: Judged) -> tuple[str, Sequence[Row]] | None:
        """Return what is under the pointer after it was painted: a head and lines."""
        return None

    def samples_at(self, at: QPointF, judged: Judged) -> Sequence[int]:
        """Return the places of the samples that stand for what is under a point."""
        return ()

    def drawn(self) -> Sequence[tuple[QRectF, int]]:
        """Return where single samples were painted, and their places."""
        return ()

    def table(self, judged: Judged) -> str:
        """Return it as lines of comma-separated values."""
        raise NotImplementedError


def views() -> tuple[View, ...]:
    """Return a new one of every kind there is, in the order of the menu."""
    return tuple(sorted(_found(), key=lambda view: view.order))


def _found() -> Iterator[View]:
    package = import_module(__package__ or "")
    for module in iter_modules(package.__path__):
        for value in vars(import_module(f"{package.__name__}.{module.name}")).values():
            if not isclass(value) or not issubclass(value, View) or not value.title:
                continue
            if value.__module__.endswith(f".{module.name}"):
                yield value()
