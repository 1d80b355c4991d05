"""The variational autoencoder: loss, bound and sampling, for any encoder, decoder and prior."""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.priors import Posterior, Prior


class Loss(NamedTuple):
    """The terms of the training loss in nats per point: the negative ELBO is `reconstruction` + `kl`, each `(n,)`.

    `parameter_kl ()` is the KL of uncertain parameters, which all points of the data set share.
    """

    reconstruction: Tensor
    kl: Tensor
    parameter_kl: Tensor | float


class VAE(nn.Module):
    """A variational autoencoder of points of integers (Kingma & Welling 2014, arXiv 1312.6114).

    A model implements `encode` and `decode`; loss and sampling follow. In training (`model.train()`), uncertain
    parameters are drawn from their posteriors wherever they are used, as dropout is; after it (`model.eval()`), they
    are the means.
    """

    def __init__(self, prior: Prior) -> None:
        super().__init__()
        self.prior, self.latent_dim = prior, prior.latent_dim

    def encode(self, x: Tensor) -> Posterior:
        """The posterior q(z|x) of the points `x (n, 5)`."""
        raise NotImplementedError

    def decode(self, z: Tensor) -> Any:
        """p(x|z) for latents `z (n, latent_dim)`: `log_prob(x)` `(n,)` of integer points, `sample(rng)` `(n, 5)`."""
        raise NotImplementedError

    def start_from(self, x: Tensor) -> None:
        """Begin with what the training points `x (n, 5)` tell; a model may do without.

        Called once, before training. What it sets is a parameter or a persistent buffer, so that loaded models have it.
        """

    def parameter_kl(self) -> Tensor | float:
        """KL of the posterior over uncertain parameters, in nats for the whole data set."""
        return self.prior.parameter_kl()

    def loss(self, x: Tensor, n_points: int) -> Loss:
        """The loss of `x (n, 5)`, a batch of the `n_points` in all: -log p(x|z) for one z ~ q(z|x), and KL(q || p)."""
        posterior = self.encode(x)
        z = posterior.reparameterize(torch.randn_like(posterior.mean))
        return Loss(-self.decode(z).log_prob(x), self.prior.kl(posterior, z), self.parameter_kl() / n_points)

    @torch.no_grad()
    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        """`n` new points `(n, 5)`: z ~ p(z), then x ~ p(x|z)."""
        # In blocks whose intermediate results stay in the processor's cache.
        return torch.cat([self.decode(z).sample(rng) for z in self.prior.sample(n, rng).split(1000)])


def log_cell(value: Tensor, away: Tensor, log_std: Tensor, highest: Tensor | float) -> Tensor:
    """Log-probability of the integers `value` in 0 ... `highest`: the integral, over its cell, of a normal.

    The normal's mean is `value - away`. 0 and `highest` take the tails. Salimans et al. 2017, "PixelCNN++" (arXiv
    1701.05517), section 2.1, with a normal in place of a logistic. The normal's distribution function is
    sigmoid(1.5976 t + 0.07056 t^3), true to 1.5e-4, and

        log(sigmoid(u) - sigmoid(l)) = log sigmoid(u) + log sigmoid(-l) + log(1 - exp(l - u)),

    which stays exact where both sigmoids are 0 or 1.
    """
    # Both sides of the cell at once: seen from the other side, the lower one is an upper one. Cells that take a tail
    # reach 100,000 pixels or levels, far beyond any width.
    half_width = 0.5 + 1e5 * torch.stack([value == highest, value == 0])
    t = (torch.stack([away, -away]) + half_width) * torch.exp(-log_std)
    sides = t * (1.5976 + 0.07056 * t.square())
    log_inside = torch.log(-torch.expm1(-sides.sum(0).clamp(min=1e-7)))
    return F.logsigmoid(sides).sum(0) + log_inside
