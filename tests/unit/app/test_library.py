"""The library that comes with the program: composites to be placed, opened and changed."""

from dataclasses import replace
from pathlib import Path

import pytest

from studio.app.building import chain_of
from studio.app.catalogue import builtin_catalog
from studio.app.library import Library, read_library
from studio.app.offer import LIBRARY, offer_of
from studio.app.search import found_blocks
from studio.app.workspace import Workspace
from studio.core.compare import compare
from studio.core.composites import composite_of, used_by
from studio.core.document import Document
from studio.core.edits import SetParam
from studio.core.experiment import Experiment
from studio.core.fileio import dumps, loads, open_file, save
from studio.resources import resource

CATALOG = builtin_catalog()
FILES = sorted(resource("library").glob("*/*.netwright"))


def shipped(tmp_path: Path) -> Library:
    return read_library(tmp_path / "nothing here")


def workspace(library: Library) -> Workspace:
    made = Workspace(CATALOG, Document(Experiment()))
    made.take_library(library)
    return made


def test_every_file_that_lies_in_the_library_is_offered_in_its_family(tmp_path: Path) -> None:
    library = shipped(tmp_path)

    offer = offer_of(CATALOG, Experiment(), "", library)

    titles = {spec.title: spec.family for kind, spec in offer.specs.items() if kind in offer.brings}
    wanted = {open_file(path).title: path.parent.name.capitalize() for path in FILES}
    assert len(wanted) >= 18
    assert titles == wanted
    assert not library.wrong


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_composite_of_the_library_explains_itself(path: Path, tmp_path: Path) -> None:
    library = shipped(tmp_path)
    offer = offer_of(CATALOG, Experiment(), "", library)
    title = open_file(path).title

    (spec,) = (offer.specs[kind] for kind in offer.brings if offer.specs[kind].title == title)

    assert spec.help.count(".") >= 2
    assert spec.formula
    assert spec.paper
    assert len(spec.synonyms) > 3
    assert all(param.help and (param.choices or param.low is not None) for param in spec.params)


def test_what_is_typed_finds_composites_of_the_library(tmp_path: Path) -> None:
    specs = offer_of(CATALOG, Experiment(), "", shipped(tmp_path)).specs.values()

    found = {query: found_blocks(query, specs)[0].title for query in ("llama la", "bottlen", "vgg")}

    assert found == {"llama la": "LLaMA layer", "bottlen": "Bottleneck", "vgg": "VGG block"}


def test_a_placed_composite_is_the_experiment_s_own_and_the_file_stays(tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in FILES}
    made = workspace(shipped(tmp_path))

    placed = made.place("composite:vgg_block", 0.0, 0.0)

    assert placed is not None
    own = made.document.experiment.composites
    assert {"vgg_block", *used_by(own["vgg_block"].graph, own)} == own.keys()
    assert made.offer.specs["composite:vgg_block"].family == "Composite"
    assert "composite:vgg_block" not in made.offer.brings
    made.document.apply(SetParam(("pool",), "kernel_size", (3, 3), where="vgg_block"))
    titles = {made.offer.specs[kind].title for kind in made.offer.brings}
    assert "VGG block" in titles  # as it came, beside what became of it
    assert {path: path.read_bytes() for path in FILES} == before


def test_a_person_s_own_composite_of_the_same_name_stands_beside_it(tmp_path: Path) -> None:
    made = open_file(next(path for path in FILES if path.stem == "mlp"))
    graph = made.composites["mlp"].graph
    save(made.with_graph(graph.remove("dropout"), "mlp"), tmp_path / "mlp.netwright")

    offer = offer_of(CATALOG, Experiment(), "", read_library(tmp_path))

    families = {spec.family for spec in offer.specs.values() if spec.title == "MLP"}
    assert families == {LIBRARY, "Linear"}


def test_a_typed_line_places_composites_of_the_library(tmp_path: Path) -> None:
    made = workspace(shipped(tmp_path))

    chain = chain_of(made, "conv-bn-relu 32 > bottleneck, first 16 > vgg block 8", (0.0, 0.0))

    assert chain.edit is not None, chain.preview
    assert made.apply(chain.edit)
    own = made.document.experiment.composites
    titles = [own[composite_of(made.graph.nodes[id_].kind)].title for id_ in made.graph.order]
    assert titles == ["Conv-BN-ReLU", "Bottleneck, first", "VGG block"]
    assert [made.graph.nodes[id_].params["channels"] for id_ in made.graph.order] == [32, 16, 8]


def test_what_a_composite_says_of_itself_goes_with_it_into_the_experiment(tmp_path: Path) -> None:
    made = workspace(shipped(tmp_path))
    said = made.offer.specs["composite:bottleneck"].help

    placed = made.place("composite:bottleneck", 0.0, 0.0)

    assert placed is not None
    spec = made.spec_of(placed)
    assert spec is not None
    assert spec.help == said
    assert said.startswith("The residual block of deep networks")
    again = loads(dumps(made.document.experiment))
    assert again == made.document.experiment
    silent = {id_: replace(known, help="") for id_, known in again.composites.items()}
    changed = compare(made.document.experiment, again.with_composites(silent))
    assert "composites.bottleneck.help" in str(changed)
