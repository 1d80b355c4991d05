"""The integers that a model sees of a point: its place, and its color as r, g, b or as JPEG stores it, Y, Cb, Cr.

JPEG keeps the brightness Y of a pixel apart from its hue, Cb and Cr, which are 128 where it is gray. As integers, these
give only a quarter of all r, g, b. A density of r, g, b would spread over the other three quarters as well.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from data import COLORS, N_LEVELS, PLACES, random_subset


class Scaling(NamedTuple):
    """The height and width of the points' picture in pixels, and whether models see colors as Y, Cb, Cr or r, g, b."""

    shape: tuple[int, int]
    ycbcr: bool = False

    def to_model(self, points: Tensor) -> Tensor:
        """Integer `points (n, 5)` as a model sees them: float32 `(n, 5)`, still integers."""
        if self.ycbcr:
            points = torch.cat([points[:, PLACES], to_ycbcr(points[:, COLORS])], 1)
        return points.float()

    def to_points(self, x: Tensor) -> Tensor:
        """The inverse of `to_model`: integers `(n, 5)`, x, y, r, g, b."""
        points = x.cpu().long()
        return torch.cat([points[:, PLACES], to_rgb(points[:, COLORS])], 1) if self.ycbcr else points


def to_rgb(ycbcr: Tensor) -> Tensor:
    """The colors r, g, b `(n, 3)` of `ycbcr (n, 3)`, cut off at 0 and 255."""
    fractions = [[65536, 0, 91881], [65536, -22554, -46802], [65536, 116130, 0]]
    return _linear(ycbcr - ycbcr.new_tensor([0, 128, 128]), fractions).clamp(0, N_LEVELS - 1)


def to_ycbcr(rgb: Tensor) -> Tensor:
    """Y, Cb, Cr `(n, 3)` whose colors are `rgb (n, 3)`, or next to them where there are none.

    If channels of a color were cut off at 0 or 255, this tries values of up to 16 levels beyond.
    """
    ycbcr = _nearest(rgb)
    cut_off = (rgb == N_LEVELS - 1).int() - (rgb == 0).int()
    lost = (cut_off.any(1) & (to_rgb(ycbcr) != rgb).any(1)).nonzero().squeeze(1)
    # The fewest levels that will do come last.
    for levels in range(16, 0, -1):
        beyond = _nearest(rgb[lost] + levels * cut_off[lost])
        found = (to_rgb(beyond) == rgb[lost]).all(1)
        ycbcr[lost[found]] = beyond[found]
    return ycbcr


def come_from_ycbcr(rgb: Tensor) -> bool:
    """Whether the colors `rgb (n, 3)` were Y, Cb, Cr once, as in any picture that was stored as JPEG."""
    rgb = random_subset(rgb, 100_000)
    # A few colors may come from another decoder's rounding.
    return bool((to_rgb(to_ycbcr(rgb)) != rgb).any(1).double().mean() <= 0.001)


def _nearest(rgb: Tensor) -> Tensor:
    fractions = [[19595, 38470, 7471], [-11059, -21709, 32768], [32768, -27439, -5329]]
    return (_linear(rgb, fractions) + rgb.new_tensor([0, 128, 128])).clamp(0, N_LEVELS - 1)


def _linear(values: Tensor, fractions: list[list[int]]) -> Tensor:
    """The linear map of integers `(n, 3)` by a matrix of JFIF 1.02, page 3, rounded half up.

    It consists of fractions of 2^16, which is how libjpeg computes: nothing depends on how a machine rounds.
    """
    return (values @ values.new_tensor(fractions).T + (1 << 15)) >> 16
