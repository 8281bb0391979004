"""Every block goes through torch.export and into ONNX, and computes the same behind it."""

from pathlib import Path

import pytest
import torch

from studio.app.gallery import find_experiment
from studio.compile.project import inputs_of
from studio.compile.source import compile_network
from studio.core.blocks import BlockSpec
from studio.core.check import check
from studio.core.errors import FileError
from studio.core.fileio import open_file
from studio.engine.exporting import Form, export
from tests.engine.test_blocks import LAYERS, drawings, values
from tests.helpers.builders import CATALOG, Drawing
from tests.helpers.programs import arguments, built


# torch says this of its own recurrent layers; what it computes is right
@pytest.mark.filterwarnings("ignore:The tensor attributes? .*_flat_weights")
@pytest.mark.parametrize("spec", [spec for spec in LAYERS if spec.inputs], ids=lambda spec: spec.id)
def test_a_block_can_be_exported_for_batches_of_any_size(spec: BlockSpec) -> None:
    experiment, checked = next(drawings(spec))
    module = built(compile_network(experiment, CATALOG, checked)).eval()
    inputs = tuple(arguments(experiment, checked))
    any_batch = tuple({0: torch.export.Dim.AUTO} for _ in inputs)

    exported = torch.export.export(module, inputs, dynamic_shapes=any_batch).module()
    more = tuple(torch.cat([x, x]) for x in inputs)

    torch.manual_seed(0)
    given = values(exported(*more))
    torch.manual_seed(0)
    for y, wanted in zip(given, values(module(*more)), strict=True):
        torch.testing.assert_close(y, wanted)


@pytest.mark.parametrize("spec", [spec for spec in LAYERS if spec.inputs], ids=lambda spec: spec.id)
def test_a_block_is_the_same_as_onnx(spec: BlockSpec, tmp_path: Path) -> None:
    experiment, checked = next(drawings(spec))
    program = compile_network(experiment, CATALOG, checked)

    # It is run before it is written, for a batch of another size; a difference is refused.
    export(program, inputs_of(experiment, CATALOG, checked), tmp_path / "m.onnx", "onnx", None)

    assert (tmp_path / "m.onnx").stat().st_size > 0


@pytest.mark.parametrize("form", ["onnx", "pt2"])
@pytest.mark.parametrize("learned", [False, True])
def test_a_constant_goes_along_beside_an_input(form: Form, learned: bool, tmp_path: Path) -> None:
    net = Drawing("Shifted")
    both = net.place("nn.add")
    net.wire(net.place("io.vector", features=4), both)
    net.wire(net.place("nn.constant", shape=(4,), value=0.5, learned=learned), both)
    experiment = net.experiment()
    program = compile_network(experiment, CATALOG)

    export(program, inputs_of(experiment, CATALOG), tmp_path / "m", form, None)

    assert (tmp_path / "m").stat().st_size > 0


@pytest.mark.parametrize("form", ["onnx", "pt2"])
@pytest.mark.parametrize("name", ["lenet-digits", "recall-lstm", "recall-attention"])
def test_a_network_of_the_gallery_is_the_same_in_other_forms(
    name: str, form: Form, tmp_path: Path
) -> None:
    experiment = open_file(find_experiment(name))
    program = compile_network(experiment, CATALOG, check(experiment, CATALOG))

    export(program, inputs_of(experiment, CATALOG), tmp_path / "m", form, None)

    assert (tmp_path / "m").stat().st_size > 0


def test_weights_of_another_network_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    experiment = open_file(find_experiment("recall-lstm"))
    program = compile_network(experiment, CATALOG, check(experiment, CATALOG))
    weights = tmp_path / "weights.safetensors"
    weights.write_bytes(b"no weights")

    with pytest.raises(FileError, match="the weights cannot be read"):
        export(program, inputs_of(experiment, CATALOG), tmp_path / "m", "pt2", weights)

    assert not (tmp_path / "m").exists()
