"""What the tests know of a point: its place and color, and how these compare with those of a reference set.

The reference set is a part of the training points. Neither of the two sets that a test compares has points in it.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from data.coordinates import COLORS, PLACES

NEIGHBORS = 8
# Larger reference sets are slow to search and say no more.
MOST_REFERENCES = 10_000
# Colors are integers: below half a level, a standard deviation means nothing.
LEAST_COLOR_DEVIATION = 0.5


class Features(NamedTuple):
    """The features of n points.

    `points (n, 5)`; `knn (n, 3)`: how the place lies among its nearest references; `whitened (n, 3)`: the color in the
    principal axes of the references' colors, so that a relation between channels is an axis of its own; `distance
    (n,)`: pixels to the nearest reference; `place_excess (n,)`, `color_excess (n,)`: by how much the distances to the
    nearest place, and to the most similar color among the nearest places, exceed the references' own spacing.
    """

    points: Tensor
    knn: Tensor
    whitened: Tensor
    distance: Tensor
    place_excess: Tensor
    color_excess: Tensor


class ReferenceSet:
    """Training points `(n, 5)` to compare others with; if they are more than `MOST_REFERENCES`, a random subset.

    `place_spacing` and `color_spacing` are distances between neighbors that few of the references exceed: in pixels to
    the nearest place, in levels to the most similar color among the nearest places.
    """

    def __init__(self, points: np.ndarray, rng: np.random.Generator) -> None:
        points = points[rng.permutation(len(points))[:MOST_REFERENCES]]
        self.points = torch.tensor(points, dtype=torch.float32)
        colors = self.points[:, COLORS]
        self.color_mean = colors.mean(0)
        values, vectors = torch.linalg.eigh((colors - self.color_mean).T.cov(correction=0))
        self.whitening = vectors / values.clamp(min=0).sqrt().clamp(min=LEAST_COLOR_DEVIATION)
        distance, index = nearest(self.points[:2000, PLACES], self.points[:, PLACES], NEIGHBORS + 1)
        self.place_spacing = distance[:, 1].quantile(0.95).clamp(min=1) if len(points) > 1 else torch.tensor(1.0)
        # A point is among its own neighbors, and must not count as a similar color.
        is_itself = index == torch.arange(len(index)).unsqueeze(1)
        others = self._most_similar(self.points[:2000], index, is_itself)
        self.color_spacing = 1.5 * others.quantile(0.98).clamp(min=1)

    def features(self, points: np.ndarray) -> Features:
        """The features of `points (n, 5)`."""
        x = torch.tensor(points, dtype=torch.float32)
        distance, index = nearest(x[:, PLACES], self.points[:, PLACES], NEIGHBORS)
        first, last = distance[:, [0, -1]].clamp(min=self.place_spacing).unbind(1)
        offset = (x[:, PLACES] - self.points[index][:, :, PLACES].mean(1)).norm(dim=1) / last
        return Features(
            points=x,
            knn=torch.column_stack([first.log(), last.log(), offset]),
            whitened=(x[:, COLORS] - self.color_mean) @ self.whitening,
            distance=distance[:, 0],
            place_excess=(distance[:, 0] - self.place_spacing).clamp(min=0),
            color_excess=(self._most_similar(x, index) - self.color_spacing).clamp(min=0),
        )

    def _most_similar(self, points: Tensor, index: Tensor, left_out: Tensor | None = None) -> Tensor:
        """Distance in levels of each color to the most similar one among the references `index (n, k)`."""
        difference = (self.points[index][:, :, COLORS] - points[:, None, COLORS]).norm(dim=2)
        return (difference if left_out is None else difference.masked_fill(left_out, torch.inf)).min(1).values


def nearest(points: Tensor, records: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """Distances and indices `(n, k)` of the k `records` nearest to each of `points`, in blocks to bound memory."""
    k = min(k, len(records))
    # Blocks of 40 MB: the C library returns what is larger than 32 MB to the system at once.
    rows = max(1, 10_000_000 // len(records))
    found = [torch.cdist(block, records).topk(k, largest=False) for block in points.split(rows)]
    return torch.cat([distance for distance, _ in found]), torch.cat([index for _, index in found])
