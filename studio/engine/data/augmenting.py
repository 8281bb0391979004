"""What augmentation does to pictures, on the device: B = batch, C = channels, H, W = height, width.

Each function is called with pictures from 0 to 1 and with ``draw``, which gives so many numbers
from 0 to 1 a sample.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from studio.core.params import Params

Draw = Callable[[int], Tensor]


def flip(images_BCHW: Tensor, draw: Draw, params: Params) -> Tensor:
    """Mirror some of the pictures."""
    chance_B2 = draw(2)
    for axis, name in ((3, "horizontal"), (2, "vertical")):
        chosen_B111 = (chance_B2[:, 3 - axis] < params.real(name))[:, None, None, None]
        images_BCHW = torch.where(chosen_B111, images_BCHW.flip(axis), images_BCHW)
    return images_BCHW


def move(images_BCHW: Tensor, draw: Draw, params: Params) -> Tensor:
    """Shift, turn and zoom each picture."""
    drawn_B4 = 2 * draw(4) - 1
    angle_B = drawn_B4[:, 0] * math.radians(params.real("turn"))
    zoom_B = 1 / (1 + drawn_B4[:, 1] * params.real("zoom"))
    shift_B2 = 2 * drawn_B4[:, 2:] * params.real("shift")
    cos_B, sin_B = angle_B.cos() * zoom_B, angle_B.sin() * zoom_B
    across = images_BCHW.shape[2] / images_BCHW.shape[3]
    rows = [cos_B, -sin_B * across, shift_B2[:, 0], sin_B / across, cos_B, shift_B2[:, 1]]
    return _sampled(images_BCHW, torch.stack(rows, dim=1).view(-1, 2, 3))


def crop(images_BCHW: Tensor, draw: Draw, params: Params) -> Tensor:
    """Draw a part of each picture to full size."""
    drawn_B3 = draw(3)
    least = params.real("least")
    side_B = least + (1 - least) * drawn_B3[:, 0]
    place_B2 = (2 * drawn_B3[:, 1:] - 1) * (1 - side_B)[:, None]
    zero_B = torch.zeros_like(side_B)
    rows = [side_B, zero_B, place_B2[:, 0], zero_B, side_B, place_B2[:, 1]]
    return _sampled(images_BCHW, torch.stack(rows, dim=1).view(-1, 2, 3))


def light(images_BCHW: Tensor, draw: Draw, params: Params) -> Tensor:
    """Change brightness and contrast of each picture."""
    drawn_B2 = 2 * draw(2) - 1
    more_B = drawn_B2[:, 0] * params.real("brightness")
    times_B = 1 + drawn_B2[:, 1] * params.real("contrast")
    mean_B111 = images_BCHW.mean(dim=(1, 2, 3), keepdim=True)
    changed = (images_BCHW - mean_B111) * times_B[:, None, None, None] + mean_B111
    return (changed + more_B[:, None, None, None]).clamp(0, 1)


def colour(images_BCHW: Tensor, draw: Draw, params: Params) -> Tensor:
    """Turn the hue of each picture about the grey axis, and change its saturation."""
    drawn_B2 = 2 * draw(2) - 1
    if images_BCHW.shape[1] != 3:
        return images_BCHW
    angle_B = drawn_B2[:, 0] * math.radians(params.real("hue"))
    times_B = 1 + drawn_B2[:, 1] * params.real("saturation")
    cos_B, sin_B = angle_B.cos(), angle_B.sin()
    third, root = (1 - cos_B) / 3, sin_B / math.sqrt(3)
    turn_B33 = torch.stack(
        [
            torch.stack([cos_B + third, third - root, third + root], dim=1),
            torch.stack([third + root, cos_B + third, third - root], dim=1),
            torch.stack([third - root, third + root, cos_B + third], dim=1),
        ],
        dim=1,
    )
    turned = torch.einsum("bij,bjhw->bihw", turn_B33, images_BCHW)
    grey = turned.mean(dim=1, keepdim=True)
    return (grey + (turned - grey) * times_B[:, None, None, None]).clamp(0, 1)


def noise(images_BCHW: Tensor, draw: Draw, params: Params) -> Tensor:
    """Add Gaussian noise, by Box and Muller of two numbers a pixel."""
    pixels = images_BCHW[0].numel()
    drawn = draw(2 * pixels)
    radius = (-2 * (1 - drawn[:, :pixels]).clamp_min(1e-12).log()).sqrt()
    normal = (radius * (2 * math.pi * drawn[:, pixels:]).cos()).view_as(images_BCHW)
    return (images_BCHW + params.real("deviation") * normal).clamp(0, 1)


def erase(images_BCHW: Tensor, draw: Draw, params: Params) -> Tensor:
    """Blacken a square of some pictures."""
    drawn_B3 = draw(3)
    height, width = images_BCHW.shape[2:]
    size = params.real("size")
    y_H = torch.arange(height, device=images_BCHW.device) / height
    x_W = torch.arange(width, device=images_BCHW.device) / width
    top_B1 = drawn_B3[:, :1] * (1 - size)
    left_B1 = drawn_B3[:, 1:2] * (1 - size)
    rows_BH = (y_H >= top_B1) & (y_H < top_B1 + size)
    columns_BW = (x_W >= left_B1) & (x_W < left_B1 + size)
    chosen_B11 = (drawn_B3[:, 2] < params.real("often"))[:, None, None]
    covered_BHW = rows_BH[:, :, None] & columns_BW[:, None, :] & chosen_B11
    return images_BCHW.masked_fill(covered_BHW[:, None], 0.0)


def _sampled(images_BCHW: Tensor, matrix_B23: Tensor) -> Tensor:
    grid = F.affine_grid(matrix_B23.to(images_BCHW.dtype), list(images_BCHW.shape), False)
    return F.grid_sample(images_BCHW, grid, padding_mode="zeros", align_corners=False)
