"""SampleView: some samples of the data, drawn as what they are: pictures, points, text, numbers."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from studio.core.recipes import Column
from studio.core.text import plural
from studio.runs.arrays import array_to_numpy
from studio.runs.events import Preview
from studio.ui.widgets.card import Card
from studio.ui.widgets.labels import Text

from .pictures import Pictures
from .points import Points
from .rows import Rows
from .texts import Texts
from .words import words_for

Arrays = dict[str, NDArray[np.generic]]


class SampleView(Card):
    """Chooses how to draw a sample by the shape of its input."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Samples", parent)
        self.view: QWidget = QWidget(self)
        self._area = QScrollArea(self)
        self._area.setAccessibleName("Samples of the data")
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setWidget(self.view)
        self.notes = Text("", self, "small")
        self.notes.setVisible(False)
        self.add(self.notes)
        self.add(self._area, stretch=1)
        self.setVisible(False)

    def show_samples(self, title: str, columns: tuple[Column, ...], preview: Preview) -> None:
        """Show the samples of a preview."""
        arrays: Arrays = {name: array_to_numpy(it) for name, it in preview.arrays.items()}
        shown = next((len(array) for array in arrays.values()), 0)
        of = preview.samples.get("train", shown)
        self.title.say(f"{title}: {shown} of {plural(of, 'training sample')}")
        self.notes.say("\n".join(preview.notes))
        self.view = _view_for(columns, arrays, self)
        self._area.setWidget(self.view)


def samples_to_see(columns: tuple[Column, ...]) -> int:
    """Return how many samples fill the view: of points a cloud, of anything else a page."""
    return 600 if any(_is_point(column) for column in columns) else 48


def _is_point(column: Column) -> bool:
    return column.role == "input" and column.dtype == "float" and column.shape == (2,)


def _view_for(columns: tuple[Column, ...], arrays: Arrays, parent: QWidget) -> QWidget:
    known = [(column, arrays[column.name]) for column in columns if column.name in arrays]
    inputs = [(column, values) for column, values in known if column.role == "input"]
    target = next(((column, values) for column, values in known if column.role == "target"), None)
    if len(inputs) == 1:
        only, values = inputs[0]
        if only.dtype == "float" and len(only.shape) == 3 and only.shape[0] in {1, 3}:
            return Pictures(values, _labels(target, len(values)), parent)
        if _is_point(only):
            named = target is not None and bool(target[0].labels)
            classes, labels = (target[1], target[0].labels) if target and named else (None, ())
            return Points(values, classes, labels, parent)
        if only.dtype == "int" and len(only.shape) == 1:
            return Texts(only, values, target, parent)
    return Rows(known, parent)


def _labels(target: tuple[Column, NDArray[np.generic]] | None, size: int) -> list[str]:
    if target is None:
        return [""] * size
    column, values = target
    return [words_for(column, values[place]) for place in range(size)]
