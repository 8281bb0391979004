"""The arrangement that the program chooses: some panels in a row, the others behind them."""

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow

from .panel import PanelSpec

_HEIGHT_PX: Final = 240


def arrange(
    window: QMainWindow, docks: Mapping[str, QDockWidget], specs: Sequence[PanelSpec]
) -> None:
    """Stand the panels in a row at the bottom, the rest behind one of them."""
    area = Qt.DockWidgetArea.BottomDockWidgetArea
    before: QDockWidget | None = None
    row = [spec for spec in specs if not spec.behind]
    for dock in docks.values():
        dock.setFloating(False)
        # Or else Qt leaves an old tab bar where tabbed docks are added again.
        window.removeDockWidget(dock)
    for spec in row:
        dock = docks[spec.id]
        window.addDockWidget(area, dock)
        if before is not None:
            window.splitDockWidget(before, dock, Qt.Orientation.Horizontal)
        dock.show()
        before = dock
    for spec in specs:
        if spec.behind:
            dock = docks[spec.id]
            window.tabifyDockWidget(docks[spec.behind], dock)
            dock.show()
            docks[spec.behind].raise_()
    shown = [docks[spec.id] for spec in row]
    window.resizeDocks(shown, [100] * len(shown), Qt.Orientation.Horizontal)
    window.resizeDocks(shown, [_HEIGHT_PX] * len(shown), Qt.Orientation.Vertical)
