"""Learning: a network with what is minimised over it, computed as its run says."""

import torch

from studio.runs.spec import RunSpec

from .build import Network
from .calls import Calls
from .compiling import Compiled
from .objectives import Objective
from .precision import casting_for, scaler_for
from .recomputing import recompute_stacks


def learning(
    spec: RunSpec, network: Network, device: torch.device
) -> tuple[Calls, list[Objective]]:
    """Return how the network is called, and what is minimised, as the run computes."""
    precision = spec.computing.precision
    if spec.computing.recompute:
        recompute_stacks(network)
    objectives = [Objective(job, network, scaler_for(precision, device)) for job in spec.objectives]
    ways = spec.computing.ways
    compiled = Compiled(network.module) if ways and ways.compiled else None
    return Calls(network, casting_for(precision, device), compiled), objectives
