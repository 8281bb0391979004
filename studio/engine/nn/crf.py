"""Sequences of tags: a linear-chain conditional random field, and its best sequence.

The weights have the names and shapes of those of pytorch-crf.
"""

# B = batch, T = steps, K = tags, J = tags of the step before

import torch
from torch import Tensor, nn


class LinearChainCRF(nn.Module):
    """Scores whole sequences of tags: how well each fits its step, and the one before it.

    ``emissions`` are B×T×K, one score for each tag of each step. A ``mask`` B×T is true where there
    is a step; padding stands at the end.
    """

    def __init__(self, tags: int) -> None:
        super().__init__()
        self.start_transitions = nn.Parameter(torch.empty(tags).uniform_(-0.1, 0.1))
        self.end_transitions = nn.Parameter(torch.empty(tags).uniform_(-0.1, 0.1))
        self.transitions = nn.Parameter(torch.empty(tags, tags).uniform_(-0.1, 0.1))

    def forward(
        self, emissions_BTK: Tensor, tags_BT: Tensor, mask_BT: Tensor | None = None
    ) -> Tensor:
        """Return −log p(tags | emissions), the mean over the sequences that have steps."""
        if mask_BT is None:
            mask_BT = torch.ones_like(tags_BT, dtype=torch.bool)
        score_B = self.score(emissions_BTK, tags_BT, mask_BT)
        loss_B = self.log_partition(emissions_BTK, mask_BT) - score_B
        return loss_B.where(mask_BT[:, 0], 0).sum() / mask_BT[:, 0].sum().clamp(min=1)

    def score(self, emissions_BTK: Tensor, tags_BT: Tensor, mask_BT: Tensor) -> Tensor:
        """Return the score of one sequence of tags for each sample, B."""
        tags_BT = tags_BT.where(mask_BT, 0)
        fits_BT = emissions_BTK.gather(2, tags_BT.unsqueeze(2)).squeeze(2)
        follows_BT = self.transitions[tags_BT[:, :-1], tags_BT[:, 1:]]
        last_B1 = tags_BT.gather(1, (mask_BT.sum(dim=1, keepdim=True) - 1).clamp(min=0))
        inner_B = fits_BT.where(mask_BT, 0).sum(1) + follows_BT.where(mask_BT[:, 1:], 0).sum(1)
        return self.start_transitions[tags_BT[:, 0]] + inner_B + self.end_transitions[last_B1[:, 0]]

    def log_partition(self, emissions_BTK: Tensor, mask_BT: Tensor) -> Tensor:
        """Return the logarithm of the sum of exp(score) over all sequences of tags, B."""
        alpha_BK = self.start_transitions + emissions_BTK[:, 0]
        for t in range(1, emissions_BTK.shape[1]):
            scores_BJK = alpha_BK.unsqueeze(2) + self.transitions + emissions_BTK[:, t, None]
            alpha_BK = scores_BJK.logsumexp(dim=1).where(mask_BT[:, t, None], alpha_BK)
        return (alpha_BK + self.end_transitions).logsumexp(dim=1)

    def decode(self, emissions_BTK: Tensor, mask_BT: Tensor | None = None) -> Tensor:
        """Return the tags of the highest score, B×T; 0 where there is no step."""
        if mask_BT is None:
            mask_BT = torch.ones_like(emissions_BTK[:, :, 0], dtype=torch.bool)
        best_BK = self.start_transitions + emissions_BTK[:, 0]
        came_from = []
        for t in range(1, emissions_BTK.shape[1]):
            scores_BJK = best_BK.unsqueeze(2) + self.transitions + emissions_BTK[:, t, None]
            score_BK, before_BK = scores_BJK.max(dim=1)
            # behind the end every tag comes from itself, so that the way back begins at the end
            same_BK = torch.arange(best_BK.shape[1], device=best_BK.device).expand_as(before_BK)
            came_from.append(before_BK.where(mask_BT[:, t, None], same_BK))
            best_BK = score_BK.where(mask_BT[:, t, None], best_BK)
        tags = [(best_BK + self.end_transitions).argmax(dim=1)]
        for before_BK in reversed(came_from):
            tags.append(before_BK.gather(1, tags[-1].unsqueeze(1)).squeeze(1))
        return torch.stack(tags[::-1], dim=1).where(mask_BT, 0)
