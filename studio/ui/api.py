"""The window's side of ``studio.api``: what a panel or an action of a plug-in may import.

It loads Qt, so that only files under ``panels`` and ``actions`` of a plug-in import it. The
engine's side, for probes, is ``studio.engine.api``.
"""

from studio.app.actions import Action, ActionList
from studio.app.studio import Studio
from studio.runs.arrays import array_to_numpy
from studio.runs.events import Snapshot
from studio.runs.record import Record

from .dashboard.chart import CurveChart
from .dashboard.curves import Curve
from .dashboard.panel import Panel, PanelContext, PanelSpec
from .theme import Tokens, tokens
from .widgets.labels import Empty, Text

__all__ = [
    "Action",
    "ActionList",
    "Curve",
    "CurveChart",
    "Empty",
    "Panel",
    "PanelContext",
    "PanelSpec",
    "Record",
    "Snapshot",
    "Studio",
    "Text",
    "Tokens",
    "array_to_numpy",
    "tokens",
]
