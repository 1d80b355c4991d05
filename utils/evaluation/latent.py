"""A map of the latent space: where the encoder puts points, what the prior expects, and what each latent draws."""

from typing import NamedTuple

import numpy as np
import torch

from models.generator import Generator

# The values of a latent in a traversal, in standard deviations of the posterior means from their mean.
STEPS = (-2, -1, 0, 1, 2)
# Traversals show at most this many latents, those that vary most, with this many points per picture.
MOST_LATENTS, TRAVERSAL_POINTS = 4, 1000
# Cells per side of the grid that the prior's density is drawn on, and its margin around the codes.
GRID, MARGIN = 100, 0.1


class LatentMap(NamedTuple):
    """A map of the two `latents` that vary most, and traversals of the active ones.

    latents: the numbers of both latents.
    means: their posterior means, `(n, 2)`.
    across, up: the grid's positions, `(GRID,)` each.
    density: the prior's density on the grid, `(GRID, GRID)`, indexed [up, across]; None if there is only one latent.
    traversals: for each active latent, the points `(TRAVERSAL_POINTS, 5)` that the decoder draws at each of `STEPS`.
    """

    latents: tuple[int, int]
    means: np.ndarray
    across: np.ndarray
    up: np.ndarray
    density: np.ndarray | None
    traversals: dict[int, list[np.ndarray]]


@torch.no_grad()
def latent_map(generator: Generator, means: np.ndarray, active: int) -> LatentMap:
    """The map of `generator`, from posterior means `(n, latent_dim)` of its data and the number of `active` latents.

    The seed of the generator's training draws the traversals.
    """
    order = np.argsort(-means.var(0))
    first, second = int(order[0]), int(order[min(1, len(order) - 1)])
    pair = means[:, [first, second]]
    prior, device = generator.model.prior, generator.device
    rng = torch.Generator(device).manual_seed(generator.config["seed"])
    expected = prior.sample(TRAVERSAL_POINTS, rng).cpu().numpy()[:, [first, second]]
    low, high = np.quantile(expected, (0.01, 0.99), axis=0)
    low, high = np.minimum(low, pair.min(0)) - MARGIN, np.maximum(high, pair.max(0)) + MARGIN
    across, up = np.linspace(low, high, GRID).T
    density = None
    if first != second:
        grid = torch.from_numpy(np.stack(np.meshgrid(across, up), -1).reshape(-1, 2)).float()
        density = prior.marginal([first, second]).log_prob(grid.to(device)).exp().view(GRID, GRID).cpu().numpy()
    traversals = {
        int(latent): [
            _decode_at(generator, int(latent), float(means[:, latent].mean() + step * means[:, latent].std()))
            for step in STEPS
        ]
        for latent in order[: min(MOST_LATENTS, max(1, active))]
    }
    return LatentMap((first, second), pair, across, up, density, traversals)


def _decode_at(generator: Generator, latent: int, value: float) -> np.ndarray:
    """Points that the decoder draws when `latent` is `value` and the others follow from it by the prior."""
    rng = torch.Generator(generator.device).manual_seed(generator.config["seed"])
    z = generator.model.prior.sample_given(latent, value, TRAVERSAL_POINTS, rng)
    points: np.ndarray = generator.scaling.quantize(generator.model.decode(z).sample(rng)).numpy()
    return points
