"""A dashboard is taken elsewhere: as an animation, or as a page that needs no network."""

import json
import re
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QMainWindow, QMenu
from pytestqt.qtbot import QtBot

from studio.app.animation import FORMS, Gif
from studio.app.report.page import page_of
from studio.runs.record import Record
from studio.runs.store import RunStore
from studio.ui.dashboard.docks import DashboardDocks
from studio.ui.dashboard.film import Film
from studio.ui.offscreen import drawing_of
from studio.ui.theme import LIGHT, palette_of
from tests.helpers.a_run import a_run
from tests.helpers.kept import SPEC, kept_run

Show = Callable[[Record], DashboardDocks]


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    def shown(record: Record) -> DashboardDocks:
        window = QMainWindow()
        qtbot.addWidget(window)
        window.setPalette(palette_of(LIGHT))
        docks = DashboardDocks(window, record)
        window.resize(1400, 500)
        window.show()
        qtbot.waitUntil(lambda: docks.resting)
        QCoreApplication.processEvents()
        return docks

    return shown


def film_of(docks: DashboardDocks, panel: str, file: Path, qtbot: QtBot) -> list[float | None]:
    held: list[float | None] = []

    def take() -> object:
        held.append(docks.cursor.held)
        return docks.panels[panel].grab()

    form = file.suffix.removeprefix(".")
    film = Film(
        docks.cursor,
        docks.time_bar.moments,
        take,
        lambda size: FORMS[form](file, size, 10.0),
        docks,
    )
    with qtbot.waitSignal(film.ended, timeout=60_000) as ended:
        film.start()
    assert ended.args == [""]
    return held


def test_a_gif_has_a_frame_for_every_moment_that_shows_it(
    show: Show, qtbot: QtBot, tmp_path: Path
) -> None:
    docks = show(Record.from_events(a_run()))
    file = tmp_path / "attention.gif"

    held = film_of(docks, "attention", file, qtbot)

    assert held == [float(step) for step in docks.time_bar.moments]
    assert docks.cursor.held is None
    panel = docks.panels["attention"]
    with Image.open(file) as gif:
        assert gif.size == (panel.width(), panel.height())
        frames, lasts = [], 0
        for at in range(gif.n_frames):
            gif.seek(at)
            frames.append(np.asarray(gif.convert("RGB")).astype(int))
            lasts += gif.info["duration"]
    # Neighbours that are equal are one frame, of twice the time.
    assert lasts == 100 * len(held)
    different = {frame.tobytes() for frame in frames}
    assert len(different) >= 6  # six maps were recorded
    docks.cursor.hold(float(docks.time_bar.moments[0]))
    image = panel.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    wanted = rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)
    assert np.abs(frames[0] - wanted).mean() < 4  # a palette rounds


def test_an_mp4_is_written_where_its_package_is(show: Show, qtbot: QtBot, tmp_path: Path) -> None:
    ffmpeg = pytest.importorskip("imageio_ffmpeg")
    docks = show(Record.from_events(a_run()))
    file = tmp_path / "loss.mp4"

    film_of(docks, "loss", file, qtbot)

    frames, secs = ffmpeg.count_frames_and_secs(str(file))
    said = subprocess.run(
        [ffmpeg.get_ffmpeg_exe(), "-i", str(file)], capture_output=True, text=True, check=False
    ).stderr
    panel = docks.panels["loss"]
    assert frames == len(docks.time_bar.moments)
    assert secs == pytest.approx(frames / 10, abs=0.2)
    assert f" {panel.width() // 2 * 2}x{panel.height() // 2 * 2}" in said


def test_a_film_that_cannot_be_written_says_so_and_lets_go(
    show: Show, qtbot: QtBot, tmp_path: Path
) -> None:
    docks = show(Record.from_events(a_run()))
    gone = tmp_path / "nowhere" / "film.gif"
    take = docks.panels["loss"].grab
    film = Film(docks.cursor, (1, 51), take, lambda size: Gif(gone, size, 10.0), docks)

    with qtbot.waitSignal(film.ended) as ended:
        film.start()

    assert "cannot be written" in ended.args[0]
    assert docks.cursor.held is None


def test_the_bar_offers_a_report_and_films_of_all_and_of_each_panel(show: Show) -> None:
    docks = show(Record.from_events(a_run()))
    docks.time_bar.panels = lambda: [("loss", "Loss")]
    menu = docks.time_bar.export.menu()
    assert isinstance(menu, QMenu)
    asked: list[tuple[str, str]] = []
    docks.time_bar.export_asked.connect(lambda *what: asked.append(what))

    menu.aboutToShow.emit()
    words = [action.text() for action in menu.actions() if not action.isSeparator()]
    one = next(a.menu() for a in menu.actions() if a.text() == "Animation of one panel as GIF")
    assert isinstance(one, QMenu)
    one.actions()[0].trigger()
    menu.actions()[0].trigger()

    assert words == [
        "Report as one web page…", "Animation of the dashboard as GIF…",
        "Animation of one panel as GIF", "Animation of the dashboard as MP4…",
        "Animation of one panel as MP4",
    ]  # fmt: skip
    assert [("gif", "loss"), ("html", "")] == asked


# the report


class Tags(HTMLParser):
    """Checks that what is opened is closed, and collects what would be fetched."""

    VOID = frozenset({"meta", "img", "input", "br", "link"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        self.fetched += [v or "" for k, v in attrs if k in {"src", "href"}]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, tag


def data_in(page: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    assert found is not None
    told: dict[str, object] = json.loads(found[1].replace("<\\/", "</"))
    return told


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    folder = tmp_path / "a-run"
    store = RunStore(folder)
    store.describe(SPEC)
    store.append(list(a_run()))
    store.close()
    return folder


def test_a_report_fetches_nothing_and_closes_what_it_opens(recorded: Path) -> None:
    page = page_of(recorded)

    tags = Tags()
    tags.feed(page)

    assert [] == tags.open
    assert all(place.startswith("data:") for place in tags.fetched)
    assert not re.search(r"https?://", page)
    assert "@title@" not in page


def test_the_curves_of_a_report_keep_the_extremes_of_the_record(recorded: Path) -> None:
    record = Record.from_events(a_run())
    charts = data_in(page_of(recorded))["charts"]
    assert isinstance(charts, list)

    loss = next(chart for chart in charts if chart["title"] == "Loss")
    train = next(line for line in loss["lines"] if line["name"] == "train")
    values = record.series["train/loss"].values

    assert ["train", "validation"] == [line["name"] for line in loss["lines"]]
    assert [False, True] == [line["dashed"] for line in loss["lines"]]
    assert min(train["low"]) == pytest.approx(values.min(), rel=1e-4)
    assert max(train["high"]) == pytest.approx(values.max(), rel=1e-4)
    assert train["x"][-1] == 300


def test_a_report_has_what_was_looked_at_moment_by_moment(recorded: Path) -> None:
    data = data_in(page_of(recorded))
    stills = data["stills"]
    assert isinstance(stills, list)

    assert [6, 6, 6] == [len(still["pictures"]) for still in stills]
    assert all(still["steps"] == [1, 51, 101, 151, 201, 251] for still in stills)
    assert data["moments"] == [1, 50, 51, 100, 101, 150, 151, 200, 201, 250, 251, 300]


def test_a_report_marks_what_is_not_a_number_and_stays_json(tmp_path: Path) -> None:
    from tests.helpers.a_run import points, started

    folder = tmp_path / "broken"
    store = RunStore(folder)
    store.describe(SPEC)
    store.append([started(), points("train/loss", np.array([1.0, np.nan, np.inf, 0.5]))])
    store.close()

    charts = data_in(page_of(folder))["charts"]
    assert isinstance(charts, list)

    line = charts[0]["lines"][0]
    assert line["broken"] == [2, 3]
    assert line["last"] == [1.0, None, None, 0.5]


def test_notes_and_titles_are_text_and_never_markup() -> None:
    from studio.runs.marks import Marks, write_marks

    folder = kept_run("clouds", title="<b>Moons</b> & </script>")
    write_marks(folder, Marks(notes="<script>alert(1)</script>", tags=("a<b",)))

    page = page_of(folder)

    assert "<b>Moons" not in page
    assert "<script>alert" not in page
    assert "&lt;b&gt;Moons&lt;/b&gt;" in page
    assert page.count("</script>") == 2


def test_the_drawing_of_a_run_is_in_its_report(qtbot: QtBot, tmp_path: Path) -> None:
    from studio.app.gallery import find_experiment
    from studio.runs.store import EXPERIMENT

    text = find_experiment("lenet-digits").read_text(encoding="utf-8")
    folder = tmp_path / "lenet"
    store = RunStore(folder)
    store.describe(SPEC)
    store.append(list(a_run()))
    store.close()
    (folder / EXPERIMENT).write_text(text, encoding="utf-8")

    picture = drawing_of(folder)
    page = page_of(folder, picture)

    assert picture.startswith(b"\x89PNG")
    assert QImage.fromData(picture).width() > 600
    assert "Drawing of the network" in page
    assert "Optimiser" in page
