"""The approximate posterior of the latents."""

import math
from typing import NamedTuple

import torch
from torch import Tensor


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
