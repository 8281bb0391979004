"""PictureMenu: the context menu of a view that is taken elsewhere as a picture."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtWidgets import QMenu, QWidget

from studio.ui.theme import tokens

from .export import Picture, copy_image, copy_svg, copy_text


class PictureMenu(QMenu):
    """Copy as image, as SVG, and, where ``table`` gives it, as numbers."""

    def __init__(
        self, picture: Picture, widget: QWidget, title: str, table: Callable[[], str] | None = None
    ) -> None:
        super().__init__(widget)
        self._picture = picture
        self._widget = widget
        self._title = title
        self._table = table
        self.addAction("Copy as image").triggered.connect(self._copy_image)
        self.addAction("Copy as SVG").triggered.connect(self._copy_svg)
        if table is not None:
            self.addAction("Copy data as CSV").triggered.connect(self._copy_table)
        widget.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        widget.customContextMenuRequested.connect(self._pop_up)

    @Slot(QPoint)
    def _pop_up(self, at: QPoint) -> None:
        self.popup(self._widget.mapToGlobal(at))

    @Slot()
    def _copy_image(self) -> None:
        copy_image(self._picture, tokens(self._widget))

    @Slot()
    def _copy_svg(self) -> None:
        copy_svg(self._picture, self._title)

    @Slot()
    def _copy_table(self) -> None:
        assert self._table is not None
        copy_text(self._table())
