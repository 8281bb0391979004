"""Format: what stands in a file, as named fields; fields that say nothing new are left out."""

from dataclasses import asdict
from typing import cast, get_args

from .composites import Composite, embraced
from .errors import FileError
from .experiment import FORMAT, Dashboard, Experiment, Objective, Training
from .expressions import is_repeat
from .format_data import choice_in, data_fields, data_in
from .graph import End, Graph, Mode, Node, closed_up, fits_as_id
from .marks import Frame, Point, View
from .names import WANTED_ID
from .params import Param
from .reader import Reader, is_finite


def fields_of(experiment: Experiment) -> dict[str, object]:
    """Return the fields of a file."""
    composites = experiment.composites.values()
    fields = {
        "format": FORMAT,
        "title": experiment.title,
        "notes": experiment.notes,
        **_graph_fields(experiment.graph),
        "data": data_fields(experiment.data),
        "training": _training_fields(experiment.training),
        "dashboard": asdict(experiment.dashboard),
    }
    if composites:
        fields["composites"] = {known.id: _composite_fields(known) for known in composites}
    return fields


def _composite_fields(composite: Composite) -> dict[str, object]:
    params = [_param_fields(param) for param in composite.params]
    said = {"help": composite.help} if composite.help else {}
    return {"title": composite.title, "params": params, **said, **_graph_fields(composite.graph)}


def _param_fields(param: Param) -> dict[str, object]:
    plain = Param(param.name, param.default)
    extra = {
        name: getattr(param, name)
        for name in ("title", "low", "high", "choices", "length", "optional", "log", "unit")
        if getattr(param, name) != getattr(plain, name)
    }
    return {"name": param.name, "default": param.default, "help": param.help, **extra}


def _graph_fields(graph: Graph) -> dict[str, object]:
    marks = {
        "bends": {str(end): [list(point) for point in graph.bends[end]] for end in graph.bends},
        "frames": {frame.id: _frame_fields(frame) for frame in graph.frames.values()},
        "bookmarks": {
            name: {"at": [view.x, view.y], "zoom": view.zoom}
            for name, view in graph.bookmarks.items()
        },
    }
    return {
        "blocks": {node.id: _node_fields(node) for node in graph.nodes.values()},
        "wires": [f"{source} -> {target}" for source, target in graph.wires],
        **{name: fields for name, fields in marks.items() if fields},
    }


def _node_fields(node: Node) -> dict[str, object]:
    extra = {"mode": node.mode, "shares": node.shares, "repeat": node.repeat}
    return {
        "kind": node.kind,
        "title": node.title,
        "params": dict(node.params),
        "at": [node.x, node.y],
        **{name: value for name, value in extra.items() if value not in {"", 1}},
        **({"weights": dict(node.weights)} if node.weights else {}),
    }


def _frame_fields(frame: Frame) -> dict[str, object]:
    return {
        "kind": frame.kind,
        "title": frame.title,
        "text": frame.text,
        "colour": frame.colour,
        "at": [frame.x, frame.y],
        "size": [frame.width, frame.height],
        "collapsed": frame.collapsed,
    }


def experiment_in(reader: Reader) -> Experiment:
    """Return the experiment that the fields of a file describe.

    Raises:
        FileError: naming the place and what was expected there.
    """
    dashboard = reader.inside("dashboard")
    panels = dashboard.inside("panels")
    composites = reader.inside("composites")
    read = {id_: _composite(id_, composites.inside(id_)) for id_ in composites.names()}
    loop = embraced(read)
    if loop:
        raise FileError(f"composites.{loop}: expected others in it, received itself")
    return Experiment(
        composites=read,
        title=reader.take("title", str),
        notes=reader.take("notes", str, ""),
        graph=_graph(reader),
        data=data_in(reader.inside("data")),
        training=_training(reader.inside("training")),
        dashboard=Dashboard(
            {name: panels.inside(name).values() for name in panels.names()},
            dashboard.take("layout", str, ""),
        ),
    )


def _composite(id_: str, reader: Reader) -> Composite:
    if not fits_as_id(id_):
        raise FileError(f"composites: expected ids {WANTED_ID}, received {id_!r}")
    place = f"{reader.place}.params"
    params = tuple(_param(Reader(item, place)) for item in reader.take("params", list, []))
    title, told = reader.take("title", str, id_), reader.take("help", str, "")
    return Composite(id_, title, _graph(reader), params, told)


def _param(reader: Reader) -> Param:
    choices = tuple(str(item) for item in reader.take("choices", list, []))
    default = reader.value("default")
    if choices and default not in choices:
        raise FileError(
            f"{reader.place}: expected default as one of {', '.join(choices)}, received {default!r}"
        )
    return Param(
        reader.take("name", str),
        default,
        title=reader.take("title", str, ""),
        low=_bound(reader, "low"),
        high=_bound(reader, "high"),
        choices=choices,
        length=reader.take("length", int, 0),
        optional=reader.take("optional", bool, False),
        log=reader.take("log", bool, False),
        unit=reader.take("unit", str, ""),
        help=reader.take("help", str, ""),
    )


def _bound(reader: Reader, name: str) -> float | None:
    bound = reader.value(name)
    if isinstance(bound, bool) or not (bound is None or isinstance(bound, (int, float))):
        raise FileError(f"{reader.place}: expected {name} as a number, received {bound!r}")
    return bound


def _graph(reader: Reader) -> Graph:
    blocks = reader.inside("blocks")
    nodes = {id_: _node(id_, blocks.inside(id_)) for id_ in blocks.names()}
    unfit = next((id_ for id_ in nodes if not fits_as_id(id_)), None)
    if unfit is not None:
        raise FileError(f"{blocks.place}: expected ids {WANTED_ID}, received {unfit!r}")
    feeds: dict[End, End] = {}
    for line in reader.take("wires", list, []):
        source, arrow, target = str(line).partition(" -> ")
        ends = _end(source), _end(target)
        if not arrow or any(end.node not in nodes or not end.port for end in ends):
            raise FileError(f"wires: expected two ports of blocks in this file, received {line!r}")
        feeds[ends[1]] = ends[0]
    closed, bends = closed_up(feeds, _bends(reader.inside("bends")))
    frames, bookmarks = reader.inside("frames"), reader.inside("bookmarks")
    graph = Graph(
        nodes,
        closed,
        bends,
        {id_: _frame(id_, frames.inside(id_)) for id_ in frames.names()},
        {name: _view(bookmarks.inside(name)) for name in bookmarks.names()},
    )
    if len(graph.order) != len(nodes):
        raise FileError(
            "wires: expected no loop, received one through "
            + ", ".join(sorted(set(nodes) - set(graph.order))[:3])
        )
    return graph


def _node(id_: str, reader: Reader) -> Node:
    mode = reader.take("mode", str, "")
    if mode not in get_args(Mode):
        raise FileError(f"{reader.place}: expected bypass, freeze or disable, received {mode!r}")
    repeat = reader.value("repeat", 1)
    if not is_repeat(repeat):
        raise FileError(
            f"{reader.place}: expected repeat as a whole number of at least 1 or an expression, "
            f"received {repeat!r}"
        )
    x, y = _point(reader.take("at", list, [0.0, 0.0]), reader.place)
    return Node(
        id_,
        reader.take("kind", str),
        reader.take("title", str, id_),
        reader.inside("params").values(),
        x,
        y,
        cast(Mode, mode),
        reader.take("shares", str, ""),
        repeat,
        reader.inside("weights").values(),
    )


def _bends(reader: Reader) -> dict[End, tuple[Point, ...]]:
    found = {}
    for name in reader.names():
        points = tuple(_point(item, reader.place) for item in reader.take(name, list))
        if points:
            found[_end(name)] = points
    return found


def _frame(id_: str, reader: Reader) -> Frame:
    x, y = _point(reader.take("at", list, [0.0, 0.0]), reader.place)
    width, height = _point(reader.take("size", list, [320.0, 200.0]), reader.place)
    return Frame(
        id_,
        reader.take("title", str, ""),
        reader.take("text", str, ""),
        "note" if reader.take("kind", str, "frame") == "note" else "frame",
        reader.take("colour", str, ""),
        x,
        y,
        width,
        height,
        reader.take("collapsed", bool, False),
    )


def _view(reader: Reader) -> View:
    x, y = _point(reader.take("at", list, [0.0, 0.0]), reader.place)
    zoom, _ = _point([reader.take("zoom", (int, float), 1.0), 0.0], reader.place)
    return View(x, y, zoom)


def _point(at: object, place: str) -> Point:
    if not isinstance(at, list) or len(at) != 2 or not all(is_finite(number) for number in at):
        raise FileError(f"{place}: expected a position of two numbers, received {at!r}")
    return float(at[0]), float(at[1])


def _end(text: str) -> End:
    node, _, port = text.partition(".")
    return End(node, port)


def _training_fields(training: Training) -> dict[str, object]:
    fields: dict[str, object] = asdict(training)
    fields["objectives"] = [
        {name: value for name, value in asdict(one).items() if value or name != "warm_ups"}
        for one in training.objectives
    ]
    return fields


def _training(reader: Reader) -> Training:
    objectives = reader.take("objectives", list, [])
    read = tuple(
        _objective(Reader(item, f"objective {place + 1}")) for place, item in enumerate(objectives)
    )
    return Training(reader.inside("settings").values(), read or (Objective(),))


def _objective(reader: Reader) -> Objective:
    return Objective(
        name=reader.take("name", str, "main"),
        optimizer=choice_in(reader.inside("optimizer"), "adamw"),
        schedule=choice_in(reader.inside("schedule"), "constant"),
        losses=_numbers(reader.inside("losses")),
        blocks=tuple(str(item) for item in reader.take("blocks", list, [])),
        settings=reader.inside("settings").values(),
        warm_ups=_numbers(reader.inside("warm_ups")),
    )


def _numbers(reader: Reader) -> dict[str, float]:
    return {name: float(reader.take(name, (int, float))) for name in reader.names()}
