"""Codes: how much of each codebook is in use."""

from collections.abc import Sequence

import torch
from torch import Tensor

from studio.engine.build import tensors_in
from studio.runs.events import Event

from .probe import Probe, ProbeSpec, Sight

ROW = "codes_used"
KIND = "nn.vector_quantize"
SAMPLES = 256
_DIGITS = 1e4
"""To so many parts of the largest number two vectors are told apart: what stands for a code is not
exactly its vector, for the gradient's sake."""


class CodeProbe(Probe):
    """Tells rows of ``codes_used``: the share of the codes that answer to held samples at all.

    Of fewer answers than codes, the share of those that could differ.
    """

    def __init__(self, sight: Sight) -> None:
        super().__init__(sight)
        self._books = {
            block.id: block.title for block in sight.network.program.blocks if block.kind == KIND
        }

    @property
    def blind(self) -> bool:
        """Whether there is no codebook."""
        return not self._books

    def between(self, step: int) -> Sequence[Event]:
        """Look once at all of them."""
        inputs, _ = self.sight.samples.held(SAMPLES)
        shares: dict[str, Tensor] = {}

        def tap(block: str, value: object) -> None:
            answers = next(tensors_in(value), None)
            if block in self._books and answers is not None:
                shares[block] = _used(answers, self._codes(block))

        self.sight.network.look(inputs, tap)
        if shares:
            layers = tuple((block, self._books[block]) for block in shares)
            values = torch.stack([*shares.values()])
            self.sight.scalars.add_row(ROW, step, values, layers=layers, total=False)
        return ()

    def _codes(self, block: str) -> int:
        return next(len(own[0]) for known, own in self.sight.network.weights() if known == block)


def _used(answers: Tensor, codes: int) -> Tensor:
    """Return the share of codes among answers …×D."""
    vectors = answers.flatten(0, -2).float()
    scale = vectors.abs().amax().clamp(min=1e-12)
    different = len(torch.unique((vectors / scale * _DIGITS).round(), dim=0))
    share = different / min(codes, len(vectors))
    return torch.tensor(share, device=answers.device)


SPEC = ProbeSpec(id="codes", title="The codebooks", make=CodeProbe, per_sec=1.0)
