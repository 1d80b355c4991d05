"""How well a model explains points: the loss, a tighter bound on the log-likelihood, and active units."""

import math

import numpy as np
import torch
from torch import Tensor
from torch.quasirandom import SobolEngine

from data import COLORS, N_LEVELS, PLACES, random_subset
from data.points import ColoredPoints
from models.generator import Generator
from models.vae import VAE, log_cell
from utils.evaluation.features import NEIGHBORS, nearest


@torch.no_grad()
def evaluate_loss(model: VAE, points: ColoredPoints, seed: int, draws: int = 1) -> tuple[float, float]:
    """Mean reconstruction and KL of `points` in nats per point, over `draws` of z for each, which `seed` fixes."""
    rng = torch.Generator(next(model.parameters()).device).manual_seed(seed)
    reconstruction = kl = 0.0
    # In blocks, so that memory does not grow with the number of points.
    for block in points.points.split(max(1, 2000 // draws)):
        x = points.scaling.to_model(block).to(rng.device).repeat(draws, 1)
        posterior = model.encode(x)
        # Sobol points, shifted at random for each point, fill the space evenly (Cranley & Patterson 1976).
        shift = torch.rand(len(block), model.latent_dim, generator=rng, device=rng.device)
        uniform = (SobolEngine(model.latent_dim).draw(draws).to(shift).unsqueeze(1) + shift) % 1
        z = posterior.reparameterize(torch.special.ndtri(uniform.clamp(min=1e-7)).flatten(0, 1))
        reconstruction -= model.decode(z).log_prob(x).sum().item() / draws
        kl += model.prior.kl(posterior, z).sum().item() / draws
    return reconstruction / len(points), kl / len(points)


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


def yardsticks(train: ColoredPoints, held_out: ColoredPoints) -> dict[str, float]:
    """The losses of a held-out point, in nats, under the two densities of docs/evaluation.md, fitted to `train`."""
    known, x = (part.scaling.to_model(random_subset(part.points, 10_000)) for part in (train, held_out))
    highest = torch.tensor([*(side - 1 for side in train.scaling.shape), *[N_LEVELS - 1] * 3])
    factor = torch.linalg.cholesky(known.double().T.cov() + 1e-3 * torch.eye(known.shape[1], dtype=torch.float64))

    def given_previous(points: Tensor) -> Tensor:
        """The mean of each coordinate given those before it."""
        residuals = torch.linalg.solve_triangular(factor, (points - known.mean(0)).double().T, upper=False).T
        return points - (residuals * factor.diagonal()).float()

    def around(points: Tensor) -> Tensor:
        """The mean place, and the mean color of the nearest training points; a point is no neighbor of itself."""
        skipped = int(points is known)
        index = nearest(points[:, PLACES], known[:, PLACES], NEIGHBORS + skipped)[1][:, skipped:]
        return torch.cat([known[:, PLACES].mean(0).expand(len(points), 2), known[index][..., COLORS].mean(1)], 1)

    losses = {}
    for name, mean in (("one_normal_loss", given_previous), ("no_latent_loss", around)):
        # Below a quarter, nothing but the centers of cells would be likely.
        log_std = (known - mean(known)).square().mean(0).sqrt().clamp(min=0.25).log()
        losses[name] = -log_cell(x, x - mean(x), log_std, highest).sum(1).mean().item()
    return losses


def evaluate_model(
    generator: Generator, train: ColoredPoints, held_out: ColoredPoints, means: np.ndarray
) -> dict[str, float]:
    """The model's own figures for metrics.json; `means (n, latent_dim)` are the posterior means of the data."""
    seed, model = generator.config["seed"], generator.model
    rng = torch.Generator(generator.device).manual_seed(seed)
    some = held_out.with_points(random_subset(held_out.points, 50_000))
    # By default, the loss then has a standard error of 0.002 nats; independent draws would leave 0.008.
    reconstruction, kl = evaluate_loss(model, some, seed, draws=math.ceil(16_000 / len(some)))
    x = some.scaling.to_model(some.points[:1000]).to(rng.device)
    bound = importance_weighted_bound(model, x, k=100, rng=rng).mean().item()
    active = int((means.var(0) > 0.01).sum())  # Burda et al. 2016, section 5.2
    losses = {"heldout_reconstruction": reconstruction, "heldout_kl": kl, "heldout_elbo": -reconstruction - kl}
    return losses | yardsticks(train, held_out) | {"heldout_iwae": bound, "active_units": active}
