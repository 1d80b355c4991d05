"""What both models share: the decoder's canvas, and what its weights cost."""

import torch
from torch import Tensor

from models.decoder import DecodedPoints, PointDecoder
from models.prior import MixturePrior
from models.vae import VAE, Noise

# The weight of the lights' unevenness in the loss, per nat (docs/experiments.md).
EVENNESS = 10.0


class PointVAE(VAE):
    """A VAE whose decoder is a `PointDecoder`. A model supplies `encode` and the decoder's network for colors."""

    decoder: PointDecoder
    prior: MixturePrior

    def decode(self, z: Tensor, noise: Tensor | None = None) -> DecodedPoints:
        decoded: DecodedPoints = self.decoder(z, noise)
        return decoded

    def sample_noise(self, n: int, rng: torch.Generator) -> Noise:
        def normal(*shape: int) -> Tensor:
            return torch.randn(shape, generator=rng, device=rng.device)

        canvas = normal(*self.decoder.canvas.mean.shape)
        return Noise(normal(n, self.latent_dim), canvas, normal(2, *self.prior.mean.shape))

    def regularization(self, noise: Noise, n_points: int) -> Tensor:
        """The KL of the canvas, shared by all points, and how unevenly the prior's latents light it."""
        canvas, prior = self.decoder.canvas, self.prior
        assert noise.prior is not None
        z = prior.mean + prior.log_std.exp() * noise.prior
        unevenness = canvas.unevenness(z, prior.logits.softmax(-1), noise.canvas)
        return canvas.kl() / n_points + EVENNESS * unevenness
