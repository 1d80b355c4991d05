"""The decoder that both models share: places from a canvas, colors from a network that each model brings."""

import math

import torch
from torch import Tensor, nn

from data.coordinates import COLORS, N_COLORS, N_LEVELS, PLACES
from data.scaling import Scaling
from models.canvas import Canvas, LitCanvas
from models.colors import ColorHead, ColorMixture
from models.fields import Fields
from models.vae import Noise

# Tuned (docs/experiments.md).
N_SMOOTH, N_PATTERNS = 16, 16
N_FIELDS = N_SMOOTH + N_PATTERNS


class PointDecoder(nn.Module):
    """p(x, y, r, g, b | z) = p(x, y | z) p(r, g, b | x, y).

    The latent says where a point lies, and the place says which colors there are: `color_network` maps the values
    `(n, N_FIELDS)` of uncertain fields at a place to a hidden vector `(n, width)`. A network of the place itself would
    memorize the colors of single points.

    `scaling` is that of the points, in whose unit cube all of this is.
    """

    grid: Tensor

    def __init__(self, latent_dim: int, scaling: Scaling, color_network: nn.Module, width: int) -> None:
        super().__init__()
        self.register_buffer("grid", torch.tensor(scaling.shape).float(), persistent=False)
        self.canvas = Canvas(latent_dim)
        self.fields = Fields(N_SMOOTH, N_PATTERNS)
        self.color_network = color_network
        self.color_head = ColorHead(width, scaling.ycbcr)

    def forward(self, z: Tensor, noise: Noise | None = None) -> "DecodedPoints":
        """The distribution of points for each latent `z (n, latent_dim)`; in training, disturbed by `noise`."""
        if noise is None:
            return DecodedPoints(self, self.canvas(z), None)
        return DecodedPoints(self, self.canvas(z, noise.canvas, noise.bin), noise.fields)

    def colors(self, place: Tensor, noise: Tensor | None = None) -> ColorMixture:
        """The density of integer colors at the places `(n, 2)`; `noise (n, fields.n_draws)` draws the fields."""
        # A pixel has one color, wherever in it dequantization has moved the point. Else fine patterns would be blurred.
        center = ((place * self.grid).floor() + 0.5) / self.grid
        density: ColorMixture = self.color_head(self.color_network(self.fields(center, noise)))
        return density


class DecodedPoints:
    """p(x|z) for n latents, whose places have the density `places`; `noise (n, n_draws)` draws the colors' fields."""

    def __init__(self, decoder: PointDecoder, places: LitCanvas, noise: Tensor | None) -> None:
        self.decoder, self.places, self.noise = decoder, places, noise

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density `(n,)` of the points `x (n, 5)`; a color's probability is spread evenly over its cell."""
        place, color = x[:, PLACES], (x[:, COLORS] * N_LEVELS).floor().clamp(0, N_LEVELS - 1)
        log_color = self.decoder.colors(place, self.noise).log_prob(color) + N_COLORS * math.log(N_LEVELS)
        return self.places.log_prob(place) + log_color

    def sample(self, rng: torch.Generator) -> Tensor:
        """One point `(n, 5)` for each latent; its color is in the middle of a cell."""
        place = self.places.sample(rng)
        color = self.decoder.colors(place).sample(rng)
        return torch.cat([place, (color + 0.5) / N_LEVELS], dim=1)
