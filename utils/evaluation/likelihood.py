"""How well a model explains points: the loss, a tighter bound on the log-likelihood, and active units."""

import math

import numpy as np
import torch
from torch import Tensor
from torch.quasirandom import SobolEngine

from data.coordinates import COLORS, N_COORDINATES, N_LEVELS, PLACES
from data.points import ColoredPoints
from data.thinning import thinned
from models.discretized import log_cell
from models.generator import Generator
from models.vae import VAE, Noise
from utils.evaluation.features import NEIGHBORS, nearest


@torch.no_grad()
def evaluate_loss(model: VAE, points: ColoredPoints, seed: int, draws: int = 1) -> tuple[float, float]:
    """Mean reconstruction and KL of `points` in nats per point, over `draws` of z for each, which `seed` fixes."""
    rng = torch.Generator(next(model.parameters()).device).manual_seed(seed)
    reconstruction = kl = 0.0
    # In blocks, so that memory does not grow with the number of points.
    for block in points.points.split(max(1, 2000 // draws)):
        x = points.scaling.to_model(block).to(rng.device).repeat(draws, 1)
        loss = model.loss(x, Noise(normal_draws(draws, len(block), model.latent_dim, rng)), len(points))
        reconstruction += loss.reconstruction.sum().item() / draws
        kl += loss.kl.sum().item() / draws
    return reconstruction / len(points), kl / len(points)


def normal_draws(draws: int, n: int, dim: int, rng: torch.Generator) -> Tensor:
    """Standard normal numbers `(draws * n, dim)`; the `draws` for each of n points fill the space evenly.

    They are Sobol points with a random shift (randomized quasi-Monte Carlo: Cranley & Patterson 1976).
    """
    shift = torch.rand(n, dim, generator=rng, device=rng.device)
    uniform = (SobolEngine(dim).draw(draws).to(shift).unsqueeze(1) + shift) % 1
    return torch.special.ndtri(uniform.clamp(min=1e-7)).flatten(0, 1)


@torch.no_grad()
def importance_weighted_bound(model: VAE, x: Tensor, k: int, rng: torch.Generator) -> Tensor:
    """A lower bound `(n,)` on log p(x), tighter than the ELBO: log mean_k p(x|z_k) p(z_k) / q(z_k|x), z_k ~ q(z|x).

    Burda et al. 2016, "Importance weighted autoencoders" (arXiv 1509.00519), equation 8, with `k` draws.
    """
    posterior = model.encode(x)
    log_weights = []
    for _ in range(k):
        z = posterior.reparameterize(torch.randn(posterior.mean.shape, generator=rng, device=rng.device))
        log_weights.append(model.decode(z).log_prob(x) + model.prior.log_prob(z) - posterior.log_prob(z))
    return torch.stack(log_weights).logsumexp(0) - math.log(k)


@torch.no_grad()
def posterior_means(generator: Generator, points: np.ndarray) -> np.ndarray:
    """The posterior means `(n, latent_dim)` of `points (n, 5)`."""
    x = generator.scaling.to_model(torch.from_numpy(points)).to(generator.device)
    return np.asarray(generator.model.encode(x).mean.cpu())


def active_units(means: np.ndarray) -> int:
    """The number of latents whose posterior `means (n, latent_dim)` vary (Burda et al. 2016, section 5.2)."""
    return int((means.var(0) > 0.01).sum())


def yardsticks(train: ColoredPoints, held_out: ColoredPoints) -> dict[str, float]:
    """What two simple densities, fitted to `train`, lose on a held-out point, in nats, to read a model's loss against.

    one_normal_loss: one normal in all five coordinates, as a chain of normals that are integrated over cells.
    no_latent_loss: places from one normal; colors around the mean of those of the eight nearest training points, as a
        decoder that sees no latent might know them.
    """
    known, x = (part.scaling.to_model(thinned(part.points, 10_000)) for part in (train, held_out))
    highest = torch.tensor([*(side - 1 for side in train.scaling.shape), *[N_LEVELS - 1] * 3])

    def loss(column: int, of_known: Tensor, of_x: Tensor) -> float:
        """That of a normal around the means of a column, `(n,)` for `known` and `(m,)` for `x`."""
        # Below a quarter, nothing but the centers of cells would be likely.
        log_std = (known[:, column] - of_known).square().mean().sqrt().clamp(min=0.25).log()
        return -log_cell(x[:, column], x[:, column] - of_x, log_std, highest[column]).mean().item()

    one_normal = no_latent = 0.0
    for column in range(N_COORDINATES):
        before, of_x = (torch.column_stack([torch.ones(len(part)), part[:, :column]]) for part in (known, x))
        slopes = torch.linalg.lstsq(before.double(), known[:, column].double(), driver="gelsd").solution.float()
        one_normal += loss(column, before @ slopes, of_x @ slopes)
    for column in range(N_COORDINATES)[PLACES]:
        no_latent += loss(column, known[:, column].mean(), known[:, column].mean())
    # A training point is the first of its own neighbors.
    near = nearest(known[:, PLACES], known[:, PLACES], NEIGHBORS + 1)[1][:, 1:]
    near_x = nearest(x[:, PLACES], known[:, PLACES], NEIGHBORS)[1]
    for column in range(N_COORDINATES)[COLORS]:
        no_latent += loss(column, known[near, column].mean(1), known[near_x, column].mean(1))
    return {"one_normal_loss": one_normal, "no_latent_loss": no_latent}


def evaluate_model(
    generator: Generator, train: ColoredPoints, held_out: ColoredPoints, means: np.ndarray
) -> dict[str, float]:
    """The model's own figures for metrics.json; `means (n, latent_dim)` are the posterior means of the data."""
    seed, model = generator.config["seed"], generator.model
    rng = torch.Generator(generator.device).manual_seed(seed)
    figures: dict[str, float] = {}
    for name, part in (("train", train), ("heldout", held_out)):
        part = part.with_points(thinned(part.points, 50_000))
        # By default, the held-out loss then has a standard error of 0.002 nats; independent draws would leave 0.008.
        reconstruction, kl = evaluate_loss(model, part, seed, draws=math.ceil(16_000 / len(part)))
        figures |= {f"{name}_reconstruction": reconstruction, f"{name}_kl": kl, f"{name}_elbo": -reconstruction - kl}
    x = held_out.scaling.to_model(held_out.points[:1000]).to(rng.device)
    bound = importance_weighted_bound(model, x, k=100, rng=rng).mean().item()
    return figures | yardsticks(train, held_out) | {"heldout_iwae": bound, "active_units": active_units(means)}
