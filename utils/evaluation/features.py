"""The features of points `x (n, 5)` that the tests use, many of them relative to `known (m, 5)`, training points."""

import math

import torch
from torch import Tensor

from data import COLORS, PLACES

NEIGHBORS = 8


def classifier_features(x: Tensor, known: Tensor, rng: torch.Generator) -> Tensor:
    """The features of `x (n, 5)` for a linear classifier: linear ones, and random ones of Gaussian kernels.

    No kernel combines distances with colors. In a JPEG, the colors of held-out points depend on the density of the
    training points around them; the colors of other points of the same distribution do not.
    """
    # Colors, and these along the principal axes of the known ones.
    axes = torch.linalg.eigh(known[:, COLORS].T.cov())[1]
    colors = standardized(torch.column_stack([x[:, COLORS], x[:, COLORS] @ axes]))
    places = standardized(place_features(x, known))
    both = torch.column_stack([places[:, PLACES], colors])
    kernels = [(both, (2, 4), 150), (places, (0.8, 2), 100), (colors, (0.8, 2), 100)]
    return torch.column_stack([places / 10, colors / 10, *(random_features(*kernel, rng) for kernel in kernels)])


def place_features(x: Tensor, known: Tensor) -> Tensor:
    """The places of `x (n, 5)`, with distances to the nearest known places and the offset from their mean `(n, 6)`."""
    distance, index = nearest(x[:, PLACES], known[:, PLACES], NEIGHBORS)
    spacing = place_spacing(known)
    first, last = distance[:, [0, -1]].clamp(min=spacing).unbind(1)
    offset = (x[:, PLACES] - known[index][:, :, PLACES].mean(1)).norm(dim=1) / last
    excess = (distance[:, 0] - spacing).clamp(min=0)
    return torch.column_stack([x[:, PLACES], first.log(), last.log(), offset, excess.log1p()])


def place_spacing(known: Tensor) -> Tensor:
    """The distance in pixels to the nearest neighbor that few `known (m, 5)` points exceed."""
    distance, _ = nearest(known[:2000, PLACES], known[:, PLACES], 2)
    return distance[:, 1].quantile(0.95).clamp(min=1)


def outlier_distances(x: Tensor, known: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Distances of `x (n, 5)` to the nearest known place, their excess over the spacing, and the color excess `(n,)`.

    The last is the difference from the most similar color nearby, beyond 1.5 times what few known points exceed.
    """
    distance, index = nearest(x[:, PLACES], known[:, PLACES], NEIGHBORS)
    neighbors = nearest(known[:2000, PLACES], known[:, PLACES], NEIGHBORS + 1)[1]
    color, usual = (
        (known[of][:, :, COLORS] - points[:, None, COLORS]).norm(dim=2)
        for points, of in ((x, index), (known[:2000], neighbors))
    )
    # A known point is among its own neighbors, and must not count as a similar color.
    is_itself = neighbors == torch.arange(len(neighbors)).unsqueeze(1)
    spacing = 1.5 * usual.masked_fill(is_itself, torch.inf).min(1).values.quantile(0.98).clamp(min=1)
    place_excess = (distance[:, 0] - place_spacing(known)).clamp(min=0)
    return distance[:, 0], place_excess, (color.min(1).values - spacing).clamp(min=0)


def nearest(points: Tensor, records: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """Distances and indices `(n, k)` of the k `records` nearest to each of `points`."""
    # |r|^2 - 2 p.r orders the records r as their distance from p does. Blocks of 8 MB stay in the cache.
    squares = records.square().sum(1)
    blocks = points.split(max(1, 2_000_000 // len(records)))
    compared = (torch.addmm(squares, block, records.T, alpha=-2) for block in blocks)
    index = torch.cat([values.topk(min(k, len(records)), largest=False).indices for values in compared])
    return (points[:, None] - records[index]).norm(dim=2), index


def standardized(x: Tensor) -> Tensor:
    """The columns of `x (n, k)` with mean 0 and standard deviation 1, or 0 where a column is constant."""
    deviation = x.std(0)
    return (x - x.mean(0)) / torch.where(deviation > 0, deviation, 1.0)


def random_features(x: Tensor, widths: tuple[float, ...], n: int, rng: torch.Generator) -> Tensor:
    """`n` features a width, `(rows, n * widths)`: their products approximate Gaussian kernels (Rahimi & Recht 2007)."""
    frequencies = torch.cat([torch.randn(x.shape[1], n, generator=rng) / width for width in widths], dim=1)
    phases = 2 * math.pi * torch.rand(frequencies.shape[1], generator=rng)
    return math.sqrt(2 / frequencies.shape[1]) * torch.cos(x @ frequencies + phases)
