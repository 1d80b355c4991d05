"""How well a model explains points: the ELBO, a tighter bound on the log-likelihood, and active units."""

import math

import numpy as np
import torch
from torch import Tensor

from data.points import ColoredPoints
from data.thinning import thinned
from models.generator import Generator
from models.vae import VAE, Noise

# Held-out points are evaluated in blocks, so that memory does not grow with their number.
BLOCK = 10_000
# The importance-weighted bound decodes each point a hundred times; the mean over this many points is close enough.
MOST_FOR_BOUND = 1000
# The same for the mean loss, which decodes each point once.
MOST_FOR_LOSS = 50_000
# A latent is active if its posterior mean varies by more than this (Burda et al. 2016, section 5.2).
ACTIVE_VARIANCE = 0.01


@torch.no_grad()
def evaluate_loss(model: VAE, points: ColoredPoints, seed: int) -> tuple[float, float]:
    """Mean reconstruction and KL of `points` in nats per point; their sum is the negative ELBO.

    The same `seed` draws the same noise.
    """
    device = next(model.parameters()).device
    rng = torch.Generator(device).manual_seed(seed)
    reconstruction = kl = 0.0
    for block in points.points.split(BLOCK):
        x = points.scaling.to_model(block).to(device)
        loss = model.loss(x, Noise(torch.randn(len(x), model.latent_dim, generator=rng, device=device)), len(points))
        reconstruction += loss.reconstruction.sum().item()
        kl += loss.kl.sum().item()
    return reconstruction / len(points), kl / len(points)


def evaluate_bound(model: VAE, points: ColoredPoints, seed: int, k: int = 100) -> float:
    """Mean importance-weighted lower bound on log p(point) in nats: at least the ELBO, and closer with more draws."""
    device = next(model.parameters()).device
    rng = torch.Generator(device).manual_seed(seed)
    x = points.scaling.to_model(points.points[:MOST_FOR_BOUND]).to(device)
    return importance_weighted_bound(model, x, k, rng).mean().item()


@torch.no_grad()
def importance_weighted_bound(model: VAE, x: Tensor, k: int, rng: torch.Generator) -> Tensor:
    """A lower bound `(n,)` on log p(x), at least as tight as the ELBO: log mean_k p(x|z_k) p(z_k) / q(z_k|x).

    Burda et al. 2016, "Importance weighted autoencoders" (arXiv 1509.00519), equation 8; `k` draws z_k ~ q(z|x).
    """
    posterior = model.encode(x)
    log_weights = []
    for _ in range(k):
        z = posterior.reparameterize(torch.randn(posterior.mean.shape, generator=rng, device=rng.device))
        log_weights.append(model.decode(z).log_prob(x) + model.prior.log_prob(z) - posterior.log_prob(z))
    return torch.stack(log_weights).logsumexp(0) - math.log(k)


@torch.no_grad()
def posterior_means(generator: Generator, points: np.ndarray) -> np.ndarray:
    """Where the encoder puts each of `points (n, 5)`: `(n, latent_dim)`."""
    x = generator.scaling.to_model(torch.from_numpy(points))
    means: np.ndarray = generator.model.encode(x.to(generator.device)).mean.cpu().numpy()
    return means


def active_units(means: np.ndarray, threshold: float = ACTIVE_VARIANCE) -> int:
    """The number of latents whose posterior means `(n, latent_dim)` vary by more than `threshold`.

    Burda et al. 2016, "Importance weighted autoencoders" (arXiv 1509.00519), section 5.2.
    """
    return int((means.var(0) > threshold).sum())


def evaluate_model(
    generator: Generator, train: ColoredPoints, held_out: ColoredPoints, means: np.ndarray
) -> dict[str, float]:
    """The model's own figures for metrics.json; `means (n, latent_dim)` are posterior means of the data."""
    seed = generator.config["seed"]
    figures: dict[str, float] = {}
    for name, part in (("train", train), ("heldout", held_out)):
        part = part.with_points(thinned(part.points, MOST_FOR_LOSS))
        reconstruction, kl = evaluate_loss(generator.model, part, seed)
        figures |= {f"{name}_reconstruction": reconstruction, f"{name}_kl": kl, f"{name}_elbo": -reconstruction - kl}
    figures["heldout_iwae"] = evaluate_bound(generator.model, held_out, seed)
    figures["active_units"] = active_units(means)
    return figures
