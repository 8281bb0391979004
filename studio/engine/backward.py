"""The backward pass, and which block is to blame when it fails."""

import re
import warnings
from collections.abc import Sequence

import torch
from torch import Tensor

from .build import Network
from .calls import Calls
from .faults import Fault, is_out_of_memory


def backward(
    loss: Tensor,
    network: Network,
    calls: Calls,
    batch: tuple[Sequence[Tensor], Sequence[Tensor]],
    *,
    of: Sequence[Tensor] | None = None,
    again: bool = False,
) -> None:
    """Compute the gradients, of these weights or of all that want any.

    With ``again`` the graph is kept for another loss.

    Raises:
        Fault: naming the block whose forward line made the failing operation, where it is known.
    """
    try:
        loss.backward(retain_graph=again, inputs=of)
    except Fault:  # another process is gone
        raise
    except Exception as error:
        # Without the program's line in its own traceback (a custom backward has none) ...
        block = network.block_of(error.__traceback__)
        if not block and not is_out_of_memory(error):
            block = _forward_line(network, calls, batch)
        raise network.fault(error, block, batch_size=len(batch[0][0])) from error


def _forward_line(
    network: Network, calls: Calls, batch: tuple[Sequence[Tensor], Sequence[Tensor]]
) -> str:
    """Return the block whose operation fails going backward, by torch's anomaly mode.

    It remembers where in the forward pass every operation was made, and warns with that place.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            with torch.autograd.set_detect_anomaly(True, check_nan=False), calls.as_written():
                losses = calls.losses(calls.arguments(*batch))
                sum(losses.values(), torch.zeros(())).backward()
        except Exception:  # noqa: BLE001 - it is the failure that is being looked for
            told = "\n".join(str(warning.message) for warning in caught)
            lines = re.findall(rf'File "{re.escape(network.filename)}", line (\d+)', told)
            return network.block_at(int(lines[-1])) if lines else ""
    return ""
