"""A host of plug-ins in a folder of a test, with everything that ships as its catalog."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from studio.app.catalogue import builtin_catalog
from studio.core.plugin_code import plugin_finder
from studio.plugins.answers import Answers
from studio.plugins.host import Host
from studio.plugins.memory import Memory
from studio.plugins.rehearsal import rehearse
from studio.plugins.rehearsing import Rehearsing

LOAD_SECS = 6.0
"""How long a plug-in of a test may take to load."""


@contextmanager
def hosted(place: Path, *, patient: bool = True, shipped: Path | None = None) -> Iterator[Host]:
    """Yield a host over ``place/plugins`` that has started."""
    host = Host(
        builtin_catalog(),
        Memory(place / "plugins.json"),
        Answers(place / "shapes.json", patient=patient),
        own=place / "plugins",
        shipped=shipped,
        rehearsing=Rehearsing(partial(rehearse, secs=LOAD_SECS)),
    )
    known = dict(plugin_finder().folders)
    try:
        host.start()
        host.wait()
        yield host
    finally:
        host.close()
        plugin_finder().folders.clear()
        plugin_finder().folders.update(known)
