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
    from PySide6.QtWidgets import QWidget

FOLDER = Path("build/screenshots")
SIZE = (1440, 900)


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

    def __init__(self, *, theme: str = "light") -> None:
        from studio.app.studio import Studio
        from studio.ui.look import Look
        from studio.ui.start import make_application
        from studio.ui.window import MainWindow

        self._over: QWidget | None = None
        self.app = make_application(["netwright"])
        self.studio = Studio()
        self.studio.settings.set("theme", theme)
        self.window = MainWindow(self.studio, Look(self.app, self.studio.settings))
        self.window.resize(*SIZE)
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

    def show_over(self, dialog: "QWidget") -> None:
        """Have a dialog in the picture, in the middle."""
        self._over = dialog

    def finish(self, name: str) -> None:
        """Keep the picture and end the program."""
        from PySide6.QtGui import QPainter

        self.settle()
        picture = self.window.grab()
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
    "runs": ("light", _one_run),
    "runs-dark": ("dark", _runs_compared),
    "runs-200": ("light", _runs_compared),
}
"""By name: the theme, and what leads to the view."""


def _take(name: str) -> int:
    theme, arrange = VIEWS[name]
    scene = Scene(theme=theme)
    arrange(scene)
    scene.finish(name)
    return 0


if __name__ == "__main__":
    words = sys.argv[1:]
    sys.exit(_take(words[1]) if words[:1] == ["--take"] else main(words))
