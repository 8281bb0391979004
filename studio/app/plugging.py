"""Plugging: the plug-ins of this program, found where they lie and put into its tables."""

from studio.core.catalog import Catalog
from studio.plugins.answers import Answers
from studio.plugins.host import Host
from studio.plugins.memory import Memory
from studio.resources import shipped_plugins

from . import folders
from .catalogue import builtin_catalog


def new_host(catalog: Catalog, *, patient: bool = False) -> Host:
    """Return a host that has not looked for plug-ins yet; a ``patient`` one waits for torch."""
    return Host(
        catalog,
        Memory(folders.plugins_file()),
        Answers(folders.shapes_file(), patient=patient),
        own=folders.plugins(),
        shipped=shipped_plugins(),
    )


def started_host() -> Host:
    """Return a host over everything, for programs that have time."""
    host = new_host(builtin_catalog(), patient=True)
    host.start()
    host.wait()
    return host


def full_catalog() -> Catalog:
    """Return a catalog of what ships with the studio and of the plug-ins that are on."""
    return started_host().catalog
