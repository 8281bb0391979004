"""The engine's side of ``studio.api``: what a probe of a plug-in may import, beside torch.

A probe is one ``ProbeSpec``, named by its import string in what a panel wants to be looked at.
"""

from collections.abc import Mapping, Sequence

from torch import Tensor

from studio.runs.arrays import array_from_numpy
from studio.runs.events import Event, LayerRow, Note, Points, Snapshot

from .build import Network, tensors_in
from .calls import Calls
from .data.batches import Samples
from .probes.probe import Options, Probe, ProbeSpec, Sight

__all__ = [
    "Event",
    "LayerRow",
    "Network",
    "Note",
    "Options",
    "Points",
    "Probe",
    "ProbeSpec",
    "Samples",
    "Sight",
    "Snapshot",
    "array_from_numpy",
    "losses_of",
    "tensors_in",
]


def losses_of(
    network: Network, inputs: Sequence[Tensor], targets: Sequence[Tensor]
) -> Mapping[str, Tensor]:
    """Return the value of every loss block for a batch, by its id."""
    calls = Calls(network)
    return calls.losses(calls.arguments(inputs, targets))
