"""The map of the latent space: where the encoder puts points, what the prior expects, and what the decoder draws."""

from typing import NamedTuple

import numpy as np
import torch

from models.generator import Generator

# Positions along each of two latents, and along a single one; and the points that are drawn at each.
POSITIONS, POSITIONS_OF_ONE, POINTS = 11, 41, 250
# The grid of the prior's density, of which every 16th place is a position, or every 4th.
GRID = 161
# The map leaves out this share of the data and of the prior's samples at each end, and has this margin around the rest.
TAIL, MARGIN = 0.005, 0.05
# Samples of the prior: for the map's extent, and for latents that are not on the map.
PRIOR_SAMPLES = 20_000
# Each contour holds one of these shares of the prior.
CONTOURS = (0.5, 0.8, 0.95)


class LatentMap(NamedTuple):
    """A map of the two `latents` whose posterior means vary most, or of the only one.

    latents: their numbers, ascending; the first one runs across the map, the second one up.
    means: their posterior means `(n, len(latents))`.
    grid: places along each latent, `(GRID,)`.
    density: the prior's density there, `(GRID, GRID)`, indexed [up, across]; with one latent, `(GRID,)`.
    levels: the densities at the contours, in the order of `CONTOURS`.
    positions: along each latent, those places of the grid where points are drawn.
    points: the points `(up, across, POINTS, 5)` that the decoder draws there. With one latent, `up` is 1.
    likelier: the share `(up, across)` of the prior that lies at likelier places than the position does.
    """

    latents: tuple[int, ...]
    means: np.ndarray
    grid: tuple[np.ndarray, ...]
    density: np.ndarray
    levels: np.ndarray
    positions: tuple[np.ndarray, ...]
    points: np.ndarray
    likelier: np.ndarray


@torch.no_grad()
def latent_map(generator: Generator, means: np.ndarray) -> LatentMap:
    """The map of `generator`, from posterior means `(n, latent_dim)` of its data.

    The seed of the generator's training determines the points.
    """
    latents = sorted(int(latent) for latent in np.argsort(-means.var(0), kind="stable")[:2])
    rng = torch.Generator(generator.device).manual_seed(generator.config["seed"])
    z = generator.model.prior.sample(PRIOR_SAMPLES, rng)
    expected, shown = z[:, latents].cpu().numpy(), means[:, latents]
    ends = np.array([np.quantile(sample, (TAIL, 1 - TAIL), axis=0) for sample in (expected, shown)])
    low, high = ends[:, 0].min(0), ends[:, 1].max(0)
    margin = MARGIN * (high - low)
    grid = np.linspace(low - margin, high + margin, GRID).T
    density = _density(generator, latents, grid, expected)

    stride = (GRID - 1) // ((POSITIONS if len(latents) == 2 else POSITIONS_OF_ONE) - 1)
    positions = grid[:, ::stride]
    at_positions = np.atleast_2d(density[::stride] if density.ndim == 1 else density[::stride, ::stride])
    descending = np.sort(density, axis=None)[::-1]
    held = np.cumsum(descending) / descending.sum()
    likelier = np.r_[0, held][np.searchsorted(-descending, -at_positions)]
    points = generator.draw(_latents_at(_crossed(positions).to(z), latents, z), rng)
    return LatentMap(
        tuple(latents),
        shown,
        tuple(grid),
        density,
        descending[np.searchsorted(held, CONTOURS)],
        tuple(positions),
        points.reshape(*at_positions.shape, POINTS, -1),
        likelier,
    )


def _density(generator: Generator, latents: list[int], grid: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """The prior's density on the `grid (len(latents), GRID)`.

    Where there are more latents, it is estimated from samples `expected (n, len(latents))` by Gaussian kernels.
    """
    if generator.model.latent_dim == len(latents):
        z = _crossed(grid).to(generator.device)
        density: np.ndarray = generator.model.prior.log_prob(z).exp().view([GRID] * len(latents)).cpu().numpy()
        return density
    # Less than Scott's bandwidth (1992), which is meant for a single normal.
    bandwidth = 0.7 * expected.std(0) * len(expected) ** (-1 / 6)
    columns = zip(grid, expected.T, bandwidth, strict=True)
    across, up = (np.exp(-0.5 * ((axis[:, None] - column) / h) ** 2) / h for axis, column, h in columns)
    return up @ across.T / (2 * np.pi * len(expected))


def _latents_at(positions: torch.Tensor, latents: list[int], samples: torch.Tensor) -> torch.Tensor:
    """`POINTS` latents for each of `positions (n, len(latents))`; what is not on the map is as in the nearest samples.

    samples: those of the prior, `(m, latent_dim)`.
    """
    nearest = torch.cdist(positions, samples[:, latents]).topk(POINTS, largest=False).indices
    z = samples[nearest.flatten()]
    z[:, latents] = positions.repeat_interleave(POINTS, 0)
    return z


def _crossed(axes: np.ndarray) -> torch.Tensor:
    """All places `(n, len(axes))` with one coordinate of each axis; that of the first axis changes fastest."""
    return torch.from_numpy(np.stack(np.meshgrid(*axes), -1).reshape(-1, len(axes))).float()
