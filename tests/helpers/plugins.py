"""Plug-ins for tests: modules of shipped ones, and folders written in a few lines."""

import re
from importlib import import_module
from pathlib import Path
from textwrap import dedent
from types import ModuleType

from studio.core.plugin_code import PACKAGE, plugin_finder
from studio.resources import resource, shipped_plugins

MANIFEST = """\
[plugin]
id = "{id}"
title = "{title}"
version = "1.0.0"
api = 1
"""


def module_of(plugin: str, file: str) -> ModuleType:
    """Return a module of a shipped plug-in."""
    name = plugin.replace("-", "_")
    plugin_finder().folders[name] = shipped_plugins() / plugin
    return import_module(f"{PACKAGE}.{name}.{file.removesuffix('.py')}")


def write_plugin(parent: Path, id_: str, manifest: str = "", /, **files: str) -> Path:
    """Write a plug-in's folder; ``layers="…"`` is the text of ``layers.py``."""
    folder = parent / id_
    folder.mkdir(parents=True)
    head = MANIFEST.format(id=id_, title=id_.replace("-", " ").capitalize())
    (folder / "plugin.toml").write_text(head + dedent(manifest), encoding="utf-8")
    for name, text in files.items():
        (folder / f"{name}.py").write_text(dedent(text), encoding="utf-8")
    return folder


def files_in(page: str) -> dict[str, str]:
    """Return the files that a page of the handbook shows, by name; parts are put together."""
    found: dict[str, str] = {}
    shown = re.findall(r"<!-- file: ([\w.]+)(, also)? -->\n\n```\w+\n(.*?)```", page, re.DOTALL)
    for name, also, text in shown:
        found[name] = f"{found[name]}\n{text}" if also else text
    return found


def write_page(parent: Path, page: str) -> Path:
    """Write the plug-in that a page of the handbook shows, as its reader would."""
    files = files_in(resource(f"help/plugins/{page}").read_text(encoding="utf-8"))
    folder = parent / page.removesuffix(".md")
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
