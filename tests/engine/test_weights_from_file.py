"""First weights from a file: an Embedding that begins with vectors learned elsewhere."""

import pickle
import runpy
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from studio.compile.project import export_python
from studio.compile.source import compile_network
from studio.core.addresses import set_at
from studio.core.experiment import Experiment
from studio.core.fileio import dumps, loads
from studio.core.graph import Node
from studio.engine.build import Network
from studio.engine.faults import BlockFault
from studio.engine.nn.weights import set_from_file
from tests.helpers.builders import CATALOG, Drawing

VECTORS = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
WORDS = ("the", "of", "and", "1", "a")


def reader(path: Path | str, mode: str = "") -> Experiment:
    """Return an Embedding of five tokens and three features that begins with a file's numbers."""
    net = Drawing("Reader")
    net.chain(
        ("io.tokens", {"length": 4, "vocabulary": 5}),
        ("nn.embedding", {"embedding_dim": 3}),
        ("nn.linear", {"out_features": 2}),
    )
    experiment = set_at(net.experiment(), "blocks.embedding1.initial=from a file", CATALOG)
    experiment = set_at(experiment, f"blocks.embedding1.file={path}", CATALOG)
    node = experiment.graph.nodes["embedding1"]
    frozen = Node(node.id, node.kind, node.title, node.params, mode=mode, weights=node.weights)
    return experiment.with_graph(experiment.graph.put(frozen))


def table(experiment: Experiment) -> torch.nn.Parameter:
    network = Network(compile_network(experiment, CATALOG), "reader")
    network.close()
    return network.module.get_parameter("embedding1.weight")


def written(folder: Path, kind: str) -> Path:
    path = folder / f"vectors.{kind}"
    match kind:
        case "npy":
            np.save(path, VECTORS)
        case "safetensors":
            save_file({"bias": VECTORS[0], "table": VECTORS}, path)
        case _:
            lines = [" ".join([w, *map(str, v)]) for w, v in zip(WORDS, VECTORS, strict=True)]
            head = ["5 3"] if kind == "vec" else []
            path.write_text("\n".join([*head, *lines]) + "\n")
    return path


@pytest.mark.parametrize("kind", ["npy", "safetensors", "txt", "vec"])
@pytest.mark.parametrize("mode", ["", "freeze"])
def test_an_embedding_begins_with_the_vectors_of_a_file(
    kind: str, mode: str, tmp_path: Path
) -> None:
    experiment = reader(written(tmp_path, kind), mode)

    weight = table(loads(dumps(experiment)))

    torch.testing.assert_close(weight.detach(), torch.from_numpy(VECTORS))
    assert weight.requires_grad is not bool(mode)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_files_of_numpy_are_read_as_numpy_does(kind: type, order: str, tmp_path: Path) -> None:
    numbers = np.asarray(np.arange(24).reshape(2, 3, 4), kind, order=order)
    np.save(tmp_path / "w.npy", numbers)
    weight = torch.zeros(2, 3, 4)

    set_from_file(weight, str(tmp_path / "w.npy"))

    assert np.array_equal(weight.numpy(), np.load(tmp_path / "w.npy"))


class Trap:
    def __reduce__(self) -> tuple[object, ...]:
        return (pytest.fail, ("code of the file was executed",))


def test_no_code_of_a_file_is_executed(tmp_path: Path) -> None:
    (tmp_path / "trap.npy").write_bytes(pickle.dumps(Trap()))
    np.save(tmp_path / "objects.npy", np.array([[Trap()] * 3] * 5, dtype=object))
    head = b"{'descr': __import__('os').abort(), 'fortran_order': False, 'shape': (5, 3)}"
    start = b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little")
    (tmp_path / "head.npy").write_bytes(start + head)

    for name, sentence in [
        ("trap", "the mark of NumPy"),
        ("objects", "expected real numbers such as float32"),
        ("head", "cannot be read"),
    ]:
        with pytest.raises(ValueError, match=sentence):
            set_from_file(torch.zeros(5, 3), str(tmp_path / f"{name}.npy"))


def test_a_file_that_is_not_there_is_told_with_its_block(tmp_path: Path) -> None:
    with pytest.raises(BlockFault, match="embedding1: expected a file of first weights, found"):
        table(reader(tmp_path / "gone.npy"))
    with pytest.raises(BlockFault, match=r"embedding1: expected .* found none at no name"):
        table(reader(""))


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("wide.txt", "a 1 2 3 4\n", "line 1: expected a word and 3 numbers, received 5 words"),
        ("words.txt", "a 1 2 3\nb 1 x 3\n", "line 2: could not convert string to float: 'x'"),
        ("few.txt", "a 1 2 3\n", "expected one tensor of 5×3, received 1×3"),
        ("many.txt", "a 1 2 3\n" * 6, "expected 5 lines, one for each row, received more"),
        ("no.safetensors", "", "cannot be read"),
        ("no.npy", "", "cannot be read"),
    ],
)
def test_a_file_that_does_not_fit_is_told(
    name: str, content: str, sentence: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(content)

    with pytest.raises(BlockFault, match=sentence) as told:
        table(reader(tmp_path / name))

    assert f"embedding1: {name}" in str(told.value)


def test_of_other_sizes_is_told_which(tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", VECTORS.T)

    with pytest.raises(BlockFault, match="expected one tensor of 5×3, received 3×5"):
        table(reader(tmp_path / "w.npy"))


def test_exported_code_reads_the_file_unless_all_weights_lie_beside_it(tmp_path: Path) -> None:
    path = written(tmp_path, "npy")
    experiment = reader(path)
    export_python(experiment, CATALOG, tmp_path / "plain")

    model = runpy.run_path(str(tmp_path / "plain" / "model.py"))["build"]()

    torch.testing.assert_close(model.embedding1.weight.detach(), torch.from_numpy(VECTORS))
    assert "studio" not in (tmp_path / "plain" / "model.py").read_text()
    path.unlink()
    save_file({n: w.detach().numpy() for n, w in model.named_parameters()}, tmp_path / "w")
    whole = (tmp_path / "w").read_bytes()
    export_python(experiment, CATALOG, tmp_path / "whole", weights=whole)
    again = runpy.run_path(str(tmp_path / "whole" / "model.py"))["build"]()
    torch.testing.assert_close(again.embedding1.weight.detach(), torch.from_numpy(VECTORS))
