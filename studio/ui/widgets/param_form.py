"""ParamForm: a form drawn from declared parameters, the same for blocks, data and training."""

from collections.abc import Collection, Mapping

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QToolButton, QWidget

from studio.core.expressions import is_expression
from studio.core.params import Param, Value, complete, show
from studio.ui.icons import drawn
from studio.ui.theme import tokens

from .binding import BindButton
from .fields import ChoiceField, Field, LineField, Switch, field_for
from .labels import Text

LABEL_PX = 112
CHOICE_LETTERS, LIST_MARGIN_PX = 7, 40


class ParamForm(QWidget):
    """One row for each parameter: label, editor, unit, and a way back to the default.

    Inside a composite every row can be bound to the composite's parameters; ``exposing`` offers to
    make one a parameter of the composite, which ``exposed`` asks for.
    """

    changed = Signal(str, object)
    exposed = Signal(str)

    def __init__(
        self,
        params: tuple[Param, ...],
        values: Mapping[str, Value],
        parent: QWidget,
        *,
        label_px: int = LABEL_PX,
        exposing: bool = False,
    ) -> None:
        super().__init__(parent)
        self.params = params
        self._names: Mapping[str, Value] | None = None
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnMinimumWidth(0, label_px)
        self._grid.setColumnStretch(1, 1)
        self._rows = {
            param.name: _Row(param, self._grid, place, self, exposing=exposing)
            for place, param in enumerate(params)
        }
        for row in self._rows.values():
            row.changed.connect(self.changed)
            row.exposed.connect(self.exposed)
        self.set_values(values)

    def set_values(
        self, values: Mapping[str, Value], *, mixed: Collection[str] = frozenset()
    ) -> None:
        """Show these values, the default where none is given; ``mixed`` names differ by block."""
        for name, value in complete(self.params, values).items():
            kept = values.get(name)
            shown = kept if self._names is not None and is_expression(kept) else value
            self._rows[name].set_value(shown, mixed=name in mixed)

    def set_names(self, names: Mapping[str, Value] | None) -> None:
        """Take expressions over these names, as inside a composite; None takes none."""
        self._names = names
        for row in self._rows.values():
            row.set_names(names)

    def field(self, name: str) -> Field:
        """Return the editor of a parameter."""
        return self._rows[name].field

    def error(self, name: str) -> str:
        """Return the sentence shown under a field; empty while its text fits."""
        return self._rows[name].error.text()


class _Row(QWidget):
    """One parameter's label, editor and reset; lives as the owner of widgets in the form's grid."""

    changed = Signal(str, object)
    exposed = Signal(str)

    def __init__(
        self, param: Param, grid: QGridLayout, place: int, form: QWidget, *, exposing: bool
    ) -> None:
        super().__init__(form)
        self.setVisible(False)
        self._param, self._grid, self._place, self._form = param, grid, place, form
        self._names: Mapping[str, Value] | None = None
        self._writing = False  # an expression that does not fit yet
        self._label = QLabel(_capital(param.label), form)
        self._label.setToolTip(_tip(param))
        self._reset = _reset_button(param, form)
        self._reset.clicked.connect(self._on_reset)
        self.error = Text("", form, "error")
        self.error.setVisible(False)
        self.bind = BindButton(param, form, exposing=exposing)
        self.bind.bound.connect(self._on_bound)
        self.bind.writing.connect(self._on_writing)
        self.bind.exposed.connect(self._on_exposed)
        self._plain = self._placed(field_for(param, form))
        self._line: LineField | None = self._plain if isinstance(self._plain, LineField) else None
        self.field: Field = self._plain
        self._label.setBuddy(self.field)
        grid.addWidget(self._label, 2 * place, 0)
        grid.addWidget(self._reset, 2 * place, 2)
        grid.addWidget(self.bind, 2 * place, 3)
        grid.addWidget(self.error, 2 * place + 1, 1, 1, 2)
        form.setTabOrder(self.field, self.bind)

    def set_names(self, names: Mapping[str, Value] | None) -> None:
        """Take expressions over these names; None takes none."""
        self._names = names
        self.bind.set_names(names)
        if self._line is not None:
            self._line.set_names(names)

    def set_value(self, value: Value, *, mixed: bool) -> None:
        """Show a value; one that differs from the default is marked, and can be reset."""
        if not self._writing or is_expression(value):
            self._show(self._writer() if is_expression(value) else self._plain)
            self.field.set_value(value, mixed=mixed)
        self.bind.set_value(value)
        differs = mixed or value != self._param.default
        self._label.setProperty("tone", "heading" if differs else "muted")
        self._label.style().unpolish(self._label)
        self._label.style().polish(self._label)
        self._reset.setVisible(differs)
        if differs and self._reset.icon().isNull():
            self._reset.setIcon(drawn("rotate-ccw", tokens(self).muted, 28))

    def _placed(self, field: Field) -> Field:
        """Put an editor into the row."""
        if isinstance(field, ChoiceField):
            _let_be_narrow(field, self._param.choices)
        field.setAccessibleName(self._param.label)
        field.setAccessibleDescription(self._param.help)
        field.setToolTip(_tip(self._param))
        self._grid.addWidget(field, 2 * self._place, 1, alignment=_alignment(field))
        field.changed.connect(self._on_changed)
        if isinstance(field, LineField):
            field.refused.connect(self.error.say)
            field.editingFinished.connect(self._on_written)
        return field

    def _writer(self) -> LineField:
        """Return the field in which an expression is written, beside a switch or a choice too."""
        if self._line is None:
            self._line = LineField(self._param, self._form)
            self._line.set_names(self._names)
            self._placed(self._line)
        return self._line

    def _show(self, field: Field) -> None:
        if field is not self.field:
            self.field.hide()
            self.field = field
            self.field.show()
            self._label.setBuddy(field)
            self.error.say("")

    @Slot()
    def _on_writing(self) -> None:
        writer = self._writer()
        self._show(writer)
        self._writing = True
        writer.setFocus()
        if not writer.text().startswith("="):
            writer.setText("=")

    @Slot()
    def _on_written(self) -> None:
        """What is no expression in the end is shown by the switch or the choice again."""
        self._writing = False
        if self._line is not None and not is_expression(self._line.value):
            self._show(self._plain)

    @Slot(object)
    def _on_bound(self, value: Value) -> None:
        self._writing = False
        self._on_changed(value)

    @Slot()
    def _on_exposed(self) -> None:
        self.exposed.emit(self._param.name)

    @Slot(object)
    def _on_changed(self, value: Value) -> None:
        self.changed.emit(self._param.name, value)

    @Slot()
    def _on_reset(self) -> None:
        self.field.set_value(self._param.default)
        self.changed.emit(self._param.name, self._param.default)


def _reset_button(param: Param, form: QWidget) -> QToolButton:
    button = QToolButton(form)
    button.setObjectName("reset")
    button.setFixedSize(24, 24)
    button.setIconSize(QSize(14, 14))
    button.setAccessibleName(f"Reset {param.label} to {show(param.default)}")
    button.setToolTip(f"Back to {show(param.default)}")
    policy = button.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    button.setSizePolicy(policy)
    return button


def _capital(label: str) -> str:
    """Begin a label with a capital, but leave symbols such as β alone."""
    return label[0].upper() + label[1:] if label[0].isascii() else label


def _alignment(field: Field) -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignLeft if isinstance(field, Switch) else Qt.AlignmentFlag(0)


def _tip(param: Param) -> str:
    return f"{param.help}\n{param.wanted}".strip() if param.kind != "bool" else param.help


def _let_be_narrow(field: ChoiceField, choices: tuple[str, ...]) -> None:
    """Let a choice be narrower than its longest word, as a form has little room; not its list."""
    field.setSizeAdjustPolicy(field.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    field.setMinimumContentsLength(CHOICE_LETTERS)
    longest = max(map(field.fontMetrics().horizontalAdvance, choices), default=0)
    field.view().setMinimumWidth(longest + LIST_MARGIN_PX)
