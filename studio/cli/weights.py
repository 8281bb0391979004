"""``netwright weights``: weights of a reference implementation under the names of a drawing."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from .arguments import add_assignments, add_json, print_json
from .arguments import changed as with_assignments
from .verb import Verb

if TYPE_CHECKING:
    from studio.compile.naming import Taken, WeightMap
    from studio.core.catalog import Catalog
    from studio.core.experiment import Experiment


def run(options: Namespace) -> int:
    """List the maps, show one for a drawing, or convert a file."""
    return {"list": _list, "names": _names, "convert": _convert}[options.what](options)


def reference_weights(
    path: Path, known: "WeightMap", experiment: "Experiment", catalog: "Catalog"
) -> tuple[bytes, int]:
    """Return a reference's weights as a file for a drawing, and their number; say what is odd.

    Raises:
        CompileError: the drawing has errors.
        FileError: the file cannot be read or does not fit.
    """
    import sys

    from studio.compile.source import compile_network
    from studio.engine.reference import convert, weights_of

    converted = convert(path, known, weights_of(compile_network(experiment, catalog)))
    for note in converted.notes:
        print(note, file=sys.stderr)
    return converted.content, converted.weights


def names_json(
    known: "WeightMap", experiment: "Experiment", catalog: "Catalog"
) -> dict[str, object]:
    """Return the names of a drawing's weights with those of the reference, as JSON says them."""
    from studio.compile.naming import names_for
    from studio.compile.source import compile_network
    from studio.engine.reference import weights_of

    names = names_for(known, weights_of(compile_network(experiment, catalog)))
    return {"reference": known.reference, "names": {one.ours: _row(one) for one in names}}


def configured(
    experiment: "Experiment", known: "WeightMap", options: Namespace, catalog: "Catalog"
) -> "Experiment":
    """Return the drawing in the sizes of ``--config``, then with what ``--set`` changes.

    Raises:
        FileError: the configuration cannot be read or asks for something else.
        ParamError: a setting does not exist or does not take the value.
    """
    from studio.app.weight_maps import sized

    if options.config:
        experiment = sized(experiment, known, Path(options.config).expanduser(), catalog)
    return with_assignments(experiment, options, catalog)


def add_config(parser: ArgumentParser) -> None:
    """Offer to take the sizes of a reference."""
    parser.add_argument(
        "--config",
        metavar="CONFIG.json",
        help="the reference's configuration, whose sizes the drawing takes; needs a map",
    )


def _row(taken: "Taken") -> dict[str, object]:
    return {"theirs": list(taken.theirs), "how": taken.how, "shape": list(taken.sizes)}


def _list(options: Namespace) -> int:
    from studio.app.weight_maps import find_map, shipped_maps

    maps = {name: find_map(name) for name in shipped_maps()}
    if options.json:
        rows = [
            {
                "name": name,
                "reference": known.reference,
                "documents": known.documents,
                "file": str(shipped_maps()[name]),
            }
            for name, known in maps.items()
        ]
        print_json({"maps": rows})
    else:
        for name, known in maps.items():
            print(f"{name:<24}{', '.join(known.documents):<24}{known.reference}")
    return 0


def _names(options: Namespace) -> int:
    known, experiment, catalog = _asked(options)
    answer = names_json(known, experiment, catalog)
    if options.json:
        print_json(answer)
    else:
        names = answer["names"]
        assert isinstance(names, dict)
        for ours, row in names.items():
            print(f"{ours:<44}{' and '.join(row['theirs'])}  {row['how']}".rstrip())
    return 0


def _convert(options: Namespace) -> int:
    from studio.core.fileio import write_whole

    known, experiment, catalog = _asked(options)
    path, out = Path(options.reference).expanduser(), Path(options.out).expanduser()
    content, count = reference_weights(path, known, experiment, catalog)
    write_whole(out, content)
    print_json({"file": str(out), "weights": count, "reference": known.reference})
    return 0


def _asked(options: Namespace) -> "tuple[WeightMap, Experiment, Catalog]":
    from studio.app.gallery import find_experiment
    from studio.app.plugging import full_catalog
    from studio.app.weight_maps import find_map
    from studio.core.fileio import open_file

    catalog, known = full_catalog(), find_map(options.map)
    name = options.document or _document(options.map, known)
    experiment = open_file(find_experiment(name))
    return known, configured(experiment, known, options, catalog), catalog


def _document(name: str, known: "WeightMap") -> str:
    return name if name in known.documents else known.documents[0]


def _declare(parser: ArgumentParser) -> None:
    words = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    listing = words.add_parser("list", help="the maps that come with the program")
    add_json(listing)
    names = words.add_parser("names", help="every weight of a drawing with the reference's name")
    names.add_argument("map", metavar="MAP", help="a map's name or file")
    add_json(names)
    convert = words.add_parser("convert", help="rename a reference's weights, and check them all")
    convert.add_argument(
        "reference",
        metavar="REFERENCE",
        help="*.safetensors, *.bin, *.pt, *.pth, the *.index.json of several, or a folder of them",
    )
    convert.add_argument("--map", metavar="MAP", required=True, help="a map's name or file")
    convert.add_argument(
        "-o", "--out", metavar="FILE", required=True, help="the safetensors file to write"
    )
    for one in (names, convert):
        one.add_argument(
            "--for",
            dest="document",
            metavar="FILE",
            help="the drawing; by default the published one that the map was made for",
        )
        add_config(one)
        add_assignments(one)


WEIGHTS = Verb(
    "weights",
    "Give published weights the names of a drawing",
    "A map says which weight of a reference implementation is which of ours. Exit code 2: the\n"
    "file cannot be read, or a weight is missing, unknown or of another shape.",
    _declare,
    run,
)
