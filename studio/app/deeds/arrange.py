"""Deeds of the Arrange menu: line up, spread out, straighten."""

from functools import partial
from typing import Literal

from studio.app import arranging
from studio.app.actions import Action
from studio.app.studio import Studio
from studio.core.arranging import Edge


def _several(studio: Studio) -> bool:
    return len(studio.workspace.selection) > 1


def _many(studio: Studio) -> bool:
    return len(studio.workspace.selection) > 2


def _align(edge: Edge, studio: Studio) -> None:
    arranging.align_selected(studio.workspace, studio.front, edge)


def _distribute(axis: Literal["x", "y"], studio: Studio) -> None:
    arranging.distribute_selected(studio.workspace, studio.front, axis)


def _straighten(studio: Studio) -> None:
    arranging.straighten_selected(studio.workspace, studio.front)


def _lay_out(studio: Studio) -> None:
    arranging.lay_out(studio.workspace, studio.front, selected=_several(studio))


def _layout_words(studio: Studio) -> str:
    return "Lay out selection" if _several(studio) else "Lay out"


def _lay_out_in_rows(studio: Studio) -> None:
    selected = _several(studio)
    arranging.lay_out(studio.workspace, studio.front, selected=selected, in_rows=True)


def _rows_words(studio: Studio) -> str:
    return "Lay out selection in rows" if _several(studio) else "Lay out in rows"


def _has_blocks(studio: Studio) -> bool:
    return bool(studio.workspace.graph.nodes)


_EDGES: tuple[tuple[Edge, str, tuple[str, ...]], ...] = (
    ("left", "Align left", ("Ctrl+Shift+Left",)),
    ("centre", "Align centres in a column", ()),
    ("right", "Align right", ("Ctrl+Shift+Right",)),
    ("top", "Align top", ("Ctrl+Shift+Up",)),
    ("middle", "Align middles in a row", ()),
    ("bottom", "Align bottom", ("Ctrl+Shift+Down",)),
)

ALIGNMENTS = tuple(
    Action(
        id=f"arrange.align-{edge}", title=title, run=partial(_align, edge), when=_several,
        keys=keys, menu="Arrange", place=10 + number,
    )
    for number, (edge, title, keys) in enumerate(_EDGES)
)  # fmt: skip
DISTRIBUTE_ACROSS = Action(
    id="arrange.distribute-x", title="Distribute across", run=partial(_distribute, "x"),
    when=_many, menu="Arrange", place=20, help="Leave equal gaps from left to right",
)  # fmt: skip
DISTRIBUTE_DOWN = Action(
    id="arrange.distribute-y", title="Distribute down", run=partial(_distribute, "y"),
    when=_many, menu="Arrange", place=21, help="Leave equal gaps from top to bottom",
)  # fmt: skip
LAY_OUT = Action(
    id="arrange.layout", title="Lay out", run=_lay_out, words=_layout_words, when=_has_blocks,
    keys=("Ctrl+Shift+L",), menu="Arrange", place=31, icon="list-tree",
    context=("block", "canvas"),
    help="Put the selected blocks, or all, in layers from left to right",
)  # fmt: skip
LAY_OUT_IN_ROWS = Action(
    id="arrange.layout-rows", title="Lay out in rows", run=_lay_out_in_rows, words=_rows_words,
    when=_has_blocks, keys=("Ctrl+Alt+L",), menu="Arrange", place=32, icon="wrap-text",
    context=("block", "canvas"),
    help="Like Lay out, but break a long drawing into rows that are read like a text",
)  # fmt: skip
STRAIGHTEN = Action(
    id="arrange.straighten", title="Straighten wires", run=_straighten, when=_several,
    keys=("Q",), menu="Arrange", place=30, context=("block",),
    help="Move the selected blocks up or down until the wires between them run level",
)  # fmt: skip
