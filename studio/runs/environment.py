"""Environment: what a run was made with, for whoever wants to have the same figures again."""

import platform
from importlib.metadata import PackageNotFoundError, version

from studio import __version__

PACKAGES = ("torch", "numpy", "scikit-learn", "safetensors")


def environment() -> dict[str, str]:
    """Return names and versions: program, Python, system, processor, packages."""
    known = {
        "netwright": __version__,
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
        "processor": platform.processor() or platform.machine(),
    }
    return {**known, **{name: found for name in PACKAGES if (found := _version(name))}}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
