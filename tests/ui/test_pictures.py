"""Pictures of the drawing that carry the experiment, and blocks as text, from window to window."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QFont, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.app import composing
from studio.app.workspace import Workspace
from studio.core.edits import AddNodes
from studio.core.experiment import Experiment
from studio.core.fileio import open_file
from studio.core.graph import Node
from studio.core.marking import AddFrame, SetFrame
from studio.core.marks import Frame
from studio.core.taking_part import Share
from studio.ui.canvas.picture import NetworkPicture
from studio.ui.theme import LIGHT
from studio.ui.window import MainWindow
from tests.helpers.desk import opened_window
from tests.helpers.drawing import chain

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    """A window on LeNet, two of whose blocks are a composite."""
    with opened_window(qtbot, "lenet-digits") as window:
        window.studio.workspace.select(["conv1", "relu1"])
        composing.fold(window.studio.workspace, "Begin")
        window.activateWindow()
        QTest.qWaitForWindowActive(window)
        QTest.qWait(5)
        yield window


def export(window: MainWindow, deed: str, path: Path) -> None:
    answers = []
    window.studio.front.ask_picture = lambda _suggestion, then: answers.append(then)
    window.studio.run(deed)
    answers[0](path)


@pytest.mark.parametrize("ending", [".png", ".svg"])
def test_a_picture_dropped_on_the_window_is_the_experiment_again(
    window: MainWindow, tmp_path: Path, ending: str
) -> None:
    studio = window.studio
    experiment = studio.workspace.document.experiment
    path = tmp_path / f"lenet{ending}"
    export(window, "file.picture", path)
    studio.filing.new()

    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    left, at = Qt.MouseButton.LeftButton, QPointF(400, 300)
    canvas = window.pages.build.canvas
    QApplication.sendEvent(canvas, QDragEnterEvent(at.toPoint(), copy, data, left, none))
    QApplication.sendEvent(canvas, QDropEvent(at, copy, data, left, none))

    assert experiment == studio.workspace.document.experiment
    assert studio.filing.path is None


def test_the_picture_shows_the_drawing_light_as_paper(window: MainWindow, tmp_path: Path) -> None:
    window.studio.settings.set("theme", "dark")
    path = tmp_path / "lenet.png"

    export(window, "file.picture", path)

    image = QImage(str(path))
    colours = {
        image.pixelColor(x, y).name()
        for x in range(0, image.width(), 5)
        for y in range(0, image.height(), 5)
    }
    assert image.width() > 1000
    assert "#f7f8fa" == image.pixelColor(1, 1).name()
    assert len(colours) > 20


def test_an_svg_has_letters_and_lines(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "lenet.svg"

    export(window, "file.picture", path)

    text = path.read_text()
    assert "<image" not in text
    assert ">conv2<" in text
    assert text.count("<path") > 10


def test_a_picture_of_the_selection_carries_the_selection(
    window: MainWindow, tmp_path: Path
) -> None:
    window.studio.workspace.select(["begin1", "pool1"])
    path = tmp_path / "part.png"

    export(window, "file.picture-part", path)

    part = open_file(path)
    assert {"begin1", "pool1"} == part.graph.nodes.keys()
    assert {"begin"} == part.composites.keys()


def test_a_picture_of_nothing_is_refused(window: MainWindow, tmp_path: Path) -> None:
    export_to = tmp_path / "none.png"
    window.studio.filing.new()

    window.studio.run("file.picture")

    assert not export_to.exists()
    assert not window.menus.deeds["file.picture"].action.when(window.studio)


def test_copied_blocks_are_text_that_another_window_takes_with_its_composites(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.studio.workspace.select(["begin1", "pool1"])
    QTest.qWait(5)
    QTest.keyClick(window, Qt.Key.Key_C, CTRL)
    with opened_window(qtbot) as other:
        other.studio.filing.adopt(Experiment(), None)
        other.activateWindow()
        QTest.qWaitForWindowActive(other)

        QTest.keyClick(other, Qt.Key.Key_V, CTRL)

        workspace = other.studio.workspace
        assert {"composite:begin", "nn.max_pool2d"} == {
            n.kind for n in workspace.graph.nodes.values()
        }
        assert "Begin" == workspace.document.experiment.composites["begin"].title
        assert 1 == len(workspace.graph.feeds)


def painted(workspace: Workspace) -> QImage:
    picture = NetworkPicture(workspace, QFont())
    image = QImage(picture.size(), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    picture.paint_all(painter, LIGHT)
    painter.end()
    return image


def pixels(image: QImage, rows: int = 10_000) -> list[int]:
    return [
        image.pixel(x, y)
        for y in range(0, min(rows, image.height()), 2)
        for x in range(0, image.width(), 2)
    ]


def has_ink(image: QImage, rows: int) -> bool:
    """Tell whether anything is drawn in the uppermost rows."""
    return bool(set(pixels(image, rows)) - {QColor(LIGHT.canvas).rgb()})


def test_the_picture_shows_which_blocks_share_weights(qapp: object) -> None:
    workspace = chain("io.vector", "nn.linear", "nn.tanh")
    workspace.apply(AddNodes((Node("linear2", "nn.linear", "linear2", {}, 1400.0, 0.0),)))
    alone = painted(workspace)

    workspace.apply(Share(("linear2",), "linear"))
    shared = painted(workspace)

    over = shared.height() - alone.height()
    assert over > 0  # the line arches over the cards
    assert not has_ink(alone, 40)
    assert has_ink(shared, over + 40)


def test_the_picture_hides_what_a_collapsed_frame_hides(qapp: object) -> None:
    workspace = chain("io.image", "nn.relu", "nn.tanh")
    frame = Frame("f", "Head", x=-24.0, y=-48.0, width=456.0, height=160.0)
    workspace.apply(AddFrame(frame))
    open_one = painted(workspace)

    workspace.apply(SetFrame(replace(frame, collapsed=True)))
    closed = painted(workspace)

    card = QColor(LIGHT.card).rgb()
    assert pixels(closed).count(card) < 0.5 * pixels(open_one).count(card)
