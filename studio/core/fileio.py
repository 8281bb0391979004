"""Files: an experiment as canonical, diff-friendly JSON. Opening one never runs code."""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from secrets import token_hex
from typing import TypeVar

from .errors import FileError
from .experiment import FORMAT, Choice, Dashboard, Data, Experiment, Objective, Training
from .graph import End, Graph, Node, closed_up, fits_as_id
from .params import Value

SUFFIX = ".netwright"

T = TypeVar("T")

_WHOLE = "the file"
_LARGEST = 1e300


def dumps(experiment: Experiment) -> str:
    """Return the text of the file; equal experiments give equal bytes."""
    graph = experiment.graph
    document = {
        "format": FORMAT,
        "title": experiment.title,
        "notes": experiment.notes,
        "blocks": {node.id: _node_fields(node) for node in graph.nodes.values()},
        "wires": [f"{source} -> {target}" for source, target in graph.wires],
        "data": asdict(experiment.data),
        "training": asdict(experiment.training),
        "dashboard": asdict(experiment.dashboard),
    }
    return (
        json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
    )


def loads(text: str) -> Experiment:
    """Read the text of a file.

    Raises:
        FileError: naming the place and what was expected there.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FileError(f"this is not an experiment: {error}") from None
    reader = _Reader(document, _WHOLE)
    version = reader.take("format", int)
    if version > FORMAT:
        raise FileError(
            f"this file has format {version}; this program reads up to {FORMAT}. "
            "Update Netwright to open it"
        )
    return _experiment(reader)


def save(experiment: Experiment, path: Path) -> None:
    """Write a file whole or not at all.

    Raises:
        FileError: the place cannot be written; what was there before is untouched.
    """
    write_whole(path, dumps(experiment).encode())


def open_file(path: Path) -> Experiment:
    """Read a file.

    Raises:
        FileError: it cannot be read, or is not an experiment.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise FileError(f"{path}: there is no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{path}: cannot be read: {error}") from None
    try:
        return loads(text)
    except FileError as error:
        raise FileError(f"{path.name}: {error}") from None


def write_whole(path: Path, content: bytes) -> None:
    """Write bytes to a neighbour, flush them to the disk, then take the name over.

    Raises:
        FileError: nothing was changed.
    """
    target = Path(os.path.realpath(path))  # a link stays a link
    neighbour = target.with_name(f".{target.name}.{token_hex(4)}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(neighbour, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, neighbour)
        os.replace(neighbour, target)
    except OSError as error:
        with suppress(OSError):
            neighbour.unlink()
        raise FileError(f"{path}: cannot be written: {error.strerror or error}") from None


def _node_fields(node: Node) -> dict[str, object]:
    return {
        "kind": node.kind,
        "title": node.title,
        "params": dict(node.params),
        "at": [node.x, node.y],
    }


def _experiment(reader: "_Reader") -> Experiment:
    dashboard = reader.inside("dashboard")
    panels = dashboard.inside("panels")
    return Experiment(
        title=reader.take("title", str),
        notes=reader.take("notes", str, ""),
        graph=_graph(reader),
        data=_data(reader.inside("data")),
        training=_training(reader.inside("training")),
        dashboard=Dashboard(
            {name: panels.inside(name).values() for name in panels.names()},
            dashboard.take("layout", str, ""),
        ),
    )


def _graph(reader: "_Reader") -> Graph:
    blocks = reader.inside("blocks")
    nodes = {id_: _node(id_, blocks.inside(id_)) for id_ in blocks.names()}
    unfit = next((id_ for id_ in nodes if not fits_as_id(id_)), None)
    if unfit is not None:
        raise FileError(f"blocks: expected ids without dots and spaces, received {unfit!r}")
    feeds: dict[End, End] = {}
    for line in reader.take("wires", list, []):
        source, arrow, target = str(line).partition(" -> ")
        ends = _end(source), _end(target)
        if not arrow or any(end.node not in nodes or not end.port for end in ends):
            raise FileError(f"wires: expected two ports of blocks in this file, received {line!r}")
        feeds[ends[1]] = ends[0]
    graph = Graph(nodes, closed_up(feeds))
    if len(graph.order) != len(nodes):
        raise FileError(
            "wires: expected no loop, received one through "
            + ", ".join(sorted(set(nodes) - set(graph.order))[:3])
        )
    return graph


def _node(id_: str, reader: "_Reader") -> Node:
    at = reader.take("at", list, [0.0, 0.0])
    if len(at) != 2 or not all(_is_finite(number) for number in at):
        raise FileError(f"{reader.place}: expected a position of two numbers, received {at!r}")
    x, y = (float(number) for number in at)
    return Node(
        id_,
        reader.take("kind", str),
        reader.take("title", str, id_),
        reader.inside("params").values(),
        x,
        y,
    )


def _end(text: str) -> End:
    node, _, port = text.partition(".")
    return End(node, port)


def _data(reader: "_Reader") -> Data:
    return Data(_choice(reader.inside("source"), ""), reader.inside("split").values())


def _choice(reader: "_Reader", default: str) -> Choice:
    return Choice(reader.take("kind", str, default), reader.inside("params").values())


def _training(reader: "_Reader") -> Training:
    objectives = reader.take("objectives", list, [])
    read = tuple(
        _objective(_Reader(item, f"objective {place + 1}")) for place, item in enumerate(objectives)
    )
    return Training(reader.inside("settings").values(), read or (Objective(),))


def _objective(reader: "_Reader") -> Objective:
    losses = reader.inside("losses")
    return Objective(
        name=reader.take("name", str, "main"),
        optimizer=_choice(reader.inside("optimizer"), "adamw"),
        schedule=_choice(reader.inside("schedule"), "constant"),
        losses={name: float(losses.take(name, (int, float))) for name in losses.names()},
        blocks=tuple(str(item) for item in reader.take("blocks", list, [])),
        settings=reader.inside("settings").values(),
    )


class _Reader:
    """Takes typed fields out of parsed JSON and says where one is wrong."""

    def __init__(self, content: object, place: str) -> None:
        if not isinstance(content, dict):
            raise FileError(f"{place}: expected named fields, received {_noun(content)}")
        self._content: Mapping[str, object] = content
        self.place = place

    def names(self) -> list[str]:
        return list(self._content)

    def inside(self, name: str) -> "_Reader":
        place = name if self.place == _WHOLE else f"{self.place}.{name}"
        return _Reader(self._content.get(name, {}), place)

    def take(self, name: str, kind: type[T] | tuple[type[T], ...], default: T | None = None) -> T:
        value = self._content.get(name, default)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise FileError(
                f"{self.place}: expected {name} as {_kind_noun(kind)}, received {_noun(value)}"
            )
        return value

    def values(self) -> dict[str, Value]:
        return {name: self._value(name, value) for name, value in self._content.items()}

    def _value(self, name: str, value: object) -> Value:
        if isinstance(value, list) and all(isinstance(item, int) for item in value):
            return tuple(value)
        if value is None or isinstance(value, (bool, int, str)):
            return value
        if isinstance(value, float) and _is_finite(value):
            return value
        raise FileError(
            f"{self.place}: expected {name} as a number, text or list of sizes, "
            f"received {_noun(value)}"
        )


def _is_finite(value: object) -> bool:
    return isinstance(value, (int, float)) and -_LARGEST <= value <= _LARGEST


def _noun(value: object) -> str:
    nouns: dict[type, Callable[[], str]] = {
        dict: lambda: "named fields",
        list: lambda: "a list",
        type(None): lambda: "nothing",
    }
    return nouns.get(type(value), lambda: repr(value)[:60])()


def _kind_noun(kind: object) -> str:
    return (
        {int: "a whole number", str: "text", list: "a list"}.get(kind, "a number")
        if isinstance(kind, type)
        else "a number"
    )
