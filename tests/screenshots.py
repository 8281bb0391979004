"""``python -m tests.screenshots [name …]``: pictures of the main views, into build/screenshots/.

Every picture is taken of the whole program, offscreen, in a process of its own, so that the scale
and the theme are those of a fresh start.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap
    from PySide6.QtWidgets import QWidget

FOLDER = Path("build/screenshots")
SIZE, NARROW = (1440, 900), (1024, 700)
PANEL, COLUMNS, GAP_PX, TITLE_PX = (470, 300), 4, 8, 24


def main(chosen: list[str]) -> int:
    """Take the chosen pictures, or all."""
    unknown = [name for name in chosen if name not in VIEWS]
    if unknown:
        print(f"expected pictures of {', '.join(VIEWS)}, received {unknown[0]}", file=sys.stderr)
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    failed = [name for name in chosen or VIEWS if not _taken_apart(name)]
    return 1 if failed else 0


def _taken_apart(name: str) -> bool:
    scale = "2" if name.endswith("-200") else "1"
    with tempfile.TemporaryDirectory() as home:
        surroundings = {
            **os.environ,
            "NETWRIGHT_HOME": home,
            "QT_QPA_PLATFORM": "offscreen",
            "QT_SCALE_FACTOR": scale,
        }
        command = [sys.executable, "-m", "tests.screenshots", "--take", name]
        done = subprocess.run(command, env=surroundings, timeout=300, check=False)
    print(f"{FOLDER / name}.png" if done.returncode == 0 else f"{name}: failed", flush=True)
    return done.returncode == 0


class Scene:
    """One window, to be brought into the state that is worth a picture."""

    def __init__(self, *, theme: str = "light", size: tuple[int, int] = SIZE) -> None:
        from studio.app.studio import Studio
        from studio.ui.look import Look
        from studio.ui.start import make_application
        from studio.ui.window import MainWindow

        self._over: QWidget | None = None
        self._picture: QPixmap | None = None
        self.app = make_application(["netwright"])
        self.studio = Studio()
        self.studio.settings.set("theme", theme)
        self.window = MainWindow(self.studio, Look(self.app, self.studio.settings))
        self.window.resize(*size)
        self.window.show()
        self.window.docks.make_dashboard()
        self.settle()

    def open(self, name: str) -> None:
        """Open an experiment of the gallery."""
        from studio.app.gallery import find_experiment

        self.studio.open(find_experiment(name))
        self.settle()
        self.window.pages.build.canvas.fit()

    def train(self, *, until: Callable[[], bool]) -> None:
        """Train until something holds."""
        assert self.studio.run("train.start")
        self.wait(until)
        self.settle()

    def wait(self, until: Callable[[], bool], *, secs: float = 120) -> None:
        """Let the window live until something holds."""
        deadline = time.monotonic() + secs
        while not until():
            assert time.monotonic() < deadline, "the state worth a picture never came"
            self.app.processEvents()
            time.sleep(0.005)

    def settle(self, secs: float = 0.6) -> None:
        """Let everything be painted that wants to be."""
        end = time.monotonic() + secs
        self.wait(lambda: time.monotonic() > end)

    def show_panels(self) -> None:
        """Have every panel of the dashboard in the picture, as large as when it floats."""
        from PySide6.QtCore import Qt
        from PySide6.QtGui import QPainter, QPixmap

        dashboard = self.window.docks._dashboard
        assert dashboard is not None
        wide, tall = PANEL[0] + GAP_PX, PANEL[1] + GAP_PX + TITLE_PX
        rows = -(-len(dashboard.docks) // COLUMNS)
        self._picture = QPixmap(COLUMNS * wide, rows * tall)
        self._picture.fill(Qt.GlobalColor.lightGray)
        painter = QPainter(self._picture)
        for at, (id_, dock) in enumerate(dashboard.docks.items()):
            dashboard.show_panel(id_, shown=True)
            dock.setFloating(True)
            dock.resize(*PANEL)
            self.settle(0.2)
            x, y = at % COLUMNS * wide, at // COLUMNS * tall
            painter.drawText(x + 8, y + TITLE_PX - 8, dock.windowTitle())
            painter.drawPixmap(x, y + TITLE_PX, dock.grab())
        painter.end()

    def show_over(self, dialog: "QWidget") -> None:
        """Have a dialog in the picture, in the middle."""
        self._over = dialog

    def finish(self, name: str) -> None:
        """Keep the picture and end the program."""
        from PySide6.QtGui import QPainter

        self.settle()
        picture = self._picture or self.window.grab()
        if self._over is not None:
            painter = QPainter(picture)
            room = self.window.size() - self._over.size()
            painter.drawPixmap(room.width() // 2, room.height() // 2, self._over.grab())
            painter.end()
        assert picture.save(str(FOLDER / f"{name}.png"))
        self.studio.workspace.document.mark_saved()
        self.studio.close()
        self.window.close()


def _empty(scene: Scene) -> None:
    scene.settle()


def _drawn(scene: Scene) -> None:
    scene.open("lenet-digits")
    scene.studio.workspace.select(["conv1"])


def _trained(scene: Scene) -> None:
    scene.open("lenet-digits")
    scene.train(until=lambda: scene.studio.session.state == "ended")


def _training(scene: Scene) -> None:
    scene.open("recall-attention")
    scene.train(until=lambda: len(scene.studio.record.epochs) >= 3)


def _panels(experiment: str) -> Callable[[Scene], None]:
    """Return what shows every panel on a run of an experiment, with all of them open."""

    def shown(scene: Scene) -> None:
        from studio.ui.dashboard.panel import declared_panels

        scene.open(experiment)
        for spec in declared_panels():
            scene.studio.front.show_panel(spec.title, shown=True)
        scene.train(until=lambda: scene.studio.session.state == "ended")
        scene.show_panels()

    return shown


def _flow(scene: Scene) -> None:
    scene.open("lenet-digits")
    assert scene.studio.run("view.flow")
    scene.train(until=lambda: len(scene.studio.record.epochs) >= 5)


def _findings(scene: Scene) -> None:
    scene.open("quartet-sigmoid")
    scene.train(until=lambda: scene.studio.session.state == "ended")
    scene.studio.front.show_panel("Diagnosis", shown=True)


def _error(scene: Scene) -> None:
    from studio.core.edits import Disconnect, SetParam

    scene.open("lenet-digits")
    workspace = scene.studio.workspace
    last = [node.id for node in workspace.graph.nodes.values() if node.kind == "nn.linear"][-1]
    workspace.apply(SetParam((last,), "out_features", 7))
    flatten = next(n.id for n in workspace.graph.nodes.values() if n.kind == "nn.flatten")
    follower = workspace.graph.consumers_of[flatten][0]
    workspace.apply(Disconnect((follower,)))
    scene.studio.front.show_panel("Problems", shown=True)
    workspace.select([last])


def _code(scene: Scene) -> None:
    scene.open("lenet-digits")
    scene.studio.front.show_panel("Code", shown=True)
    scene.studio.workspace.select(["conv2"])


def _data(scene: Scene) -> None:
    scene.open("lenet-digits")
    scene.studio.front.show_page("data")
    scene.studio.session.warm_up()
    scene.wait(lambda: scene.studio.session.state == "ready")
    scene.settle(6)


def _train_page(scene: Scene) -> None:
    scene.open("characters")
    scene.studio.front.show_page("train")


def _preflight(scene: Scene) -> None:
    from studio.ui.training.preflight_card import PreflightCard

    _train_page(scene)
    (card,) = scene.window.findChildren(PreflightCard)
    card.begin.click()
    scene.wait(lambda: card.begin.isEnabled() and card.process.state().value == 0)


def _own_data(scene: Scene) -> None:
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "penguins.csv"
        lines = [f"{30 + at % 17}.{at % 7},{at % 5},{'NA' if at % 11 == 0 else 170 + at % 40},"
                 f"{('Adelie', 'Gentoo', 'Chinstrap')[at % 3]}" for at in range(240)]  # fmt: skip
        table.write_text("\n".join(["beak_mm,island,wing_mm,species", *lines]))
        scene.studio.open(table)
        scene.studio.front.show_page("data")
        page = scene.window.pages.currentWidget()
        scene.wait(lambda: page.tabs.isTabVisible(1))
        page.tabs.setCurrentIndex(1)
        scene.settle(6)


def _plugins(scene: Scene) -> None:
    from studio.ui.dialogs.plugins import PluginsDialog

    scene.window.plug_in()
    assert scene.studio.run("plugins.reload")
    assert scene.studio.run("plugins.list")
    (dialog,) = scene.window.findChildren(PluginsDialog)
    scene.settle(2)
    scene.show_over(dialog)


def _story(scene: Scene) -> None:
    scene.open("curve-right")
    scene.train(until=lambda: scene.studio.session.state == "ended")


def _gallery(scene: Scene) -> None:
    from studio.ui.gallery.dialog import GalleryDialog

    assert scene.studio.run("file.gallery")
    (dialog,) = scene.window.findChildren(GalleryDialog)
    scene.settle()
    scene.wait(lambda: not dialog.thumbnails.busy)
    scene.show_over(dialog)


def _runs(scene: Scene) -> None:
    from tests.helpers.kept import kept_run

    for seed in range(6):
        kept_run("clouds", seed=seed, loss=0.3 + 0.02 * seed, title="Moons, wide")
    for seed in range(6, 9):
        deep = {"title": "Moons, deep", "batch_size": 32}
        kept_run("deep", seed=seed, loss=0.2 + 0.01 * seed, whole=seed != 8, **deep)
    scene.studio.front.show_page("runs")
    scene.wait(lambda: scene.studio.desk.complete)


def _one_run(scene: Scene) -> None:
    _runs(scene)
    run = scene.studio.desk.runs[2]
    scene.studio.desk.mark((run,), tags=("wide", "paper"), notes="The best so far", favourite=True)
    scene.studio.desk.choose([run.id])


def _runs_compared(scene: Scene) -> None:
    _runs(scene)
    scene.window.pages.currentWidget().filters.groups.click()
    scene.settle(0.3)
    scene.studio.desk.choose([run.id for run in scene.studio.desk.runs])


VIEWS: dict[str, tuple[str, Callable[[Scene], None]]] = {
    "empty": ("light", _empty),
    "drawn": ("light", _drawn),
    "drawn-dark": ("dark", _drawn),
    "drawn-200": ("light", _drawn),
    "training": ("light", _training),
    "training-dark": ("dark", _training),
    "trained": ("light", _trained),
    "error": ("light", _error),
    "error-dark": ("dark", _error),
    "code": ("light", _code),
    "data": ("light", _data),
    "data-dark": ("dark", _data),
    "story": ("light", _story),
    "story-dark": ("dark", _story),
    "story-200": ("light", _story),
    "gallery": ("light", _gallery),
    "gallery-dark": ("dark", _gallery),
    "gallery-200": ("light", _gallery),
    "train-page": ("light", _train_page),
    "train-page-dark": ("dark", _train_page),
    "trained-dark": ("dark", _trained),
    "trained-1024": ("light", _trained),
    "trained-200": ("light", _trained),
    "panels-digits": ("light", _panels("lenet-digits")),
    "panels-digits-dark": ("dark", _panels("lenet-digits")),
    "panels-attention": ("light", _panels("recall-attention")),
    "panels-lstm-dark": ("dark", _panels("recall-lstm")),
    "flow": ("light", _flow),
    "flow-dark": ("dark", _flow),
    "findings": ("light", _findings),
    "findings-dark": ("dark", _findings),
    "preflight": ("light", _preflight),
    "preflight-dark": ("dark", _preflight),
    "own-data": ("light", _own_data),
    "own-data-dark": ("dark", _own_data),
    "plugins": ("light", _plugins),
    "plugins-dark": ("dark", _plugins),
    "runs": ("light", _one_run),
    "runs-dark": ("dark", _runs_compared),
    "runs-200": ("light", _runs_compared),
}
"""By name: the theme, and what leads to the view."""


def _take(name: str) -> int:
    theme, arrange = VIEWS[name]
    scene = Scene(theme=theme, size=NARROW if name.endswith("-1024") else SIZE)
    arrange(scene)
    scene.finish(name)
    return 0


if __name__ == "__main__":
    words = sys.argv[1:]
    sys.exit(_take(words[1]) if words[:1] == ["--take"] else main(words))
