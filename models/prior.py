"""Priors over the latent z: what a VAE needs of one, N(0, I), and a mixture of normals that is trained with the rest."""

import math
from typing import Any, Self

import torch
from torch import Tensor, nn

from models.posterior import Posterior


class Prior(nn.Module):
    """p(z). A new prior implements `log_prob` and `sample`; the rest has defaults."""

    # Whether the density can follow the points to a fraction of a pixel; see `PointVAE`.
    is_sharp = False
    # The number of latent dimensions, if there is only one that will do.
    only_latent_dim: int | None = None

    @classmethod
    def from_settings(cls, settings: dict[str, Any]) -> Self:
        """The prior with the `settings` of config.yaml."""
        return cls(settings["latent_dim"])

    def __init__(self, latent_dim: int) -> None:
        super().__init__()
        self.latent_dim = latent_dim

    def log_prob(self, z: Tensor) -> Tensor:
        """Log-density `(n,)` of `z (n, latent_dim)`."""
        raise NotImplementedError

    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        """`n` draws `(n, latent_dim)`."""
        raise NotImplementedError

    def sample_noise(self, rng: torch.Generator) -> Any:
        """The random numbers that `kl` needs in training, if the prior itself is uncertain."""
        return None

    def kl(self, posterior: Posterior, z: Tensor, noise: Any = None) -> Tensor:
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

    def kl(self, posterior: Posterior, z: Tensor, noise: Any = None) -> Tensor:
        """In closed form: sum_d (m_d^2 + s_d^2 - 1) / 2 - log s_d (appendix B of the paper)."""
        mean, log_std = posterior.mean, posterior.log_std
        return (0.5 * (mean.square() + torch.exp(2 * log_std) - 1) - log_std).sum(-1)


class MixturePrior(Prior):
    """p(z) = sum_k w_k N(z; m_k, diag(s_k^2)) with learned weights, means and standard deviations.

    It follows the aggregate posterior, which N(0, I) cannot (Tomczak & Welling 2018, arXiv 1705.07120, section 3, the
    mixture of Gaussians). The initial means differ, so that the components can specialize.
    """

    @classmethod
    def from_settings(cls, settings: dict[str, Any]) -> Self:
        return cls(settings["latent_dim"], settings["n_components"])

    def __init__(self, latent_dim: int, n_components: int = 64) -> None:
        super().__init__(latent_dim)
        self.logits = nn.Parameter(torch.zeros(n_components))
        self.mean = nn.Parameter(torch.randn(n_components, latent_dim))
        self.log_std = nn.Parameter(torch.full((n_components, latent_dim), -1.0))

    def log_prob(self, z: Tensor) -> Tensor:
        # sum_d ((z - m) / s)^2 as three matrix products: without an (n, components, latents) tensor.
        precision = torch.exp(-2 * self.log_std)
        distance = (
            z.square() @ precision.T - 2 * z @ (self.mean * precision).T + (self.mean.square() * precision).sum(-1)
        )
        log_scale = self.log_std.sum(-1) + 0.5 * self.latent_dim * math.log(2 * math.pi)
        return torch.logsumexp(self.logits.log_softmax(-1) - log_scale - 0.5 * distance, -1)

    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        chosen = torch.multinomial(self.logits.softmax(-1), n, replacement=True, generator=rng)
        noise = torch.randn(n, self.latent_dim, generator=rng, device=rng.device)
        return self.mean[chosen] + self.log_std[chosen].exp() * noise
