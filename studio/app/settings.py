"""Settings: what a person chose for the program itself, declared here and kept in one JSON file.

A new setting is one row of ``SETTINGS``; the dialog is drawn from it. A file that cannot be read,
or holds a value that does not fit, falls back to the defaults: settings never keep anyone out.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from studio.core.errors import FileError, ParamError
from studio.core.fileio import write_whole
from studio.core.params import Param, Params, Value, complete
from studio.core.signal import Signal

SETTINGS: tuple[Param, ...] = (
    Param(
        "theme",
        "system",
        choices=("system", "light", "dark"),
        help="System follows the desktop as it changes",
    ),
    Param(
        "own_theme",
        "",
        title="theme of a plug-in",
        help="One that a plug-in gives, in place of the theme above",
    ),
    Param(
        "text_size",
        13,
        low=10,
        high=24,
        unit="px",
        title="text size",
        help="Size of the letters in the window",
    ),
    Param(
        "autosave_seconds",
        1.0,
        low=0.1,
        high=2.0,
        unit="s",
        title="recovery copy after",
        help="How soon after a change a recovery copy is written",
    ),
    Param(
        "warm_engine",
        True,
        title="start the engine with the program",
        help="Training begins at once, for a few hundred megabytes of memory",
    ),
    Param(
        "sinks",
        "",
        title="also write runs to",
        help="mlflow:DIR for a tracking folder of MLflow, wandb:DIR for offline runs of Weights & "
        "Biases; several apart by commas",
    ),
    Param(
        "keep_runs",
        0,
        low=0,
        high=1_000_000,
        zero="all of them",
        title="runs that are kept",
        help="Older ones go to the trash, once you have seen which. Favourites, runs with tags or "
        "notes and those left as they were cut off stay, and are not counted",
    ),
    Param(
        "keep_gigabytes",
        0.0,
        low=0.0,
        high=1e6,
        unit="GB",
        zero="any size",
        title="disk space for runs",
        help="As for their number: the oldest go while all that count take more than this",
    ),
    Param(
        "trash_days",
        0,
        low=0,
        high=36_500,
        unit="days",
        zero="until emptied",
        title="deleted runs stay",
        help="What lay in the trash for longer is removed for good when a run ends",
    ),
    Param(
        "window_gone",
        "go on training",
        choices=("go on training", "stop with a checkpoint"),
        title="when the window is gone",
        help="What a run does that begins from now on if the window crashes or is killed: the next "
        "window can watch it again, or go on from its checkpoint",
    ),
    Param(
        "flow",
        False,
        title="flow of gradients",
        help="While a run goes on, wires have the colour of the gradient that comes back to them",
    ),
    Param(
        "minimap",
        True,
        title="minimap",
        help="The whole drawing in a corner of the canvas, while only a part of it is seen",
    ),
    Param(
        "reduce_motion",
        False,
        title="reduce motion",
        help="No animation on the canvas and in the window",
    ),
)
"""Every setting of the program."""

RECENT_LIMIT = 12


class Settings:
    """The current settings and the recently used files; every change is written at once."""

    def __init__(self, path: Path) -> None:
        self.changed: Signal[str] = Signal()
        self._path = path
        content = _read(path)
        self._values = _fitting(content.get("settings"))
        recent = content.get("recent", [])
        self._recent = [str(item) for item in recent] if isinstance(recent, list) else []
        self._keys = _keys_in(content.get("keys"))
        window = content.get("window", "")
        self._window = window if isinstance(window, str) else ""
        self._agreed = str(content.get("agreed", ""))

    @property
    def values(self) -> Params:
        """A value for every setting."""
        return Params(complete(SETTINGS, self._values))

    def set(self, name: str, value: Value) -> None:
        """Change one setting.

        Raises:
            ParamError: there is no such setting, or the value does not fit.
        """
        param = next((param for param in SETTINGS if param.name == name), None)
        if param is None:
            raise ParamError(f"settings: expected a known setting, received {name}")
        fitted = param.fit(value)
        if self.values[name] != fitted:
            self._values[name] = fitted
            self._write()
            self.changed.tell(name)

    @property
    def keys(self) -> Mapping[str, tuple[str, ...]]:
        """Shortcuts that a person chose, by action; the others are as declared."""
        return self._keys

    def set_keys(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        """Replace the chosen shortcuts."""
        if dict(keys) != self._keys:
            self._keys = dict(keys)
            self._write()
            self.changed.tell("keys")

    @property
    def recent(self) -> tuple[Path, ...]:
        """Recently used files that still exist, the last one first."""
        return tuple(path for path in map(Path, self._recent) if path.exists())

    def remember(self, path: Path) -> None:
        """Put a file first among the recent ones."""
        name = str(path.absolute())
        self._recent = [name, *(item for item in self._recent if item != name)][:RECENT_LIMIT]
        self._write()
        self.changed.tell("recent")

    @property
    def window(self) -> str:
        """How the window stood when it was last closed, as the window wrote it."""
        return self._window

    def remember_window(self, geometry: str) -> None:
        """Keep how the window stands; a full disk keeps nobody from closing it."""
        if geometry != self._window:
            self._window = geometry
            with suppress(FileError):
                self._write()

    @property
    def agreed(self) -> str:
        """By which rule old runs may go to the trash without a word before; empty for none."""
        return self._agreed

    def agree(self, rule: str) -> None:
        """Let runs go by this rule from now on."""
        self._agreed = rule
        self._write()

    def _write(self) -> None:
        content = {
            "settings": self._values,
            "recent": self._recent,
            "window": self._window,
            "keys": self._keys,
            "agreed": self._agreed,
        }
        text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False)
        write_whole(self._path, text.encode())


def _read(path: Path) -> Mapping[str, object]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _keys_in(given: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(given, dict):
        return {}
    return {
        str(id_): tuple(str(key) for key in keys)
        for id_, keys in given.items()
        if isinstance(keys, list)
    }


def _fitting(given: object) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for param in SETTINGS:
        if isinstance(given, dict) and param.name in given:
            try:
                values[param.name] = param.fit(given[param.name])
            except ParamError:
                continue
    return values
