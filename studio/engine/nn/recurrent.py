"""Around torch's recurrent layers: sequences that end early, and a memory that lasts."""

# B = batch, T = steps, D = features, H = hidden features

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence


def packed(x_BTD: Tensor, mask_BT: Tensor) -> PackedSequence:
    """Return each sequence up to its last step that is no padding, one step at least."""
    steps_T = torch.arange(1, mask_BT.shape[1] + 1, device=mask_BT.device)
    lengths_B = (mask_BT * steps_T).amax(dim=1).clamp(min=1)
    # torch wants the lengths on the CPU.
    return pack_padded_sequence(x_BTD, lengths_B.cpu(), batch_first=True, enforce_sorted=False)


def unpacked(packed: PackedSequence, steps: int) -> Tensor:
    """Return the states B×T×H of so many steps; behind the end of a sequence they are 0."""
    return pad_packed_sequence(packed, batch_first=True, total_length=steps)[0]


def with_one_bias(layer: nn.RNNBase) -> nn.RNNBase:
    """Return the layer with one learned bias a gate; torch's second becomes a constant of zeros."""
    for name in [name for name, _ in layer.named_parameters() if name.startswith("bias_hh")]:
        zeros = torch.zeros_like(layer.get_parameter(name).detach())
        delattr(layer, name)
        layer.register_buffer(name, zeros, persistent=False)
        setattr(layer, name, zeros)  # torch's list of what it hands to the kernel follows
    return layer


def remembering(layer: nn.LSTM | nn.GRU, steps: int) -> nn.LSTM | nn.GRU:
    """Return the layer with gates that at first keep what they hold for up to so many steps.

    Chrono initialisation: a gate that keeps σ(b) of its memory at every step holds it for about
    1 + exp(b) steps. The biases of the gates that keep are drawn so that these times are uniform
    between 2 and ``steps``; the LSTM writes as much less.
    """
    hidden = layer.hidden_size
    with torch.no_grad():
        for name, bias in layer.named_parameters():
            if not name.startswith("bias_ih"):
                continue
            keep = torch.log(torch.empty(hidden).uniform_(1.0, max(steps - 1.0, 1.0)))
            # LSTM: input, forget, cell, output gate; GRU: reset, update, new.
            bias[hidden : 2 * hidden] = keep
            other = getattr(layer, name.replace("ih", "hh"))  # a constant where there is one bias
            other[hidden : 2 * hidden] = 0.0
            if isinstance(layer, nn.LSTM):
                bias[:hidden] = -keep
                other[:hidden] = 0.0
    return layer
