"""What the tests see of a point: where it lies, and how it compares with the points of a map.

The map is a part of the training points. Neither of the sets that are compared has points in it.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from data.coordinates import COLORS, PLACES
from utils.evaluation.two_sample import nearest

NEIGHBORS = 8
# Larger maps are slow to search and say no more.
MOST_MAPPED = 10_000
# Colors are integers: below half a level, a standard deviation means nothing.
LEAST_COLOR_SPREAD = 0.5


class Description(NamedTuple):
    """What the tests see of n points.

    `points (n, 5)`; `surroundings (n, 3)`: how the place lies among the nearest ones of the map; `whitened (n, 3)`: the
    color in the principal axes of the map's colors, so that a relation between channels is an axis of its own;
    `distance (n,)`: pixels to the nearest place; `place_excess (n,)` and `color_excess (n,)`: by how much the distances
    to the nearest place and to the most similar of the nearest colors exceed the map's grain, in pixels and levels.
    """

    points: Tensor
    surroundings: Tensor
    whitened: Tensor
    distance: Tensor
    place_excess: Tensor
    color_excess: Tensor


class Map:
    """Training points `(n, 5)` to compare others with; more than `MOST_MAPPED` are thinned at random by `rng`.

    `place_grain` and `color_grain` are what few of the map's own points exceed in distance to their neighbors: in
    pixels to the nearest place, in levels to the most similar color among the nearest places.
    """

    def __init__(self, points: np.ndarray, rng: np.random.Generator) -> None:
        points = points[rng.permutation(len(points))[:MOST_MAPPED]]
        self.points = torch.tensor(points, dtype=torch.float32)
        colors = self.points[:, COLORS]
        self.color_mean = colors.mean(0)
        values, vectors = torch.linalg.eigh((colors - self.color_mean).T.cov(correction=0))
        self.whitening = vectors / values.clamp(min=0).sqrt().clamp(min=LEAST_COLOR_SPREAD)
        distance, index = nearest(self.points[:2000, PLACES], self.points[:, PLACES], NEIGHBORS + 1)
        self.place_grain = distance[:, 1].quantile(0.95).clamp(min=1) if len(points) > 1 else torch.tensor(1.0)
        # Which of the neighbors at distance 0 is the point itself is not known; it has the same color.
        own = torch.arange(len(index)).unsqueeze(1)
        others = self._most_similar(self.points[:2000], index, index == own)
        self.color_grain = 1.5 * others.quantile(0.98).clamp(min=1)

    def describe(self, points: np.ndarray) -> "Description":
        """What the tests see of `points (n, 5)`."""
        x = torch.tensor(points, dtype=torch.float32)
        distance, index = nearest(x[:, PLACES], self.points[:, PLACES], NEIGHBORS)
        first, last = distance[:, [0, -1]].clamp(min=self.place_grain).unbind(1)
        offset = (x[:, PLACES] - self.points[index][:, :, PLACES].mean(1)).norm(dim=1) / last
        color_excess = (self._most_similar(x, index) - self.color_grain).clamp(min=0)
        return Description(
            points=x,
            surroundings=torch.column_stack([first.log(), last.log(), offset]),
            whitened=(x[:, COLORS] - self.color_mean) @ self.whitening,
            distance=distance[:, 0],
            place_excess=(distance[:, 0] - self.place_grain).clamp(min=0),
            color_excess=color_excess,
        )

    def _most_similar(self, points: Tensor, index: Tensor, left_out: Tensor | None = None) -> Tensor:
        """Distance in levels of each color to the most similar one among the map's points `index (n, k)`."""
        difference = (self.points[index][:, :, COLORS] - points[:, None, COLORS]).norm(dim=2)
        return (difference if left_out is None else difference.masked_fill(left_out, torch.inf)).min(1).values
