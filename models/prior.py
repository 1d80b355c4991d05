"""The prior over latents: what the models expect of one, and a mixture of normals that is trained with the rest."""

import math

import torch
from torch import Tensor, nn


class Prior(nn.Module):
    """p(z): what training, sampling and the latent map need of a prior."""

    def log_prob(self, z: Tensor) -> Tensor:
        """Log-density `(n,)` of `z (n, latent_dim)`."""
        raise NotImplementedError

    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        """`n` draws `(n, latent_dim)`."""
        raise NotImplementedError

    def sample_given(self, latent: int | list[int], value: float | list[float], n: int, rng: torch.Generator) -> Tensor:
        """`n` draws `(n, latent_dim)` of p(z | z_latent = value): the others follow from that one, or those."""
        raise NotImplementedError

    def marginal(self, latents: list[int]) -> "Prior":
        """The prior of these latents alone, in this order."""
        raise NotImplementedError


class MixturePrior(Prior):
    """p(z) = sum_k w_k N(z; mean_k, diag(std_k^2)) with learned weights, means and standard deviations.

    With a fixed N(0, I), the more z encodes, the further the aggregate posterior drifts from the prior, and the worse
    samples get. A prior trained along with the encoder follows the aggregate posterior instead (Tomczak & Welling 2018,
    arXiv 1705.07120, section 3, the mixture of Gaussians). The initial means differ, so the components can specialize.
    """

    def __init__(self, latent_dim: int, n_components: int) -> None:
        super().__init__()
        self.logits = nn.Parameter(torch.zeros(n_components))
        self.mean = nn.Parameter(torch.randn(n_components, latent_dim))
        self.log_std = nn.Parameter(torch.full((n_components, latent_dim), -1.0))

    def log_prob(self, z: Tensor) -> Tensor:
        # sum_d ((z - m) / s)^2 as three matrix products: without an (n, components, latents) tensor.
        precision = torch.exp(-2 * self.log_std)
        distance = (
            z.square() @ precision.T - 2 * z @ (self.mean * precision).T + (self.mean.square() * precision).sum(-1)
        )
        log_scale = self.log_std.sum(-1) + 0.5 * z.shape[-1] * math.log(2 * math.pi)
        return torch.logsumexp(self.logits.log_softmax(-1) - log_scale - 0.5 * distance, -1)

    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        return self._sample(self.logits, n, rng)

    def sample_given(self, latent: int | list[int], value: float | list[float], n: int, rng: torch.Generator) -> Tensor:
        known, given = torch.tensor(value, device=self.mean.device), [latent] if isinstance(latent, int) else latent
        log_std = self.log_std[:, given]
        standardized = (known - self.mean[:, given]) * torch.exp(-log_std)
        z = self._sample(self.logits - 0.5 * standardized.square().sum(-1) - log_std.sum(-1), n, rng)
        z[:, given] = known
        return z

    def marginal(self, latents: list[int]) -> "MixturePrior":
        part = MixturePrior(len(latents), len(self.logits)).to(self.mean.device)
        with torch.no_grad():
            part.logits.copy_(self.logits)
            part.mean.copy_(self.mean[:, latents])
            part.log_std.copy_(self.log_std[:, latents])
        return part

    def _sample(self, logits: Tensor, n: int, rng: torch.Generator) -> Tensor:
        chosen = torch.multinomial(logits.softmax(-1), n, replacement=True, generator=rng)
        noise = torch.randn(n, self.mean.shape[-1], generator=rng, device=self.mean.device)
        return self.mean[chosen] + self.log_std[chosen].exp() * noise
