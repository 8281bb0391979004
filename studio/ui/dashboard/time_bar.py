"""TimeBar: goes through a run in time; every view of the dashboard goes along."""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QMenu, QSizePolicy, QSlider, QToolBar, QToolButton, QWidget

from studio.core.text import grouped
from studio.runs.moments import after, before, moments_of
from studio.runs.record import Record
from studio.ui.icons import Icons
from studio.ui.theme import tokens

from .choice import Choice
from .cursor import Cursor

SPEEDS: Final = (2, 5, 10, 20)
"""Moments a second."""
_USUAL: Final = 10
_HEIGHT_PX: Final = 36
_ICON_PX: Final = 16


class TimeBar(QToolBar):
    """Back, play, forward, a slider over the steps, and the way back to now.

    Attributes:
        export_asked: told ``gif``, ``mp4`` or ``html``, and the id of a panel, empty for all.
        panels: gives id and title of the panels that can be seen now.
        toggles: gives what opens and closes each panel.
    """

    export_asked = Signal(str, str)

    def __init__(self, record: Record, cursor: Cursor, parent: QWidget) -> None:
        super().__init__("Time", parent)
        self._record = record
        self._cursor = cursor
        self._moments: list[int] = []
        self._playing = QTimer(self)
        self.panels: Callable[[], Sequence[tuple[str, str]]] = tuple
        self.toggles: Callable[[], Sequence[QAction]] = tuple
        self._dress()
        self.back = self._button("Earlier", "To the moment before; all views go along")
        self.play = self._button("Play", "Play what was recorded, moment by moment")
        self.forth = self._button("Later", "To the next moment")
        self.speed = Choice("Moments a second", self)
        speeds = [(str(speed), f"{speed} a second") for speed in SPEEDS]
        self.speed.offer(speeds, str(_USUAL))
        self.slider = _slider(self)
        self.said = QLabel(self)
        self.said.setProperty("tone", "small")
        self.said.setMinimumWidth(150)
        self.now = self._button("Now", "Let all views follow the run again")
        self.now.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.open = self._button("Panels", "Open and close panels of the dashboard")
        self._give_menu(self.open, self._offer_panels)
        self.export = self._button("Export", "Take the dashboard elsewhere")
        self._give_menu(self.export, self._offer_exports).triggered.connect(self._on_export)
        way = (self.back, self.play, self.forth, self.speed, self.slider)
        for part in (*way, self.said, self.now, self.open, self.export):
            self.addWidget(part)
        self._connect()
        self._tint()
        self.refresh()

    def _dress(self) -> None:
        self.setObjectName("time-bar")
        self.setMovable(False)
        self.setFixedHeight(_HEIGHT_PX)
        self.setIconSize(QSize(_ICON_PX, _ICON_PX))
        layout = self.layout()
        assert layout is not None
        layout.setContentsMargins(4, 0, 4, 0)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)

    def _connect(self) -> None:
        self.back.clicked.connect(self._go_back)
        self.forth.clicked.connect(self._go_on)
        self.play.clicked.connect(self._play_or_pause)
        self.now.clicked.connect(self._to_now)
        self.speed.chosen.connect(self._set_speed)
        self.slider.valueChanged.connect(self._on_slid)
        self._cursor.held_changed.connect(self._show_held)
        self._playing.setInterval(1000 // _USUAL)
        self._playing.timeout.connect(self._play_on)

    @property
    def playing(self) -> bool:
        """Whether it goes on by itself."""
        return self._playing.isActive()

    @property
    def moments(self) -> tuple[int, ...]:
        """The steps it goes through."""
        return tuple(self._moments)

    @property
    def moments_per_sec(self) -> int:
        """How fast it plays."""
        return 1000 // self._playing.interval()

    def set_record(self, record: Record) -> None:
        """Go through another run, from its end."""
        self._record = record
        self._stop()
        self._cursor.hold(None)
        self.refresh()

    def refresh(self) -> None:
        """Take up what the record says now."""
        self._moments = moments_of(self._record)
        last = self._record.step
        for part in (self.back, self.play, self.forth, self.slider, self.export):
            part.setEnabled(bool(last))
        if last != self.slider.maximum():
            self.slider.blockSignals(True)
            self.slider.setMaximum(last)
            self.slider.setPageStep(max(last // 10, 1))
            self.slider.blockSignals(False)
        self._show_held()

    def stop(self) -> None:
        """Play no more."""
        self._stop()

    def say(self, words: str) -> None:
        """Show how far something is that goes through the moments; nothing once it has ended."""
        if words:
            self.said.setText(words)
        else:
            self._show_held()

    # moving

    @Slot()
    def _go_back(self) -> None:
        self._stop()
        step = before(self._moments, self._place)
        if step is not None:
            self._cursor.hold(float(step))

    @Slot()
    def _go_on(self) -> None:
        self._stop()
        step = after(self._moments, self._place)
        if step is not None:
            self._cursor.hold(float(step))

    @Slot()
    def _play_or_pause(self) -> None:
        if self.playing:
            self._stop()
            return
        if after(self._moments, self._place) is None and self._moments:
            self._cursor.hold(float(self._moments[0]))  # from the end it begins anew
        self._playing.start()
        self._tint()

    @Slot()
    def _play_on(self) -> None:
        step = after(self._moments, self._place)
        if step is None:
            self._stop()
        else:
            self._cursor.hold(float(step))

    @Slot()
    def _to_now(self) -> None:
        self._stop()
        self._cursor.hold(None)

    @Slot(int)
    def _on_slid(self, step: int) -> None:
        self._stop()
        self._cursor.hold(float(step))

    @Slot(str)
    def _set_speed(self, speed: str) -> None:
        self._playing.setInterval(1000 // int(speed))
        self.speed.offer([(str(known), f"{known} a second") for known in SPEEDS], speed)

    @property
    def _place(self) -> float:
        held = self._cursor.held
        return float(self._record.step) if held is None else held

    def _stop(self) -> None:
        if self.playing:
            self._playing.stop()
            self._tint()

    # showing

    @Slot()
    def _show_held(self) -> None:
        held = self._cursor.held
        self.slider.blockSignals(True)
        self.slider.setValue(round(self._place))
        self.slider.blockSignals(False)
        self.now.setEnabled(held is not None)
        self.now.setText("Live" if self._record.live else "Newest")
        self.said.setText(self._words(self._place) if self._record.step else "No step yet")
        self.slider.setAccessibleDescription(self.said.text())

    def _words(self, step: float) -> str:
        started = self._record.started
        words = f"step {grouped(round(step))} of {grouped(self._record.step)}"
        if started is None or not started.steps_per_epoch:
            return words
        return f"{words} · epoch {step / started.steps_per_epoch:.1f}"

    def _button(self, name: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(name)
        button.setAccessibleName(name)
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _give_menu(self, button: QToolButton, offer: Callable[[], None]) -> QMenu:
        menu = QMenu(button.text(), self)
        menu.aboutToShow.connect(offer)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return menu

    @Slot()
    def _offer_panels(self) -> None:
        menu = self.open.menu()
        assert menu is not None
        menu.clear()
        menu.addActions(sorted(self.toggles(), key=QAction.text))

    @Slot()
    def _offer_exports(self) -> None:
        menu = self.export.menu()
        assert menu is not None
        menu.clear()
        menu.addAction("Report as one web page…").setData(("html", ""))
        for form in ("gif", "mp4"):
            menu.addSeparator()
            words = f"Animation of the dashboard as {form.upper()}…"
            menu.addAction(words).setData((form, ""))
            one = QMenu(f"Animation of one panel as {form.upper()}", menu)
            for id_, title in self.panels():
                one.addAction(f"{title}…").setData((form, id_))
            menu.addMenu(one)

    @Slot(QAction)
    def _on_export(self, action: QAction) -> None:
        form, panel = action.data()
        self.export_asked.emit(form, panel)

    def _tint(self) -> None:
        theme = tokens(self)
        icons = Icons(theme)
        shown = "pause" if self.playing else "play"
        for button, name in (
            (self.back, "chevron-left"),
            (self.play, shown),
            (self.forth, "chevron-right"),
            (self.open, "layout-dashboard"),
            (self.export, "download"),
        ):
            button.setIcon(icons.get(name))
        self.play.setAccessibleName(shown.capitalize())
        self.play.setText(shown.capitalize())

    # Qt

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()
        super().changeEvent(event)


def _slider(parent: QWidget) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal, parent)
    slider.setAccessibleName("Step that all views show")
    slider.setMinimumWidth(80)
    slider.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return slider
