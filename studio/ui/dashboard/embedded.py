"""Embedded: one look at an embedding, and what is known of each of its samples."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from studio.core.text import grouped
from studio.runs.arrays import array_to_numpy
from studio.runs.events import Snapshot

from .hover_card import HoverCard
from .image_grid import image_from
from .paint import Row
from .scatter import Cloud
from .ticks import number

NEAREST = 5
"""Neighbours that are joined to a point."""
COLOURS = {
    "labels": "Class", "predicted": "Prediction", "wrong": "Right or wrong", "loss": "Error",
    "rows": "Place in the data",
}  # fmt: skip
_VERDICTS = ("right", "wrong")


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """A snapshot of kind ``embedding``, with what was put in if that is known.

    ``classes`` are the names of the classes, ``symbols`` those of tokens.
    """

    snapshot: Snapshot
    inputs: Snapshot | None = None
    classes: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    _read: dict[str, NDArray[np.generic]] = field(default_factory=dict)

    def array(self, name: str) -> NDArray[np.generic] | None:
        """Return what is known of the samples under a name."""
        if name == "wrong":
            said, right = self.array("predicted"), self.array("labels")
            if said is None or right is None:
                return None
            wrong: NDArray[np.generic] = np.not_equal(said.ravel(), right.ravel()).astype(np.int64)
            return wrong
        if name not in self._read and name in self.snapshot.arrays:
            self._read[name] = array_to_numpy(self.snapshot.arrays[name])
        return self._read.get(name)

    @property
    def points(self) -> NDArray[np.floating]:
        """Samples × 2 or 3."""
        return np.asarray(array_to_numpy(self.snapshot.arrays["points"]), np.float64)

    @property
    def rows(self) -> NDArray[np.int64]:
        """Which samples of the data they are; their places, where the record does not say."""
        rows = self.array("rows")
        return np.arange(len(self.points)) if rows is None else rows.astype(np.int64).ravel()

    @property
    def colourings(self) -> list[tuple[str, str]]:
        """What the points can be coloured by."""
        return [(key, title) for key, title in COLOURS.items() if self.array(key) is not None]

    def cloud(self, colour: str, points: NDArray[np.floating]) -> Cloud:
        """Return the points in the colours of what is wanted, else of their classes."""
        values = self.array(colour)
        values = self.array("labels") if values is None else values
        names = _VERDICTS if colour == "wrong" else self.classes
        if colour in {"loss", "rows"} and values is not None:
            values = values.astype(np.float64)
        return Cloud(points, values, names)

    def neighbours(self, place: int) -> list[int]:
        """Return the places of the samples next to one, in all its dimensions."""
        found = self.array("neighbours")
        if found is None or not 0 <= place < len(found):
            return []
        nearest: list[int] = found[place, :NEAREST].astype(int).tolist()
        return nearest

    def caption(self) -> str:
        """Say when it was, and how far it can be trusted."""
        words = [f"step {grouped(self.snapshot.step)}"]
        explained, trust = self.array("explained"), self.array("trust")
        if trust is not None:
            words.append(f"trust {float(trust.astype(float)[0]):.2f}")
        if explained is not None:
            words.append(f"{100 * float(explained.astype(float).sum()):.0f} % of variance")
        if self.snapshot.notes.get("refitted"):
            words.append("axes fitted anew")
        return " · ".join(words)

    def card(self, place: int) -> HoverCard:
        """Return what is known of one sample."""
        rows = []
        for key, title in (("labels", "class"), ("predicted", "said to be")):
            values = self.array(key)
            if values is not None and values.dtype.kind in "iub":
                rows.append(Row(title, self._class(int(values.ravel()[place]))))
            elif values is not None:
                rows.append(Row(title, number(float(values.ravel()[place]))))
        loss = self.array("loss")
        if loss is not None:
            rows.append(Row("error", number(float(loss.ravel()[place]))))
        head = f"sample {grouped(int(self.rows[place]))}"
        return HoverCard(head, rows, self._picture(place), self._words(place))

    def pictures(self) -> NDArray[np.uint8] | None:
        """Return samples × channels × height × width; None where samples are no images."""
        inputs = self.inputs
        if inputs is None or inputs.notes.get("as") != "images":
            return None
        return self._of_points(np.asarray(array_to_numpy(inputs.arrays["inputs"]), np.uint8))

    def table(self) -> dict[str, Sequence[object]]:
        """Return what is known of each sample, by heading."""
        told: dict[str, Sequence[object]] = {"sample": self.rows.tolist()}
        for key, title in (("labels", "class"), ("predicted", "prediction"), ("loss", "error")):
            values = self.array(key)
            if values is not None and values.dtype.kind in "iub":
                told[title] = [self._class(int(value)) for value in values.ravel()]
            elif values is not None:
                told[title] = values.ravel().tolist()
        return told

    def _class(self, class_: int) -> str:
        return self.classes[class_] if 0 <= class_ < len(self.classes) else str(class_)

    def _of_points(self, values: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
        """Return what was put in for these points, though it may be of more samples."""
        assert self.inputs is not None
        known = array_to_numpy(self.inputs.arrays["rows"]).astype(np.int64).ravel()
        order = np.argsort(known)
        at = np.searchsorted(known, self.rows, sorter=order)
        if not len(known) or (at >= len(known)).any():
            return None
        places = order[at]
        return values[places] if (known[places] == self.rows).all() else None

    def _place(self, place: int) -> int | None:
        if self.inputs is None:
            return None
        known = array_to_numpy(self.inputs.arrays["rows"]).ravel()
        found = np.flatnonzero(known == self.rows[place])
        return int(found[0]) if len(found) else None

    def _picture(self, place: int) -> QImage | None:
        at = self._place(place)
        if at is None or self.inputs is None or self.inputs.notes.get("as") != "images":
            return None
        return image_from(np.asarray(array_to_numpy(self.inputs.arrays["inputs"])[at], np.uint8))

    def _words(self, place: int) -> str:
        at = self._place(place)
        if at is None or self.inputs is None or self.inputs.notes.get("as") == "images":
            return ""
        values = array_to_numpy(self.inputs.arrays["inputs"])[at].ravel()
        if self.inputs.notes.get("as") == "tokens":
            ids = values.astype(int).tolist()
            names = [self.symbols[id_] if id_ < len(self.symbols) else str(id_) for id_ in ids]
            apart = "" if all(len(name) == 1 for name in names) else " "
            return apart.join(names)
        return ", ".join(number(float(value)) for value in values.astype(float))
