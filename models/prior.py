"""The prior over latents: a mixture of normals that follows the codes."""

import math

import torch
from torch import Tensor, nn


class MixturePrior(nn.Module):
    """p(z) = sum_k w_k N(z; mean_k, diag(std_k^2)) with learned weights, means and standard deviations.

    Under a fixed N(0, I), every nat that the codes carry pulls their sum away from the prior, and samples pay for it; a
    prior that is learned along with the encoder follows the codes instead (Tomczak & Welling 2018, arXiv 1705.07120,
    section 3, the mixture of Gaussians). The means start spread out, so that the components have something to divide.
    """

    def __init__(self, latent_dim: int, n_components: int) -> None:
        super().__init__()
        self.logits = nn.Parameter(torch.zeros(n_components))
        self.mean = nn.Parameter(torch.randn(n_components, latent_dim))
        self.log_std = nn.Parameter(torch.full((n_components, latent_dim), -1.0))

    def log_prob(self, z: Tensor) -> Tensor:
        """Log-density `(n,)` of `z (n, latent_dim)`."""
        # sum_d ((z - m) / s)^2 as three matrix products: no (n, components, latents) tensor is ever made.
        precision = torch.exp(-2 * self.log_std)
        distance = (
            z.square() @ precision.T - 2 * z @ (self.mean * precision).T + (self.mean.square() * precision).sum(-1)
        )
        log_scale = self.log_std.sum(-1) + 0.5 * z.shape[-1] * math.log(2 * math.pi)
        return torch.logsumexp(self.logits.log_softmax(-1) - log_scale - 0.5 * distance, -1)

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """`n` draws `(n, latent_dim)`."""
        return self._sample(self.logits, n, generator)

    def sample_given(self, latent: int, value: float, n: int, generator: torch.Generator) -> Tensor:
        """`n` draws `(n, latent_dim)` of p(z | z_latent = value): that latent is `value`, the others follow from it."""
        standardised = (value - self.mean[:, latent]) * torch.exp(-self.log_std[:, latent])
        z = self._sample(self.logits - 0.5 * standardised.square() - self.log_std[:, latent], n, generator)
        z[:, latent] = value
        return z

    def marginal(self, latents: list[int]) -> "MixturePrior":
        """The prior of some of the latents alone, in this order."""
        part = MixturePrior(len(latents), len(self.logits)).to(self.mean.device)
        with torch.no_grad():
            part.logits.copy_(self.logits)
            part.mean.copy_(self.mean[:, latents])
            part.log_std.copy_(self.log_std[:, latents])
        return part

    def _sample(self, logits: Tensor, n: int, generator: torch.Generator) -> Tensor:
        chosen = torch.multinomial(logits.softmax(-1), n, replacement=True, generator=generator)
        noise = torch.randn(n, self.mean.shape[-1], generator=generator, device=self.mean.device)
        return self.mean[chosen] + self.log_std[chosen].exp() * noise
