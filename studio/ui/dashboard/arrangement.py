"""The arrangement that the program chooses: stacks in a row, each panel that fits a tab in one.

Decision: five stacks, and few tabs in each, so that every name can be read in a window of 1440
pixels and a first run shows loss, accuracy and gradient at once. What has nothing to show of the
drawing, or repeats in other words what another panel shows, is closed: a menu opens it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow

from .panel import Panel, PanelSpec

LAYOUT_VERSION: Final = 1
_AREA: Final = Qt.DockWidgetArea.BottomDockWidgetArea
_HEIGHT_PX: Final = 240


class Arrangement:
    """The docks of the panels, as the program stands them until a person does."""

    def __init__(
        self,
        window: QMainWindow,
        docks: Mapping[str, QDockWidget],
        panels: Mapping[str, Panel],
        specs: Mapping[str, PanelSpec],
    ) -> None:
        self._window = window
        self._docks = docks
        self._panels = panels
        self._specs = specs
        self._opened: frozenset[str] = frozenset()
        self.busy = False
        """Whether the program moves them now, and no person."""

    @property
    def wanted(self) -> frozenset[str]:
        """The panels that are open at first, with the drawing as it is."""
        specs = self._specs.values()
        return frozenset(s.id for s in specs if s.opens and self._panels[s.id].fits)

    @property
    def state(self) -> str:
        """How the docks stand now, to be kept as text."""
        return self._window.saveState(LAYOUT_VERSION).toBase64().toStdString()

    def restore(self, state: str) -> None:
        """Let the docks stand as they did; as at first if that cannot be read, or is empty."""
        with self._moving():
            for dock in self._docks.values():
                if self._window.dockWidgetArea(dock) == Qt.DockWidgetArea.NoDockWidgetArea:
                    self._window.addDockWidget(_AREA, dock)
            kept = QByteArray.fromBase64(QByteArray(state.encode("ascii", "ignore")))
            known = bool(state) and self._window.restoreState(kept, LAYOUT_VERSION)
        if not known:
            self.make()

    def add(self, spec: PanelSpec) -> None:
        """Stand a panel where it last stood, or else behind the one it names or the last one."""
        dock = self._docks[spec.id]
        front = self._docks.get(spec.behind) or list(self._docks.values())[-2]
        with self._moving():
            if not self._window.restoreDockWidget(dock):
                self._window.addDockWidget(_AREA, dock)
                self._window.tabifyDockWidget(front, dock)

    def make(self) -> None:
        """Stand the panels in a row of stacks at the bottom, those that fit open."""
        with self._moving():
            for dock in self._docks.values():
                dock.setFloating(False)
                # Or else Qt leaves an old tab bar where tabbed docks are added again.
                self._window.removeDockWidget(dock)
            self._stand_in_a_row()
            self._opened = self.wanted
            for id_, dock in self._docks.items():
                dock.setVisible(id_ in self._opened)
            layout = self._window.layout()
            if layout is not None:
                layout.activate()  # or else, in a window not yet shown, tabs know of no hidden one
            for stack in self._stacks():
                self._raise_first(stack)
            self._share_room()

    def _stand_in_a_row(self) -> None:
        docks, row = self._docks, self._stacks()
        for stack in row:
            self._window.addDockWidget(_AREA, docks[stack[0]])
            docks[stack[0]].show()
        for left, right in pairwise(row):  # before there are tabs: a tab would only get another
            self._window.splitDockWidget(docks[left[0]], docks[right[0]], Qt.Orientation.Horizontal)
        for stack in row:
            for last, next_ in pairwise(stack):
                self._window.tabifyDockWidget(docks[last], docks[next_])

    def adapt(self) -> None:
        """Open what fits now and did not, close what fits no more; the rest stays as it is."""
        before, self._opened = self._opened, self.wanted
        differs = before ^ self._opened
        changed = [stack for stack in self._stacks() if not differs.isdisjoint(stack)]
        with self._moving():
            for id_ in differs:
                self._docks[id_].setVisible(id_ in self._opened)
            for stack in changed:
                self._raise_first(stack)
            if any(before.isdisjoint(stack) for stack in changed):
                self._share_room()  # for a stack that was not there

    @contextmanager
    def _moving(self) -> Iterator[None]:
        self.busy = True
        yield
        self.busy = False

    def _stacks(self) -> list[list[str]]:
        found = {spec.id: [spec.id] for spec in self._specs.values() if not spec.behind}
        for spec in self._specs.values():
            if spec.behind:
                # A plug-in may name a panel that is gone, or is itself behind another.
                found.get(spec.behind, next(reversed(found.values()))).append(spec.id)
        return list(found.values())

    def _front(self, stack: Sequence[str]) -> QDockWidget | None:
        return next((self._docks[id_] for id_ in stack if id_ in self._opened), None)

    def _raise_first(self, stack: Sequence[str]) -> None:
        if front := self._front(stack):
            front.raise_()

    def _share_room(self) -> None:
        shown = [front for stack in self._stacks() if (front := self._front(stack))]
        self._window.resizeDocks(shown, [100] * len(shown), Qt.Orientation.Horizontal)
        self._window.resizeDocks(shown, [_HEIGHT_PX] * len(shown), Qt.Orientation.Vertical)
