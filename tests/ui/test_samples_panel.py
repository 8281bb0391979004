"""The panel of samples shows what a network makes at a step, below what it is made of."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from studio.app.workspace import Workspace
from studio.core.document import Document
from studio.core.experiment import Experiment
from studio.runs.arrays import array_from_numpy
from studio.runs.events import Snapshot, StateChanged
from studio.runs.record import Record
from studio.ui.dashboard.cursor import Cursor
from studio.ui.dashboard.image_grid import image_from
from studio.ui.dashboard.panel import PanelContext
from studio.ui.dashboard.panels.samples import SamplesPanel
from tests.helpers.a_run import started
from tests.helpers.builders import CATALOG, Drawing

Show = Callable[..., SamplesPanel]


def pictures(step: int, grey: int, block: str = "decoder", *, made_of: int = -1) -> Snapshot:
    """Return eight pictures of one grey, if wanted with inputs of another."""
    arrays = {"images": array_from_numpy(np.full((8, 1, 4, 4), grey, np.uint8))}
    if made_of >= 0:
        arrays["inputs"] = array_from_numpy(np.full((8, 1, 4, 4), made_of, np.uint8))
    return Snapshot(kind="images", block=block, step=step, arrays=arrays)


def autoencoder() -> Experiment:
    """Return one that gives images twice, and passes through an image on the way."""
    net = Drawing("Autoencoder")
    image = net.place("io.image", height=4, width=4)
    last = net.chain("nn.flatten", ("nn.linear", {"out_features": 3}), after=image)
    made = net.chain(
        ("nn.linear", {"out_features": 16}), ("nn.reshape", {"shape": (1, 4, 4)}), after=last
    )
    net.chain("nn.sigmoid", after=made)
    noise = net.place("nn.noise")
    net.wire(image, noise)
    net.chain(("nn.linear", {"out_features": 16}), after=noise)
    return net.experiment()


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    def shown(*events: Snapshot, workspace: Workspace | None = None) -> SamplesPanel:
        record = Record.from_events([started(), StateChanged(state="running"), *events])
        panel = SamplesPanel(PanelContext(record, Cursor(), workspace))
        qtbot.addWidget(panel)
        panel.resize(400, 300)
        panel.show()
        panel.refresh()
        return panel

    return shown


def test_reconstructions_stand_below_their_inputs(show: Show) -> None:
    panel = show(pictures(0, 9), pictures(1200, 200, made_of=100))

    (section,) = panel.grid.sections
    image = panel.grid.grab().toImage()
    greys = [image.pixelColor(20, y) for y in range(image.height())]
    first = next(y for y, colour in enumerate(greys) if colour == QColor(100, 100, 100))
    second = next(y for y, colour in enumerate(greys) if colour == QColor(200, 200, 200))
    assert first < second
    assert section.rows == 2
    assert panel.caption.text() == "step 1,200"


def test_the_slider_goes_back_and_at_its_end_follows_the_newest(show: Show) -> None:
    panel = show(*(pictures(step, step // 10) for step in range(0, 500, 100)))
    assert panel.slider.maximum() == 4

    panel.slider.setValue(1)
    assert panel.caption.text() == "step 100"
    assert int(panel.grid.sections[0].images.max()) == 10
    panel.record.feed([pictures(500, 77)])
    panel.refresh()
    assert panel.caption.text() == "step 100", "who looks back is left there"
    panel.slider.setValue(panel.slider.maximum())
    panel.record.feed([pictures(600, 88)])
    panel.refresh()
    assert panel.caption.text() == "step 600"
    assert panel.slider.value() == panel.slider.maximum() == 6


def test_the_cursor_shows_what_was_made_then(show: Show) -> None:
    panel = show(pictures(0, 1), pictures(100, 2), pictures(200, 3))

    panel.cursor_step.point(150)

    assert panel.caption.text() == "step 100"


def test_what_comes_last_of_a_chain_of_images_is_watched(show: Show) -> None:
    panel = show(workspace=Workspace(CATALOG, Document(autoencoder())))

    assert panel.images == ("sigmoid1", "fc3")
    panel.choose("block", "reshape1")
    panel.show_settings(panel.settings)
    assert panel.images == ("reshape1",)


def test_a_network_without_images_is_told_so(show: Show) -> None:
    net = Drawing("Numbers")
    net.chain(("io.vector", {"features": 4}), ("nn.linear", {"out_features": 3}))

    panel = show(workspace=Workspace(CATALOG, Document(net.experiment())))

    assert panel.images == ()
    assert panel.grid.hint.startswith("No block of this network gives images")


def test_colours_and_greys_are_painted_as_they_are() -> None:
    colours = np.zeros((3, 2, 2), np.uint8)
    colours[:, 0, 1] = 10, 20, 30

    assert image_from(colours).pixelColor(1, 0) == QColor(10, 20, 30)
    assert image_from(colours[:1]).pixelColor(1, 0) == QColor(10, 10, 10)
