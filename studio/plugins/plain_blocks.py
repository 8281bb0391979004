"""Plain blocks: the declaration of a plain module, whose shapes torch is asked for."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

from studio.api import (
    BlockSpec,
    FileError,
    Inferred,
    Param,
    ParamError,
    Params,
    Port,
    ShapeError,
    Shapes,
    Value,
)
from studio.core.blocks import Role
from studio.core.plugin_code import PACKAGE

from .manifest import Manifest, Table
from .plain import PlainModule


@dataclass(frozen=True, slots=True)
class Question:
    """What torch is asked: what a class gives, made with these arguments, for these inputs."""

    reference: str
    name: str
    arguments: Mapping[str, Value]
    inputs: Mapping[str, tuple[tuple[int | str, ...], str, int | None]]
    outputs: tuple[str, ...]


Ask: TypeAlias = Callable[[Question], Inferred]
"""Answers at once or raises ``Asking``; raises ShapeError where torch refuses."""

_TEXTS = ("title", "family", "formula", "paper", "help", "summary", "stem")
_KNOWN = {*_TEXTS, "role", "synonyms", "params", "sizes", "inputs", "outputs"}
_PARAM = {"title", "low", "high", "unit", "help", "log", "default", "choices"}


def plain_block(module: PlainModule, file: str, manifest: Manifest, ask: Ask) -> BlockSpec:
    """Return the block of a class.

    Raises:
        FileError: the manifest says something of it that cannot be.
    """
    words = manifest.words.get(module.name, {})
    _only(words, _KNOWN, f"blocks.{module.name}")
    told = {name: _text(words, name, module.name) for name in _TEXTS}
    stem = file.removesuffix(".py").replace("/", ".")
    reference = f"{PACKAGE}.{manifest.module}.{stem}:{module.name}"
    role = _role(words, module.name)
    outputs = _outputs(words, module, role)
    params = tuple(_param(param, words, module.name) for param in module.params)
    known = tuple(param.name for param in params)
    return BlockSpec(
        id=f"{manifest.id}.{_snake(module.name)}",
        title=told["title"] or _title(module.name, manifest.title),
        family=told["family"] or {"loss": "Loss", "metric": "Metric"}.get(role, manifest.title),
        infer=_Rule(ask, reference, module, outputs, known),
        init=partial(_init, module.name, tuple(module.sizes), known),
        call=partial(_call, tuple(name for name, _, _ in module.inputs)),
        inputs=tuple(_ports(words, module)),
        outputs=tuple(Port(name, "float", (0,) if role == "loss" else ()) for name in outputs),
        params=params,
        role=role,
        stem=told["stem"] or _snake(module.name),
        needs=(reference,),
        summary=told["summary"] or (f"{{{params[0].name}}}" if params else ""),
        formula=told["formula"],
        help=told["help"] or module.help,
        paper=told["paper"],
        synonyms=tuple(_list(words, "synonyms", module.name)),
    )


@dataclass(frozen=True, slots=True)
class _Rule:
    """The shape rule of a class: torch is asked."""

    ask: Ask
    reference: str
    module: PlainModule
    outputs: tuple[str, ...]
    known: tuple[str, ...]

    def __call__(self, shapes: Shapes, p: Params) -> Inferred:
        sizes = _sizes(self.module, shapes)
        question = Question(
            self.reference,
            self.module.name,
            {**sizes, **{name: p[name] for name in self.known}},
            {
                name: (shapes[name].dims, shapes[name].dtype, shapes[name].limit)
                for name, _, _ in self.module.inputs
                if name in shapes
            },
            self.outputs,
        )
        found = self.ask(question)
        return replace(found, sizes={**found.sizes, **sizes})


def _sizes(module: PlainModule, shapes: Shapes) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, (port, axis) in module.sizes.items():
        x = shapes[port]
        if not -x.rank < axis < x.rank:
            raise ShapeError(f"expected a value with an axis for {name}, received {x}", port)
        size = x.dims[axis]
        if isinstance(size, str):
            raise ShapeError(f"expected a known size for {name}, received {x}", port)
        found[name] = size
    return found


def _init(name: str, sizes: tuple[str, ...], params: tuple[str, ...], _: Shapes, __: Params) -> str:
    given = [f"{argument}={{{argument}}}" for argument in (*sizes, *params)]
    return f"{name}({', '.join(given)})"


def _call(inputs: tuple[str, ...], shapes: Shapes, _: Params) -> str:
    given: list[str] = []
    skipped = False
    for name in inputs:
        if name in shapes:
            given.append(f"{name}={{{name}}}" if skipped else f"{{{name}}}")
        skipped = skipped or name not in shapes
    return f"{{self}}({', '.join(given)})"


def _ports(words: Table, module: PlainModule) -> Iterator[Port]:
    said = _table(words, "inputs", module.name)
    names = {name for name, _, _ in module.inputs}
    _only(said, names, f"blocks.{module.name}.inputs")
    for name, optional, whole in module.inputs:
        dtype = said.get(name, "int" if whole else "float")
        if dtype not in {"float", "int", "bool"}:
            raise _wrong(f"{module.name}.inputs.{name}", "float, int or bool", dtype)
        yield Port(name, dtype, optional=optional)


def _outputs(words: Table, module: PlainModule, role: Role) -> tuple[str, ...]:
    if role == "loss":
        return ("loss",)
    return tuple(_list(words, "outputs", module.name)) or module.outputs


def _role(words: Table, kind: str) -> Role:
    role = words.get("role", "layer")
    if role == "loss":
        return "loss"
    if role == "layer":
        return "layer"
    raise _wrong(f"{kind}.role", "layer or loss", role)


def _param(param: Param, words: Table, kind: str) -> Param:
    said = _table(words, "params", kind).get(param.name, {})
    place = f"blocks.{kind}.params.{param.name}"
    if not isinstance(said, Mapping):
        raise FileError(f"plugin.toml: expected a section [{place}]")
    _only(said, _PARAM, place)
    given = dict(said)
    default = given.pop("default", param.default)
    if isinstance(default, list):
        default = tuple(default)
    if "choices" in given:
        given["choices"] = tuple(_list(said, "choices", f"{kind}.params.{param.name}"))
    try:
        made = replace(param, **given)
        return replace(made, default=made.fit(default))
    except (ParamError, TypeError) as error:
        raise FileError(f"plugin.toml, {place}: {error}") from error


def _text(words: Table, name: str, kind: str) -> str:
    value = words.get(name, "")
    if not isinstance(value, str):
        raise _wrong(f"{kind}.{name}", "text", value)
    return " ".join(value.split())


def _list(words: Table, name: str, kind: str) -> list[str]:
    value = words.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _wrong(f"{kind}.{name}", "a list of texts", value)
    return value


def _table(words: Table, name: str, kind: str) -> Table:
    value = words.get(name, {})
    if not isinstance(value, Mapping):
        raise FileError(f"plugin.toml: expected a section [blocks.{kind}.{name}]")
    return value


def _only(given: Table, known: set[str], place: str) -> None:
    for name in given:
        if name not in known:
            raise FileError(
                f"plugin.toml: there is no {name!r} in [{place}]; expected one of "
                f"{', '.join(sorted(known))}"
            )


def _wrong(place: str, what: str, value: object) -> FileError:
    return FileError(f"plugin.toml, blocks.{place}: expected {what}, received {str(value)[:60]}")


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _title(name: str, plugin: str) -> str:
    """Return a class's name as words; the plug-in's title where that is how it is written."""
    same = re.sub(r"[\W_]", "", plugin).lower() == name.lower()
    return plugin if same else _spaced(name)


def _spaced(name: str) -> str:
    words = _snake(name).split("_")
    capitals = {word.lower(): word for word in re.findall(r"[A-Z]{2,}(?![a-z])", name)}
    told = " ".join(capitals.get(word, word) for word in words)
    return told[:1].upper() + told[1:]
