"""What all models share: one encoder and one decoder of points, around networks that each model brings."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from data.coordinates import COLORS, N_COORDINATES, PLACES
from data.scaling import Scaling
from models.colors import ColorHead, ColorMixture
from models.discretized import log_cell
from models.fields import Fields
from models.posterior import Posterior
from models.prior import Prior
from models.vae import VAE, Noise

# The picture is the square |z| <= 2.5 of the first two latents, so that N(0, I) covers it.
Z_UNIT = 0.2
# Tuned (docs/design.md): harmonics of a coordinate that networks see, and fields that colors depend on.
N_HARMONICS, N_SMOOTH, N_PATTERNS = 4, 12, 12
FIELD_TOKENS = 2
# The decoder's width at the start: in pixels for a sharp prior, as a share of the picture for others.
SHARP_STD, COARSE_STD = 0.5, 1 / 15


class PointVAE(VAE):
    """A VAE of points (row, column, color) of integers. A model supplies `network`.

    A latent is a place in the picture, and the prior says where points are:

        encoder:  q(z|x) = N(linear(place) + network(x), diag(s(x)^2))
        decoder:  m(z) = linear(z) + network(z),    row, column ~ discretized N(m(z), sigma^2),
                  color ~ ColorMixture(network(fields at the row and column)).

    The linear maps are fixed: the first two latents times 0.2, from the middle of the picture. With a sharp prior, the
    networks' corrections and the width sigma, which is learned, are in pixels, so that z can tell a place to a fraction
    of a pixel. With a simple prior corrections are as large as the picture, so that they can bend the prior into shape.
    A network of the place itself, in place of fields, would memorize the colors of single points.
    """

    lr_scale = {"log_std": 1.0}
    size: Tensor
    place_unit: Tensor
    latent_unit: Tensor

    def __init__(self, prior: Prior, scaling: Scaling) -> None:
        super().__init__(prior)
        height_width = torch.tensor(scaling.shape).float()
        n_places = min(2, self.latent_dim)
        pixel = 1 / (Z_UNIT * height_width[:n_places])
        latent_unit = torch.ones(self.latent_dim)
        if prior.is_sharp:
            latent_unit[:n_places] = pixel
        self.register_buffer("size", height_width, persistent=False)
        self.register_buffer("place_unit", torch.ones(2) if prior.is_sharp else Z_UNIT * height_width, persistent=False)
        self.register_buffer("latent_unit", latent_unit, persistent=False)
        start = torch.full((2,), SHARP_STD) if prior.is_sharp else COARSE_STD * height_width
        self.log_std = nn.Parameter(start.log())
        self.encoder = nn.Sequential(
            Harmonics(N_HARMONICS), self.network(N_COORDINATES, N_HARMONICS, 2 * self.latent_dim)
        )
        self.place = nn.Sequential(Harmonics(N_HARMONICS), self.network(self.latent_dim, N_HARMONICS, 2))
        self.fields = Fields(N_SMOOTH, N_PATTERNS)
        width = self.color_width
        self.color_network = self.network(FIELD_TOKENS, (N_SMOOTH + N_PATTERNS) // FIELD_TOKENS, width, blocks=2)
        self.color_head = ColorHead(width, scaling.ycbcr)
        for output in (self.encoder[-1][-1], self.place[-1][-1]):
            nn.init.zeros_(output.weight)
            nn.init.zeros_(output.bias)
        self.colors_at_pixel = True

    color_width = 32

    def network(self, tokens: int, features: int, outputs: int, blocks: int = 1) -> nn.Sequential:
        """A network from `(n, tokens, features)` to `(n, outputs)`; its last layer is linear."""
        raise NotImplementedError

    def encode(self, x: Tensor) -> Posterior:
        unit = torch.cat([(x[:, PLACES] + 0.5) / self.size, (x[:, COLORS] + 0.5) / 256], 1)
        mean, log_std = self.encoder(unit).chunk(2, -1)
        linear = (unit[:, : min(2, self.latent_dim)] - 0.5) / Z_UNIT
        linear = nn.functional.pad(linear, (0, self.latent_dim - linear.shape[1]))
        # Starting narrow makes z informative from the first step; the bounds only keep exp() finite.
        return Posterior(linear + self.latent_unit * mean, (log_std - 1).clamp(-7, 2) + self.latent_unit.log())

    def decode(self, z: Tensor, noise: Tensor | None = None) -> "DecodedPoints":
        linear = nn.functional.pad(z[:, :2], (0, 2 - min(2, self.latent_dim)))
        mean = self.size * (0.5 + Z_UNIT * linear) - 0.5 + self.place_unit * self.place(torch.sigmoid(1.6 * z))
        return DecodedPoints(self, mean, noise)

    def colors(self, place: Tensor, noise: Tensor | None = None) -> ColorMixture:
        """The density of colors at the `place (n, 2)` in pixels; `noise (n_draws, n)` draws the fields."""
        fields = self.fields((place + 0.5) / self.size, noise)
        return self.color_head(self.color_network(fields.unflatten(1, (FIELD_TOKENS, -1))))

    def sample_noise(self, n: int, rng: torch.Generator) -> Noise:
        fields = torch.randn(self.fields.n_draws, n, generator=rng, device=rng.device)
        return super().sample_noise(n, rng)._replace(decoder=fields)

    def parameter_kl(self) -> Tensor:
        return self.prior.parameter_kl() + self.fields.kl()


class DecodedPoints:
    """p(x|z) of n latents: places around their `mean (n, 2)` in pixels, and colors; `noise` draws the colors' fields."""

    def __init__(self, model: PointVAE, mean: Tensor, noise: Tensor | None) -> None:
        self.model, self.mean, self.noise = model, mean, noise

    def log_prob(self, x: Tensor) -> Tensor:
        place = x[:, PLACES]
        log_place = log_cell(place, place - self.mean, self.model.log_std, self.model.size - 1).sum(-1)
        where = place if self.model.colors_at_pixel else self.mean
        return log_place + self.model.colors(where, self.noise).log_prob(x[:, COLORS])

    def sample(self, rng: torch.Generator) -> Tensor:
        noise = torch.randn(self.mean.shape, generator=rng, device=self.mean.device)
        place = (self.mean + self.model.log_std.exp() * noise).round().clamp(min=0).minimum(self.model.size - 1)
        where = place if self.model.colors_at_pixel else self.mean
        return torch.cat([place, self.model.colors(where).sample(rng)], 1)


class Harmonics(nn.Module):
    """Features cos(pi k v), k = 1 ... n, of a number v in [0, 1]: a linear map of them is a smooth curve in v.

    `(...)` in, `(..., n)` out. Tancik et al. 2020, "Fourier features let networks learn high frequency functions in low
    dimensional domains" (arXiv 2006.10739), with the frequencies of the cosine transform.
    """

    frequencies: Tensor

    def __init__(self, n: int) -> None:
        super().__init__()
        self.register_buffer("frequencies", math.pi * torch.arange(1, n + 1), persistent=False)

    def forward(self, v: Tensor) -> Tensor:
        return torch.cos(v.unsqueeze(-1) * self.frequencies)
