"""StepPage: the steps, and beside them what augmentation makes of one picture."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.app.studio import Studio
from studio.core.errors import CompileError
from studio.runs.questions import Answer, Varied, Vary

from .step_list import StepList
from .variations import TIMES, Variations


class StepPage(QWidget):
    """The list above, the pictures below."""

    def __init__(self, studio: Studio, parent: QWidget) -> None:
        super().__init__(parent)
        self._studio = studio
        self._asked = 0
        self._steps: object = None
        self.list = StepList(studio.workspace, self)
        self.variations = Variations(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.list, 1)
        column.addWidget(self.variations)
        self.variations.wanted.connect(self._on_wanted)
        studio.session.answered.connect(self._on_answer)

    def refresh(self) -> None:
        """Show the steps there are now."""
        self.list.refresh()
        data, catalog = self._studio.workspace.document.experiment.data, self._studio.catalog
        known = [catalog.steps.get(step.kind) for step in data.steps]
        augments = any(step is not None and step.augment for step in known)
        if not augments:
            self.variations.setVisible(False)
        elif data != self._steps:
            self.variations.ask_soon()
        self._steps = data

    @Slot(int)
    def _on_wanted(self, sample: int) -> None:
        from studio.compile.data import plan_data

        data = self._studio.workspace.document.experiment.data
        try:
            job = plan_data(data, self._studio.catalog)
        except CompileError:
            return  # the page of samples says what is missing
        question = Vary(request=0, data=job, sample=sample, times=TIMES)
        self._asked = self._studio.session.ask(question)

    def _on_answer(self, answer: Answer) -> None:
        if isinstance(answer, Varied) and answer.request == self._asked:
            self.variations.show_varied(answer)
