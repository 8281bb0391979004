"""Samples worth a look: the worst, the least certain, and those whose answer changed."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from studio.core.text import plural
from studio.ui.dashboard.image_grid import image_from
from studio.ui.dashboard.paint import Row, paint_empty
from studio.ui.dashboard.ticks import number
from studio.ui.theme import Tokens

from .judged import Judged
from .view import View

_EDGE_PX, _GAP_PX = 10.0, 8.0
_PICTURE_PX = 56.0
MOST = 24

Places = NDArray[np.int64]


class _Chosen(View):
    """Pictures or words of some samples, with what they are and what was said."""

    none = "No sample"

    def __init__(self) -> None:
        self._drawn: list[tuple[QRectF, int]] = []

    def places(self, judged: Judged) -> Places:
        """Return the samples in order, the first first."""
        raise NotImplementedError

    def paint(self, painter: QPainter, area: QRectF, judged: Judged, theme: Tokens) -> None:
        """Draw as many as there is room for."""
        places, self._drawn = self.places(judged), []
        if not len(places):
            paint_empty(painter, area, self.none, theme)
        elif judged.form == "images":
            self._paint_pictures(painter, area, judged, places, theme)
        else:
            self._paint_lines(painter, area, judged, places, theme)

    def rows_at(self, at: QPointF, judged: Judged) -> tuple[str, Sequence[Row]] | None:
        """Return what is known of the sample under the pointer."""
        found = next((place for room, place in self._drawn if room.contains(at)), None)
        if found is None:
            return None
        best = judged.scores[found].argsort()[::-1][:3]
        rows = [Row("is", judged.name(int(judged.classes[found])))]
        rows += [Row(judged.name(int(k)), f"{100 * judged.scores[found, k]:.1f} %") for k in best]
        return f"sample {int(_row(judged, found))}", rows

    def samples_at(self, at: QPointF, judged: Judged) -> Sequence[int]:
        """Return the sample under a point."""
        return [place for room, place in self._drawn if room.contains(at)]

    def drawn(self) -> Sequence[tuple[QRectF, int]]:
        """Return where samples were painted, and their places."""
        return self._drawn

    def table(self, judged: Judged) -> str:
        """Return the samples, a line each."""
        lines = ["sample,is,said,probability of what is right"]
        for place in self.places(judged):
            is_, said = int(judged.classes[place]), int(judged.said[place])
            share = judged.scores[place, is_]
            lines.append(
                f"{_row(judged, place)},{judged.name(is_)},{judged.name(said)},{share:.6g}"
            )
        return "\n".join(lines) + "\n"

    def _paint_pictures(
        self, painter: QPainter, area: QRectF, judged: Judged, places: Places, theme: Tokens
    ) -> None:
        metrics = QFontMetricsF(painter.font())
        words = [_words(judged, place) for place in places]
        wide = max(_PICTURE_PX, min(max(map(metrics.horizontalAdvance, words)), 130.0)) + _GAP_PX
        tall = _PICTURE_PX + metrics.height() + _GAP_PX
        columns = max(int((area.width() - 2 * _EDGE_PX + _GAP_PX) / wide), 1)
        rows = max(int((area.height() - 4) / tall), 1)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
        known = {int(place): at for at, place in enumerate(judged.shown)}
        for at, place in enumerate(places[: columns * rows]):
            x = area.left() + _EDGE_PX + at % columns * wide
            y = area.top() + 4 + at // columns * tall
            picture = image_from(np.asarray(judged.inputs[known[int(place)]], np.uint8))
            side = QRectF(x, y, _PICTURE_PX, _PICTURE_PX)
            painter.drawImage(side, picture)
            painter.setPen(QColor(_colour(judged, place, theme)))
            shown = metrics.elidedText(words[at], Qt.TextElideMode.ElideRight, wide - 4)
            painter.drawText(QPointF(x, y + _PICTURE_PX + metrics.ascent() + 1), shown)
            self._drawn.append((QRectF(x, y, wide - _GAP_PX, tall - 2), int(place)))

    def _paint_lines(
        self, painter: QPainter, area: QRectF, judged: Judged, places: Places, theme: Tokens
    ) -> None:
        metrics = QFontMetricsF(painter.font())
        line = metrics.height() + 4
        known = {int(place): at for at, place in enumerate(judged.shown)}
        words = [_words(judged, place) for place in places]
        first = min(max(map(metrics.horizontalAdvance, words)) + 14, area.width() / 2)
        top = area.top() + 4
        for at, place in enumerate(places[: max(int((area.height() - 8) / line), 1)]):
            painter.setPen(QColor(_colour(judged, place, theme)))
            base = QPointF(area.left() + _EDGE_PX, top + metrics.ascent())
            painter.drawText(
                base, metrics.elidedText(words[at], Qt.TextElideMode.ElideRight, first - 8)
            )
            painter.setPen(QColor(theme.text))
            told = _told(judged, known[int(place)])
            room = area.width() - first - 2 * _EDGE_PX
            shown = metrics.elidedText(told, Qt.TextElideMode.ElideRight, room)
            painter.drawText(base + QPointF(first, 0), shown)
            self._drawn.append((QRectF(area.left(), top, area.width(), line), int(place)))
            top += line


class Worst(_Chosen):
    """Those whose right class was given the smallest probability."""

    title = "Worst samples"
    order = 60
    none = "Every sample was taken for what it is"

    def caption(self, judged: Judged) -> str:
        """Say how many were wrong."""
        wrong = int((judged.said != judged.classes).sum())
        return f"{plural(wrong, 'sample')} taken for another class"

    def places(self, judged: Judged) -> Places:
        """Return the wrong ones, the worst first."""
        right = judged.scores[np.arange(len(judged.classes)), judged.classes]
        wrong = judged.shown[judged.said[judged.shown] != judged.classes[judged.shown]]
        found: Places = wrong[np.argsort(right[wrong], kind="stable")][:MOST]
        return found


class LeastCertain(_Chosen):
    """Those whose probabilities are spread most evenly."""

    title = "Least certain samples"
    order = 70

    def caption(self, judged: Judged) -> str:
        """Say what they are ordered by."""
        return "By the entropy of their probabilities"

    def places(self, judged: Judged) -> Places:
        """Return those of the greatest entropy first."""
        scores = judged.scores[judged.shown]
        entropy = -(scores * np.log(np.maximum(scores, 1e-12))).sum(axis=1)
        return judged.shown[np.argsort(-entropy, kind="stable")][:MOST]


class Changed(_Chosen):
    """Those that are taken for another class than at the look before."""

    title = "Changed samples"
    order = 80
    none = "No answer changed since the look before"

    def caption(self, judged: Judged) -> str:
        """Say how many there are."""
        if judged.before is None:
            return "This is the first look"
        count = int((judged.before != judged.said).sum())
        return f"{plural(count, 'answer')} changed since the look before"

    def places(self, judged: Judged) -> Places:
        """Return those that changed, in the order of the data."""
        if judged.before is None:
            return np.empty(0, np.int64)
        changed = judged.before[judged.shown] != judged.said[judged.shown]
        found: Places = judged.shown[changed][:MOST]
        return found


def _words(judged: Judged, place: int) -> str:
    is_, said = int(judged.classes[place]), int(judged.said[place])
    share = f"{100 * judged.scores[place, is_]:.0f} %"
    if is_ == said:
        return f"{judged.name(is_)} · {share}"
    return f"{judged.name(is_)} → {judged.name(said)} · {share}"


def _colour(judged: Judged, place: int, theme: Tokens) -> str:
    return theme.text if judged.classes[place] == judged.said[place] else theme.error


def _row(judged: Judged, place: int) -> int:
    return int(judged.rows[place])


def _told(judged: Judged, at: int) -> str:
    if not judged.inputs.size:
        return ""
    given = np.asarray(judged.inputs[at]).ravel()
    if judged.form == "tokens":
        words = judged.words
        read = [words[int(t)] if int(t) < len(words) else str(int(t)) for t in given if int(t)]
        return ("" if all(len(word) == 1 for word in read) else " ").join(read)
    return ", ".join(number(float(value), 3) for value in given[:12])
