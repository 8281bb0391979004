"""A rehearsal: a plug-in is loaded once in a process of its own, before any window loads it.

    python -m studio.plugins FOLDER

What it contributes, or why it cannot be loaded, is the last line of standard output as JSON.
"""

import json
import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from studio.api import Inferred, Params, Schedule, Source, StudioError
from studio.core.errors import Asking
from studio.core.params import complete
from studio.core.plugin_code import from_environment, plugin_finder

from .giving import Given, given_by, is_window, parts_of
from .manifest import Manifest, Part, read_manifest
from .plain_blocks import Question
from .tampering import Belongings
from .words import told, traced

LARGEST_BYTES = 4 << 30
WINDOW = "studio.ui.api"


def main() -> None:
    """Load the plug-in of the folder, and say what came of it."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    _limit_memory()
    from_environment()
    answers.write(json.dumps(_rehearsed(Path(sys.argv[1]))) + "\n")
    answers.flush()
    os._exit(0)  # threads of others' code may not want to end


def _rehearsed(folder: Path) -> dict[str, object]:
    given: list[Given] = []
    part: Part | None = None
    try:
        manifest = read_manifest(folder)
        plugin_finder().folders[manifest.module] = folder
        for part in parts_of(manifest, folder):
            given += _tried(manifest, folder, part)
    except StudioError as error:
        return {"wrong": str(error)}
    except BaseException as error:  # noqa: BLE001 - others' code may even want to exit
        where = f"{part.path}: " if part else ""
        return {"wrong": f"{where}{told(error)}", "details": traced(error, folder)}
    return {"gives": [[one.kind, one.id, one.title] for one in given]}


def _tried(manifest: Manifest, folder: Path, part: Part) -> list[Given]:
    if is_window(part):
        import_module(WINDOW)  # by name, and before what it has is counted
    before = Belongings()
    given: list[Given] = []
    refusal: StudioError | None = None
    try:
        given = given_by(manifest, folder, part, _asked)
        for one in given:
            _call(one.value)
    except StudioError as error:
        refusal = error  # what it did to the program comes first
    changed = before.changed()
    if changed:
        raise StudioError(f"{part.path} changes {changed}, which belongs to the program")
    if "torch" in sys.modules:
        raise StudioError(
            f"{part.path} loads torch, which the window must not. Import it inside the function "
            "that the engine calls"
        )
    if refusal is not None:
        raise refusal
    return given


def _call(value: object) -> None:
    """Call what the window will call at once."""
    if isinstance(value, Source) and not value.examine:
        value.columns(Params(complete(value.params, {})))
    if isinstance(value, Schedule):
        value.factor(0, 100, Params({**complete(value.params, {}), "epochs": 10}))


def _asked(_: Question) -> Inferred:
    raise Asking


def _limit_memory() -> None:
    with suppress(ImportError, ValueError, OSError):
        import resource

        if sys.platform != "darwin":  # where it is not kept
            hard = resource.getrlimit(resource.RLIMIT_AS)[1]
            resource.setrlimit(resource.RLIMIT_AS, (LARGEST_BYTES, hard))


if __name__ == "__main__":
    main()
