"""DataSettings: what can be set of the chosen data, how they are divided, whose they are."""

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from studio.app.choosing import set_source, set_split, split_params
from studio.app.workspace import Workspace
from studio.core.experiment import SPLIT, Data
from studio.core.params import Param, Value
from studio.core.text import plural
from studio.ui.widgets.facts import Facts
from studio.ui.widgets.labels import Line, Text
from studio.ui.widgets.param_form import ParamForm

WIDTH_PX = 320
PATIENCE_MS = 400
"""Typing on in a field reads the file once."""
_PARTS = {"train": "Training", "validation": "Validation", "test": "Test"}


class DataSettings(QScrollArea):
    """The right hand side of the Data page."""

    file_wanted = Signal(str)
    reread = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._source = ""
        self._soon = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._soon.timeout.connect(self.reread)
        self._stand()
        page = QWidget(self)
        page.setObjectName("panel")
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(16, 16, 12, 16)
        self._column.setSpacing(8)
        self.title = Text("", page, "title")
        self.help = Text("", page, "muted")
        self.form = self._new_form(())
        self.file = QPushButton("Choose another file…", page)
        self.again = QPushButton("Read the file again", page)
        self.file.clicked.connect(self._on_file)
        self.again.clicked.connect(self.reread)
        self.split = self._new_split(SPLIT)
        self.sizes = Facts(page)
        self.licence = Text("", page, "small")
        for part in (
            self.title, self.help, self.file, self.form, self.again, Line(page),
            Text("Division", page, "heading"), self.split, self.sizes, Line(page), self.licence,
        ):  # fmt: skip
            self._column.addWidget(part)
        self._column.addStretch(1)
        self.setWidget(page)

    def _stand(self) -> None:
        self.setAccessibleName("Settings of the data")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFixedWidth(WIDTH_PX)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def refresh(self) -> None:
        """Show what is chosen and set now."""
        data = self._workspace.document.experiment.data
        source = self._workspace.catalog.sources.get(data.source.kind)
        params: tuple[Param, ...] = source.params if source else ()
        if self.form.params != params or self._source != data.source.kind:
            self.form = self._replaced(self.form, self._new_form(params))
            self._source = data.source.kind
            self.sizes.show_rows([])
        self.form.set_values(data.source.params)
        self.form.setVisible(bool(params))
        own = source is not None and bool(source.examine)
        self.file.setVisible(own)
        folder = source is not None and "/" in source.endings
        self.file.setText("Choose another folder…" if folder else "Choose another file…")
        self.again.setVisible(own and bool(data.fields))
        self._refresh_split(data)
        self.title.say(source.title if source else "No data")
        self.help.say(source.help if source else "Choose a set of data on the left")
        words = (source.licence, source.citation) if source else ()
        self.licence.say("\n\n".join(word for word in words if word))

    def show_sizes(self, samples: dict[str, int]) -> None:
        """Show how many samples each part has."""
        self.sizes.show_rows(
            [
                (words, plural(samples[part], "sample"))
                for part, words in _PARTS.items()
                if part in samples
            ]
        )

    def _new_form(self, params: tuple[Param, ...]) -> ParamForm:
        form = ParamForm(params, {}, self, label_px=124)
        form.changed.connect(self._on_param)
        return form

    def _new_split(self, params: tuple[Param, ...]) -> ParamForm:
        form = ParamForm(params, {}, self, label_px=124)
        form.changed.connect(self._on_split)
        return form

    def _refresh_split(self, data: Data) -> None:
        """Show how samples are divided, and which columns they could be divided by."""
        params = split_params(data, self._workspace.catalog)
        if params != self.split.params:
            self.split = self._replaced(self.split, self._new_split(params))
        self.split.set_values(data.split)

    def _replaced(self, old: ParamForm, new: ParamForm) -> ParamForm:
        self._column.replaceWidget(old, new)
        old.setVisible(False)
        old.deleteLater()
        return new

    @Slot(str, object)
    def _on_param(self, name: str, value: Value) -> None:
        experiment, catalog = self._workspace.document.experiment, self._workspace.catalog
        self._workspace.apply(set_source(experiment, name, value, catalog))
        if catalog.sources[experiment.data.source.kind].examine:
            self._soon.start()

    @Slot()
    def _on_file(self) -> None:
        self.file_wanted.emit(self._workspace.document.experiment.data.source.kind)

    @Slot(str, object)
    def _on_split(self, name: str, value: Value) -> None:
        experiment, catalog = self._workspace.document.experiment, self._workspace.catalog
        self._workspace.apply(set_split(experiment, name, value, catalog))
