"""The features of a point that the tests see: its place and color, and how these compare with training points."""

import math
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

    points `(n, 5)`
    knn `(n, 3)`: logarithms of the distances to the nearest and the last of the nearest references, and the offset from
        their mean.
    whitened `(n, 3)`: colors in the principal axes of the references' colors.
    distance `(n,)`: pixels to the nearest reference.
    place_excess, color_excess `(n,)`: by how much the distances to the nearest place, and to the most similar color
        among the nearest places, exceed the references' own spacing.
    """

    points: Tensor
    knn: Tensor
    whitened: Tensor
    distance: Tensor
    place_excess: Tensor
    color_excess: Tensor

    def of_kernels(self, rng: torch.Generator) -> Tensor:
        """The features of the classifier: linear ones, and random ones of Gaussian kernels on places and colors.

        No kernel has both kNN features and colors. In a JPEG, colors depend on the density of the points around, and
        those of held-out points on that of the training points; those of other points of the same distribution do not.
        """
        places = standardized(torch.column_stack([self.points[:, PLACES], self.knn, self.place_excess.log1p()]))
        colors = standardized(torch.column_stack([self.points[:, COLORS], self.whitened]))
        both = torch.column_stack([places[:, PLACES], colors])
        kernels = [(both, (2, 4), 150), (places, (0.8, 2), 100), (colors, (0.8, 2), 100)]
        return torch.column_stack([places / 10, colors / 10, *(random_features(*kernel, rng) for kernel in kernels)])


def compare(points: np.ndarray, references: np.ndarray, rng: np.random.Generator) -> Features:
    """The features of `points (n, 5)` beside the `references (m, 5)`, of which a random subset serves if they are many.

    The spacings are distances that few of the references exceed: in pixels to the nearest other place, in levels to the
    most similar color among the nearest places.
    """
    x = torch.tensor(points, dtype=torch.float32)
    known = torch.tensor(references[rng.permutation(len(references))[:MOST_REFERENCES]], dtype=torch.float32)
    mean = known[:, COLORS].mean(0)
    values, vectors = torch.linalg.eigh((known[:, COLORS] - mean).T.cov(correction=0))
    whitening = vectors / values.clamp(min=0).sqrt().clamp(min=LEAST_COLOR_DEVIATION)

    def color_distances(points: Tensor, index: Tensor) -> Tensor:
        return (known[index][:, :, COLORS] - points[:, None, COLORS]).norm(dim=2)

    distance, index = nearest(known[:2000, PLACES], known[:, PLACES], NEIGHBORS + 1)
    place_spacing = distance[:, 1].quantile(0.95).clamp(min=1)
    # A point is among its own neighbors, and must not count as a similar color.
    is_itself = index == torch.arange(len(index)).unsqueeze(1)
    most_similar = color_distances(known[:2000], index).masked_fill(is_itself, torch.inf).min(1).values
    color_spacing = 1.5 * most_similar.quantile(0.98).clamp(min=1)

    distance, index = nearest(x[:, PLACES], known[:, PLACES], NEIGHBORS)
    first, last = distance[:, [0, -1]].clamp(min=place_spacing).unbind(1)
    offset = (x[:, PLACES] - known[index][:, :, PLACES].mean(1)).norm(dim=1) / last
    return Features(
        points=x,
        knn=torch.column_stack([first.log(), last.log(), offset]),
        whitened=(x[:, COLORS] - mean) @ whitening,
        distance=distance[:, 0],
        place_excess=(distance[:, 0] - place_spacing).clamp(min=0),
        color_excess=(color_distances(x, index).min(1).values - color_spacing).clamp(min=0),
    )


def nearest(points: Tensor, records: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """Distances and indices `(n, k)` of the k `records` nearest to each of `points`, in blocks to bound memory."""
    k = min(k, len(records))
    # Blocks of 40 MB: the C library returns what is larger than 32 MB to the system at once.
    rows = max(1, 10_000_000 // len(records))
    found = [torch.cdist(block, records).topk(k, largest=False) for block in points.split(rows)]
    return torch.cat([distance for distance, _ in found]), torch.cat([index for _, index in found])


def standardized(x: Tensor) -> Tensor:
    """The columns of `x (n, k)` with mean 0 and standard deviation 1, or 0 where a column is constant."""
    deviation = x.std(0)
    return (x - x.mean(0)) / torch.where(deviation > 0, deviation, 1.0)


def random_features(x: Tensor, widths: tuple[float, ...], n: int, rng: torch.Generator) -> Tensor:
    """`n` random features a width `(rows, n * widths)`: products of them approximate a mean of Gaussian kernels.

    The kernels' widths are in the units of `x (rows, k)`. Rahimi & Recht 2007, "Random features for large-scale kernel
    machines", equation 1.
    """
    frequencies = torch.cat([torch.randn(x.shape[1], n, generator=rng) / width for width in widths], dim=1)
    phases = 2 * math.pi * torch.rand(frequencies.shape[1], generator=rng)
    return math.sqrt(2 / frequencies.shape[1]) * torch.cos(x @ frequencies + phases)
