"""What both models share: a decoder with a canvas, and what that adds to the loss."""

import torch
from torch import Tensor, nn

from data.coordinates import PLACES
from models.canvas import FINE
from models.decoder import DecodedPoints, PointDecoder
from models.prior import MixturePrior
from models.vae import VAE, Decoded, Noise

# Weights of the likelihood under even light and of the unevenness of the light (docs/experiments.md).
EVEN_LIGHT, EVENNESS = 0.4, 10.0
# A spot that lights less than this share of what it would on full ink is drawn again, at most this many times.
DARK, MOST_REDRAWS = 0.01, 20


class PointVAE(VAE):
    """A VAE whose decoder is a `PointDecoder`. A model supplies `encode` and the decoder's network for colors."""

    decoder: PointDecoder
    prior: MixturePrior

    @property
    def densities(self) -> list[nn.Module]:
        return [self.prior, self.decoder.canvas]

    def decode(self, z: Tensor, noise: Noise | None = None) -> DecodedPoints:
        decoded: DecodedPoints = self.decoder(z, noise)
        return decoded

    @torch.no_grad()
    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        """`n` new points `(n, 5)`. A latent whose spot finds no ink is drawn again, so that no point strays.

        This is a prior that is cut off where it lights nothing: elsewhere its density is higher by as much as is cut
        off, so that the ELBO is still a lower bound. The ink's haze is cut off too: only points within it lose by that.
        """
        z, canvas = self.prior.sample(n, rng), self.decoder.canvas
        ink, dark = canvas.ink().without_haze(), torch.arange(n, device=z.device)
        for _ in range(MOST_REDRAWS):
            dark = dark[canvas.brightness(z[dark], ink) < DARK]
            if not len(dark):
                break
            z[dark] = self.prior.sample(len(dark), rng)
        return DecodedPoints(self.decoder, canvas.lit(ink, z), None).sample(rng)

    def sample_noise(self, n: int, rng: torch.Generator) -> Noise:
        def normal(*shape: int) -> Tensor:
            return torch.randn(shape, generator=rng, device=rng.device)

        return Noise(
            latent=normal(n, self.latent_dim),
            canvas=normal(*self.decoder.canvas.mean.shape),
            bin=torch.randint(FINE, (2,), generator=rng, device=rng.device),
            prior=normal(2, *self.prior.mean.shape),
            fields=normal(n, self.decoder.fields.n_draws),
        )

    def regularization(self, x: Tensor, noise: Noise, decoded: Decoded, n_points: int) -> Tensor:
        """The KL of canvas and fields, which all points share, and what keeps its ink where points are and evenly lit.

        The ink is drawn to where points are by its own likelihood, under even light. Without it, ink that no point's
        spot lights would cost nothing, and the prior's latents would find it.
        """
        canvas, prior = self.decoder.canvas, self.prior
        if noise.prior is None or not isinstance(decoded, DecodedPoints):
            raise ValueError("regularization needs the noise that sample_noise draws, and points decoded with it")
        ink, per_block = decoded.places.ink, decoded.places.per_block
        z = prior.mean + prior.log_std.exp() * noise.prior
        return (
            (canvas.kl() + self.decoder.fields.kl()) / n_points
            - EVEN_LIGHT * ink.log_prob(x[:, PLACES], per_block).mean()
            + EVENNESS * canvas.unevenness(z, prior.logits.softmax(-1), per_block)
        )
