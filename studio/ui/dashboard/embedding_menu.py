"""EmbeddingMenu: how a map is made and coloured, and files for TensorBoard's projector."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from studio.app.projector import write_projector
from studio.core.errors import FileError
from studio.core.text import grouped
from studio.ui.dialogs import files

if TYPE_CHECKING:
    from .panels.embedding import EmbeddingPanel

METHODS = {"pca": "Principal components", "tsne": "t-SNE", "umap": "UMAP"}
SAMPLES = (512, 2000, 10_000)


class EmbeddingMenu(QMenu):
    """Method, dimensions, samples, colours, and the way to the projector."""

    def __init__(self, panel: "EmbeddingPanel") -> None:
        super().__init__(panel)
        self._panel = panel
        self._methods = self._group("method", list(METHODS.items()))
        self.addSeparator()
        self._space = self.addAction("Three dimensions")
        self._space.setCheckable(True)
        self._space.triggered.connect(self._set_space)
        self._samples = QMenu("Samples", self)
        self._counts = QActionGroup(self._samples)
        for count in SAMPLES:
            action = self._counts.addAction(self._samples.addAction(f"Up to {grouped(count)}"))
            action.setCheckable(True)
            action.setData(count)
        self._counts.triggered.connect(self._set_samples)
        self.addMenu(self._samples)
        self._colours = QMenu("Colour by", self)
        self._colours.triggered.connect(self._set_colour)
        self.addMenu(self._colours)
        self.addSeparator()
        self.addAction("Select no samples").triggered.connect(self._select_none)
        self.addSeparator()
        words = "Export for TensorBoard's projector…"
        self.addAction(words).triggered.connect(self._ask_projector)
        self.aboutToShow.connect(self._show_settings)

    def _group(self, name: str, options: list[tuple[str, str]]) -> QActionGroup:
        group = QActionGroup(self)
        for key, title in options:
            action = group.addAction(self.addAction(title))
            action.setCheckable(True)
            action.setData(key)
        group.setObjectName(name)
        group.triggered.connect(self._set_method)
        return group

    @Slot()
    def _show_settings(self) -> None:
        panel = self._panel
        for action in self._methods.actions():
            action.setChecked(action.data() == panel.method)
        self._space.setChecked(panel.space)
        for action in self._counts.actions():
            action.setChecked(action.data() == panel.samples)
        self._colours.clear()
        shown = panel.embedded
        for key, title in shown.colourings if shown else []:
            action = self._colours.addAction(title)
            action.setCheckable(True)
            action.setChecked(key == panel.colour)
            action.setData(key)
        self._colours.setEnabled(shown is not None)

    @Slot(QAction)
    def _set_method(self, action: QAction) -> None:
        self._panel.set_option("method", str(action.data()))

    @Slot(bool)
    def _set_space(self, on: bool) -> None:
        self._panel.set_option("space", on)

    @Slot(QAction)
    def _set_samples(self, action: QAction) -> None:
        self._panel.set_option("samples", int(action.data()))

    @Slot(QAction)
    def _set_colour(self, action: QAction) -> None:
        self._panel.set_option("colour", str(action.data()))

    @Slot()
    def _select_none(self) -> None:
        self._panel.chosen.choose(())

    @Slot()
    def _ask_projector(self) -> None:
        files.ask_folder(self._panel, "Export for the projector", Path.home(), self.export)

    def export(self, folder: Path) -> None:
        """Write what is shown for TensorBoard's projector; what goes wrong is said above it."""
        shown = self._panel.embedded
        if shown is None:
            return
        vectors = shown.array("vectors")
        values = shown.points if vectors is None else vectors.astype(np.float32)
        try:
            write_projector(folder, self._panel.block, values, shown.table(), shown.pictures())
        except FileError as error:
            self._panel.caption.setText(str(error))
            return
        self._panel.caption.setText(f"Exported to {folder}")
