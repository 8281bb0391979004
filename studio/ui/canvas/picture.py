"""NetworkPicture: a drawing painted elsewhere than on the screen, with letters and lines."""

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QFont, QPainter

from studio.app.workspace import Workspace
from studio.ui.theme import Tokens

from .area_painter import AreaPainter
from .camera import Camera
from .cards import CardPainter
from .content import content_of
from .links import link_path, paint_links
from .look import Look, Painted
from .view_model import ViewModel
from .wires import WirePainter

MARGIN = 56.0


class NetworkPicture:
    """The whole open drawing of a workspace in its natural size."""

    def __init__(self, workspace: Workspace, font: QFont) -> None:
        self._workspace = workspace
        self._font = font
        self._model = ViewModel(workspace)
        self._model.select(())
        self._area = self._covered().adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)

    def _covered(self) -> QRectF:
        """Return what the drawing covers, with wires and links that reach beyond the cards."""
        model = self._model
        area = model.bounding()
        for row in range(len(model.strands.wires)):
            if not model.strands.hidden[row]:
                left, top, right, bottom = model.strands.boxes[row].tolist()
                area |= QRectF(left, top, right - left, bottom - top)
        for owner, user in model.links:
            area |= link_path(model, owner, user).boundingRect()
        return area

    def size(self) -> QSize:
        """Return its size in pixels."""
        return self._area.size().toSize()

    def paint_all(self, painter: QPainter, theme: Tokens) -> None:
        """Paint everything, in pixels from the top left corner."""
        ratio = painter.device().devicePixelRatio()
        camera = Camera(1.0, -self._area.left(), -self._area.top())
        look = Look(camera=camera, dpr=ratio, area=self._area)
        painter.scale(1.0 / ratio, 1.0 / ratio)
        painter.fillRect(QRectF(QPointF(), self._area.size() * ratio), QColor(theme.canvas))
        AreaPainter(theme, self._font).paint(painter, look, self._model.frames)
        WirePainter(self._workspace, self._model).paint(painter, look, theme, Painted())
        paint_links(painter, look, theme, self._model)
        cards = CardPainter(theme, self._font)
        for row, id_ in enumerate(self._model.ids):
            if row in self._model.folds:
                continue
            painter.save()
            painter.scale(ratio, ratio)
            painter.translate(self._model.rect(row).topLeft() - self._area.topLeft())
            cards.paint(painter, content_of(self._workspace, id_))
            painter.restore()
