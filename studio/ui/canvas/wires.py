"""Wires: one cached path each where they can be read, all in one call where they cannot."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from studio.app.workspace import Workspace
from studio.core.graph import End
from studio.core.shapes import Kind
from studio.ui.theme import Tokens

from . import curves
from .batch import draw_lines
from .content import kind_at
from .hits import PortHit, WireHit
from .look import READABLE, RECOGNISABLE, Look, Painted
from .view_model import ViewModel

WIDTH_PX = 2.0


class WirePainter:
    """Paints the wires of a view-model in device pixels."""

    def __init__(self, workspace: Workspace, model: ViewModel) -> None:
        self._workspace = workspace
        self._model = model
        self._paths: dict[End, tuple[tuple[float, ...], QPainterPath]] = {}
        self._kinds: dict[End, Kind] = {}

    def forget_kinds(self) -> None:
        """Look again what flows through the wires, as after a check."""
        self._kinds.clear()
        if len(self._paths) > 2 * len(self._model.wires) + 64:
            self._paths.clear()

    def paint(self, painter: QPainter, look: Look, theme: Tokens, painted: Painted) -> None:
        """Paint the wires that may be seen, at a level of detail that fits their size."""
        rows = self._model.wires_in(look.area)
        if look.hidden is not None and look.hidden in self._model.wire_row:
            rows = rows[rows != self._model.wire_row[look.hidden]]
        painted.wires += len(rows)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if look.scale < RECOGNISABLE:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(QColor(theme.wire), 1.0))
            draw_lines(painter, look.to_device(self._model.ends[rows]))
            painted.calls += 1
        elif look.hasty or look.scale < READABLE:
            self._paint_batches(painter, look, theme, rows, painted)
        else:
            self._paint_paths(painter, look, theme, rows, painted)

    def _paint_batches(
        self,
        painter: QPainter,
        look: Look,
        theme: Tokens,
        rows: NDArray[np.int64],
        painted: Painted,
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not look.hasty)
        width = WIDTH_PX * look.dpr if look.scale >= READABLE else 1.2 * look.dpr
        by_kind: dict[Kind, list[int]] = {}
        for row in rows.tolist():
            by_kind.setdefault(self._kind(row), []).append(row)
        for kind, some in by_kind.items():
            pen = QPen(theme.kind(kind), width)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            draw_lines(painter, look.to_device(curves.lines(self._model.ends[some])))
            painted.calls += 1

    def _paint_paths(
        self,
        painter: QPainter,
        look: Look,
        theme: Tokens,
        rows: NDArray[np.int64],
        painted: Painted,
    ) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(look.camera.x * look.dpr, look.camera.y * look.dpr)
        painter.scale(look.scale, look.scale)
        for row in rows.tolist():
            wide = WIDTH_PX + 1.25 if self._raised(row, look) else WIDTH_PX
            pen = QPen(theme.kind(self._kind(row)), wide * look.dpr)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawPath(self._path(row))
        painted.calls += len(rows)
        painter.restore()

    def _raised(self, row: int, look: Look) -> bool:
        wire = self._model.wires[row]
        match look.hovered:
            case WireHit(wire=hovered):
                return wire == hovered
            case PortHit(end=end, output=output):
                return end == (wire.source if output else wire.target)
            case _:
                return False

    def _path(self, row: int) -> QPainterPath:
        end, ends = self._model.wires[row].target, tuple(self._model.ends[row].tolist())
        known = self._paths.get(end)
        if known is None or known[0] != ends:
            path = curves.path(QPointF(ends[0], ends[1]), QPointF(ends[2], ends[3]))
            known = self._paths[end] = (ends, path)
        return known[1]

    def _kind(self, row: int) -> Kind:
        source = self._model.wires[row].source
        kind = self._kinds.get(source)
        if kind is None:
            kind = self._kinds[source] = kind_at(self._workspace, source, output=True)
        return kind
