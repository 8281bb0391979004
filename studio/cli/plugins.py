"""``netwright plugins``: list, write, check, install and switch plug-ins."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from .arguments import add_json, print_json
from .verb import Verb

if TYPE_CHECKING:
    from studio.plugins.conformance import Conformed
    from studio.plugins.entry import Plugin
    from studio.plugins.host import Host

_STATES = {
    "on": "on",
    "off": "off",
    "untrusted": "not trusted yet",
    "trying": "being tried",
    "lacking": "something is missing",
    "wrong": "cannot be used",
    "failed": "failed",
}


def run(options: Namespace) -> int:
    """Do what is asked of plug-ins."""
    deed: Callable[[Namespace], int] = _DEEDS[options.deed or "list"]
    return deed(options)


def _list(options: Namespace) -> int:
    host = _host()
    if options.json:
        print_json({"plugins": [_answer(plugin) for plugin in host.plugins]})
    else:
        for plugin in host.plugins:
            print("\n".join(_words(plugin)))
        if not host.plugins:
            print(f"No plug-ins, neither with the program nor in {host.own}")
    return 0


def _new(options: Namespace) -> int:
    from studio.plugins.scaffold import write_new

    folder = write_new(options.name, Path(options.into).expanduser())
    print(f"Wrote {folder}")
    print(f"Next: netwright plugins check {folder}, then netwright plugins install {folder}")
    return 0


def _check(options: Namespace) -> int:
    from studio.app.catalogue import builtin_catalog
    from studio.plugins.conformance import conform

    found = conform(Path(options.path).expanduser().absolute(), builtin_catalog())
    if options.json:
        print_json(_found(found))
    else:
        for kind, id_ in found.looked_at:
            wrong = [one for one in found.findings if one.about == id_]
            print(f"{'fail' if wrong else 'ok  '}  {kind:<12}{id_}")
        for one in found.findings:
            print(f"{one.about}, {one.rule}: {one.sentence}")
        count = len(found.findings)
        print("All is well" if not count else f"{count} to mend")
    return 1 if found.findings else 0


def _install(options: Namespace) -> int:
    from studio.app import folders
    from studio.plugins.installing import install, link

    source = Path(options.path).expanduser()
    manifest = (link if options.link else install)(source, folders.plugins())
    host = _host()
    if options.trust:
        (host.trust_changes if options.link else host.trust)(manifest.id)
        host.wait()
    print("\n".join(_words(host.plugin(manifest.id))))
    return 0


def _update(options: Namespace) -> int:
    from studio.plugins.manifest import MANIFEST, read_manifest
    from studio.plugins.updating import update

    host, source = _host(), Path(options.plugin).expanduser()
    known = {plugin.id for plugin in host.plugins}
    given = source if options.plugin not in known and (source / MANIFEST).is_file() else None
    before = host.plugin(read_manifest(given).id if given else options.plugin)
    changed = update(before, host.own, given)
    host.reload(before.id)
    if changed and options.trust:
        host.trust(before.id)
    host.wait()
    print("\n".join(_words(host.plugin(before.id))))
    print("Updated" if changed else "Nothing has changed")
    return 0


def _remove(options: Namespace) -> int:
    from studio.core.errors import FileError
    from studio.plugins.installing import remove

    host = _host()
    plugin = host.plugin(options.id)
    if plugin.origin != "folder":
        raise FileError(f"{plugin.title} is no plug-in of yours; disable it instead")
    host.disable(plugin.id)
    remove(plugin.folder.name, host.own)
    print(f"Removed {plugin.title}")
    return 0


def _switch(options: Namespace) -> int:
    host = _host()
    {"trust": host.trust, "enable": host.enable, "disable": host.disable}[options.deed](options.id)
    host.wait()
    plugin = host.plugin(options.id)
    print("\n".join(_words(plugin)))
    return 1 if plugin.state in {"failed", "wrong"} else 0


_DEEDS: dict[str, Callable[[Namespace], int]] = {
    "list": _list,
    "new": _new,
    "check": _check,
    "install": _install,
    "update": _update,
    "remove": _remove,
    "trust": _switch,
    "enable": _switch,
    "disable": _switch,
}


def _host() -> "Host":
    from studio.app.plugging import started_host

    return started_host()


def _words(plugin: "Plugin") -> list[str]:
    manifest = plugin.manifest
    version = f" {manifest.version}" if manifest else ""
    lines = [f"{plugin.id}{version}  {plugin.title}  [{_STATES[plugin.state]}]"]
    if plugin.sentence:
        lines.append(f"  {plugin.sentence}")
    if manifest and manifest.summary:
        lines.append(f"  {manifest.summary}")
    lines += [f"    {kind:<12}{id_:<32}{title}" for kind, id_, title in plugin.gives]
    if plugin.details and sys.stdout.isatty():
        lines += [f"  | {line}" for line in plugin.details.splitlines()[-6:]]
    return lines


def _answer(plugin: "Plugin") -> dict[str, object]:
    manifest = plugin.manifest
    return {
        "id": plugin.id,
        "title": plugin.title,
        "version": manifest.version if manifest else "",
        "folder": str(plugin.folder),
        "origin": plugin.origin,
        "state": plugin.state,
        "sentence": plugin.sentence,
        "details": plugin.details,
        "gives": [{"kind": kind, "id": id_, "title": title} for kind, id_, title in plugin.gives],
    }


def _found(found: "Conformed") -> dict[str, object]:
    return {
        "looked_at": [{"kind": kind, "id": id_} for kind, id_ in found.looked_at],
        "findings": [
            {"about": one.about, "rule": one.rule, "sentence": one.sentence}
            for one in found.findings
        ],
    }


def _declare(parser: ArgumentParser) -> None:
    add_json(parser)
    parser.set_defaults(deed="")
    words = parser.add_subparsers(metavar="DEED", dest="deed", title="deeds")
    for name, help_, argument in (
        ("list", "all plug-ins, what they give, and what keeps them from it", ""),
        ("new", "write one that works, with a test", "name"),
        ("check", "hold one to what the studio's own keep, and explain each failure", "path"),
        ("install", "copy one to your plug-ins", "path"),
        ("update", "copy one anew from the folder it came from", "plugin"),
        ("remove", "delete one of your plug-ins", "id"),
        ("trust", "let the code of one run, as it is now", "id"),
        ("enable", "switch one on again", "id"),
        ("disable", "switch one off", "id"),
    ):
        word = words.add_parser(name, help=help_)
        if argument:
            word.add_argument(argument, metavar=argument.upper())
        if name in {"list", "check"}:
            add_json(word)
        if name == "new":
            word.add_argument("--into", metavar="DIR", default=".", help="where; else here")
        if name in {"install", "update"}:
            word.add_argument("--trust", action="store_true", help="and trust it")
        if name == "install":
            word.add_argument(
                "--link",
                action="store_true",
                help="use it where it lies; with --trust, as its author",
            )


PLUGINS = Verb(
    "plugins",
    "List, write, check, install and switch plug-ins",
    "Looking for plug-ins runs nothing of them; only what you trust is loaded.\n"
    "Exit code 0: all is well, 1: something is to mend, 2: there is no such plug-in.",
    _declare,
    run,
)
