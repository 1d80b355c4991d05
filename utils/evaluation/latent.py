"""What the latent space holds: where the encoder puts points, what the prior expects there, and what a latent draws."""

from typing import NamedTuple

import numpy as np
import torch

from models.generator import Generator
from models.prior import MixturePrior

# A traversal goes through these places of a latent, in standard deviations of the posterior means from their mean.
STEPS = (-2, -1, 0, 1, 2)
# What is shown: the latents that vary most, and so many points of a picture.
MOST_LATENTS, TRAVERSAL_POINTS = 4, 1000
# The prior's density is drawn on a grid of so many cells a side.
GRID = 100


class LatentMap(NamedTuple):
    """A map of the two `latents` that vary most, and traversals of those that are active.

    `means (n, 2)` are those latents of posterior means. `across (GRID,)`, `up (GRID,)` and `density (GRID, GRID)` are
    the prior's density, `[up, across]`; None where there is but one latent. `traversals[latent]` has the points
    `(TRAVERSAL_POINTS, 5)` that the decoder draws where this latent stands at each of `STEPS`.
    """

    latents: tuple[int, int]
    means: np.ndarray
    across: np.ndarray
    up: np.ndarray
    density: np.ndarray | None
    traversals: dict[int, list[np.ndarray]]


@torch.no_grad()
def posterior_means(generator: Generator, points: np.ndarray) -> np.ndarray:
    """Where the encoder puts each of `points (n, 5)`: `(n, latent_dim)`."""
    x = generator.scaling.dequantise(torch.from_numpy(points), torch.Generator().manual_seed(0))
    device = next(generator.model.parameters()).device
    return generator.model.encode(x.to(device)).mean.cpu().numpy()


@torch.no_grad()
def latent_map(generator: Generator, means: np.ndarray, active: int, seed: int) -> LatentMap:
    """The map of `generator`, whose posterior means are `means (n, latent_dim)` and so many latents `active`."""
    order = np.argsort(-means.var(0))
    first, second = int(order[0]), int(order[min(1, len(order) - 1)])
    pair = means[:, [first, second]]
    prior, density = generator.model.prior, None
    expected = prior.sample(TRAVERSAL_POINTS, torch.Generator(prior.mean.device).manual_seed(seed)).cpu().numpy()
    low, high = np.quantile(expected[:, [first, second]], (0.01, 0.99), axis=0)
    across, up = np.linspace(np.minimum(low, pair.min(0)) - 0.1, np.maximum(high, pair.max(0)) + 0.1, GRID).T
    if first != second:
        grid = np.stack(np.meshgrid(across, up), -1).reshape(-1, 2)
        places = torch.from_numpy(grid).float().to(prior.mean.device)
        density = prior.marginal([first, second]).log_prob(places).exp().view(GRID, GRID).cpu().numpy()
    traversals = {
        int(latent): [
            _drawn_at(generator, prior, int(latent), means[:, latent].mean() + step * means[:, latent].std(), seed)
            for step in STEPS
        ]
        for latent in order[: min(MOST_LATENTS, max(1, active))]
    }
    return LatentMap((first, second), pair, across, up, density, traversals)


def _drawn_at(generator: Generator, prior: MixturePrior, latent: int, value: float, seed: int) -> np.ndarray:
    """Points of the decoder where `latent` is `value` and the others are as the prior expects them then."""
    random = torch.Generator(prior.mean.device).manual_seed(seed)
    z = prior.sample_given(latent, float(value), TRAVERSAL_POINTS, random)
    return generator.scaling.quantise(generator.model.decode(z).sample(random)).numpy()
