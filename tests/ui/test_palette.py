"""The palette: every block by family, found by typing, placed by key or by dragging."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolTip
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from studio.core.blocks import BlockSpec
from studio.ui.palette.model import FAMILIES, SPEC, BlockList, PaletteTree, dragged_kind
from studio.ui.palette.palette import Palette
from tests.helpers.drawing import placed


@pytest.fixture
def palette(qtbot: QtBot) -> Palette:
    palette = Palette(placed())
    qtbot.addWidget(palette)
    palette.resize(232, 600)
    palette.show()
    return palette


def shown(palette: Palette) -> dict[str, list[str]]:
    tree = palette.blocks
    families = [tree.index(row, 0) for row in range(tree.rowCount())]
    return {
        str(family.data()): [
            tree.index(row, 0, family).data() for row in range(tree.rowCount(family))
        ]
        for family in families
    }


def test_the_tree_keeps_the_rules_of_models(palette: Palette, qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(palette.blocks)
    palette.search.setText("pool")
    palette.search.setText("no such thing")
    palette.search.setText("")
    qtmodeltester.check(palette.blocks)


def test_the_list_keeps_the_rules_of_models(qtmodeltester: ModelTester) -> None:
    names = BlockList()
    qtmodeltester.check(names)
    names.show(list(placed().offer.specs.values()))
    qtmodeltester.check(names)


def test_every_block_is_there_once_and_families_stand_in_order(palette: Palette) -> None:
    families = shown(palette)

    titles = [title for group in families.values() for title in group]
    assert sorted(spec.title for spec in placed().offer.specs.values()) == sorted(titles)
    listed = [name for name in families if name in FAMILIES]
    assert [name for name in FAMILIES if name in families] == listed
    assert "Loss" == list(families)[-1]


def test_a_family_nobody_listed_comes_before_the_losses() -> None:
    specs = [
        BlockSpec(id=f"x.{name}", title=name, family=name, infer=lambda *_: None)
        for name in ("Loss", "Graphs", "Input")
    ]

    tree = PaletteTree(specs)

    assert ["Input", "Graphs", "Loss"] == [tree.index(row, 0).data() for row in range(3)]


def test_typing_leaves_what_fits_best_first(palette: Palette, qtbot: QtBot) -> None:
    qtbot.keyClicks(palette.search, "pool")

    titles = [title for group in shown(palette).values() for title in group]
    assert {"MaxPool2d", "AvgPool2d"} <= set(titles)
    assert "Linear" not in titles
    assert palette.tree.currentIndex().data(SPEC) is not None


def test_enter_in_the_search_asks_for_the_best(palette: Palette, qtbot: QtBot) -> None:
    qtbot.keyClicks(palette.search, "lstm")

    with qtbot.waitSignal(palette.place_requested) as asked:
        qtbot.keyClick(palette.search, Qt.Key.Key_Return)

    assert ["nn.lstm"] == asked.args


def test_double_click_asks_for_the_block(palette: Palette, qtbot: QtBot) -> None:
    family = palette.blocks.index(1, 0)
    index = palette.blocks.index(0, 0, family)
    at = palette.tree.visualRect(index).center()

    with qtbot.waitSignal(palette.place_requested) as asked:
        qtbot.mouseClick(palette.tree.viewport(), Qt.MouseButton.LeftButton, pos=at)
        qtbot.mouseDClick(palette.tree.viewport(), Qt.MouseButton.LeftButton, pos=at)

    assert [index.data(SPEC).id] == asked.args


def test_a_family_folds_at_a_click_and_stays_folded_after_a_search(
    palette: Palette, qtbot: QtBot
) -> None:
    at = palette.tree.visualRect(palette.blocks.index(0, 0)).center()
    qtbot.mouseClick(palette.tree.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.keyClicks(palette.search, "image")
    opened = palette.tree.isExpanded(palette.blocks.index(0, 0))
    qtbot.keyClick(palette.search, Qt.Key.Key_Escape)

    assert opened
    assert "" == palette.search.text()
    assert [False, True] == [palette.tree.isExpanded(palette.blocks.index(i, 0)) for i in (0, 1)]


def test_a_dragged_row_carries_the_id_of_its_kind(palette: Palette) -> None:
    index = palette.blocks.index(0, 0, palette.blocks.index(0, 0))

    assert index.data(SPEC).id == dragged_kind(palette.blocks.mimeData([index]))
    assert palette.blocks.flags(index) & Qt.ItemFlag.ItemIsDragEnabled
    assert not palette.blocks.flags(index.parent()) & Qt.ItemFlag.ItemIsDragEnabled


def test_f1_and_hovering_explain_the_block(palette: Palette, qtbot: QtBot) -> None:
    qtbot.keyClicks(palette.search, "relu")

    qtbot.keyClick(palette.tree, Qt.Key.Key_F1)

    tip = palette.tree.currentIndex().data(Qt.ItemDataRole.ToolTipRole)
    assert "max(0, x)" in tip
    assert tip == QToolTip.text()
    QToolTip.hideText()


def test_the_down_key_goes_from_the_search_into_the_rows(palette: Palette, qtbot: QtBot) -> None:
    qtbot.keyClicks(palette.search, "pool")
    first = palette.tree.currentIndex().data()

    qtbot.keyClick(palette.search, Qt.Key.Key_Down)

    assert first != palette.tree.currentIndex().data()


def test_what_is_not_found_is_said(palette: Palette, qtbot: QtBot) -> None:
    qtbot.keyClicks(palette.search, "zebra")

    assert not palette.tree.isVisible()
    assert {} == shown(palette)


def test_a_plug_in_that_goes_takes_its_blocks_along(qtbot: QtBot) -> None:
    workspace = placed()
    own = BlockSpec(id="my.block", title="Mine", family="My blocks", infer=lambda *_: None)
    workspace.catalog.add(own, owner="mine")
    palette = Palette(workspace)
    qtbot.addWidget(palette)
    before = shown(palette)

    workspace.catalog.drop("mine")
    palette.refresh()

    assert ["Mine"] == before["My blocks"]
    assert "My blocks" not in shown(palette)
