"""``netwright export``: the network as Python that needs nothing but torch, or as one file."""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from .arguments import add_experiment, experiment_of, print_json
from .verb import Verb
from .weights import add_config, configured, names_json, reference_weights

if TYPE_CHECKING:
    from studio.compile.naming import WeightMap
    from studio.core.catalog import Catalog
    from studio.core.experiment import Experiment


def run(options: Namespace) -> int:
    """Write the program, and the weights of a run or of a reference if one is named."""
    from studio.app.plugging import full_catalog
    from studio.compile.project import export_python
    from studio.core.fileio import write_whole

    catalog = full_catalog()
    folder = Path(options.output).expanduser()
    if options.to != "python":
        return _export_graph(options, catalog, folder)
    known = _map(options)
    if known is None:
        experiment = experiment_of(options, catalog)
        weights = _weights(options.weights) if options.weights else None
    else:
        experiment, weights = _by_map(options, known, catalog)
    files = [export_python(experiment, catalog, folder, weights=weights).name]
    files += ["weights.safetensors"] if weights is not None else []
    steps = _carry_steps(options, folder, files)
    maps = [options.map] if known else _maps_for(options.file)
    naming = known or _first_of(maps)
    if naming is not None:
        names = json.dumps(names_json(naming, experiment, catalog), indent=1) + "\n"
        write_whole(folder / "names.json", names.encode())
        files.append("names.json")
    print_json({"folder": str(folder), "files": files, "maps": maps, "steps": steps})
    return 0


def _carry_steps(options: Namespace, folder: Path, files: list[str]) -> str:
    """Write the fitted steps of a run beside its network, or return why they are not there.

    Raises:
        FileError: they cannot be read.
    """
    if not options.weights or options.map or Path(options.weights).expanduser().is_file():
        return ""
    from studio.app.folders import find_run
    from studio.compile.carrying import Carried, cannot_carry, prepare_text
    from studio.core.errors import CompileError
    from studio.core.fileio import write_whole
    from studio.engine.data.prepare import read_preparation
    from studio.runs.saved import open_run

    run_folder = find_run(options.weights)
    with open_run(run_folder) as saved:
        spec = saved.spec
    if spec is None or not spec.data.fields:
        return ""
    why = cannot_carry(spec.data)
    if why:
        return why
    known = read_preparation(run_folder)
    try:
        text = prepare_text(Carried(known.job, known.steps, spec.program, known.fields))
    except CompileError as error:
        return str(error)
    write_whole(folder / "prepare.py", text.encode())
    files.append("prepare.py")
    return ""


def _maps_for(file: str) -> list[str]:
    """Return the shipped maps for a published network, that of its own name first."""
    from studio.app.gallery import find_experiment, published
    from studio.app.weight_maps import find_map, shipped_maps

    path = find_experiment(file)
    if path not in {exhibit.path for exhibit in published()}:
        return []
    fitting = [name for name in shipped_maps() if path.stem in find_map(name).documents]
    return sorted(fitting, key=lambda name: (name != path.stem, name))


def _first_of(maps: list[str]) -> "WeightMap | None":
    from studio.app.weight_maps import find_map

    return find_map(maps[0]) if maps else None


def _export_graph(options: Namespace, catalog: "Catalog", folder: Path) -> int:
    """Write the network as one file that other programs run.

    Raises:
        FileError: the form cannot say it, or something cannot be read or written.
    """
    from studio.compile.project import inputs_of
    from studio.compile.source import compile_network
    from studio.core.check import check
    from studio.core.errors import FileError
    from studio.engine.exporting import export

    if options.map:
        raise FileError("--map goes with --to python: export so first, then with --weights DIR")
    experiment = experiment_of(options, catalog)
    checked = check(experiment, catalog)
    program = compile_network(experiment, catalog, checked)
    weights = _weights_file(options.weights) if options.weights else None
    path = folder / f"model.{options.to}"
    export(program, inputs_of(experiment, catalog, checked), path, options.to, weights)
    print_json({"folder": str(folder), "files": [path.name]})
    return 0


def _map(options: Namespace) -> "WeightMap | None":
    """Return the map that was asked for.

    Raises:
        FileError: there is no such map, or sizes are asked for without one.
    """
    from studio.app.weight_maps import find_map
    from studio.core.errors import FileError

    if options.config and not options.map:
        raise FileError("--config: expected --map beside it, which says what the sizes mean")
    return find_map(options.map) if options.map else None


def _by_map(
    options: Namespace, known: "WeightMap", catalog: "Catalog"
) -> "tuple[Experiment, bytes | None]":
    """Return the drawing in the reference's sizes, and the reference's weights if they are named.

    Raises:
        FileError: something cannot be read, or the weights do not fit.
    """
    from studio.app.gallery import find_experiment
    from studio.core.fileio import open_file

    experiment = open_file(find_experiment(options.file))
    experiment = configured(experiment, known, options, catalog)
    if not options.weights:
        return experiment, None
    path = Path(options.weights).expanduser()
    return experiment, reference_weights(path, known, experiment, catalog)[0]


def _weights(run_name: str) -> bytes:
    from studio.core.errors import FileError

    path = _weights_file(run_name)
    if path.suffix != ".safetensors":
        raise FileError(
            f"{path}: expected a run or a safetensors file with our names; weights of a reference "
            "implementation need --map"
        )
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileError(f"{path}: cannot be read: {error.strerror}") from None


def _weights_file(run_name: str) -> Path:
    from studio.app.folders import find_run
    from studio.runs.store import WEIGHTS

    path = Path(run_name).expanduser()
    return path if path.is_file() else find_run(run_name) / WEIGHTS


def _declare(parser: ArgumentParser) -> None:
    add_experiment(parser)
    parser.add_argument(
        "--to",
        choices=("python", "onnx", "pt2"),
        default="python",
        help="python (a folder), onnx (a file for ONNX Runtime) or pt2 (for torch.export.load)",
    )
    parser.add_argument(
        "--weights",
        metavar="RUN",
        help="a run's id or folder, whose weights go beside it; with --map, a reference's file",
    )
    parser.add_argument(
        "--map", metavar="MAP", help="a map's name or file: what a reference calls the weights"
    )
    add_config(parser)
    parser.add_argument("-o", "--output", metavar="DIR", required=True, help="the folder to write")


EXPORT = Verb(
    "export",
    "Export a network as Python that needs nothing but torch, or as ONNX",
    "The folder gets model.py (the class, build() and a __main__ that prints the output shape)\n"
    "and, with --weights, weights.safetensors, which build() then reads; of a run on your own\n"
    "table also prepare.py, its fitted steps in NumPy, which answers for a file like it. With\n"
    "--map, --weights is the file of a reference implementation. names.json says what that calls\n"
    "each weight; a published network has it without --map too, and maps in the answer names all\n"
    "that fit.\n"
    "model.onnx and model.pt2 take batches of any size; each is run once before it is written.",
    _declare,
    run,
)
