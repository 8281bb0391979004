"""format_data: the data of an experiment as named fields of its file, and back."""

from dataclasses import asdict

from .errors import FileError
from .experiment import Choice, Data, Preparation
from .fields import KINDS, ROLES, Field
from .reader import Reader


def data_fields(data: Data) -> dict[str, object]:
    """Return the named fields; of a person's own file also its columns and the steps."""
    own: dict[str, object] = {}
    if data.fields:
        own["fields"] = [_field_fields(one) for one in data.fields]
    if data.steps:
        own["steps"] = [
            {"kind": step.kind, "params": dict(step.params), **({"on": step.on} if step.on else {})}
            for step in data.steps
        ]
    return {"source": asdict(data.source), "split": dict(data.split), **own}


def _field_fields(one: Field) -> dict[str, object]:
    shape = {"shape": list(one.shape)} if one.shape else {}
    labels = {"labels": list(one.labels)} if one.labels else {}
    return {"name": one.name, "kind": one.kind, "role": one.role, **shape, **labels}


def data_in(reader: Reader) -> Data:
    """Return the data that a file describes.

    Raises:
        FileError: naming the place and what was expected there.
    """
    fields = reader.take("fields", list, [])
    steps = reader.take("steps", list, [])
    known = tuple(_field(Reader(item, f"data.fields {at}")) for at, item in enumerate(fields, 1))
    if len({one.name for one in known}) < len(known):
        raise FileError("data.fields: expected a name for each, received one twice")
    return Data(
        choice_in(reader.inside("source"), ""),
        reader.inside("split").values(),
        known,
        tuple(_step(Reader(item, f"data.steps {at}")) for at, item in enumerate(steps, 1)),
    )


def choice_in(reader: Reader, default: str) -> Choice:
    """Return one declared thing with what is set on it."""
    return Choice(reader.take("kind", str, default), reader.inside("params").values())


def _field(reader: Reader) -> Field:
    kind, role = reader.take("kind", str, "number"), reader.take("role", str, "input")
    if kind not in KINDS or role not in ROLES:
        raise FileError(
            f"{reader.place}: expected a kind among {', '.join(KINDS)} and a role among "
            f"{', '.join(ROLES)}, received {kind} and {role}"
        )
    shape = reader.take("shape", list, [])
    if not all(isinstance(size, int) and size > 0 for size in shape):
        raise FileError(f"{reader.place}: expected sizes as shape, received {shape!r}"[:200])
    labels = tuple(str(label) for label in reader.take("labels", list, []))
    name = reader.take("name", str)
    return Field(name, kind, role, tuple(shape), labels)


def _step(reader: Reader) -> Preparation:
    on = tuple(str(name) for name in reader.take("on", list, []))
    return Preparation(reader.take("kind", str), on, reader.inside("params").values())
