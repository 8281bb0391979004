"""Answers: what torch said of plain modules, remembered on disk, and asked for where it is
unknown.
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, cast
from weakref import finalize

from studio.api import Inferred, Shape, ShapeError
from studio.compile.gathering import gathered
from studio.compile.imports import import_lines
from studio.core.errors import Asking, CompileError
from studio.core.fileio import write_whole
from studio.core.params import Value
from studio.core.shapes import DType
from studio.runs.asking import Asker

from .plain_blocks import Question

_KEPT = 20_000


class Answers:
    """Gives answers at once where they are known; elsewhere it asks, and says so.

    With ``patient`` it waits for every answer, as the command line does.
    """

    def __init__(self, path: Path, *, patient: bool = False) -> None:
        self.asker = Asker()
        self.failures: dict[str, str] = {}
        """By reference of a class: why its answer never came."""
        self._patient = patient
        self._path = path
        self._known: dict[str, dict[str, Any]] | None = None
        self._open: dict[str, str] = {}
        self._fresh = False
        finalize(self, self.asker.close)

    def __call__(self, question: Question) -> Inferred:
        """Return what a module gives.

        Raises:
            Asking: torch was asked, and has not answered yet.
            ShapeError: torch refuses, or could not be asked.
        """
        asked = self._as_data(question)
        text = json.dumps(asked, sort_keys=True, ensure_ascii=False)
        key = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
        answer = self._all.get(key)
        if answer is None and self._patient:
            self._take(key, question.reference, self.asker.now(asked))
            answer = self._all.get(key)
        if answer is None:
            if question.reference in self.failures:
                raise ShapeError(f"torch was asked in vain: {self.failures[question.reference]}")
            if key not in self._open:
                self._open[key] = question.reference
                self.asker.ask(key, asked)
            raise Asking("torch is asked for its shapes")
        return _inferred(answer, question)

    @property
    def waiting(self) -> bool:
        """Whether something is asked that has no answer yet."""
        return bool(self._open)

    def take(self) -> Mapping[str, str]:
        """Take up what was answered; return why what never will be is not, by class."""
        arrived = self.asker.take()
        for key, answer in arrived:
            self._take(key, self._open.pop(key, ""), answer)
        if arrived:
            self.save()
        self._fresh = self._fresh or bool(arrived)
        return dict(self.failures)

    def news(self) -> bool:
        """Tell, once, whether there were answers since the last time."""
        fresh, self._fresh = self._fresh, False
        return fresh

    def forget(self, module: str) -> None:
        """Give the classes of a plug-in another chance."""
        for reference in [known for known in self.failures if known.startswith(module)]:
            del self.failures[reference]

    def save(self) -> None:
        """Write what is known."""
        with suppress(OSError):
            kept = dict(list(self._all.items())[-_KEPT:])
            write_whole(self._path, json.dumps(kept).encode())

    def close(self) -> None:
        """Ask no more."""
        self.asker.close()

    def _take(self, key: str, reference: str, answer: dict[str, Any]) -> None:
        if "failed" in answer:
            self.failures[reference] = str(answer["failed"])
        else:
            self._all[key] = answer
            if self._patient:
                self.save()

    @property
    def _all(self) -> dict[str, dict[str, Any]]:
        if self._known is None:
            self._known = {}
            with suppress(OSError, ValueError):
                read = json.loads(self._path.read_text(encoding="utf-8"))
                self._known = read if isinstance(read, dict) else {}
        return self._known

    def _as_data(self, question: Question) -> dict[str, Any]:
        try:
            copied = gathered(question.reference)
            lines = [*import_lines("", copied), *(one.text for one in copied)]
        except (CompileError, SyntaxError, OSError) as error:
            raise ShapeError(str(error)) from error
        return {
            "job": "shapes",
            "code": "\n".join(lines),
            "name": question.name,
            "arguments": {name: _plain(value) for name, value in question.arguments.items()},
            "inputs": {
                name: [[_plain(dim) for dim in dims], dtype, limit]
                for name, (dims, dtype, limit) in question.inputs.items()
            },
        }


def _inferred(answer: Mapping[str, Any], question: Question) -> Inferred:
    if "refused" in answer:
        raise ShapeError(f"torch refuses: {answer['refused']}")
    outputs = answer["outputs"]
    if len(outputs) != len(question.outputs):
        raise ShapeError(
            f"expected {len(question.outputs)} values from forward, received {len(outputs)}"
        )
    return Inferred(
        {
            name: Shape(tuple(dims), cast(DType, dtype))
            for name, (dims, dtype) in zip(question.outputs, outputs, strict=True)
        },
        weights={name: tuple(dims) for name, dims in answer["weights"].items()},
        macs=answer["macs"],
    )


def _plain(value: Value) -> Any:
    """Return a value as JSON has it: sizes inside a composite know their names beside that."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, tuple):
        return [int(size) for size in value]
    return value
