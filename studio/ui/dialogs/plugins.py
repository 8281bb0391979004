"""PluginsDialog: all plug-ins, what each gives, what is wrong with one, and what can be done."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from studio.app.studio import Studio
from studio.plugins.entry import Plugin
from studio.plugins.installing import install, remove
from studio.plugins.updating import source_of, update
from studio.ui.icons import drawn
from studio.ui.theme import Tokens, tokens
from studio.ui.widgets.facts import Facts
from studio.ui.widgets.labels import Empty, Text

STATES = {
    "on": "On",
    "off": "Off",
    "untrusted": "Not trusted yet",
    "trying": "Being tried",
    "lacking": "Something is missing",
    "wrong": "Cannot be used",
    "failed": "Switched off after an error",
}
_ICONS = {
    "on": "circle-check",
    "off": "circle",
    "untrusted": "circle-question-mark",
    "trying": "loader-circle",
    "lacking": "download",
}
_ORIGINS = {"shipped": "Comes with Netwright", "folder": "Yours", "package": "Installed package"}
_LIST_PX = 260
_ASKING = ("failed", "wrong", "untrusted", "trying")
"""States that a person comes here for, what is worst first."""
_TIPS = {
    "Trust": "Lets its code run as it is now; you are asked again when a file changes",
    "Trust as author": "For a plug-in that you write: changed files are read at once",
    "Read anew": "Takes changed files; the drawing stays as it is",
    "Update": "Copies it anew from the folder that it was installed from",
    "Remove": "Deletes its folder among your plug-ins, or the link to it",
}


class PluginsDialog(QDialog):
    """The list on the left, one plug-in on the right; every button holds at once."""

    def __init__(self, studio: Studio, parent: QWidget) -> None:
        super().__init__(parent)
        self._studio = studio
        self._host = studio.plugins.host
        self._ids: list[str] = []
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.refresh)
        self.setWindowTitle("Plug-ins")
        self.resize(780, 560)
        self.finished.connect(self.deleteLater)
        self.list = QListWidget(self)
        self.list.setAccessibleName("Plug-ins")
        self.list.setFixedWidth(_LIST_PX)
        self.list.setIconSize(QSize(16, 16))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentItemChanged.connect(self._on_chosen)
        self.area = QScrollArea(self)
        self.area.setWidgetResizable(True)
        row = QHBoxLayout()
        row.addWidget(self.list)
        row.addWidget(self.area, 1)
        column = QVBoxLayout(self)
        column.addLayout(row, 1)
        column.addWidget(self._make_buttons())
        self._host.changed.connect(self._on_changed)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show what there is now; the chosen one stays chosen."""
        chosen = self.chosen
        self.list.blockSignals(True)
        self.list.clear()
        theme = tokens(self)
        for plugin in self._host.plugins:
            item = QListWidgetItem(drawn_state(plugin, theme), _line(plugin), self.list)
            item.setToolTip(f"{STATES[plugin.state]}\n{plugin.sentence}".strip())
        self._ids = [plugin.id for plugin in self._host.plugins]
        self.list.setCurrentRow(self._ids.index(chosen) if chosen in self._ids else self._first())
        self.list.blockSignals(False)
        self._show()

    @property
    def chosen(self) -> str:
        """The id of the plug-in that is shown; empty for none."""
        row = self.list.currentRow()
        return self._ids[row] if 0 <= row < len(self._ids) else ""

    def _first(self) -> int:
        """Return the row of what most needs a person."""
        states = [plugin.state for plugin in self._host.plugins]
        return next((states.index(state) for state in _ASKING if state in states), 0)

    def _make_buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        for words, deed in (
            ("Install folder…", self._on_install),
            ("Show my folder", self._on_reveal),
            ("Read all anew", self._on_reload),
        ):
            button = buttons.addButton(words, QDialogButtonBox.ButtonRole.ActionRole)
            button.setAutoDefault(False)
            button.clicked.connect(deed)
        return buttons

    def _show(self) -> None:
        found = [plugin for plugin in self._host.plugins if plugin.id == self.chosen]
        if found:
            self.page: QWidget = PluginPage(found[0], self._deeds(found[0]), self.area)
        else:
            sentence = f"Install one, or put its folder into {self._host.own}"
            self.page = Empty("No plug-ins", sentence, self.area)
        self.area.setWidget(self.page)

    def _deeds(self, plugin: Plugin) -> list[tuple[str, Callable[[], object]]]:
        host, id_ = self._host, plugin.id
        deeds: list[tuple[str, Callable[[], object]]] = []
        if plugin.state == "untrusted":
            deeds.append(("Trust", partial(host.trust, id_)))
        own = plugin.origin == "folder" and not host.trusts_changes(id_)
        if plugin.state in {"untrusted", "on"} and own:
            deeds.append(("Trust as author", partial(host.trust_changes, id_)))
        if plugin.state in {"off", "failed"}:
            deeds.append(("Enable", partial(host.enable, id_)))
        if plugin.state in {"on", "untrusted", "failed", "lacking", "trying"}:
            deeds.append(("Disable", partial(host.disable, id_)))
        if plugin.state in {"on", "wrong", "lacking"}:
            deeds.append(("Read anew", partial(host.reload, id_)))
        if plugin.origin == "folder":
            if source_of(plugin.folder):
                deeds.append(("Update", partial(self._update, plugin)))
            deeds.append(("Remove", partial(self._remove, plugin)))
        return deeds

    def _update(self, plugin: Plugin) -> None:
        done: list[bool] = []
        self._studio.attempt(lambda: done.append(update(plugin, self._host.own)))
        if done == [True]:
            self._host.reload(plugin.id)
        elif done:
            self._studio.notices.say(f"{plugin.title} is as its folder is: nothing to update")

    def _remove(self, plugin: Plugin) -> None:
        self._host.disable(plugin.id)
        remove(plugin.folder.name, self._host.own)
        self._host.look_again()

    def _on_changed(self, _name: str) -> None:
        self._soon.start()  # the button that was pressed is on the page that goes

    @Slot()
    def _on_chosen(self) -> None:
        self._show()

    @Slot()
    def _on_reload(self) -> None:
        self._studio.plugins.reload_all()

    @Slot()
    def _on_reveal(self) -> None:
        self._host.own.mkdir(parents=True, exist_ok=True)
        self._studio.front.reveal(self._host.own)

    @Slot()
    def _on_install(self) -> None:
        self._studio.front.ask_folder("Install a plug-in", self._install)

    def _install(self, folder: Path) -> None:
        if self._studio.attempt(partial(install, folder, self._host.own)):
            self._host.look_again()
            self._studio.plugins.reload_all()


class PluginPage(QWidget):
    """One plug-in: words, what can be done, what it gives, and what went wrong."""

    def __init__(
        self, plugin: Plugin, deeds: list[tuple[str, Callable[[], object]]], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._deeds = dict(deeds)
        manifest = plugin.manifest
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(8)
        column.addWidget(Text(plugin.title, self, "title"))
        if manifest and manifest.summary:
            column.addWidget(Text(manifest.summary, self, "muted"))
        column.addLayout(self._make_deeds(deeds))
        if plugin.sentence:
            bad = plugin.state in {"failed", "wrong"}
            column.addWidget(Text(plugin.sentence, self, "error" if bad else "warning"))
        facts = Facts(self)
        facts.show_rows(_facts(plugin))
        column.addWidget(facts)
        self._add_gives(plugin, column)
        if plugin.details:
            column.addWidget(Text("What went wrong", self, "heading"))
            details = QPlainTextEdit(plugin.details, self)
            details.setReadOnly(True)
            details.setProperty("tone", "code")
            details.setMinimumHeight(140)
            column.addWidget(details, 1)
        column.addStretch(1)

    def _make_deeds(self, deeds: list[tuple[str, Callable[[], object]]]) -> QHBoxLayout:
        row = QHBoxLayout()
        for words, _ in deeds:
            button = QPushButton(words, self)
            button.setObjectName(words)
            button.setToolTip(_TIPS.get(words, ""))
            button.setAutoDefault(False)
            button.clicked.connect(self._on_deed)
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _add_gives(self, plugin: Plugin, column: QVBoxLayout) -> None:
        if not plugin.gives:
            return
        column.addWidget(Text("What it gives", self, "heading"))
        kinds: dict[str, list[str]] = {}
        for kind, _, title in plugin.gives:
            kinds.setdefault(kind, []).append(title)
        gives = Facts(self)
        gives.show_rows([(_capital(kind), ", ".join(titles)) for kind, titles in kinds.items()])
        column.addWidget(gives)

    @Slot()
    def _on_deed(self) -> None:
        button = self.sender()
        if isinstance(button, QPushButton):
            self._deeds[button.objectName()]()


def drawn_state(plugin: Plugin, theme: Tokens) -> QPixmap:
    """Return the sign of a plug-in's state, which is told by its form and not by colour alone."""
    colour = {"on": theme.good, "failed": theme.error, "wrong": theme.error}
    name = _ICONS.get(plugin.state, "circle-alert")
    return drawn(name, colour.get(plugin.state, theme.muted), 16)


def _line(plugin: Plugin) -> str:
    version = f"  {plugin.manifest.version}" if plugin.manifest else ""
    return f"{plugin.title}{version}"


def _facts(plugin: Plugin) -> list[tuple[str, str]]:
    manifest = plugin.manifest
    rows = [("State", STATES[plugin.state]), ("From", _ORIGINS[plugin.origin])]
    if manifest:
        rows.append(("Version", manifest.version))
        told = (("Author", manifest.author), ("Licence", manifest.licence))
        rows += [(name, words) for name, words in (*told, ("Page", manifest.homepage)) if words]
    rows.append(("Folder", str(plugin.folder)))
    if plugin.slowest:
        rows.append(("Took longest", plugin.slowest))
    return rows


def _capital(kind: str) -> str:
    words = {"optimizers": "optimisers"}.get(kind, kind)
    return words[:1].upper() + words[1:]
