"""Every block goes through torch.export, and computes the same behind it."""

import pytest
import torch

from studio.compile.source import compile_network
from studio.core.blocks import BlockSpec
from tests.engine.test_blocks import LAYERS, drawings, values
from tests.helpers.builders import CATALOG
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
