"""Pages: Build, Data, Train and Runs; all but the first are made when they are first seen."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from studio.app.front import Page
from studio.app.studio import Studio

from .build_page import BuildPage
from .menus import Menus

LEAST_PX = 240
"""What panels at the side leave to a page at least; a page may not ask for more."""


class Pages(QStackedWidget):
    """One page at a time."""

    turned = Signal(str)

    def __init__(self, studio: Studio, menus: Menus, parent: QWidget) -> None:
        super().__init__(parent)
        self.setMinimumWidth(LEAST_PX)
        self._studio = studio
        self._menus = menus
        self.page: Page = "build"
        self.build = BuildPage(studio.workspace, self)
        self.build.follow(studio.comparison)
        self._made: dict[Page, QWidget] = {"build": self.build}
        self.addWidget(self.build)

    def show_page(self, page: Page) -> None:
        """Show a page."""
        if page not in self._made:
            self._made[page] = self._make(page)
            self.addWidget(self._made[page])
        self.page = page
        self.setCurrentWidget(self._made[page])
        self.turned.emit(page)

    def _make(self, page: Page) -> QWidget:
        if page == "data":
            from .data.page import DataPage

            return DataPage(self._studio, self)
        if page == "runs":
            from .runs.page import RunsPage  # and the charts with it

            return RunsPage(self._studio, self._menus, self)
        from .training.page import TrainPage

        return TrainPage(self._studio.workspace, self._studio.trainer, self)
