"""The map of the latent space: where the encoder puts points, what the prior expects, and what the decoder draws."""

from typing import NamedTuple

import numpy as np
import torch

from models.generator import Generator

# Positions along each latent, and the points that are drawn at each; the grid of the prior's density is finer.
POSITIONS, POINTS, STRIDE = 11, 250, 16
# The map leaves out this share of the data and of the prior's samples at each end, and has this margin around the rest.
TAIL, MARGIN = 0.005, 0.05
# Samples of the prior: for the map's extent, and for latents that are not on the map.
PRIOR_SAMPLES = 20_000
# Each contour holds one of these shares of the prior. A sharp one is even within its edge: one says all.
CONTOURS, CONTOURS_IF_SHARP = (0.5, 0.8, 0.95), (0.95,)


class LatentMap(NamedTuple):
    """A map of the two latents whose posterior means vary most. With a single latent, its height means nothing.

    The lower one runs down and the other one across, because the encoder puts rows into latent 1 and columns into
    latent 2: so the data stand upright.

    latents: their numbers, of that across and that down.
    means: their posterior means `(n, 2)`. With a single latent, the other column only keeps them apart.
    grid: places across and down, `(k,)` each.
    density: the prior's density there, `(k, k)`, indexed [down, across].
    contours: the shares of the prior that contours hold, ascending.
    levels: the densities at these contours.
    positions: every `STRIDE`-th place across and down, where points are drawn. With a single latent, one place down.
    points: the points `(down, across, POINTS, 5)` that the decoder draws there.
    likelier: the share `(down, across)` of the prior that lies at likelier places than the position does.
    """

    latents: list[int]
    means: np.ndarray
    grid: list[np.ndarray]
    density: np.ndarray
    contours: tuple[float, ...]
    levels: np.ndarray
    positions: list[np.ndarray]
    points: np.ndarray
    likelier: np.ndarray


@torch.no_grad()
def latent_map(generator: Generator, means: np.ndarray) -> LatentMap:
    """The map of `generator`, from posterior means `(n, latent_dim)` of its data.

    The seed of the generator's training determines the points.
    """
    latents = sorted(map(int, np.argsort(-means.var(0), kind="stable")[:2]), reverse=True)
    rng = torch.Generator(generator.device).manual_seed(generator.config["seed"])
    z = generator.model.prior.sample(PRIOR_SAMPLES, rng)
    expected, shown = z[:, latents].cpu().numpy(), means[:, latents]
    ends = np.array([np.quantile(sample, (TAIL, 1 - TAIL), axis=0) for sample in (expected, shown)])
    low, high = ends[:, 0].min(0), ends[:, 1].max(0)
    margin = MARGIN * (high - low)
    grid = list(np.linspace(low - margin, high + margin, (POSITIONS - 1) * STRIDE + 1).T)
    density, positions = _density(generator, latents, grid, expected), [axis[::STRIDE] for axis in grid]
    if len(latents) == 1:
        height = np.linspace(0, 1, len(grid[0]))
        shown = np.column_stack([shown, np.random.default_rng(0).uniform(0.05, 0.95, len(shown))])
        grid, positions, density = (
            [*grid, height],
            [*positions, height[[len(height) // 2]]],
            np.tile(density, (len(height), 1)),
        )

    at_positions = density[np.ix_(np.searchsorted(grid[1], positions[1]), np.searchsorted(grid[0], positions[0]))]
    contours = CONTOURS_IF_SHARP if generator.model.prior.is_sharp else CONTOURS
    descending = np.sort(density, axis=None)[::-1]
    held = np.cumsum(descending) / descending.sum()
    # What the map does not show is drawn as in the prior's samples that are nearest on it.
    places = torch.from_numpy(_crossed(positions)[:, : len(latents)]).to(z)
    z = z[torch.cdist(places, z[:, latents]).topk(POINTS, largest=False).indices.flatten()]
    z[:, latents] = places.repeat_interleave(POINTS, 0)
    return LatentMap(
        latents,
        shown,
        grid,
        density,
        contours,
        descending[np.searchsorted(held, contours)],
        positions,
        generator.draw(z, rng).reshape(*at_positions.shape, POINTS, -1),
        np.r_[0, held][np.searchsorted(-descending, -at_positions)],
    )


def _density(generator: Generator, latents: list[int], grid: list[np.ndarray], expected: np.ndarray) -> np.ndarray:
    """The prior's density on the `grid`, `(k, k)`, or `(k,)` of a single latent.

    Where there are more latents, it is estimated from samples `expected (n, 2)` by Gaussian kernels.
    """
    if generator.model.latent_dim == len(latents):
        z = torch.from_numpy(_crossed(grid)[:, np.argsort(latents)]).float().to(generator.device)
        return generator.model.prior.log_prob(z).exp().cpu().numpy().reshape([len(axis) for axis in grid])
    # Less than Scott's bandwidth (1992), which is meant for a single normal.
    bandwidth = 0.7 * expected.std(0) * len(expected) ** (-1 / 6)
    columns = zip(grid, expected.T, bandwidth, strict=True)
    across, down = (np.exp(-0.5 * ((axis[:, None] - column) / h) ** 2) / h for axis, column, h in columns)
    return down @ across.T / (2 * np.pi * len(expected))


def _crossed(axes: list[np.ndarray]) -> np.ndarray:
    """All places `(n, len(axes))` with one coordinate of each axis; that of the first axis changes fastest."""
    return np.stack(np.meshgrid(*axes), -1).reshape(-1, len(axes))
