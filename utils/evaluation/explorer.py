"""What the decoder draws all over the map of the latent space, for a page on which one moves over that map."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from models.generator import BLOCK, Generator

# Positions along each of two latents, and along one where there is only one; points drawn at each.
POSITIONS, POSITIONS_OF_ONE, POINTS = 11, 41, 250
# The map leaves out this share of the data and of the prior's draws at each end, and has this margin around the rest.
TAIL, MARGIN = 0.005, 0.05
# Draws of the prior that tell how likely a position is, and cells per side of the grid that its contours follow.
PRIOR_DRAWS, GRID = 4000, 80
# The contours hold these shares of the prior's draws.
CONTOURS = (0.5, 0.8, 0.95)


class Explorer(NamedTuple):
    """What the decoder draws at positions of the two `latents` that vary most, or of the only one.

    The latents that are not on the map are drawn from the prior given those that are.

    latents: the numbers of one or two latents.
    axes: the positions along each of them, ascending.
    drawn: the points `(up, across, POINTS, 5)`; `across` is the first latent. With one latent, `up` is 1.
    likelier: the share `(up, across)` of the prior's draws that lie at likelier places than the position does.
    means: the posterior means `(n, len(latents))` of the data.
    grid: finer positions along each axis `(GRID,)`.
    density: the prior's density there: `(GRID, GRID)`, indexed [up, across], or `(GRID,)`.
    levels: the densities beyond which the shares `CONTOURS` of the prior's draws lie.
    """

    latents: tuple[int, ...]
    axes: tuple[np.ndarray, ...]
    drawn: np.ndarray
    likelier: np.ndarray
    means: np.ndarray
    grid: tuple[np.ndarray, ...]
    density: np.ndarray
    levels: np.ndarray


@torch.no_grad()
def explore(generator: Generator, means: np.ndarray) -> Explorer:
    """The explorer of `generator`, from posterior means `(n, latent_dim)` of its data.

    The seed of the generator's training draws the points.
    """
    latents = [int(latent) for latent in np.argsort(-means.var(0))[:2]]
    prior, device = generator.model.prior, generator.device
    rng = torch.Generator(device).manual_seed(generator.config["seed"])
    marginal = prior.marginal(latents)
    expected = prior.sample(PRIOR_DRAWS, rng)[:, latents]
    shown = means[:, latents]
    quantiles = [np.quantile(sample, (TAIL, 1 - TAIL), axis=0) for sample in (expected.cpu().numpy(), shown)]
    low, high = np.minimum(quantiles[0][0], quantiles[1][0]), np.maximum(quantiles[0][1], quantiles[1][1])
    low, high = low - MARGIN * (high - low), high + MARGIN * (high - low)

    def density(positions: Tensor) -> Tensor:
        return marginal.log_prob(positions.to(device)).exp().cpu()

    axes = np.linspace(low, high, POSITIONS if len(latents) == 2 else POSITIONS_OF_ONE).T
    grid = np.linspace(low, high, GRID).T
    positions = _crossed(axes)
    usual = density(expected)
    likelier = (usual > density(positions).unsqueeze(1)).double().mean(1)
    z = torch.cat([prior.sample_given(latents, position, POINTS, rng) for position in positions.tolist()])
    drawn = [generator.scaling.quantize(generator.model.decode(block).sample(rng)) for block in z.split(BLOCK)]
    shape = (len(positions) // axes.shape[1], axes.shape[1])
    return Explorer(
        tuple(latents),
        tuple(axes),
        torch.cat(drawn).view(*shape, POINTS, -1).numpy(),
        likelier.view(shape).numpy(),
        shown,
        tuple(grid),
        density(_crossed(grid)).view([GRID] * len(latents)).numpy(),
        np.quantile(usual.numpy(), 1 - np.array(CONTOURS)),
    )


def _crossed(axes: np.ndarray) -> Tensor:
    """All positions `(n, len(axes))` with one coordinate of each axis; that of the first axis changes fastest."""
    return torch.from_numpy(np.stack(np.meshgrid(*axes), -1).reshape(-1, len(axes))).float()
