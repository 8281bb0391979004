"""Marking: what is said of the thing under the pointer, on the canvas and in its tool tip."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from studio.app.workspace import Workspace
from studio.core.check import BlockFacts
from studio.core.graph import End
from studio.core.shapes import Shape
from studio.ui.theme import TEXT_PX

from .content import kind_at, problems_text
from .hits import CardHit, Hit, PortHit, WireHit
from .labels import draw_label
from .look import Look
from .marks import form

if TYPE_CHECKING:
    from .surface import Surface

BEGIN = "Drag a block here, or press Tab to type its name"
NAMED_FROM = 1.4
"""The zoom from which lone ports are named too."""


def paint_marks(painter: QPainter, surface: "Surface", look: Look, pointer: QPointF) -> None:
    """Paint the names of lone ports when near, and what flows where the pointer is."""
    if look.camera.zoom >= NAMED_FROM:
        _paint_port_names(painter, surface, look)
    if surface.gesture is not None:
        return
    match surface.hovered:
        case WireHit(wire=wire):
            shape = surface.workspace.here.shape_at(wire.source)
            text = f"{shape.kind}  {shape}  {shape.dtype}" if shape else "Shape not known yet"
            draw_label(painter, surface.theme, text, pointer, QSizeF(surface.size()))
        case PortHit(end=end, output=output) if end.node in surface.model.row:
            _paint_raised_port(painter, surface, end, output=output)


def paint_beginning(painter: QPainter, surface: "Surface") -> None:
    """Paint how to begin, where there is nothing else."""
    font = QFont(surface.font())
    font.setPixelSize(TEXT_PX["large"])
    painter.setFont(font)
    painter.setPen(QColor(surface.theme.muted))
    painter.drawText(surface.rect(), Qt.AlignmentFlag.AlignCenter, BEGIN)


def tip_for(workspace: Workspace, found: Hit | None) -> str:
    """Return the tool tip of a thing on the canvas; empty for nothing to say."""
    match found:
        case PortHit(end=end, output=output):
            return _port_tip(workspace, end, output=output)
        case CardHit(node=node):
            facts = workspace.here.blocks.get(node, BlockFacts())
            if facts.problems:
                return problems_text(facts.problems)
            spec = workspace.spec_of(node)
            return spec.title if spec and spec.title != workspace.graph.nodes[node].title else ""
        case _:
            return ""


def _port_tip(workspace: Workspace, end: End, *, output: bool) -> str:
    spec = workspace.spec_of(end.node)
    port = (spec.output(end.port) if output else spec.input(end.port)) if spec else None
    facts = workspace.here.blocks.get(end.node, BlockFacts())
    shape: Shape | None = (facts.outputs if output else facts.inputs).get(end.port)
    wrong = tuple(problem for problem in facts.problems if problem.port == end.port)
    kind = kind_at(workspace, end, output=output)
    head = f"{end.port}: {kind} {shape}" if shape else end.port
    said = [head, port.help if port else "", problems_text(wrong)]
    return "\n".join(line for line in said if line)


def _paint_raised_port(painter: QPainter, surface: "Surface", end: End, *, output: bool) -> None:
    kind = kind_at(surface.workspace, end, output=output)
    painter.save()
    painter.translate(surface.view_from_scene(surface.model.port_at(end, output=output)))
    painter.scale(surface.camera.zoom, surface.camera.zoom)
    halo = surface.theme.kind(kind)
    halo.setAlpha(60)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(halo)
    painter.drawEllipse(QPointF(), 10.0, 10.0)
    painter.setPen(QPen(QColor(surface.theme.card), 1.5))
    painter.setBrush(surface.theme.kind(kind))
    painter.drawPath(form(kind, 6.0))
    painter.restore()


def _paint_port_names(painter: QPainter, surface: "Surface", look: Look) -> None:
    font = QFont(surface.font())
    font.setPixelSize(round(TEXT_PX["small"] * min(look.camera.zoom, 2.0) * 0.8))
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setPen(QColor(surface.theme.muted))
    for row in surface.model.cards_in(look.area).tolist():
        layout, rect = surface.model.layouts[row], surface.model.rect(row)
        seen = look.camera.rect_to_view(rect)
        lift = -8.0 * look.camera.zoom
        for place in layout.inputs[:1] if len(layout.inputs) == 1 else ():
            width = metrics.horizontalAdvance(place.name)
            at = QPointF(
                seen.left() - width - 9.0 * look.camera.zoom,
                seen.top() + place.y * look.camera.zoom + lift,
            )
            painter.drawText(at, place.name)
        for place in layout.outputs[:1] if len(layout.outputs) == 1 else ():
            at = QPointF(
                seen.right() + 9.0 * look.camera.zoom,
                seen.top() + place.y * look.camera.zoom + lift,
            )
            painter.drawText(at, place.name)
