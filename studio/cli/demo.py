"""``netwright demo``: the first thing to see, with a screen or without one."""

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from .verb import Verb


def run(options: Namespace) -> int:
    """Open the gallery's LeNet and train it at once."""
    from studio.core.errors import RunError

    folder = Path(options.output).resolve()
    unseen = options.offscreen or not _has_screen()
    if unseen:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        print("There is no screen: training offscreen", file=sys.stderr, flush=True)
    from studio.ui.start import run as show

    code = show(demo=folder)
    if unseen and code == 0:
        missing = [name for name in _LEFT_BEHIND if not (folder / name).is_file()]
        if missing:
            raise RunError(f"{folder}: expected {', '.join(missing)} after the demo, found none")
        print("\n".join(str(folder / name) for name in _LEFT_BEHIND))
    return code


_LEFT_BEHIND = ("window.png", "metrics.json", "model.py", "weights.safetensors")


def _has_screen() -> bool:
    if sys.platform != "linux":
        return True
    if os.environ.get("QT_QPA_PLATFORM", "").startswith(("offscreen", "minimal")):
        return False
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _declare(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--offscreen", action="store_true", help="do not open a window even where there is a screen"
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        default="build/demo",
        help="where picture, metrics, program and weights go without a screen (build/demo)",
    )


DEMO = Verb(
    "demo",
    "Open LeNet on digits and watch it learn",
    "Without a screen the same is done offscreen, and leaves a picture of the window after\n"
    "training, the metrics, the generated program and its weights.",
    _declare,
    run,
)
