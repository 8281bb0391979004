"""The look in one table: colours, sizes and spaces of the light and the dark theme.

A widget asks ``tokens(self)``; which of the two it gets follows the palette, so that a change of
theme is one new palette on the application and a repaint.
"""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QWidget

GRID_PX = 4
WORN = "netwright-theme"
"""The property of the application that has the theme it wears."""
_GROUND = QPalette.ColorRole.Window
TEXT_PX = {"small": 11, "normal": 13, "large": 16}
SERIES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F6BD6", "#8C6D31")
"""Colours of curves, after Okabe and Ito: safe for every common colour blindness."""

AREAS = {
    "blue": "#3E97D3",
    "green": "#2FA37C",
    "yellow": "#E0B23C",
    "orange": "#E07A3C",
    "pink": "#D07FAE",
    "purple": "#8E7CD6",
}
"""Colours of frames and notes, by the names that files hold."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one theme, as #rrggbb."""

    name: str
    window: str
    panel: str
    raised: str
    canvas: str
    grid: str
    line: str
    text: str
    muted: str
    disabled: str
    accent: str
    on_accent: str
    selection: str
    error: str
    warning: str
    good: str
    card: str
    card_line: str
    wire: str
    field: str
    kinds: dict[str, str]
    """By kind of tensor: the colour of ports and wires."""
    families: dict[str, str]
    """By palette family: the stripe of a card."""
    gone: str = "#A45A82"
    """What another version had; never the red of what is wrong."""
    cool: str = "#3E97D3"
    """What lies over frozen things."""
    series: tuple[str, ...] = SERIES

    def area(self, name: str) -> QColor:
        """Return the colour of a frame or note; names nobody listed give the plain one."""
        return QColor(AREAS.get(name, self.muted))

    def family(self, name: str) -> QColor:
        """Return the stripe colour of a family; families nobody listed share one."""
        return QColor(self.families.get(name, self.muted))

    def kind(self, name: str) -> QColor:
        """Return the port colour of a kind of tensor."""
        return QColor(self.kinds.get(name, self.muted))


_KINDS = {
    "image": "#0072B2",
    "sequence": "#009E73",
    "vector": "#E69F00",
    "tokens": "#CC79A7",
    "classes": "#A45A82",
    "scalar": "#D55E00",
    "tensor": "#7A7F87",
}
_FAMILIES = {
    "Input": "#56B4E9",
    "Linear": "#E69F00",
    "Convolution": "#0072B2",
    "Pooling": "#4C8FB8",
    "Recurrent": "#009E73",
    "Attention": "#CC79A7",
    "Position": "#B58BC9",
    "Transformer": "#A45A82",
    "Activation": "#D55E00",
    "Normalisation": "#8C6D31",
    "Regularisation": "#7A7F87",
    "Latent": "#5E8C6A",
    "Shape": "#5B6470",
    "Merge": "#5B6470",
    "Output": "#56B4E9",
    "Metric": "#3F7D5A",
    "Loss": "#C0392B",
    "Composite": "#7F6BD6",
    "Library": "#7F6BD6",
}

LIGHT = Tokens(
    name="light", window="#F3F4F6", panel="#FFFFFF", raised="#FFFFFF", canvas="#F7F8FA",
    grid="#E3E6EA", line="#D5D9DF", text="#1B1F24", muted="#5A6370", disabled="#9AA1AB",
    accent="#0B63B0", on_accent="#FFFFFF", selection="#CFE4F7", error="#B3261E",
    warning="#8A5A00", good="#1B7A4B", card="#FFFFFF", card_line="#C3C9D1", wire="#6B7480",
    field="#FFFFFF", kinds=_KINDS, families={**_FAMILIES, "Loss": "#9E3D22"},
)  # fmt: skip
DARK = Tokens(
    name="dark", window="#17191D", panel="#1E2126", raised="#262A31", canvas="#131518",
    grid="#22262C", line="#363C45", text="#E7EAEE", muted="#A2ABB7", disabled="#6B7480",
    accent="#4DA3E8", on_accent="#0B1218", selection="#23405C", error="#FF8A80",
    warning="#F0B858", good="#5CC692", card="#262A31", card_line="#444C57", wire="#97A1AE",
    field="#15171B",
    kinds={**_KINDS, "image": "#4FA8DC", "sequence": "#35C79B", "vector": "#F0B23C",
           "tokens": "#E09BC2", "classes": "#C77BA4", "scalar": "#F2803F", "tensor": "#A2ABB7"},
    families={**_FAMILIES, "Convolution": "#3E97D3", "Loss": "#D8694A", "Shape": "#8B95A3",
              "Merge": "#8B95A3"},
    gone="#E09BC2",
    series=("#4FA8DC", "#F2803F", "#35C79B", "#E09BC2", "#F0B23C", "#8CCBF0", "#A495EE", "#C9A45C"),
)  # fmt: skip


def tokens(widget: QWidget) -> Tokens:
    """Return the theme that the widget's palette shows."""
    return tokens_of(widget.palette())


def tokens_of(palette: QPalette) -> Tokens:
    """Return the theme that is worn, if the palette is its own; else the dark one for a dark
    palette, and the light one.
    """
    app = QCoreApplication.instance()
    worn = app.property(WORN) if app else None
    if isinstance(worn, Tokens) and palette.color(_GROUND) == QColor(worn.window):
        return worn
    return DARK if palette.color(_GROUND).lightness() < 128 else LIGHT


def palette_of(theme: Tokens) -> QPalette:
    """Return the palette that gives every Qt widget the theme's colours."""
    palette = QPalette()
    role = QPalette.ColorRole
    for key, colour in (
        (role.Window, theme.window), (role.WindowText, theme.text), (role.Base, theme.field),
        (role.AlternateBase, theme.panel), (role.Text, theme.text), (role.Button, theme.raised),
        (role.ButtonText, theme.text), (role.ToolTipBase, theme.raised),
        (role.ToolTipText, theme.text), (role.Highlight, theme.accent),
        (role.HighlightedText, theme.on_accent), (role.Link, theme.accent),
        (role.PlaceholderText, theme.muted), (role.Mid, theme.line), (role.Midlight, theme.line),
        (role.Dark, theme.line), (role.Light, theme.raised), (role.Shadow, theme.line),
    ):  # fmt: skip
        palette.setColor(key, QColor(colour))
    for key in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, key, QColor(theme.disabled))
    return palette
