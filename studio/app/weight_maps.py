"""Weight maps: those that come with the program, by name, and a drawing in a reference's sizes."""

import json
from collections.abc import Mapping
from pathlib import Path

from studio.compile.naming import WeightMap, read_map
from studio.core.addresses import set_at
from studio.core.catalog import Catalog
from studio.core.errors import FileError
from studio.core.experiment import Experiment
from studio.resources import resource


def shipped_maps() -> dict[str, Path]:
    """Return the maps by name; a file is one by lying in the folder."""
    return {file.stem: file for file in sorted(resource("weights").glob("*.json"))}


def find_map(name: str) -> WeightMap:
    """Return the map that a person means: a file, a name, or the name of a document.

    Raises:
        FileError: there is none, or it cannot be read.
    """
    path = Path(name).expanduser()
    shipped = shipped_maps()
    if path.suffix != ".json":
        path = shipped.get(name, path)
    if path.is_file():
        return _read(path)
    found = (_read(file) for file in shipped.values())
    fits = next((known for known in found if name in known.documents), None)
    if fits is None:
        raise FileError(
            f"{name}: there is no such map; expected a file or one of {', '.join(shipped)}"
        )
    return fits


def sized(
    experiment: Experiment, known: WeightMap, configuration: Path, catalog: Catalog
) -> Experiment:
    """Return the drawing in the sizes of a reference's ``config.json``.

    Raises:
        FileError: it cannot be read, or asks for what the drawing is not.
        ParamError: the drawing has no such setting.
    """
    values = _values(configuration)
    if not known.settings:
        raise FileError(
            f"{known.title}: the reference has no configuration file to read sizes from"
        )
    for key, allowed in known.expects.items():
        found, value = _look_up(values, key)
        if found and value not in allowed:
            words = " or ".join(json.dumps(one) for one in allowed)
            raise FileError(
                f"{configuration.name}: expected {key} to be {words}, as it is drawn, "
                f"received {json.dumps(value)}"
            )
    for key, addresses in known.settings.items():
        _, value = _look_up(values, key)
        for address in addresses if value is not None else ():
            experiment = set_at(experiment, f"{address}={value}", catalog)
    return experiment


def _look_up(values: Mapping[str, object], key: str) -> tuple[bool, object]:
    """Return whether there is such a value, and it; ``a.b`` lies in ``a``."""
    head, _, rest = key.partition(".")
    value = values.get(head)
    if rest:
        return _look_up(value, rest) if isinstance(value, dict) else (False, None)
    return head in values, value


def _values(path: Path) -> dict[str, object]:
    try:
        values = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise FileError(f"{path}: the configuration cannot be read: {error}") from None
    if not isinstance(values, dict):
        raise FileError(f"{path}: expected names with values, received something else")
    return values


def _read(path: Path) -> WeightMap:
    try:
        return read_map(path.read_bytes(), path.name)
    except OSError as error:
        raise FileError(f"{path}: cannot be read: {error.strerror}") from None
