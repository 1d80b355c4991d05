"""From integers on a grid to the numbers that a model sees, and back."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from data.color_space import come_from_ycbcr, to_rgb, to_ycbcr
from data.coordinates import COLORS, N_COLORS, N_LEVELS, PLACES

# Dequantized points keep this share of a cell away from its border, so that rounding to float32 never moves a point
# into the next cell.
BORDER = 1 / 256


@dataclass(frozen=True)
class Scaling:
    """The map between integer points and the unit cube.

    `size` counts the values of each coordinate: height, width, then 256 for each color channel. In the cube, colors are
    r, g, b; if `ycbcr`, they are Y, Cb, Cr (`data.color_space`).

    A density over real numbers grows without bound on integers, so each point is *dequantized*: moved to a random place
    in its cell of the grid (Theis et al. 2016, arXiv 1511.01844, section 3.1). -log of the density, plus `log_cells`,
    is then an upper bound on -log of the probability of the integer point, both in nats.
    """

    size: tuple[int, ...]
    ycbcr: bool = False

    @classmethod
    def of_picture(cls, height: int, width: int, ycbcr: bool = False) -> "Scaling":
        """The scaling of points in a picture of `height` x `width` pixels."""
        return cls((height, width, *[N_LEVELS] * N_COLORS), ycbcr)

    @classmethod
    def of_points(cls, points: Tensor, height: int, width: int) -> "Scaling":
        """The scaling of the integer `points (n, 5)`, whose colors tell whether they were Y, Cb, Cr once."""
        return cls.of_picture(height, width, come_from_ycbcr(points[:, COLORS]))

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the picture in pixels."""
        height, width = self.size[:2]
        return height, width

    @property
    def log_cells(self) -> float:
        """Log of the number of cells in the grid: the cost in nats of a uniform guess."""
        return sum(math.log(size) for size in self.size)

    def dequantize(self, points: Tensor, rng: torch.Generator) -> Tensor:
        """Integer `points (n, 5)` to float32 `(n, 5)` in (0, 1), each drawn uniformly from its cell."""
        if self.ycbcr:
            points = torch.cat([points[:, PLACES], to_ycbcr(points[:, COLORS])], 1)
        noise = torch.rand(points.shape, generator=rng, dtype=torch.float64)
        return ((points + BORDER + (1 - 2 * BORDER) * noise) / noise.new_tensor(self.size)).float()

    def quantize(self, x: Tensor) -> Tensor:
        """The inverse of `dequantize`: the integers `(n, 5)` in whose cells the numbers `x (n, 5)` in [0, 1] lie."""
        size = torch.tensor(self.size)
        points = torch.minimum((x.cpu().double() * size).floor().long(), size - 1)
        return torch.cat([points[:, PLACES], to_rgb(points[:, COLORS])], 1) if self.ycbcr else points
