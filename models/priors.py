"""Distributions of the latent z: the posterior, what a VAE needs of a prior, N(0, I), and a mixture of normals."""

import math
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor, nn


class Posterior(NamedTuple):
    """q(z|x) = N(mean, diag(exp(log_std)^2)); both `(n, latent_dim)` (Kingma & Welling 2014, section 2.4)."""

    mean: Tensor
    log_std: Tensor

    def reparameterize(self, noise: Tensor) -> Tensor:
        """z = mean + std * noise: a draw `(n, latent_dim)` that gradients pass through."""
        return self.mean + self.log_std.exp() * noise

    def log_prob(self, z: Tensor) -> Tensor:
        """Log-density `(n,)` of `z (n, latent_dim)`."""
        standardized = (z - self.mean) * torch.exp(-self.log_std)
        return -(self.log_std + 0.5 * standardized.square() + 0.5 * math.log(2 * math.pi)).sum(-1)

    def entropy(self) -> Tensor:
        """Entropy in nats `(n,)`: sum over latents of log(std) + log(2 pi e) / 2."""
        return (self.log_std + 0.5 * math.log(2 * math.pi * math.e)).sum(-1)


class Prior(nn.Module):
    """p(z). A new prior implements `log_prob` and `sample`; the rest has defaults. A mixture has `n_components`."""

    is_sharp: ClassVar = False  # whether the density can follow points to a fraction of a pixel; see `PointVAE`

    def __init__(self, latent_dim: int, n_components: int = 1) -> None:
        super().__init__()
        self.latent_dim = latent_dim

    def log_prob(self, z: Tensor) -> Tensor:
        """Log-density `(n,)` of `z (n, latent_dim)`."""
        raise NotImplementedError

    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        """`n` draws `(n, latent_dim)`."""
        raise NotImplementedError

    def kl(self, posterior: Posterior, z: Tensor) -> Tensor:
        """KL(q(z|x) || p(z)) `(n,)` in nats: the entropy is exact, log p(z) is that of one draw `z ~ q(z|x)`."""
        return -posterior.entropy() - self.log_prob(z)

    def parameter_kl(self) -> Tensor | float:
        """KL of the posterior over the prior's own parameters, in nats for the whole data set."""
        return 0.0


class NormalPrior(Prior):
    """p(z) = N(z; 0, I): a plain VAE (Kingma & Welling 2014, arXiv 1312.6114)."""

    def log_prob(self, z: Tensor) -> Tensor:
        return -0.5 * (z.square() + math.log(2 * math.pi)).sum(-1)

    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        return torch.randn(n, self.latent_dim, generator=rng, device=rng.device)

    def kl(self, posterior: Posterior, z: Tensor) -> Tensor:
        """In closed form: sum_d (m_d^2 + s_d^2 - 1) / 2 - log s_d (appendix B of the paper)."""
        mean, log_std = posterior.mean, posterior.log_std
        return (0.5 * (mean.square() + torch.exp(2 * log_std) - 1) - log_std).sum(-1)


class MixturePrior(Prior):
    """p(z) = sum_k w_k N(z; m_k, diag(s_k^2)) with learned weights, means and standard deviations.

    It follows the aggregate posterior, which N(0, I) cannot (Tomczak & Welling 2018, arXiv 1705.07120, section 3, the
    mixture of Gaussians). The initial means differ, so that the components can specialize.
    """

    def __init__(self, latent_dim: int, n_components: int = 64) -> None:
        super().__init__(latent_dim)
        self.logits = nn.Parameter(torch.zeros(n_components))
        self.mean = nn.Parameter(torch.randn(n_components, latent_dim))
        self.log_std = nn.Parameter(torch.full((n_components, latent_dim), -1.0))

    def log_prob(self, z: Tensor) -> Tensor:
        components = Posterior(self.mean, self.log_std).log_prob(z.unsqueeze(1))
        return torch.logsumexp(self.logits.log_softmax(-1) + components, -1)

    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        chosen = torch.multinomial(self.logits.softmax(-1), n, replacement=True, generator=rng)
        noise = torch.randn(n, self.latent_dim, generator=rng, device=rng.device)
        return self.mean[chosen] + self.log_std[chosen].exp() * noise
