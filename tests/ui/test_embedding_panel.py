"""The map of samples: turned and lassoed, with the same samples selected everywhere."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from studio.app.chosen_samples import ChosenSamples
from studio.app.projector import write_projector
from studio.runs.arrays import array_from_numpy
from studio.runs.events import Snapshot
from studio.runs.record import Record
from studio.ui.dashboard.cloud_map import CloudMap, within
from studio.ui.dashboard.cursor import Cursor
from studio.ui.dashboard.panel import PanelContext
from studio.ui.dashboard.panels.embedding import EmbeddingPanel
from studio.ui.dashboard.scatter import Cloud
from studio.ui.theme import LIGHT, palette_of
from tests.helpers.a_run import started
from tests.helpers.drawing import chain

COUNT = 60
RNG = np.random.default_rng(3)
LABELS = np.arange(COUNT) % 3
POINTS = np.array([[0, 5, 1], [-5, -4, 0], [5, -4, -1]])[LABELS] + RNG.normal(size=(COUNT, 3)) * 0.4
ROWS = np.arange(COUNT) * 7 + 100


def told(step: int = 1, **more: np.ndarray) -> Snapshot:
    arrays = {
        "points": POINTS.astype(np.float32), "labels": LABELS, "rows": ROWS,
        "predicted": np.where(np.arange(COUNT) == 5, 0, LABELS),
        "loss": np.linspace(0, 1, COUNT).astype(np.float32),
        "neighbours": np.argsort(
            np.linalg.norm(POINTS[:, None] - POINTS[None], axis=2), axis=1
        )[:, 1:11].astype(np.int32),
        "trust": np.array([0.93], np.float32), "explained": np.array([0.8], np.float32),
        **more,
    }  # fmt: skip
    packed = {name: array_from_numpy(value) for name, value in arrays.items()}
    return Snapshot(kind="embedding", block="fc1", step=step, arrays=packed)


def inputs() -> Snapshot:
    pictures = np.zeros((COUNT, 1, 8, 8), np.uint8)
    pictures[:, 0, 0, 0] = np.arange(COUNT)
    arrays = {"rows": array_from_numpy(ROWS), "inputs": array_from_numpy(pictures)}
    return Snapshot(kind="samples", block="", step=1, arrays=arrays, notes={"as": "images"})


@pytest.fixture
def panel(qtbot: QtBot) -> EmbeddingPanel:
    made = EmbeddingPanel(PanelContext(Record.from_events([started(), inputs(), told()]), Cursor()))
    qtbot.addWidget(made)
    made.setPalette(palette_of(LIGHT))
    made.resize(500, 420)
    made.choose("block", "fc1")
    made.refresh()
    made.show()
    made.grab()
    return made


def place_of(panel: EmbeddingPanel, index: int) -> QPoint:
    cloud = panel.scatter.cloud
    assert cloud is not None
    xs, ys = panel.scatter.places(cloud.points)
    return QPoint(round(xs[index]), round(ys[index]))


def drag(widget: CloudMap, *points: QPoint, shift: bool = False) -> None:
    keys = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, keys, points[0])
    for one in points[1:]:
        # QTest.mouseMove tells no modifiers
        from PySide6.QtCore import QEvent
        from PySide6.QtGui import QMouseEvent
        from PySide6.QtWidgets import QApplication

        moved = QMouseEvent(
            QEvent.Type.MouseMove, QPointF(one), widget.mapToGlobal(QPointF(one)),
            Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton, keys,
        )  # fmt: skip
        QApplication.sendEvent(widget, moved)
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, keys, points[-1])


def around(panel: EmbeddingPanel, class_: int, margin: int = 14) -> list[QPoint]:
    """Return the corners of a box around a class."""
    cloud = panel.scatter.cloud
    assert cloud is not None
    xs, ys = panel.scatter.places(cloud.points)
    inside = class_ == LABELS
    left, right = int(xs[inside].min()) - margin, int(xs[inside].max()) + margin
    top, bottom = int(ys[inside].min()) - margin, int(ys[inside].max()) + margin
    return [QPoint(left, top), QPoint(right, top), QPoint(right, bottom), QPoint(left, bottom)]


def test_a_lasso_selects_the_samples_inside_it_everywhere(panel: EmbeddingPanel) -> None:
    seen: list[frozenset[int]] = []
    panel.chosen.changed.connect(seen.append)

    drag(panel.scatter, *around(panel, 1))
    first = panel.chosen.rows
    drag(panel.scatter, *around(panel, 2), shift=True)

    assert first == frozenset(ROWS[LABELS == 1].tolist())
    assert panel.chosen.rows == frozenset(ROWS[LABELS != 0].tolist())
    assert seen == [first, panel.chosen.rows]
    assert panel.scatter.chosen.tolist() == np.flatnonzero(LABELS != 0).tolist()


def test_a_selection_made_elsewhere_is_seen_here_and_the_rest_is_pale(
    panel: EmbeddingPanel,
) -> None:
    before = panel.scatter.grab().toImage()

    panel.chosen.choose(ROWS[LABELS == 1].tolist())
    after = panel.scatter.grab().toImage()

    kept, pale = place_of(panel, 1), place_of(panel, 0)
    assert after.pixelColor(kept).saturation() >= before.pixelColor(kept).saturation() - 10
    assert after.pixelColor(pale).lightness() > before.pixelColor(pale).lightness() + 40


def test_two_panels_of_a_workspace_share_what_is_selected(qtbot: QtBot) -> None:
    workspace = chain("io.image")
    record = Record.from_events([started(), told()])
    one, other = (EmbeddingPanel(PanelContext(record, Cursor(), workspace)) for _ in range(2))
    for each in (one, other):
        qtbot.addWidget(each)

    one.chosen.choose([100])

    assert other.chosen.rows == {100}


def test_a_click_selects_one_sample_and_beside_them_none(panel: EmbeddingPanel) -> None:
    QTest.mouseClick(panel.scatter, Qt.MouseButton.LeftButton, pos=place_of(panel, 4))
    one = panel.chosen.rows
    QTest.mouseClick(panel.scatter, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))

    assert len(one) == 1
    assert panel.chosen.rows == frozenset()


def test_the_pointer_shows_a_samples_picture_classes_and_neighbours(
    panel: EmbeddingPanel,
) -> None:
    QTest.mouseMove(panel.scatter, place_of(panel, 5))
    place = panel.scatter.hovered
    card = panel.scatter.card

    assert card is not None
    assert card.head == f"sample {ROWS[place]}"
    assert card.picture is not None
    assert card.picture.pixelColor(0, 0).red() == place
    assert panel.embedded is not None
    apart = np.linalg.norm(POINTS - POINTS[place], axis=1)
    assert panel.embedded.neighbours(place) == np.argsort(apart)[1:6].tolist()
    rows = {row.name: row.value for row in panel.embedded.card(5).rows}
    assert rows["class"] == "2"
    assert rows["said to be"] == "0"


def test_points_in_space_are_turned_by_dragging_and_keep_their_distances(
    panel: EmbeddingPanel,
) -> None:
    panel.set_option("space", True)
    scatter = panel.scatter
    cloud = scatter.cloud
    assert cloud is not None
    before = cloud.points.copy()

    drag(scatter, QPoint(100, 100), QPoint(180, 100))
    cloud = scatter.cloud
    assert cloud is not None
    after = cloud.points

    assert scatter.turned
    assert not np.allclose(before, after)
    assert panel.chosen.rows == frozenset()  # it was no lasso
    # A turn about the upright axis leaves heights as they are only where nothing is tilted; what
    # it leaves always is how far each point is from the middle, seen with its depth.
    centred = POINTS - (POINTS.max(axis=0) + POINTS.min(axis=0)) / 2
    seen = np.column_stack((after, scatter._depth))
    assert np.linalg.norm(seen, axis=1) == pytest.approx(np.linalg.norm(centred, axis=1), rel=1e-4)


def test_the_wheel_zooms_at_the_pointer_and_a_double_click_shows_everything(
    panel: EmbeddingPanel,
) -> None:
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    scatter, first = panel.scatter, place_of(panel, 4)
    at = QPointF(first)
    none = Qt.KeyboardModifier.NoModifier
    turn = QWheelEvent(
        at, scatter.mapToGlobal(at), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton, none,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    away = place_of(panel, 0)
    QApplication.sendEvent(scatter, turn)
    zoomed, apart = place_of(panel, 4), place_of(panel, 0)
    QTest.mouseDClick(scatter, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))

    assert (zoomed - first).manhattanLength() <= 2
    assert (apart - first).manhattanLength() > 1.4 * (away - first).manhattanLength()
    assert (place_of(panel, 0) - away).manhattanLength() <= 1


def test_the_caption_says_how_far_the_map_can_be_trusted(panel: EmbeddingPanel) -> None:
    words = panel.caption.text()

    assert words == "PCA · step 1 · trust 0.93 · 80 % of variance"


def test_points_are_coloured_by_what_is_wanted(panel: EmbeddingPanel) -> None:
    menu = panel.findChild(QMenu, "")
    panel._menu.aboutToShow.emit()
    colours = [action.text() for action in panel._menu._colours.actions()]
    panel.set_option("colour", "wrong")
    shown = panel.scatter.cloud

    assert menu is not None
    assert ["Class", "Prediction", "Right or wrong", "Error", "Place in the data"] == colours
    assert shown is not None
    assert shown.labels is not None
    assert shown.labels.tolist() == [int(at == 5) for at in range(COUNT)]
    assert shown.names == ("right", "wrong")


def test_the_engine_is_asked_for_the_map_that_is_wanted(panel: EmbeddingPanel) -> None:
    plain = panel.wanted
    panel.set_option("method", "tsne")
    panel.set_option("space", True)
    panel.set_option("samples", 2000)

    assert plain == {"embedding": {"block": "fc1"}}
    assert panel.wanted == {
        "embedding": {"block": "fc1", "method": "tsne", "dimensions": 3, "samples": 2000}
    }


def test_inside_a_lasso_is_what_a_ray_crosses_an_odd_number_of_times() -> None:
    square = [QPointF(0, 0), QPointF(10, 0), QPointF(10, 10), QPointF(0, 10)]
    hollow = [QPointF(0, 0), QPointF(10, 0), QPointF(10, 10), QPointF(5, 2), QPointF(0, 10)]
    points = np.array([[5.0, 5.0], [5.0, 1.0], [11.0, 5.0], [-1.0, 5.0], [1.0, 7.0]])

    assert [True, True, False, False, True] == within(points, square).tolist()
    assert [False, True, False, False, True] == within(points, hollow).tolist()


# the projector


def test_files_for_the_projector_are_as_tensorboard_reads_them(tmp_path: Path) -> None:
    vectors = RNG.normal(size=(5, 3)).astype(np.float32)
    pictures = np.arange(5 * 4 * 6, dtype=np.uint8).reshape(5, 1, 4, 6)

    write_projector(
        tmp_path, "fc1", vectors, {"class": list("abcde"), "note": ["a\tb"] * 5}, pictures
    )

    read = np.loadtxt(tmp_path / "tensors.tsv", delimiter="\t")
    assert read == pytest.approx(vectors, rel=1e-4)
    lines = (tmp_path / "metadata.tsv").read_text().splitlines()
    assert lines[0] == "class\tnote"
    assert lines[1:] == [f"{letter}\ta b" for letter in "abcde"]
    with Image.open(tmp_path / "sprite.png") as sprite:
        sheet = np.asarray(sprite)
    assert sheet.shape == (12, 18, 3)  # three by three, though there are five
    assert sheet[4:8, 6:12, 0].tolist() == pictures[4, 0].tolist()
    settings = (tmp_path / "projector_config.pbtxt").read_text()
    assert 'tensor_path: "tensors.tsv"' in settings
    assert "single_image_dim: 6\n    single_image_dim: 4" in settings


def test_one_column_of_metadata_has_no_heading(tmp_path: Path) -> None:
    write_projector(tmp_path, "fc1", np.eye(2), {"class": ["a", "b"]})

    assert (tmp_path / "metadata.tsv").read_text() == "a\nb\n"
    assert not (tmp_path / "sprite.png").exists()


def test_the_panel_exports_what_it_shows(panel: EmbeddingPanel, tmp_path: Path) -> None:
    panel._menu.export(tmp_path)

    lines = (tmp_path / "metadata.tsv").read_text().splitlines()
    assert lines[0] == "sample\tclass\tprediction\terror"
    assert lines[6].split("\t")[:3] == [str(ROWS[5]), "2", "0"]
    assert (tmp_path / "sprite.png").exists()
    assert ChosenSamples().rows == frozenset()


def test_ten_thousand_points_are_turned_within_a_frame(qtbot: QtBot) -> None:
    view = CloudMap()
    qtbot.addWidget(view)
    view.resize(600, 500)
    view.show()
    points = RNG.normal(size=(10_000, 3)).astype(np.float32)
    view.show_space(Cloud(points, RNG.integers(0, 10, 10_000)), afresh=True)
    view.grab()
    times = []
    import time

    for _ in range(8):
        began = time.thread_time()
        view._turn_by(QPointF(5, 3))
        view.grab()
        times.append(time.thread_time() - began)

    assert min(times) < 0.040
