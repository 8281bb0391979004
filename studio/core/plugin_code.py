"""Where the code of plug-ins is found: as ``netwright_plugins.<name>``, in whichever folder it
lies.

One package of its own, so that no plug-in can hide a module of Python, of ours or of another. Both
processes import from it; the engine is told the folders in its environment. Modules are always read
from their text: compiled files beside it may say something else, and nobody has looked at them.
"""

import ast
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType

PACKAGE = "netwright_plugins"
FOLDERS = "NETWRIGHT_PLUGIN_FOLDERS"
"""The environment variable with the folders by name, as JSON."""


class _TextLoader(SourceFileLoader):
    """Loads a module from its text, and leaves no compiled file behind."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        rewrite, text = plugin_finder().rewrite, self.get_data(path)
        tree = ast.parse(text, path)
        read = tree if rewrite is None else rewrite(tree)
        code: CodeType = compile(read, path, "exec", dont_inherit=True)
        return code


class PluginFinder(MetaPathFinder):
    """Finds modules of the plug-ins whose folders are known by name."""

    def __init__(self) -> None:
        self.folders: dict[str, Path] = {}
        self.rewrite: Callable[[ast.Module], ast.Module] | None = None
        """What is done to the text of modules before they are compiled."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where a module of a plug-in lies; None for any other, or if there is none."""
        if fullname == PACKAGE:
            spec = ModuleSpec(PACKAGE, None, is_package=True)
            spec.submodule_search_locations = []
            return spec
        place = self._place(fullname)
        if place is None:
            return None
        for file, inside in ((place / "__init__.py", [str(place)]), (_module(place), None)):
            if file.is_file():
                loader = _TextLoader(fullname, str(file))
                return spec_from_file_location(
                    fullname, file, loader=loader, submodule_search_locations=inside
                )
        if not place.is_dir():
            return None
        spec = ModuleSpec(fullname, None, is_package=True)
        spec.submodule_search_locations = [str(place)]
        return spec

    def file_of(self, fullname: str) -> Path | None:
        """Return the file of a module, without importing anything."""
        place = self._place(fullname)
        files = (place / "__init__.py", _module(place)) if place is not None else ()
        return next((file for file in files if file.is_file()), None)

    def _place(self, fullname: str) -> Path | None:
        package, _, rest = fullname.partition(".")
        if package != PACKAGE or not rest:
            return None
        name, *inner = rest.split(".")
        return self.folders[name].joinpath(*inner) if name in self.folders else None


def plugin_finder() -> PluginFinder:
    """Return the finder of this process, which from now on is asked for every import."""
    for known in sys.meta_path:
        if isinstance(known, PluginFinder):
            return known
    finder = PluginFinder()
    sys.meta_path.insert(0, finder)  # the finder of folders takes compiled files, too
    return finder


def forget_modules(name: str) -> None:
    """Let the modules of a plug-in be read anew when they are next imported."""
    stem = f"{PACKAGE}.{name}"
    for module in [known for known in sys.modules if known == stem or known.startswith(f"{stem}.")]:
        del sys.modules[module]


def as_environment() -> Mapping[str, str]:
    """Return what tells a child of this process where plug-ins lie."""
    folders = {name: str(folder) for name, folder in plugin_finder().folders.items()}
    return {FOLDERS: json.dumps(folders)} if folders else {}


def from_environment() -> None:
    """Find plug-ins where the process that started this one finds them."""
    told = json.loads(os.environ.get(FOLDERS, "{}"))
    plugin_finder().folders.update({name: Path(folder) for name, folder in told.items()})


def _module(place: Path) -> Path:
    return place.with_name(f"{place.name}.py")
