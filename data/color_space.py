"""Colors as JPEG stores them: Y, Cb, Cr, integers from 0 to 255.

JPEG keeps the brightness Y of a pixel apart from its hue, Cb and Cr, which are 128 where it is gray. As integers, these
give only a quarter of all r, g, b. A density of r, g, b would spread over the other three quarters as well.
"""

import torch
from torch import Tensor

from data.coordinates import N_LEVELS

# Cb and Cr of all grays.
NEUTRAL = N_LEVELS // 2
# JFIF 1.02, page 3, as fractions of 2^16, which is how libjpeg computes: nothing depends on how a machine rounds.
FRACTION_BITS = 16
FROM_RGB = torch.tensor([[19595, 38470, 7471], [-11059, -21709, 32768], [32768, -27439, -5329]])
TO_RGB = torch.tensor([[65536, 0, 91881], [65536, -22554, -46802], [65536, 116130, 0]])
# A channel cut off at 255 is looked for up to this many levels beyond.
MOST_CUT_OFF = 16
# Colors that are no Y, Cb, Cr, if this few, may come from another decoder's rounding.
OTHERS = 0.001
# This many colors are enough to see that.
ENOUGH = 100_000


def to_rgb(ycbcr: Tensor) -> Tensor:
    """The colors r, g, b `(n, 3)` of `ycbcr (n, 3)`, cut off at 0 and 255."""
    return _linear(ycbcr - ycbcr.new_tensor([0, NEUTRAL, NEUTRAL]), TO_RGB).clamp(0, N_LEVELS - 1)


def to_ycbcr(rgb: Tensor) -> Tensor:
    """Y, Cb, Cr `(n, 3)` whose colors are `rgb (n, 3)`, or next to them where there are none.

    Where a channel of a color is cut off, the nearest Y, Cb, Cr whose channel is cut off there too.
    """
    ycbcr = _nearest(rgb)
    cut_off = (rgb == N_LEVELS - 1).long() - (rgb == 0).long()
    lost = (cut_off.any(1) & (to_rgb(ycbcr) != rgb).any(1)).nonzero().squeeze(1)
    levels = 1
    while len(lost) and levels <= MOST_CUT_OFF:
        beyond = _nearest(rgb[lost] + levels * cut_off[lost])
        found = (to_rgb(beyond) == rgb[lost]).all(1)
        ycbcr[lost[found]] = beyond[found]
        lost = lost[~found]
        levels += 1
    return ycbcr


def come_from_ycbcr(rgb: Tensor) -> bool:
    """Whether the colors `rgb (n, 3)` were Y, Cb, Cr once, as in any picture that was stored as JPEG."""
    rgb = rgb[:: 1 + len(rgb) // ENOUGH]
    return bool((to_rgb(to_ycbcr(rgb)) != rgb).any(1).double().mean() <= OTHERS)


def _nearest(rgb: Tensor) -> Tensor:
    ycbcr = _linear(rgb, FROM_RGB) + rgb.new_tensor([0, NEUTRAL, NEUTRAL])
    return ycbcr.clamp(0, N_LEVELS - 1)


def _linear(values: Tensor, fractions: Tensor) -> Tensor:
    """The linear map of integers `(n, 3)` by a matrix of `fractions`, rounded half up."""
    return (values @ fractions.T + (1 << FRACTION_BITS - 1)) >> FRACTION_BITS
