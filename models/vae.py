"""The variational autoencoder: loss, bound and sampling, for any encoder, decoder and prior."""

import math
from typing import NamedTuple, Protocol, cast

import torch
from torch import Tensor, nn

from models.layers import LinearEach
from models.prior import MixturePrior, Prior

# The layers whose matrices decay.
DECAYING = (nn.Linear, LinearEach)


class Posterior(NamedTuple):
    """q(z|x) = N(mean, diag(exp(log_std)^2)); both `(n, latent_dim)`."""

    mean: Tensor
    log_std: Tensor

    @classmethod
    def of(cls, outputs: Tensor) -> "Posterior":
        """The posterior whose means and log standard deviations are `outputs (n, 2 * latent_dim)` of an encoder."""
        mean, log_std = outputs.chunk(2, dim=-1)
        # Starting narrow makes z informative from the first step; the bounds only keep exp() finite.
        return cls(mean, (log_std - 1).clamp(-7, 2))

    def log_prob(self, z: Tensor) -> Tensor:
        """Log-density `(n,)` of `z (n, latent_dim)`."""
        standardized = (z - self.mean) * torch.exp(-self.log_std)
        return -(self.log_std + 0.5 * standardized.square() + 0.5 * math.log(2 * math.pi)).sum(-1)

    def entropy(self) -> Tensor:
        """Entropy in nats `(n,)`: sum over latents of log(std) + log(2 pi e) / 2."""
        return (self.log_std + 0.5 * math.log(2 * math.pi * math.e)).sum(-1)


class Loss(NamedTuple):
    """The two terms of the negative ELBO in nats per point, each `(n,)`; and p(x|z), for the z that was drawn."""

    reconstruction: Tensor
    kl: Tensor
    decoded: "Decoded"


class Noise(NamedTuple):
    """The random numbers, standard normal unless said otherwise, that one training step needs.

    latent: for the draws from the posterior, `(n, latent_dim)`.
    canvas: for the draw of the canvas, `(harmonics, harmonics)`.
    bin: which bin of a block stands for it, two integers.
    prior: for two draws from each component of the prior, `(2, components, latent_dim)`.
    fields: for the draws of the fields that colors depend on, `(n, draws)`.

    A model that has no use for one of the last four leaves it out.
    """

    latent: Tensor
    canvas: Tensor | None = None
    bin: Tensor | None = None
    prior: Tensor | None = None
    fields: Tensor | None = None


class WeightGroup(NamedTuple):
    """Weights that are optimized alike: their gradients are clipped together, and they decay or do not."""

    parameters: list[nn.Parameter]
    decays: bool = False


class Decoded(Protocol):
    """p(x|z): the distribution of points that the decoder assigns to each of n latents."""

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density `(n,)` of the points `x (n, 5)`."""

    def sample(self, rng: torch.Generator) -> Tensor:
        """One point `(n, 5)` for each latent."""


class VAE(nn.Module):
    """A variational autoencoder of points in the unit cube (Kingma & Welling 2014, arXiv 1312.6114).

    A model implements `encode` and `decode`; loss and sampling follow. Another prior replaces `self.prior`.
    """

    def __init__(self, latent_dim: int, n_components: int) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        self.prior: Prior = MixturePrior(latent_dim, n_components)

    def encode(self, x: Tensor) -> Posterior:
        """The posterior q(z|x) of the points `x (n, 5)`."""
        raise NotImplementedError

    def decode(self, z: Tensor, noise: Noise | None = None) -> Decoded:
        """The distribution p(x|z) for the latents `z (n, latent_dim)`; in training, disturbed by `noise`."""
        raise NotImplementedError

    def regularization(self, x: Tensor, noise: Noise, decoded: Decoded, n_points: int) -> Tensor:
        """What the training loss of `x (n, 5)` has beside the ELBO, in nats per point of the `n_points` in all."""
        return noise.latent.new_zeros(())

    @property
    def densities(self) -> list[nn.Module]:
        """The modules whose parameters describe a density themselves, instead of a network that gives one."""
        return [self.prior]

    def weight_groups(self) -> list[WeightGroup]:
        """All weights: the networks' matrices, which decay; their biases and norms; and the densities' parameters."""
        densities = [parameter for module in self.densities for parameter in module.parameters()]
        inside = {id(parameter) for parameter in densities}
        matrices = [cast(nn.Parameter, module.weight) for module in self.modules() if isinstance(module, DECAYING)]
        matrices = [matrix for matrix in matrices if id(matrix) not in inside]
        inside |= {id(matrix) for matrix in matrices}
        others = [parameter for parameter in self.parameters() if id(parameter) not in inside]
        return [WeightGroup(matrices, decays=True), WeightGroup(others), WeightGroup(densities)]

    def sample_noise(self, n: int, rng: torch.Generator) -> Noise:
        """All the randomness that the training loss of n points needs."""
        return Noise(torch.randn(n, self.latent_dim, generator=rng, device=rng.device))

    def reparameterize(self, posterior: Posterior, noise: Tensor) -> Tensor:
        """A draw `(n, latent_dim)` that gradients pass through: z = mean + std * noise (section 2.4 of the paper)."""
        return posterior.mean + posterior.log_std.exp() * noise

    def loss(self, x: Tensor, noise: Noise) -> Loss:
        """Reconstruction -log p(x|z) and KL(q(z|x) || p(z)) of `x (n, 5)`, each estimated with one z ~ q(z|x).

        The KL has no closed form under a mixture: its entropy term is exact, the cross-entropy to the prior is not.
        """
        posterior = self.encode(x)
        z = self.reparameterize(posterior, noise.latent)
        decoded = self.decode(z, noise)
        return Loss(-decoded.log_prob(x), -posterior.entropy() - self.prior.log_prob(z), decoded)

    @torch.no_grad()
    def importance_weighted_bound(self, x: Tensor, k: int, rng: torch.Generator) -> Tensor:
        """A lower bound `(n,)` on log p(x), at least as tight as the ELBO: log mean_k p(x|z_k) p(z_k) / q(z_k|x).

        Burda et al. 2016, "Importance weighted autoencoders" (arXiv 1509.00519), equation 8; `k` draws z_k ~ q(z|x).
        """
        posterior = self.encode(x)
        log_weights = []
        for _ in range(k):
            z = self.reparameterize(posterior, torch.randn(posterior.mean.shape, generator=rng, device=rng.device))
            log_weights.append(self.decode(z).log_prob(x) + self.prior.log_prob(z) - posterior.log_prob(z))
        return torch.stack(log_weights).logsumexp(0) - math.log(k)

    @torch.no_grad()
    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        """`n` new points `(n, 5)`: z ~ p(z), then x ~ p(x|z)."""
        return self.decode(self.prior.sample(n, rng)).sample(rng)
