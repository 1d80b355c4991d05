"""The map of the latent space: where the encoder puts points, what the prior expects, and what the decoder draws."""

from typing import NamedTuple

import numpy as np
import torch

from models.generator import Generator

POSITIONS, POINTS = 11, 250  # along each latent; drawn at each of them


class LatentMap(NamedTuple):
    """A map of the two latents whose posterior means vary most. A single one gets another, which is always 0."""

    latents: list[int]  # across and down: the lower one is down, because rows of a picture run down
    means: np.ndarray  # (n, 2), of the posteriors
    grid: list[np.ndarray]  # places across and down, (k,) each
    density: np.ndarray  # of the prior on the grid, (down, across)
    contours: tuple[float, ...]  # shares of the prior within each contour, ascending
    levels: np.ndarray  # densities along each contour
    positions: list[np.ndarray]  # places across and down where points are drawn
    points: np.ndarray  # what the decoder draws there, (down, across, POINTS, 5)


@torch.no_grad()
def latent_map(generator: Generator, means: np.ndarray) -> LatentMap:
    """The map of `generator`, from posterior `means (n, latent_dim)` of its data; the seed of its training fixes it.

    Latents that are not on the map have the values of those samples of the prior that are nearest on the map.
    """
    prior, latent_dim = generator.model.prior, generator.model.latent_dim
    rng = torch.Generator(generator.device).manual_seed(generator.config["seed"])
    z = prior.sample(20_000, rng)
    if latent_dim == 1:
        z, means = torch.nn.functional.pad(z, (0, 1)), np.pad(means, ((0, 0), (0, 1)))
    latents = sorted(map(int, np.argsort(-means.var(0), kind="stable")[:2]), reverse=True)
    expected, shown = z[:, latents].cpu().numpy(), means[:, latents]
    ends = np.array([np.quantile(sample, (0.005, 0.995), axis=0) for sample in (expected, shown)])
    low, high = ends[:, 0].min(0), ends[:, 1].max(0)
    margin, stride = np.where(high > low, 0.05 * (high - low), 1), 16
    grid = list(np.linspace(low - margin, high + margin, (POSITIONS - 1) * stride + 1).T)
    positions = [axis[::stride] for axis in grid]

    places = torch.cartesian_prod(*map(torch.from_numpy, positions[::-1])).flip(1).to(z)
    z = z[torch.cdist(places, z[:, latents]).topk(POINTS, largest=False).indices.flatten()]
    z[:, latents] = places.repeat_interleave(POINTS, 0)
    points = generator.draw(z[:, :latent_dim], rng).reshape(POSITIONS, POSITIONS, POINTS, -1)

    # A sharp prior is even within its edge, so one contour says everything.
    contours = (0.95,) if prior.is_sharp else (0.5, 0.8, 0.95)
    density = _density(generator, grid, expected)
    descending = np.sort(density, axis=None)[::-1]
    levels = descending[np.searchsorted(np.cumsum(descending) / descending.sum(), contours)]
    return LatentMap(latents, shown, grid, density, contours, levels, positions, points)


def _density(generator: Generator, grid: list[np.ndarray], expected: np.ndarray) -> np.ndarray:
    """The prior's density `(k, k)` on the `grid`."""
    model = generator.model
    if model.latent_dim <= 2:
        # The first latent runs down, and the second, if there is one, across.
        z = torch.cartesian_prod(*map(torch.from_numpy, grid[::-1]))[:, : model.latent_dim]
        return model.prior.log_prob(z.float().to(generator.device)).exp().cpu().numpy().reshape(len(grid[1]), -1)
    # With more latents, Gaussian kernels estimate it from the samples `expected (n, 2)`. Their bandwidth is less than
    # that of Scott (1992), which is meant for a single normal distribution.
    bandwidth = 0.7 * expected.std(0) * len(expected) ** (-1 / 6)
    columns = zip(grid, expected.T, bandwidth, strict=True)
    across, down = (np.exp(-0.5 * ((axis[:, None] - column) / h) ** 2) / h for axis, column, h in columns)
    return down @ across.T / (2 * np.pi * len(expected))
