"""The map of the latent space: where the encoder puts points, what the prior expects, and what the decoder draws."""

from typing import NamedTuple

import numpy as np
import torch

from models.generator import Generator

# Positions along each latent, and the points that are drawn at each.
POSITIONS, POINTS = 11, 250


class LatentMap(NamedTuple):
    """A map of the two latents whose posterior means vary most; with a single latent, its height means nothing.

    latents: the numbers of the latent across and of the one down, which is the lower: so rows of a picture run down.
    means: the posterior means `(n, 2)`.
    grid, density: places across and down, `(k,)` each, and the prior's density `(down, across)` there.
    contours, levels: the shares of the prior within each contour, ascending, and the densities along it.
    positions: the places across and down where points are drawn. With a single latent, one place down.
    points: the points `(down, across, POINTS, 5)` that the decoder draws there.
    """

    latents: list[int]
    means: np.ndarray
    grid: list[np.ndarray]
    density: np.ndarray
    contours: tuple[float, ...]
    levels: np.ndarray
    positions: list[np.ndarray]
    points: np.ndarray


@torch.no_grad()
def latent_map(generator: Generator, means: np.ndarray) -> LatentMap:
    """The map of `generator`, from posterior `means (n, latent_dim)` of its data; the seed of its training fixes it.

    Latents that are not on the map have the values of those samples of the prior that are nearest on the map.
    """
    latents = sorted(map(int, np.argsort(-means.var(0), kind="stable")[:2]), reverse=True)
    rng = torch.Generator(generator.device).manual_seed(generator.config["seed"])
    prior = generator.model.prior
    z = prior.sample(20_000, rng)
    expected, shown = z[:, latents].cpu().numpy(), means[:, latents]
    ends = np.array([np.quantile(sample, (0.005, 0.995), axis=0) for sample in (expected, shown)])
    low, high = ends[:, 0].min(0), ends[:, 1].max(0)
    margin, stride = 0.05 * (high - low), 16
    grid = list(np.linspace(low - margin, high + margin, (POSITIONS - 1) * stride + 1).T)
    density, n = _density(generator, latents, grid, expected), len(grid[0])
    rows = columns = np.arange(0, n, stride)
    if len(latents) == 1:
        rows = rows[[POSITIONS // 2]]
        # The means stand at random heights, which keep them apart.
        shown = np.column_stack([shown, np.random.default_rng(0).uniform(0.05, 0.95, len(shown))])
        grid, density = [*grid, np.linspace(0, 1, n)], np.tile(density, (n, 1))
    positions = [grid[0][columns], grid[1][rows]]

    places = torch.from_numpy(_crossed(positions)[:, : len(latents)]).to(z)
    z = z[torch.cdist(places, z[:, latents]).topk(POINTS, largest=False).indices.flatten()]
    z[:, latents] = places.repeat_interleave(POINTS, 0)
    points = generator.draw(z, rng).reshape(len(rows), len(columns), POINTS, -1)

    # A sharp prior is even within its edge, so one contour says everything.
    contours = (0.95,) if prior.is_sharp else (0.5, 0.8, 0.95)
    descending = np.sort(density, axis=None)[::-1]
    levels = descending[np.searchsorted(np.cumsum(descending) / descending.sum(), contours)]
    return LatentMap(latents, shown, grid, density, contours, levels, positions, points)


def _density(generator: Generator, latents: list[int], grid: list[np.ndarray], expected: np.ndarray) -> np.ndarray:
    """The prior's density on the `grid`, `(k, k)`, or `(k,)` of a single latent."""
    if generator.model.latent_dim == len(latents):
        z = torch.from_numpy(_crossed(grid)[:, np.argsort(latents)]).float().to(generator.device)
        return generator.model.prior.log_prob(z).exp().cpu().numpy().reshape([len(axis) for axis in grid])
    # With more latents, Gaussian kernels estimate it from the samples `expected (n, 2)`. Their bandwidth is less than
    # that of Scott (1992), which is meant for a single normal distribution.
    bandwidth = 0.7 * expected.std(0) * len(expected) ** (-1 / 6)
    columns = zip(grid, expected.T, bandwidth, strict=True)
    across, down = (np.exp(-0.5 * ((axis[:, None] - column) / h) ** 2) / h for axis, column, h in columns)
    return down @ across.T / (2 * np.pi * len(expected))


def _crossed(axes: list[np.ndarray]) -> np.ndarray:
    """All places `(n, len(axes))` with one coordinate from each axis; the coordinate of the first changes fastest."""
    return np.stack(np.meshgrid(*axes), -1).reshape(-1, len(axes))
