"""From points as people have them to the integers that a model sees, and back."""

from dataclasses import dataclass

import torch
from torch import Tensor

from data.color_space import come_from_ycbcr, to_rgb, to_ycbcr
from data.coordinates import COLORS, PLACES


@dataclass(frozen=True)
class Scaling:
    """The grid of integer points: `shape`, the height and width of their picture in pixels; colors are 0 to 255.

    Models see the colors as Y, Cb, Cr if `ycbcr` (`data.color_space`), else as r, g, b.
    """

    shape: tuple[int, int]
    ycbcr: bool = False

    @classmethod
    def of_points(cls, points: Tensor, height: int, width: int) -> "Scaling":
        """The scaling of the integer `points (n, 5)`, whose colors tell whether they were Y, Cb, Cr once."""
        return cls((height, width), come_from_ycbcr(points[:, COLORS]))

    def to_model(self, points: Tensor) -> Tensor:
        """Integer `points (n, 5)` as a model sees them: float32 `(n, 5)`, still integers."""
        if self.ycbcr:
            points = torch.cat([points[:, PLACES], to_ycbcr(points[:, COLORS])], 1)
        return points.float()

    def to_points(self, x: Tensor) -> Tensor:
        """The inverse of `to_model`: integers `(n, 5)`, x, y, r, g, b."""
        points = x.cpu().long()
        return torch.cat([points[:, PLACES], to_rgb(points[:, COLORS])], 1) if self.ycbcr else points
