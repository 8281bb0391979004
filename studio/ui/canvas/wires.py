"""Wires: one cached path each where they can be read, all in one call where they cannot."""

from typing import get_args

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from studio.app.workspace import Workspace
from studio.core.graph import End
from studio.core.shapes import Kind
from studio.ui.dashboard.colours import colour_at
from studio.ui.theme import Tokens

from . import curves
from .batch import draw_lines
from .content import kind_at
from .hits import BendHit, PortHit, WireHit
from .look import READABLE, RECOGNISABLE, Look, Painted
from .view_model import ViewModel

KINDS: tuple[Kind, ...] = get_args(Kind)
WIDTH_PX = 2.0
BEND = 4.5
"""Half the size of a bend's dot, in canvas units."""
DOT_PX = 3.0
"""Half the size of a dot from which it has a rim."""
FLOW_STEPS = 16
"""So many colours tell how much flows back through a wire."""
SMOOTH = 0.7
"""The ``detail`` from which each wire is a path of its own."""


class WirePainter:
    """Paints the wires of a view-model in device pixels."""

    def __init__(self, workspace: Workspace, model: ViewModel) -> None:
        self._workspace = workspace
        self._strands = model.strands
        self._paths: dict[tuple[End, int], tuple[bytes, QPainterPath]] = {}
        self._kinds: NDArray[np.int8] = np.empty(0, np.int8)

    def forget_kinds(self) -> None:
        """Look again what flows through the wires, as after a check."""
        self._kinds = np.empty(0, np.int8)
        if len(self._paths) > 2 * len(self._strands.wires) + 64:
            self._paths.clear()

    def paint(self, painter: QPainter, look: Look, theme: Tokens, painted: Painted) -> None:
        """Paint the wires that may be seen, at a level of detail that fits their size."""
        rows = self._strands.seen_in(look.area)
        if look.hidden is not None and look.hidden in self._strands.rows:
            rows = np.setdiff1d(rows, np.array(self._strands.rows[look.hidden]))
        painted.wires += len(rows)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if look.detail < RECOGNISABLE:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(QColor(theme.wire), 1.0))
            draw_lines(painter, look.to_device(self._strands.ends[rows]))
            painted.calls += 1
        elif look.hasty or look.detail < SMOOTH:
            self._paint_batches(painter, look, theme, rows, painted)
        else:
            self._paint_paths(painter, look, theme, rows, painted)
        self._paint_flow(painter, look, rows)
        self._paint_chosen(painter, look, theme)
        if look.detail >= RECOGNISABLE:
            self._paint_bends(painter, look, theme)

    def _paint_batches(
        self,
        painter: QPainter,
        look: Look,
        theme: Tokens,
        rows: NDArray[np.int64],
        painted: Painted,
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not look.hasty)
        thin = look.dpr if look.hasty else 1.2 * look.dpr
        width = WIDTH_PX * look.dpr if look.detail >= READABLE else thin
        pieces = 24 if len(rows) < 300 else 12 if look.detail >= 0.35 else 6
        kinds = self._kinds_of(rows)
        for number, kind in enumerate(KINDS):
            some = rows[kinds == number]
            if not len(some):
                continue
            pen = QPen(theme.kind(kind), width)
            # Square ends overlap, so that no seams show between the pieces of a curve.
            cap = Qt.PenCapStyle.FlatCap if look.hasty else Qt.PenCapStyle.SquareCap
            pen.setCapStyle(cap)
            painter.setPen(pen)
            lines = curves.lines(self._strands.knots[some], pieces)
            draw_lines(painter, look.to_device(lines))
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
        for row, kind in zip(rows.tolist(), self._kinds_of(rows).tolist(), strict=True):
            wide = WIDTH_PX + 1.25 if self._raised(row, look) else WIDTH_PX
            pen = QPen(theme.kind(KINDS[kind]), wide * look.dpr)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawPath(self._path(row))
        painted.calls += len(rows)
        painter.restore()

    def _raised(self, row: int, look: Look) -> bool:
        wire = self._strands.wires[row]
        match look.hovered:
            case WireHit(wire=hovered) | BendHit(wire=hovered):
                return wire == hovered
            case PortHit(end=end, output=output):
                return end == (wire.source if output else wire.target)
            case _:
                return False

    def _path(self, row: int) -> QPainterPath:
        end, knots = self._strands.wires[row].target, self._strands.knots[row]
        key, form = (end, row - self._strands.rows[end].start), knots.tobytes()
        known = self._paths.get(key)
        if known is None or known[0] != form:
            known = self._paths[key] = (form, curves.path_of(knots))
        return known[1]

    def _paint_flow(self, painter: QPainter, look: Look, rows: NDArray[np.int64]) -> None:
        """Paint wires over in the colours of what flows back through them."""
        if not look.flow:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not look.hasty)
        shares = [look.flow.get(self._strands.wires[row].target.node, -1.0) for row in rows]
        steps = np.floor(np.array(shares) * FLOW_STEPS)
        for step in np.unique(steps[steps >= 0]).tolist():
            some = rows[steps == step]
            pen = QPen(colour_at(step / FLOW_STEPS), (WIDTH_PX + 1.0) * look.dpr)
            pen.setCapStyle(Qt.PenCapStyle.SquareCap)
            painter.setPen(pen)
            draw_lines(painter, look.to_device(curves.lines(self._strands.knots[some], 24)))

    def _paint_chosen(self, painter: QPainter, look: Look, theme: Tokens) -> None:
        """Paint selected wires once more, broad and in the colour of the selection."""
        rows = [row for end in look.wires for row in self._strands.rows.get(end, ())]
        if not rows:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not look.hasty)
        lines = look.to_device(curves.lines(self._strands.knots[rows], 48))
        self._paint_halo(painter, look, theme, rows)
        painter.setPen(QPen(QColor(theme.accent), (WIDTH_PX + 1.0) * look.dpr))
        draw_lines(painter, lines)

    def _paint_halo(self, painter: QPainter, look: Look, theme: Tokens, rows: list[int]) -> None:
        halo = QColor(theme.accent)
        halo.setAlpha(70)
        pen = QPen(halo, 8.0 * look.dpr)
        pen.setCosmetic(True)
        painter.save()
        painter.setPen(pen)
        painter.translate(look.camera.x * look.dpr, look.camera.y * look.dpr)
        painter.scale(look.scale, look.scale)
        for row in rows:
            painter.drawPath(self._path(row))
        painter.restore()

    def _paint_bends(self, painter: QPainter, look: Look, theme: Tokens) -> None:
        """Paint the dots that wires run through."""
        if not self._strands.bends:
            return
        reach = BEND * look.scale
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for end, points in self._strands.bends.items():
            rows = self._strands.rows[end]
            if self._strands.hidden[rows.start] or end == look.hidden:
                continue
            kind = int(self._kinds_of(np.array(rows[:1]))[0])
            colour = QColor(theme.accent) if end in look.wires else theme.kind(KINDS[kind])
            if reach < DOT_PX * look.dpr:  # a rim would cut the wire
                painter.setPen(Qt.PenStyle.NoPen)
            else:
                painter.setPen(QPen(QColor(theme.canvas), 1.5 * look.dpr))
            painter.setBrush(colour)
            hovered = look.hovered
            for place, (x, y) in enumerate(look.to_device(np.array(points)).tolist()):
                raised = isinstance(hovered, BendHit) and hovered == BendHit(
                    self._strands.wires[rows.start], place
                )
                size = reach * (1.5 if raised else 1.0)
                painter.drawEllipse(QPointF(x, y), size, size)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _kinds_of(self, rows: NDArray[np.int64]) -> NDArray[np.int8]:
        """Return what flows through wires, as places in ``KINDS``; asked once until forgotten."""
        if len(self._kinds) != len(self._strands.wires):
            self._kinds = np.full(len(self._strands.wires), -1, np.int8)
        for row in rows[self._kinds[rows] < 0].tolist():
            source = self._strands.wires[row].source
            self._kinds[row] = KINDS.index(kind_at(self._workspace, source, output=True))
        return self._kinds[rows]
