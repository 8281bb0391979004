"""DeviceButton: says what the engine does and on which device, and chooses another."""

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from studio.app.choosing import set_training
from studio.app.session import SessionState, TrainingSession
from studio.app.workspace import Workspace
from studio.core.experiment import TRAINING
from studio.core.params import complete

_STATES: dict[SessionState, str] = {
    "cold": "Engine off",
    "warming": "Engine starting…",
    "ready": "Ready",
    "loading": "Loading the data…",
    "running": "Training",
    "paused": "Paused",
    "ended": "Ready",
}
TIP = "Choose where the next run trains"
_DEVICE = next(param for param in TRAINING if param.name == "device")


class DeviceButton(QToolButton):
    """A quiet button with the state of the engine; its menu lists where the next run may train."""

    def __init__(
        self, session: TrainingSession, workspace: Workspace, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._workspace = workspace
        self._short = False
        self._devices = QMenu(self)
        self._devices.setToolTipsVisible(True)
        self._devices.aboutToShow.connect(self._list_devices)
        self._devices.triggered.connect(self._choose)
        self.setMenu(self._devices)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setProperty("tone", "muted")
        session.changed.connect(self._show_state)
        self._show_state(session.state)

    def shorten(self, short: bool) -> None:
        """Say the state alone, and leave the device to the tool tip."""
        if short != self._short:
            self._short = short
            self._show_state(self._session.state)

    def _show_state(self, state: SessionState) -> None:
        device = self._session.device
        words = f"{_STATES[state]} · {device}" if device else _STATES[state]
        self.setText(f"{_STATES[state] if self._short else words} ▾")
        self.setToolTip(f"{words}\n{TIP}" if self._short and device else TIP)
        self.setAccessibleName(f"{words}. Choose a device")

    @Slot()
    def _list_devices(self) -> None:
        self._devices.clear()
        found = self._session.ready.devices if self._session.ready else {}
        settings = self._workspace.document.experiment.training.settings
        chosen = complete(TRAINING, settings)["device"]
        group = QActionGroup(self._devices)
        for device in _DEVICE.choices:
            action = self._devices.addAction(_words(device, found))
            action.setCheckable(True)
            action.setChecked(device == chosen)
            action.setData(device)
            action.setEnabled(device in found or device in {"auto", chosen} or not found)
            group.addAction(action)

    @Slot(QAction)
    def _choose(self, action: QAction) -> None:
        experiment = self._workspace.document.experiment
        self._workspace.apply(set_training(experiment, "settings", "device", action.data()))


def _words(device: str, found: dict[str, str]) -> str:
    if device == "auto":
        return "Automatic: the fastest there is"
    name = {"cuda": "NVIDIA GPU", "mps": "Apple GPU", "cpu": "Processor"}.get(device, device)
    return f"{name}: {found[device]}" if device in found else f"{name}: none found"
